// batch, unbatch, rebatch: elements as rows of larger ones, and back.
import { ValueError } from '../../base/errors.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { stackRagged } from '../../ops/ragged/stack.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, type Pull, pulling, settle, whenThere } from '../pull.ts';
import { derive, type Source, UNKNOWN } from '../source.ts';
import { batchedSpec, isDense, isLeaf, isSpec, knownRows, rowSpec } from '../spec.ts';
import { rowReader, stackElements } from '../structure.ts';

/** How many batches `n` elements make. */
export const batchCount = (n: number, size: number, drop: boolean): number =>
  n < 0 ? n : drop ? Math.floor(n / size) : Math.ceil(n / size);

/** Groups of elements, made one element of each by `join`. */
export const grouped = (
  below: Source,
  size: number,
  drop: boolean,
  join: (group: readonly unknown[]) => unknown,
  spec: Source['spec'],
): Source =>
  derive(
    below,
    (pull) => {
      const finish = (group: unknown[]): unknown =>
        group.length === 0 || (drop && group.length < size) ? DONE : join(group);
      const collect = (group: unknown[]): Later<unknown> => {
        while (group.length < size) {
          const got = pull.next();
          if (got instanceof Promise)
            return got.then((element) => {
              if (element === DONE) return finish(group);
              group.push(element);
              return collect(group);
            });
          if (got === DONE) break;
          group.push(got);
        }
        return finish(group);
      };
      return pulling(() => collect([]), pull);
    },
    batchCount(below.cardinality, size, drop),
    spec,
  );

export const batched = (below: Source, size: number, drop: boolean): Source =>
  grouped(below, size, drop, stackerFor(below, 'Dataset.batch'), () => batchedSpec(below.spec(), drop ? size : null));

/** Puts elements one on top of the other; rows of a ragged tensor become one again. */
function stackerFor(below: Source, where: string): (group: readonly unknown[]) => unknown {
  let ragged: boolean[] | undefined;
  return (group) => {
    try {
      if (!ragged?.includes(true)) return stackElements(group, where);
    } catch (error) {
      // The spec may have to be found by calling the user's functions: it is asked for only where rows do not fit.
      ragged ??= flattenTree(below.spec() ?? [], isSpec).map(isDense);
      if (!ragged.includes(true)) throw error;
    }
    const lists = group.map((element) => flattenTree(element, isLeaf));
    return mapLeaves(group[0], (_leaf, k) => {
      const leaves = lists.map((list) => list[k]!);
      return ragged![k] ? stackRagged(leaves as Tensor[]) : stackElements(leaves, where);
    });
  };
}

/** The rows of each element, one by one. */
function rowsOf(pull: Pull<unknown>): Pull<unknown> {
  let reader: ReturnType<typeof rowReader> | null = null;
  let at = 0;
  const step = (): Later<unknown> => {
    if (reader && at < reader.rows) return reader.row(at++);
    return whenThere(pull.next(), (element) => {
      if (element === DONE) return DONE;
      reader = rowReader(element, 'Dataset.unbatch');
      at = 0;
      return AGAIN;
    });
  };
  return pulling(() => settle(step), pull);
}

export const unbatched = (below: Source): Source => {
  let cardinality = below.cardinality;
  if (cardinality >= 0) {
    const rows = knownRows(below.spec());
    cardinality = rows === null ? UNKNOWN : cardinality * rows;
  }
  return derive(below, rowsOf, cardinality, () => rowSpec(below.spec()));
};

/** Batches of other sizes from batches: `sizes` in turn. */
export function rebatched(below: Source, sizes: readonly number[], drop: boolean): Source {
  if (sizes.length === 0) throw new ValueError('Dataset.rebatch: found no batch sizes, wanted one or several.');
  const n = below.cardinality;
  return derive(
    below,
    (pull) => {
      const source = rowsOf(pull);
      let turn = 0;
      const collect = (group: unknown[], size: number): Later<unknown> =>
        settle(() => {
          if (group.length === size) return stackElements(group, 'Dataset.rebatch');
          return whenThere(source.next(), (element) => {
            if (element !== DONE) {
              group.push(element);
              return AGAIN;
            }
            return group.length === 0 || drop ? DONE : stackElements(group, 'Dataset.rebatch');
          });
        });
      const next = (): Later<unknown> => collect([], sizes[turn++ % sizes.length]!);
      return pulling(next, source);
    },
    n < 0 ? n : UNKNOWN,
    () => {
      const spec = below.spec();
      const [size] = sizes;
      const known = knownRows(spec);
      const isEven = drop || (known !== null && known % size! === 0);
      return batchedSpec(rowSpec(spec), sizes.length === 1 && isEven ? size! : null);
    },
  );
}

/** A structure with each leaf replaced, in the order of flattening. */
export const mapLeaves = (element: unknown, f: (leaf: unknown, k: number) => unknown): unknown =>
  packTree(element, flattenTree(element, isLeaf).map(f), isLeaf);
