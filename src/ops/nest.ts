// tf.nest: structures of tensors in lists and records.
// Owns: TensorFlow's names; the walking is of base/tree.ts.

import { show, ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { isRecord } from '../base/record.ts';
import { flattenTree, packTree } from '../base/tree.ts';
import { isLeaf } from '../runtime/structure.ts';

/** Whether a value is a list or a record. */
export const isNested = (seq: unknown): boolean => Array.isArray(seq) || isRecord(seq);
/** The leaves in order: lists by position, records by sorted key. */
export const flatten = (structure: unknown): unknown[] => flattenTree(structure, isLeaf);
/** A structure of another one's kind with the given leaves. */
export const packSequenceAs = guarded(
  'nest.packSequenceAs',
  ['structure', 'flatSequence', 'options'],
  <T>(
    structure: T,
    flatSequence: readonly unknown[],
    _options?: boolean | { readonly expandComposites?: boolean },
  ): T => {
    const wanted = flatten(structure).length;
    if (flatSequence.length !== wanted)
      throw new ValueError(
        `nest.packSequenceAs: found ${flatSequence.length} values, wanted ${wanted} for the structure ${show(structure)}.`,
      );
    return packTree(structure, flatSequence, isLeaf) as T;
  },
);
/** Throws unless both have lists of equal lengths and records of equal keys in the same places. */
export function assertSameStructure(
  nest1: unknown,
  nest2: unknown,
  _options?: boolean | { readonly checkTypes?: boolean; readonly expandComposites?: boolean },
): void {
  const walk = (a: unknown, b: unknown, path: string): void => {
    const kind = (x: unknown): string => (Array.isArray(x) ? 'a list' : isRecord(x) ? 'a record' : 'a leaf');
    if (kind(a) !== kind(b))
      throw new ValueError(
        `nest.assertSameStructure: ${path || 'the structure'} is ${kind(a)} in the one and ${kind(b)} in the other.`,
      );
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length)
        throw new ValueError(
          `nest.assertSameStructure: ${path || 'the structure'} has ${a.length} and ${b.length} entries.`,
        );
      a.forEach((item, i) => {
        walk(item, b[i], `${path}[${i}]`);
      });
    } else if (isRecord(a) && isRecord(b)) {
      const [left, right] = [Object.keys(a).sort(), Object.keys(b).sort()];
      if (left.join() !== right.join())
        throw new ValueError(
          `nest.assertSameStructure: ${path || 'the structure'} has the keys ${show(left)} and ${show(right)}.`,
        );
      for (const key of left) walk(a[key], b[key], `${path}.${key}`);
    }
  };
  walk(nest1, nest2, '');
}
/** The function applied to leaves in the same place of one or more structures. */
export const mapStructure = guarded(
  'nest.mapStructure',
  ['func', '...structures'],
  <R>(func: (...leaves: never[]) => R, ...structures: readonly unknown[]): unknown => {
    const [first, ...rest] = structures;
    for (const other of rest) assertSameStructure(first, other);
    const columns = structures.map(flatten);
    const results = columns[0]!.map((_, i) => func(...(columns.map((column) => column[i]) as never[])));
    return packTree(first, results, isLeaf);
  },
);
