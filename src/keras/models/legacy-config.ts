// Inbound nodes as Keras 2 wrote them: [[['dense', 0, 0, {}], …], …] for { args, kwargs }.
import type { Config, Json } from '../schema.ts';

const isOld = (node: Json): boolean => Array.isArray(node);
const tensor = (name: Json, node: Json, index: Json): Json => ({
  class_name: '__keras_tensor__',
  config: { shape: [], dtype: 'float32', keras_history: [name, node, index] },
});

/** Tensors among the keyword arguments: ['dense', 0, 0], also in lists. */
function argument(value: Json): Json {
  if (!Array.isArray(value)) return value;
  const [name, node, index] = value;
  const isTensor =
    value.length === 3 && typeof name === 'string' && typeof node === 'number' && typeof index === 'number';
  return isTensor ? tensor(name, node, index) : value.map(argument);
}

/** The nodes in the form of Keras 3. */
export function legacyNodes(nodes: Json[]): Json[] {
  return nodes.map((node) => {
    if (!isOld(node)) return node;
    const entries = node as Json[];
    // One input without a list around it: ['dense', 0, 0, {}].
    const list = (typeof entries[0] === 'string' ? [entries] : entries) as Json[][];
    const kwargs: Config = {};
    const tensors = list.map(([name, index, output, extra]) => {
      if (extra && typeof extra === 'object' && !Array.isArray(extra))
        for (const [key, value] of Object.entries(extra)) kwargs[key] = argument(value);
      return tensor(name!, index!, output!);
    });
    return { args: [tensors.length === 1 ? tensors[0]! : tensors], kwargs };
  });
}
