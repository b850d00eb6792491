// Inbound nodes as Keras 2 wrote them: [[['dense', 0, 0, {}], …], …] for { args, kwargs }.
// Owns: that form, also of calls of operations (one list less), constants among the inputs, and the numbers of calls.
import { isRecord } from '../../base/record.ts';
import { InputLayer } from '../layers/core/input-layer.ts';
import type { LayerBase } from '../layers/layer.ts';
import { recordMigration } from '../migrations.ts';
import type { Config, Json } from '../schema.ts';

const isOld = (node: Json): boolean => Array.isArray(node);
/** Whether the layers of a model are in the form of Keras 2. */
export const isLegacyGraph = (layers: readonly Config[]): boolean =>
  layers.some((layer) => Array.isArray(layer.inbound_nodes) && layer.inbound_nodes.some(isOld));

/** A layer that is a model: its calls are counted from 1, because its own graph is call 0. */
export const isNestedModel = (layer: Config): boolean =>
  isRecord(layer.config) && Array.isArray((layer.config as Config).layers);

/** The number of a call of the layer of that name, as Keras 3 counts. */
export type CallNumber = (name: string, node: number) => number;

/** What the input is when it is no tensor. */
const CONSTANT = '_CONSTANT_VALUE';
const isPlace = (value: Json): value is [string, number, number] =>
  Array.isArray(value) &&
  value.length === 3 &&
  typeof value[0] === 'string' &&
  Number.isInteger(value[1]) &&
  Number.isInteger(value[2]);

/** The nodes in the form of Keras 3. */
export function legacyNodes(layer: string, nodes: Json[], number: CallNumber): Json[] {
  const tensor = ([name, node, index]: readonly [string, number, number]): Json => ({
    class_name: '__keras_tensor__',
    config: { shape: [], dtype: 'float32', keras_history: [name, number(name, node), index] },
  });
  /** Tensors among the keyword arguments: ['dense', 0, 0], also in lists and slices. */
  const argument = (value: Json): Json => {
    if (isPlace(value)) return tensor(value);
    if (Array.isArray(value)) return value.map(argument);
    if (isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, argument(item as Json)]));
    return value;
  };
  return nodes.map((node) => {
    if (!isOld(node)) return node;
    recordMigration('nodes-of-keras-2', layer);
    const entries = node as Json[];
    // One input without a list around it: ['dense', 0, 0, {}].
    const alone = typeof entries[0] === 'string';
    const kwargs: Config = {};
    const inputOf = (entry: Json): Json => {
      // An input in a record: { left: ['a', 0, 0], … }.
      if (!Array.isArray(entry))
        return isRecord(entry)
          ? Object.fromEntries(Object.entries(entry).map(([key, item]) => [key, inputOf(item as Json)]))
          : entry;
      const [name, index, output, extra] = entry;
      if (typeof name !== 'string') return entry.map(inputOf);
      if (isRecord(extra)) for (const [key, value] of Object.entries(extra)) kwargs[key] = argument(value as Json);
      return name === CONSTANT ? output! : tensor([name, index as number, output as number]);
    };
    const tensors = (alone ? [entries] : entries).map(inputOf);
    return { args: [tensors.length === 1 ? tensors[0]! : tensors], kwargs };
  });
}

/**
 * Freezes a model of Keras 2 within another as a whole where all of its layers are frozen: that reached its input layers too, whose
 * configs do not say so, and configs of Sequential models have no flag.
 */
export function restoreFrozen(entry: Json, layer: LayerBase): void {
  if (!isRecord(entry) || !isNestedModel(entry)) return;
  const { layers, trainable } = entry.config as Config;
  if (trainable !== undefined && !isLegacyGraph((layers as Config[]).filter(isRecord))) return;
  const held = layer.sublayers.filter((part) => !(part instanceof InputLayer));
  if (held.length > 0 && held.every((part) => !part.trainable)) layer.trainable = false;
}
