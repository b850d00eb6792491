// The objects of a Keras model as TensorFlow's checkpoints name them: `layer_with_weights-0/kernel` (Keras 2),
// `_functional/_operations/1/_kernel` (Keras 3), fields of classes of one's own.
// Owns: those names, in both directions. Leaves reading and writing of files to src/saved-model.

import { VariableTensor } from '../../runtime/variable.ts';
import type { CheckpointReader } from '../../saved-model/checkpoint-reader.ts';
import { LayerBase } from '../layers/layer.ts';
import type { ModelBase } from '../models/model.ts';
import { ModelBase as Model } from '../models/model.ts';
import { isPlainObject, snakeCase } from '../schema.ts';

/** A child by the names under which it may stand. */
export interface NamedChild {
  readonly names: readonly string[];
  readonly child: object;
}

const alternatives = (name: string): string[] => (name.startsWith('_') ? [name, name.slice(1)] : [name, `_${name}`]);

/** The children of a layer or model that hold weights, with all the names that writers give them. */
export function childrenOf(object: object): NamedChild[] {
  const children: NamedChild[] = [];
  if (!(object instanceof LayerBase)) return containerChildren(object);
  for (const variable of object.ownWeights) children.push({ names: alternatives(variable.name), child: variable });
  if (object instanceof Model && (object.graph || object.constructor.name === 'Sequential')) {
    children.push(...modelLayers(object));
    return children;
  }
  for (const [key, child] of object.savedChildren()) {
    if (child === null || (typeof child !== 'object' && typeof child !== 'function')) continue;
    if (child instanceof LayerBase || (isContainer(child) && holdsLayers(child)))
      children.push({ names: alternatives(snakeCase(key)), child });
  }
  return children;
}
const isContainer = (child: object): boolean => Array.isArray(child) || isPlainObject(child);
const holdsLayers = (child: object): boolean =>
  Object.values(child).some(
    (item) =>
      item instanceof LayerBase ||
      (item !== null && typeof item === 'object' && isContainer(item) && holdsLayers(item)),
  );
const containerChildren = (object: object): NamedChild[] =>
  Object.entries(object).flatMap(([key, child]) =>
    child instanceof LayerBase || (child !== null && typeof child === 'object' && isContainer(child))
      ? [{ names: [key], child: child as object }]
      : [],
  );

/** The layers of a functional or sequential model, by both Keras's names. */
function modelLayers(model: ModelBase): NamedChild[] {
  const operations = model.graph ? [...model.graph.operations] : [];
  let weighted = 0;
  return model.layers.map((layer, i) => {
    const names = [`layer-${i}`];
    if (layer.weights.length > 0) names.unshift(`layer_with_weights-${weighted++}`);
    const at = operations.indexOf(layer as never);
    if (at >= 0) names.push(`_functional/_operations/${at}`, `_operations/${at}`);
    return { names, child: layer };
  });
}

export interface FoundVariable {
  readonly variable: VariableTensor;
  /** Where it stands, for messages. */
  readonly path: string;
  /** Its key in the checkpoint; undefined where the checkpoint has none. */
  readonly key: string | undefined;
}

/** Follows a name that may go over several objects. */
function follow(reader: CheckpointReader, node: number | undefined, name: string): number | undefined {
  let at = node;
  for (const part of name.split('/')) at = at === undefined ? undefined : reader.child(at, part);
  return at;
}

/** All variables below an object, with their keys in the checkpoint. */
export function findVariables(object: object, reader: CheckpointReader, node: number | undefined): FoundVariable[] {
  const found: FoundVariable[] = [];
  const seen = new Set<object>();
  const visit = (at: object, stored: number | undefined, path: string): void => {
    if (seen.has(at)) return;
    seen.add(at);
    for (const { names, child } of childrenOf(at)) {
      const next = names.map((name) => follow(reader, stored, name)).find((id) => id !== undefined);
      const label = path === '' ? names[0]! : `${path}/${names[0]!}`;
      if (child instanceof VariableTensor)
        found.push({ variable: child, path: label, key: next === undefined ? undefined : reader.valueKey(next) });
      else visit(child, next, label);
    }
  };
  visit(object, node, '');
  return found;
}
