// tf.nn.withSpaceToBatch: a windowed op over every rate-th element, by moving the others into the batch.
// Owns: the paddings that make that so, on any spatial axes. Moving is of blocks.ts.
import { show, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { requiredSpaceToBatchPaddings } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { batchToSpace, spaceToBatch } from './blocks.ts';
import { channelsFirst } from './windows.ts';

/** What is dilated: a function of the input, the number of spatial axes and the padding. */
export type WindowedOp = (input: Tensor, numSpatialDims: number, padding: 'SAME' | 'VALID') => Tensor;

/** batchToSpace(op(spaceToBatch(input))); with a rate of 1 everywhere just op(input, number of axes, padding). */
export const withSpaceToBatch = signature(
  'withSpaceToBatch',
  ['input', 'dilationRate', 'padding', 'op', 'filterShape', 'spatialDims', 'dataFormat'],
  (
    input: TensorLike,
    dilationRate: TensorLike,
    padding: 'SAME' | 'VALID',
    op: WindowedOp,
    filterShape?: TensorLike,
    spatialDims?: TensorLike,
    dataFormat?: string,
  ): Tensor => {
    const name = 'withSpaceToBatch';
    const x = convertToTensor(input, undefined, `${name}: input`);
    const rate = asIntegers(dilationRate, `${name}: dilationRate`);
    if (rate.some((n) => n < 1)) throw new ValueError(`${name}: dilationRate ${show(rate)}; wanted numbers ≥ 1.`);
    if (padding !== 'SAME' && padding !== 'VALID')
      throw new ValueError(`${name}: padding ${show(padding)}; wanted 'SAME' or 'VALID'.`);
    const start = channelsFirst(dataFormat) ? 2 : 1;
    const axes =
      spatialDims === undefined ? rate.map((_, i) => i + start) : asIntegers(spatialDims, `${name}: spatialDims`);
    if (
      axes.length !== rate.length ||
      axes.some((axis, i) => axis < 1 || axis <= (axes[i - 1] ?? 0) || axis >= x.dims.length)
    )
      throw new ValueError(
        `${name}: spatialDims ${show(axes)}; wanted ${rate.length} rising axes from 1 to ${x.dims.length - 1}, one for each rate.`,
      );
    if (rate.every((n) => n === 1)) return op(x, rate.length, padding);
    let base = rate.map(() => [0, 0]);
    if (padding === 'SAME') {
      if (filterShape === undefined) throw new ValueError(`${name}: padding 'SAME' wants filterShape.`);
      const window = asIntegers(filterShape, `${name}: filterShape`);
      base = rate.map((r, i) => {
        const extra = (window[i]! - 1) * r;
        return [Math.floor(extra / 2), extra - Math.floor(extra / 2)];
      });
    }
    const lengths = axes.map((axis) => x.dims[axis]!);
    const [paddings, crops] = requiredSpaceToBatchPaddings(lengths, rate, base).map((pairs) => asIntegers(pairs, name));
    // Axes between the spatial ones stay as they are: blocks of 1.
    const last = axes.at(-1)!;
    const all = (pick: (i: number) => readonly number[], none: readonly number[]): number[][] =>
      Array.from({ length: last }, (_, k) => (axes.includes(k + 1) ? [...pick(axes.indexOf(k + 1))] : [...none]));
    const block = all((i) => [rate[i]!], [1]).flat();
    const pairsOf = (list: readonly number[]) => all((i) => list.slice(2 * i, 2 * i + 2), [0, 0]);
    const moved = spaceToBatch(x, block, pairsOf(paddings!));
    return batchToSpace(op(moved, rate.length, 'VALID'), block, pairsOf(crops!));
  },
);
