// tf.signal: Fourier transforms of complex and real signals over one or more axes.
// Owns: the ops and their gradients, which are transforms again. The algorithm stands in kernel.ts.
import { isComplex } from '../../base/dtype.ts';
import { ShapeError, show } from '../../base/errors.ts';
import { normalizeAxis, showShape } from '../../base/shape.ts';
import type { HostFunction } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { hostFunction } from '../core/host.ts';
import { roll } from '../core/pad.ts';
import { signature } from '../core/signature.ts';
import { alongLast } from '../core/sorting.ts';
import { transform } from './kernel.ts';

/** The transform along the last axis, not scaled. */
const call = (sign: -1 | 1): HostFunction =>
  hostFunction(
    sign < 0 ? 'fft' : 'ifft',
    ([x]) => [{ dims: x!.dims, dtype: 'complex64' }],
    ([x], [out]) => {
      const n = x!.dims.at(-1)! * 2;
      const source = x!.data as Float32Array;
      const row = new Float64Array(n);
      for (let start = 0; start < source.length; start += n) {
        row.set(source.subarray(start, start + n));
        transform(row, sign);
        (out!.data as Float32Array).set(row, start);
      }
    },
    // The cotangent is the conjugate's: the transform backwards, not scaled either.
    ({ cotangents: [g] }) => [raw(g!, sign < 0 ? 1 : -1)],
  );
const calls = { forward: call(-1), backward: call(1) };
const raw = (x: Value, sign: -1 | 1): Value => p.customCall(sign < 0 ? calls.forward : calls.backward, [x])[0]!;

const scaleComplex = (x: Value, factor: number): Value =>
  factor === 1 ? x : p.complex(p.scale(p.real(x), factor), p.scale(p.imag(x), factor));
const complexOf = (x: Value): Value => {
  if (isComplex(x.dtype)) return x;
  const part = p.convert(x, 'float32');
  return p.complex(part, p.zerosLike(part));
};
export function overAxes(x: Value, axes: readonly number[], sign: -1 | 1): Value {
  let y = x;
  for (const axis of axes) y = alongLast(y, axis, (z) => raw(z, sign));
  if (sign < 0) return y;
  return scaleComplex(y, 1 / axes.reduce((n, axis) => n * x.dims[axis]!, 1));
}
const lastAxes = (x: Value, count: number, name: string): number[] => {
  if (x.dims.length < count)
    throw new ShapeError(`${name}: found shape ${showShape(x.dims)}; wanted at least ${count} axes.`);
  return x.dims.map((_, i) => i).slice(x.dims.length - count);
};
const complexTransform = (name: string, count: number, sign: -1 | 1) =>
  signature(name, ['input'], (input: TensorLike): Tensor => {
    const x = complexOf(convertToTensor(input, undefined, name));
    return overAxes(x, lastAxes(x, count, name), sign) as Tensor;
  });
export const fft = complexTransform('fft', 1, -1);
export const fft2d = complexTransform('fft2d', 2, -1);
export const fft3d = complexTransform('fft3d', 3, -1);
export const ifft = complexTransform('ifft', 1, 1);
export const ifft2d = complexTransform('ifft2d', 2, 1);
export const ifft3d = complexTransform('ifft3d', 3, 1);

/** Cut or padded with zeros to a length along an axis. */
export function fitted(x: Value, axis: number, length: number): Value {
  const n = x.dims[axis]!;
  if (n === length) return x;
  if (n > length)
    return p.slice(
      x,
      x.dims.map(() => 0),
      x.dims.map((m, i) => (i === axis ? length : m)),
    );
  return p.pad(
    x,
    p.scalar(0, x.dtype),
    x.dims.map(() => 0),
    x.dims.map((_, i) => (i === axis ? length - n : 0)),
  );
}

/** Real signals to the first half of their spectrum, n/2 + 1 values. */
export function rfftOver(input: Value, axes: readonly number[], lengths: readonly number[]): Value {
  let x = input;
  axes.forEach((axis, i) => {
    x = fitted(x, axis, lengths[i]!);
  });
  const last = axes.at(-1)!;
  const whole = overAxes(complexOf(x), axes, -1);
  return fitted(whole, last, Math.floor(lengths.at(-1)! / 2) + 1);
}
/** The real signal of half a spectrum: the other half is its conjugate in reverse. */
export function irfftOver(input: Value, axes: readonly number[], lengths: readonly number[]): Value {
  let x = input;
  const last = axes.at(-1)!;
  const n = lengths.at(-1)!;
  axes.slice(0, -1).forEach((axis, i) => {
    x = fitted(x, axis, lengths[i]!);
  });
  x = fitted(x, last, Math.floor(n / 2) + 1);
  x = overAxes(x, axes.slice(0, -1), 1);
  const count = n - x.dims[last]!;
  const from = (axis: number, start: number, stop: number): Value =>
    p.slice(
      x,
      x.dims.map((_, i) => (i === axis ? start : 0)),
      x.dims.map((m, i) => (i === axis ? stop : m)),
    );
  const mirrored = count > 0 ? [p.conj(p.reverse(from(last, 1, count + 1), [last]))] : [];
  return p.real(overAxes(p.concatenate([x, ...mirrored], last), [last], 1));
}
const lengthsOf = (given: TensorLike | undefined, fallback: readonly number[], name: string): number[] => {
  if (given === undefined) return [...fallback];
  const list = asIntegers(given, `${name}: fftLength`);
  if (list.length !== fallback.length || list.some((n) => n < 1))
    throw new ShapeError(`${name}: fftLength ${show(list)}; wanted ${fallback.length} positive numbers.`);
  return list;
};
const realTransform = (name: string, count: number) =>
  signature(name, ['inputTensor', 'fftLength'], (inputTensor: TensorLike, fftLength?: TensorLike): Tensor => {
    const x = convertToTensor(inputTensor, undefined, name);
    const axes = lastAxes(x, count, name);
    return rfftOver(
      x,
      axes,
      lengthsOf(
        fftLength,
        axes.map((axis) => x.dims[axis]!),
        name,
      ),
    ) as Tensor;
  });
export const rfft = realTransform('rfft', 1);
export const rfft2d = realTransform('rfft2d', 2);
export const rfft3d = realTransform('rfft3d', 3);
const inverseReal = (name: string, count: number) =>
  signature(name, ['inputTensor', 'fftLength'], (inputTensor: TensorLike, fftLength?: TensorLike): Tensor => {
    const x = complexOf(convertToTensor(inputTensor, undefined, name));
    const axes = lastAxes(x, count, name);
    const natural = axes.map((axis, i) =>
      i === axes.length - 1 ? Math.max(2 * (x.dims[axis]! - 1), 1) : x.dims[axis]!,
    );
    return irfftOver(x, axes, lengthsOf(fftLength, natural, name)) as Tensor;
  });
export const irfft = inverseReal('irfft', 1);
export const irfft2d = inverseReal('irfft2d', 2);
export const irfft3d = inverseReal('irfft3d', 3);

const shifts = (name: string, half: (n: number) => number) =>
  signature(name, ['x', 'axes'], (x: TensorLike, axes?: Axis): Tensor => {
    const t = convertToTensor(x, undefined, name);
    const list = (
      axes === undefined || axes === null ? t.dims.map((_, i) => i) : typeof axes === 'number' ? [axes] : axes
    ).map((a) => normalizeAxis(a, t.dims.length, name));
    return roll(
      t,
      list.map((a) => half(t.dims[a]!)),
      list,
    );
  });
/** Frequency 0 moved to the middle. */
export const fftshift = shifts('fftshift', (n) => Math.floor(n / 2));
export const ifftshift = shifts('ifftshift', (n) => -Math.floor(n / 2));
