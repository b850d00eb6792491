// keras.utils.timeseriesDatasetFromArray: windows over an array as a data set.
// Owns: Keras's choice of windows, its order for a seed. Leaves batches to tf.data.

import { dtypes } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { DatasetBase } from '../../data/dataset.ts';
import { eager, part } from '../../data/structure.ts';
import { gather } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { integersTensor } from '../../ops/core/shapes.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import { globalState } from '../../random/global-state.ts';
import { RandomState } from '../../random/random-state.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { type DatasetFormat, requireFormat } from './directory-index.ts';

export interface TimeseriesOptions
  extends Options<{
    sequenceStride: number;
    samplingRate: number;
    batchSize: number | null;
    shuffle: boolean;
    seed: number | null;
    startIndex: number | null;
    endIndex: number | null;
    format: DatasetFormat;
  }> {}

const NAMES = [
  'data',
  'targets',
  'sequenceLength',
  'sequenceStride',
  'samplingRate',
  'batchSize',
  'shuffle',
  'seed',
  'startIndex',
  'endIndex',
  'format',
];
const name = 'timeseriesDatasetFromArray';

function check(what: string, value: number, count: number): void {
  if (!Number.isInteger(value) || value < 1 || value >= count)
    throw new ValueError(`${name}: ${what}: found ${show(value)}, wanted 1 to ${count - 1} for ${count} rows of data.`);
}

type NamedSequence = TimeseriesOptions & { readonly sequenceLength: number };
type SequenceArguments = [sequenceLength: number, options?: TimeseriesOptions] | [options: NamedSequence];

/**
 * Windows of `sequenceLength` rows, `samplingRate` apart, that begin `sequenceStride` after each other; with targets, pairs of
 * a window and the target of its first row. `batchSize: null` gives them one by one.
 */
export function timeseriesDatasetFromArray(
  data: TensorLike,
  targets: null | undefined,
  ...rest: SequenceArguments
): DatasetBase<Tensor>;
export function timeseriesDatasetFromArray(
  data: TensorLike,
  targets: TensorLike,
  ...rest: SequenceArguments
): DatasetBase<[windows: Tensor, targets: Tensor]>;
export function timeseriesDatasetFromArray(
  options: NamedSequence & { readonly data: TensorLike; readonly targets: TensorLike },
): DatasetBase<[windows: Tensor, targets: Tensor]>;
export function timeseriesDatasetFromArray(
  options: NamedSequence & { readonly data: TensorLike; readonly targets?: null | undefined },
): DatasetBase<Tensor>;
export function timeseriesDatasetFromArray(...args: readonly unknown[]): unknown {
  const bound = bindArguments(name, NAMES, args, true);
  requireFormat(name, bound[10]);
  const [given, wanted, length] = bound as [TensorLike, TensorLike | null | undefined, number];
  const [stride, rate] = [(bound[3] as number | undefined) ?? 1, (bound[4] as number | undefined) ?? 1];
  const batchSize = bound[5] === undefined ? 128 : (bound[5] as number | null);
  const shuffle = bound[6] === true;
  const [from, to] = [bound[8] as number | null | undefined, bound[9] as number | null | undefined];
  const rows = convertToTensor(given, undefined, `${name}: data`);
  const count = rows.dims[0] ?? 0;
  if (from && (from < 0 || from >= count))
    throw new ValueError(`${name}: startIndex: found ${from}, wanted 0 to ${count - 1}.`);
  if (to && (to <= (from ?? 0) || to >= count))
    throw new ValueError(`${name}: endIndex: found ${to}, wanted more than startIndex and less than ${count}.`);
  check('samplingRate', rate, count);
  check('sequenceStride', stride, count);
  if (!Number.isInteger(length) || length < 1)
    throw new ValueError(`${name}: sequenceLength: found ${show(length)}, wanted a whole number ≥ 1.`);

  const [begin, end] = [from ?? 0, to ?? count];
  const steps = wanted === null || wanted === undefined ? null : convertToTensor(wanted, undefined, `${name}: targets`);
  let windows = end - begin - (length - 1) * rate;
  if (steps) windows = Math.min(windows, steps.dims[0]!);
  const starts = Array.from({ length: Math.max(Math.ceil(windows / stride), 0) }, (_, i) => i * stride);
  const seed = shuffle ? ((bound[7] as number | null | undefined) ?? globalState.randint(1e6)) : undefined;
  if (shuffle) new RandomState(seed!).shuffle(starts);

  const cut = sliceOf(rows, begin, end);
  const cutTargets = steps && sliceOf(steps, begin, end);
  const places = (start: number): Tensor =>
    integersTensor(
      Array.from({ length }, (_, k) => start + k * rate),
      [length],
      'int32',
    );
  const one = (index: Tensor) => {
    const start = starts[index.item()]!;
    const window = gather(cut, places(start));
    return cutTargets ? ([window, gather(cutTargets, integersTensor([start], [], 'int32'))] as const) : window;
  };
  let dataset: DatasetBase<Tensor> | DatasetBase<[Tensor, Tensor]> = DatasetBase.range(starts.length).map(
    one as (index: Tensor) => Tensor,
  );
  if (shuffle) dataset = dataset.shuffle(batchSize === null ? 1024 : batchSize * 8, { seed });
  return batchSize === null ? dataset : dataset.batch(batchSize);
}

/** Rows from `from` to `to`, or to the last. */
function sliceOf(x: Tensor, from: number, to: number): Tensor {
  const last = Math.min(to, x.dims[0]!);
  const rest = x.dims.slice(1);
  const size = sizeOf(rest) * dtypes[x.dtype].lanes;
  return eagerTensor(part(eager(x), from * size, last * size), [Math.max(last - from, 0), ...rest], x.dtype);
}
