// tf.signal.fftnd and its relatives: transforms over any axes, with lengths and norms.
// Owns: the arguments; the transforms stand in fourier.ts.
import { isComplex } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { fitted, irfftOver, overAxes, rfftOver } from './fourier.ts';

type Norm = 'backward' | 'ortho' | 'forward';
interface Plan {
  readonly x: Value;
  readonly axes: number[];
  readonly lengths: number[] | null;
}
function plan(input: TensorLike, fftLength: TensorLike | undefined, axes: TensorLike | undefined, name: string): Plan {
  const x = convertToTensor(input, undefined, name);
  const lengths = fftLength === undefined ? null : asIntegers(fftLength, `${name}: fftLength`);
  const rank = x.dims.length;
  const list =
    axes === undefined
      ? x.dims.map((_, i) => i).slice(lengths ? rank - lengths.length : 0)
      : asIntegers(axes, `${name}: axes`).map((a) => normalizeAxis(a, rank, name));
  return { x, axes: list, lengths };
}
/** What the norm multiplies the transform of n numbers with; transforms backwards divide by n already. */
function scaled(x: Value, norm: Norm, n: number, forward: boolean, name: string): Tensor {
  if (!['backward', 'ortho', 'forward'].includes(norm))
    throw new ValueError(`${name}: norm ${show(norm)}; wanted 'backward', 'ortho' or 'forward'.`);
  const factor =
    norm === 'backward' ? 1 : norm === 'ortho' ? (forward ? 1 / Math.sqrt(n) : Math.sqrt(n)) : forward ? 1 / n : n;
  if (factor === 1) return x as Tensor;
  return (
    isComplex(x.dtype) ? p.complex(p.scale(p.real(x), factor), p.scale(p.imag(x), factor)) : p.scale(x, factor)
  ) as Tensor;
}
const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
const NAMES = ['inputTensor', 'fftLength', 'axes', 'norm'] as const;

const complexNd = (name: string, sign: -1 | 1) =>
  signature(
    name,
    NAMES,
    (inputTensor: TensorLike, fftLength?: TensorLike, axes?: TensorLike, norm: Norm = 'backward'): Tensor => {
      const { x, axes: list, lengths } = plan(inputTensor, fftLength, axes, name);
      let y: Value = x;
      list.forEach((axis, i) => {
        if (lengths) y = fitted(y, axis, lengths[i]!);
      });
      return scaled(overAxes(y, list, sign), norm, product(list.map((axis) => y.dims[axis]!)), sign < 0, name);
    },
  );
export const fftnd = complexNd('fftnd', -1);
export const ifftnd = complexNd('ifftnd', 1);
export const rfftnd = signature(
  'rfftnd',
  NAMES,
  (inputTensor: TensorLike, fftLength?: TensorLike, axes?: TensorLike, norm: Norm = 'backward'): Tensor => {
    const { x, axes: list, lengths } = plan(inputTensor, fftLength, axes, 'rfftnd');
    const sizes = lengths ?? list.map((axis) => x.dims[axis]!);
    return scaled(rfftOver(x, list, sizes), norm, product(sizes), true, 'rfftnd');
  },
);
export const irfftnd = signature(
  'irfftnd',
  NAMES,
  (inputTensor: TensorLike, fftLength?: TensorLike, axes?: TensorLike, norm: Norm = 'backward'): Tensor => {
    const { x, axes: list, lengths } = plan(inputTensor, fftLength, axes, 'irfftnd');
    const sizes = lengths ?? list.map((axis, i) => (i === list.length - 1 ? 2 * (x.dims[axis]! - 1) : x.dims[axis]!));
    return scaled(irfftOver(x, list, sizes), norm, product(sizes), false, 'irfftnd');
  },
);
