// The objects of a model that have variables, each with the path by which Keras 3's files reach it: `layers/dense`.
// Owns: that walk: layers by the snake_case of their class, everything else by the name of its field.
import { isRecord } from '../../base/record.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { LayerBase } from '../layers/layer.ts';
import { ModelBase } from '../models/model.ts';
import { toSnakeCase } from '../names.ts';
import { snakeCase } from '../schema.ts';

/** One object with what files hold of it. */
export interface SavedPart {
  readonly path: string;
  /** Its own name, where it has one. */
  readonly name: string | undefined;
  readonly variables: readonly VariableTensor[];
  /** What is written for them. */
  values(): readonly Tensor[];
  readonly kind: 'layer' | 'optimizer' | 'other';
  readonly object: object;
}

interface HasVariables {
  readonly variables: readonly VariableTensor[];
}
/** The variables of the object itself, or null when files hold nothing of such an object. */
function ownVariables(object: object): readonly VariableTensor[] | null {
  if (object instanceof LayerBase) return object.savedWeights().map((weight) => weight.variable);
  if ('state' in object && object.state instanceof VariableTensor) return [object.state];
  if (('updateState' in object || 'applyGradients' in object) && 'variables' in object)
    return (object as HasVariables).variables;
  return null;
}

/** Private names come last. */
const order = (a: string, b: string): number => {
  const [x, y] = [a, b].map((name) => (name.startsWith('_') ? `~${name}` : name)) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
};

export function savedParts(model: ModelBase): SavedPart[] {
  const parts: SavedPart[] = [];
  const seen = new Set<object>();
  const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);
  const visit = (object: object, path: string): void => {
    if (seen.has(object)) return;
    const variables = ownVariables(object);
    if (variables === null) return;
    seen.add(object);
    const name = 'name' in object && typeof object.name === 'string' ? object.name : undefined;
    const kind = object instanceof LayerBase ? 'layer' : 'applyGradients' in object ? 'optimizer' : 'other';
    const values = (): readonly Tensor[] =>
      object instanceof LayerBase ? object.savedWeights().map((weight) => weight.value()) : variables;
    parts.push({ path, name, variables, values, kind, object });
    if (!(object instanceof LayerBase)) return;
    if (object instanceof ModelBase && (object.graph || object.constructor.name === 'Sequential'))
      container(object.layers, join(path, 'layers'));
    const children: [string, unknown][] = object.savedChildren().map(([key, value]) => [snakeCase(key), value]);
    if (object instanceof ModelBase && object.compiled) children.push(['optimizer', object.optimizer]);
    // A class of one's own has the list of its layers too, between the fields before and after it in the alphabet.
    if (object instanceof ModelBase) children.push(['layers', object.layers]);
    for (const [key, child] of children.sort(([a], [b]) => order(a, b))) {
      if (child === null || (typeof child !== 'object' && typeof child !== 'function')) continue;
      if (Array.isArray(child) || isRecord(child) || child instanceof Set || child instanceof Map)
        container(child, join(path, key));
      else visit(child, join(path, key));
    }
  };
  const container = (given: object, path: string): void => {
    const list: unknown[] = Array.isArray(given)
      ? given
      : given instanceof Set || given instanceof Map
        ? [...given.values()]
        : Object.values(given);
    if (seen.has(given) || (list.length > 0 && typeof list[0] === 'number')) return;
    seen.add(given);
    const used = new Map<string, number>();
    for (const item of list) {
      if (item === null || (typeof item !== 'object' && typeof item !== 'function')) continue;
      const nested = Array.isArray(item) || isRecord(item);
      if (!nested && ownVariables(item) === null) continue;
      const base = nested ? 'container' : toSnakeCase(item.constructor.name);
      const count = used.get(base) ?? 0;
      used.set(base, count + 1);
      (nested ? container : visit)(item, join(path, count === 0 ? base : `${base}_${count}`));
    }
  };
  visit(model, '');
  return parts;
}
