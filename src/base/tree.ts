// Structures: values in nested lists and records, as Keras's `tree` and `tf.nest` treat them.
// Owns: flattening, packing and mapping. What counts as a leaf is the caller's to say.
import { isRecord } from './record.ts';

export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };

/** Replaces every leaf. Records keep their order of keys; `isLeaf` stops the descent early. */
export function mapTree(
  value: unknown,
  visit: (leaf: unknown, path: readonly (string | number)[]) => unknown,
  isLeaf?: (value: unknown) => boolean,
  path: readonly (string | number)[] = [],
): unknown {
  if (isLeaf?.(value)) return visit(value, path);
  if (Array.isArray(value)) return value.map((item, i) => mapTree(item, visit, isLeaf, [...path, i]));
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapTree(item, visit, isLeaf, [...path, key])]),
    );
  return visit(value, path);
}

/** The leaves in order: lists by position, records by sorted key, as Keras and TensorFlow flatten. */
export function flattenTree(value: unknown, isLeaf?: (value: unknown) => boolean): unknown[] {
  const leaves: unknown[] = [];
  const walk = (item: unknown): void => {
    if (isLeaf?.(item)) leaves.push(item);
    else if (Array.isArray(item)) item.forEach(walk);
    else if (isRecord(item)) for (const key of Object.keys(item).sort()) walk(item[key]);
    else leaves.push(item);
  };
  walk(value);
  return leaves;
}

/** The same structure with other leaves, given in the order of flattenTree. */
export function packTree(
  structure: unknown,
  leaves: readonly unknown[],
  isLeaf?: (value: unknown) => boolean,
): unknown {
  let next = 0;
  const walk = (item: unknown): unknown => {
    if (isLeaf?.(item)) return leaves[next++];
    if (Array.isArray(item)) return item.map(walk);
    if (!isRecord(item)) return leaves[next++];
    const packed = new Map(
      Object.keys(item)
        .sort()
        .map((key) => [key, walk(item[key])]),
    );
    return Object.fromEntries(Object.keys(item).map((key) => [key, packed.get(key)]));
  };
  return walk(structure);
}
