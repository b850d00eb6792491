// tf.keras.tree: structures of tensors in lists and records.
// Owns: what Keras has beside tf.nest's five functions, which are the same here and there. Records are walked by sorted key, as optree walks dicts.

import { show, ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { assertSameStructure, flatten, isNested, mapStructure, packSequenceAs } from '../ops/nest.ts';

export { assertSameStructure, flatten, isNested, mapStructure, packSequenceAs };

/** What `traverse`'s function returns for `null` in the result; `null` itself says that the walk goes on. */
export const MAP_TO_NONE: unique symbol = Symbol('MAP_TO_NONE');

type Key = string | number;
type Path = readonly Key[];
type Nested = readonly unknown[] | Readonly<Record<string, unknown>>;
const nested = (value: unknown): value is Nested => isNested(value);
const child = (structure: Nested, key: Key): unknown =>
  Array.isArray(structure) ? structure[key as number] : (structure as Readonly<Record<string, unknown>>)[key];
const keysOf = (structure: Nested): Key[] =>
  Array.isArray(structure) ? [...structure.keys()] : Object.keys(structure).sort();
/** The structure with its children replaced, visited in order of keys; a record keeps the order in which it was written. */
function mapChildren(structure: Nested, visit: (item: unknown, key: Key) => unknown): unknown {
  if (Array.isArray(structure)) return structure.map(visit);
  const made = new Map(keysOf(structure).map((key) => [key, visit(child(structure, key), key)]));
  return Object.fromEntries(Object.keys(structure).map((key) => [key, made.get(key)]));
}

/**
 * Applies a function to a structure and everything in it, depth first. What it returns takes the place of what it was given; `undefined` or `null` leaves
 * that as it is (and, top down, goes into it); `MAP_TO_NONE` stands for `null`.
 */
export const traverse = guarded(
  'tree.traverse',
  ['func', 'structure', 'options'],
  (func: (part: unknown) => unknown, structure: unknown, options: { topDown?: boolean | undefined } = {}): unknown => {
    const { topDown = true } = options;
    const inside = (): unknown =>
      nested(structure) ? mapChildren(structure, (item) => traverse(func, item, options)) : structure;
    const given = topDown ? structure : inside();
    const found = func(given);
    if (found === MAP_TO_NONE) return null;
    if (found !== undefined && found !== null) return found;
    return topDown ? inside() : given;
  },
);

/** The leaves in the order of `flatten`, each with the keys and positions that lead to it. */
export function flattenWithPath(structure: unknown): [path: Path, leaf: unknown][] {
  const found: [Path, unknown][] = [];
  const walk = (item: unknown, path: Path): void => {
    if (!nested(item)) found.push([path, item]);
    else for (const key of keysOf(item)) walk(child(item, key), [...path, key]);
  };
  walk(structure, []);
  return found;
}

/** The function applied to what stands in the places of the leaves of a shallower structure, whatever is nested below. */
export const mapStructureUpTo = guarded(
  'tree.mapStructureUpTo',
  ['shallowStructure', 'func', '...structures'],
  <R>(shallowStructure: unknown, func: (...parts: never[]) => R, ...structures: readonly unknown[]): unknown => {
    if (structures.length === 0)
      throw new ValueError('tree.mapStructureUpTo: found no structure, wanted at least one.');
    const walk = (shallow: unknown, parts: readonly unknown[], path: Path): unknown => {
      if (!nested(shallow)) return func(...(parts as never[]));
      const wanted = keysOf(shallow);
      for (const part of parts) {
        const found = nested(part) && Array.isArray(part) === Array.isArray(shallow) ? keysOf(part) : undefined;
        if (found === undefined || found.join() !== wanted.join())
          throw new ValueError(
            `tree.mapStructureUpTo: ${path.length > 0 ? `at ${show(path)}, ` : ''}found ${show(part)}, wanted ${Array.isArray(shallow) ? `a list of ${wanted.length}` : `a record with the keys ${show(wanted)}`} as in the shallow structure.`,
          );
      }
      return mapChildren(shallow, (item, key) =>
        walk(
          item,
          parts.map((part) => child(part as Nested, key)),
          [...path, key],
        ),
      );
    };
    return walk(shallowStructure, structures, []);
  },
);

/** Throws unless the leaves of both structures stand at the same keys and positions, whatever kinds of structure lead to them. */
export function assertSamePaths(a: unknown, b: unknown): void {
  const paths = (structure: unknown) =>
    new Set(flattenWithPath(structure).map(([path]) => JSON.stringify(path.map(String))));
  const [left, right] = [paths(a), paths(b)];
  const only = (these: Set<string>, those: Set<string>) => [...these].filter((path) => !those.has(path));
  const [inA, inB] = [only(left, right), only(right, left)];
  if (inA.length + inB.length > 0)
    throw new ValueError(
      `tree.assertSamePaths: wanted the same paths in both.${inA.length > 0 ? ` Only in the first: ${inA.join(', ')}.` : ''}${inB.length > 0 ? ` Only in the second: ${inB.join(', ')}.` : ''}`,
    );
}

/** The structure itself: JavaScript has one kind of list, which stands for Python's lists and tuples. */
export const listsToTuples = <T>(structure: T): T => structure;

/** The function applied to each shape, a list of whole numbers and nulls, of a structure of shapes. */
export const mapShapeStructure = guarded(
  'tree.mapShapeStructure',
  ['func', 'structure'],
  (func: (shape: readonly (number | null)[]) => unknown, structure: unknown): unknown => {
    const isSize = (size: unknown): boolean => size === null || Number.isInteger(size);
    if (Array.isArray(structure) && structure.every(isSize)) return func(structure);
    if (!nested(structure)) return func(structure as never);
    return mapChildren(structure, (item) => mapShapeStructure(func, item));
  },
);
