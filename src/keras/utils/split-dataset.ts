// keras.utils.splitDataset: samples in two data sets.
// Owns: the sizes of the halves, and Keras's order for a seed. Leaves elements and batches to tf.data.
import { show, ValueError } from '../../base/errors.ts';
import { Random } from '../../base/random/python-random.ts';
import { DatasetBase } from '../../data/dataset.ts';
import { fromList } from '../../data/experimental.ts';
import { gather } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { integersTensor } from '../../ops/core/shapes.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import type { Structure } from '../types.ts';

export interface SplitOptions
  extends Options<{
    /** Samples of the first half: how many, or below 1 which share; null: those that the second leaves. */
    leftSize: number | null;
    rightSize: number | null;
    shuffle: boolean;
    seed: number | null;
    /** Ignored: there is one backend. */
    preferredBackend: string | null;
  }> {}
const NAMES = ['dataset', 'leftSize', 'rightSize', 'shuffle', 'seed', 'preferredBackend'];
type Halves<T extends Structure> = [left: DatasetBase<T>, right: DatasetBase<T>];

/** How many samples a size means; null stays null. */
function samples(size: number | null, total: number, option: string): number | null {
  if (size === null) return null;
  if (typeof size !== 'number' || !(size > 0) || size >= total || (size >= 1 && !Number.isInteger(size)))
    throw new ValueError(
      `splitDataset: ${option}: found ${show(size)}, wanted a whole number from 1 to ${total - 1} for ${total} samples, or a share between 0 and 1.`,
    );
  if (size >= 1) return size;
  // Python rounds a half to the even number.
  const exact = size * total;
  const below = Math.floor(exact);
  return exact - below === 0.5 ? below + (below % 2) : Math.round(exact);
}

function sizes(left: number | null, right: number | null, total: number): [number, number] {
  if (left === null && right === null)
    throw new ValueError('splitDataset: found neither leftSize nor rightSize, wanted one of them at least.');
  const [first, last] = [samples(left, total, 'leftSize'), samples(right, total, 'rightSize')];
  const found: [number, number] = [first ?? total - last!, last ?? total - first!];
  if ((left !== null && right !== null && left < 1 && right < 1 && left + right > 1) || found[0] + found[1] > total)
    throw new ValueError(
      `splitDataset: leftSize ${show(left)} and rightSize ${show(right)} are more than the ${total} samples; wanted at most all of them together.`,
    );
  for (const [i, count] of found.entries())
    if (count === 0)
      throw new ValueError(
        `splitDataset: with leftSize ${show(left)} and rightSize ${show(right)} the ${i === 0 ? 'first' : 'second'} half has none of the ${total} samples; wanted one at least in each.`,
      );
  return found;
}

/** Splits the samples of an array, or of arrays side by side, in two data sets: those at the front, and those at the end. */
export function splitDataset(dataset: TensorLike, options: SplitOptions): Halves<Tensor>;
export function splitDataset(dataset: readonly TensorLike[], options: SplitOptions): Halves<Tensor[]>;
/** Splits the elements of a data set, which are counted and, to be shuffled, read through for that. */
export function splitDataset<T extends Structure>(dataset: DatasetBase<T>, options: SplitOptions): Promise<Halves<T>>;
export function splitDataset(...args: readonly unknown[]): unknown {
  const bound = bindArguments('splitDataset', NAMES, args, true);
  const [left = null, right = null] = [bound[1], bound[2]] as (number | null | undefined)[];
  const order = (total: number): number[] | null => {
    if (bound[3] !== true) return null;
    const rows = Array.from({ length: total }, (_, i) => i);
    new Random((bound[4] as number | null | undefined) ?? undefined).shuffle(rows);
    return rows;
  };
  if (bound[0] instanceof DatasetBase) return splitElements(bound[0], left, right, order);
  const given = bound[0];
  const several = Array.isArray(given) && given.length > 0 && typeof given[0] === 'object' && isArrays(given);
  const parts = (several ? given : [given]).map((part, i) =>
    convertToTensor(part as TensorLike, undefined, `splitDataset: dataset${several ? `[${i}]` : ''}`),
  );
  const total = parts[0]!.dims[0] ?? 0;
  for (const [i, part] of parts.entries())
    if ((part.dims[0] ?? 0) !== total)
      throw new ValueError(
        `splitDataset: dataset[${i}] has ${part.dims[0] ?? 0} samples and dataset[0] has ${total}; wanted as many.`,
      );
  const [first, last] = sizes(left, right, total);
  const rows = order(total) ?? Array.from({ length: total }, (_, i) => i);
  return [rows.slice(0, first), rows.slice(total - last)].map((chosen) => {
    const taken = parts.map((part) => gather(part, integersTensor(chosen, [chosen.length], 'int32')));
    return DatasetBase.fromTensorSlices((several ? taken : taken[0]!) as never).prefetch(1);
  });
}

/** Whether a list holds arrays side by side, and is not itself one of nested numbers. */
const isArrays = (list: readonly unknown[]): boolean => list.some((item) => !Array.isArray(item));

async function splitElements(
  dataset: DatasetBase,
  left: number | null,
  right: number | null,
  order: (total: number) => number[] | null,
): Promise<Halves<Structure>> {
  let total = dataset.cardinality();
  if (total < 0) {
    total = 0;
    for await (const _ of dataset) total++;
  }
  const [first, last] = sizes(left, right, total);
  const rows = order(total);
  if (rows === null) return [dataset.take(first), dataset.skip(total - last)];
  const elements: Structure[] = [];
  for await (const element of dataset) elements.push(element);
  const half = (chosen: readonly number[]) => fromList(chosen.map((i) => elements[i]!) as never) as DatasetBase;
  return [half(rows.slice(0, first)), half(rows.slice(total - last))];
}
