// What of an object is kept in checkpoints: its variables, and children under the names that TensorFlow's readers look for.
// Owns: that question for plain objects, lists and modules, and the walks that write and find. Leaves layers, models and
// optimizers to src/keras, which installs its own answer here.

import { isRecord } from '../base/record.ts';
import { Tensor } from '../runtime/tensor.ts';
import { VariableTensor } from '../runtime/variable.ts';
import type { CheckpointReader } from './checkpoint-reader.ts';
import type { ObjectGraph } from './object-graph.ts';

/** A child by the names under which it may stand; a name with slashes goes over several objects. */
export interface NamedChild {
  readonly names: readonly string[];
  readonly child: object;
  /** For writers that differ in more than names: the number of its object, where `at` follows a name. */
  readonly find?: (at: (name: string) => number | undefined) => number | undefined;
}
type Provider = (object: object) => NamedChild[] | null;
const providers: Provider[] = [];
/** Says what the children of objects of some kind are. */
export const registerTrackable = (provider: Provider): void => {
  providers.push(provider);
};

export function namedChildren(object: object): NamedChild[] {
  for (const provider of providers) {
    const found = provider(object);
    if (found) return found;
  }
  if (object instanceof Tensor || ArrayBuffer.isView(object)) return [];
  return Object.keys(object).flatMap((key) => {
    const child: unknown = Reflect.get(object, key);
    const tracked =
      child instanceof VariableTensor ||
      (child !== null &&
        (typeof child === 'object' || typeof child === 'function') &&
        holdsVariables(child, new Set()));
    return tracked ? [{ names: [key], child: child as object }] : [];
  });
}
function holdsVariables(object: object, seen: Set<object>): boolean {
  if (object instanceof VariableTensor) return true;
  if (seen.has(object) || object instanceof Tensor || ArrayBuffer.isView(object)) return false;
  seen.add(object);
  for (const provider of providers) if (provider(object)) return true;
  if ('variables' in object) return true;
  if (Array.isArray(object) ? typeof object[0] === 'number' : !isRecord(object)) return false;
  return Object.values(object).some(
    (item) => item !== null && typeof item === 'object' && holdsVariables(item as object, seen),
  );
}

/** Puts an object's children below a node, under all their names. */
export function addObjects(graph: ObjectGraph, parent: number, object: object): void {
  const ids = new Map<object, number>();
  const visit = (at: object, id: number): void => {
    if (ids.has(at)) return;
    ids.set(at, id);
    for (const { names, child } of namedChildren(at)) {
      const node = child instanceof VariableTensor ? graph.add(child) : (ids.get(child) ?? graph.add());
      for (const name of names) {
        const parts = name.split('/');
        let above = id;
        for (const part of parts.slice(0, -1)) above = graph.child(above, part);
        graph.link(above, parts.at(-1)!, node);
      }
      if (!(child instanceof VariableTensor)) visit(child, node);
    }
  };
  visit(object, parent);
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
  const found = new Map<VariableTensor, FoundVariable>();
  const seen = new Set<object>();
  const visit = (at: object, stored: number | undefined, path: string): void => {
    if (seen.has(at)) return;
    seen.add(at);
    for (const { names, child, find } of namedChildren(at)) {
      const next = find
        ? find((name) => follow(reader, stored, name))
        : names.map((name) => follow(reader, stored, name)).find((id) => id !== undefined);
      const label = path === '' ? names[0]! : `${path}/${names[0]!}`;
      if (!(child instanceof VariableTensor)) visit(child, next, label);
      else if (found.get(child)?.key === undefined)
        found.set(child, { variable: child, path: label, key: next === undefined ? undefined : reader.valueKey(next) });
    }
  };
  visit(object, node, '');
  return [...found.values()];
}
