// What `adapt` of the preprocessing layers goes over: a tensor or array at once, or batches one after the other.
// Owns: telling the two apart, and the walk. Arrays are taken in at once, so that a missing `await` does no harm there.
import { ValueError } from '../../../base/errors.ts';
import { DatasetBase } from '../../../data/dataset.ts';
import { forEach, pullFrom } from '../../../data/pull.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import type { TensorLike } from '../../types.ts';
import { Sequence } from '../../utils/sequence.ts';

/** What a layer adapts to: an array or tensor, a data set, or an iterable of batches. */
export type AdaptData = TensorLike | RaggedTensor | DatasetBase | Sequence | AsyncIterable<unknown>;
export type Batch = Tensor | RaggedTensor;

/** The features of an element: of a pair (features, labels) the first. */
const featuresOf = (element: unknown, where: string): Batch => {
  const first: unknown = Array.isArray(element) && element[0] instanceof Tensor ? element[0] : element;
  return first instanceof RaggedTensor || first instanceof Tensor
    ? first
    : convertToTensor(first as TensorLike, undefined, where);
};
const isIterable = (data: unknown): data is Iterable<unknown> =>
  typeof data === 'object' && data !== null && Symbol.iterator in data;
const isLazy = (data: unknown): boolean =>
  isIterable(data) && !Array.isArray(data) && !ArrayBuffer.isView(data) && !(data instanceof RaggedTensor);

/** Visits the whole of an array (`whole`), or every batch of a data set (`each`), `steps` of them at most. */
export async function adaptTo(
  data: AdaptData,
  steps: number | null | undefined,
  where: string,
  whole: (data: Batch) => void,
  each: (batch: Batch) => void,
): Promise<void> {
  if (data === null || data === undefined)
    throw new ValueError(`${where}: found ${String(data)}, wanted an array, a tensor, or a Dataset.`);
  const limit = steps ?? Number.POSITIVE_INFINITY;
  let seen = 0;
  const visit = (element: unknown): boolean => {
    if (seen >= limit) return true;
    each(featuresOf(element, where));
    seen++;
    return seen >= limit;
  };
  if (data instanceof Sequence) {
    for (let i = 0; i < data.length; i++) if (visit(await data.getItem(i))) return;
  } else if (data instanceof DatasetBase) await forEach<unknown>(data.open(), visit);
  else if (data instanceof Tensor || data instanceof RaggedTensor) whole(data);
  else if (typeof data === 'object' && (Symbol.asyncIterator in data || isLazy(data)))
    await forEach(pullFrom(data as AsyncIterable<unknown> | Iterable<unknown>), visit);
  else whole(featuresOf(data, where));
}
