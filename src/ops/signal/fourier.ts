// tf.signal: Fourier transforms of complex and real signals over one or more axes.
// Owns: the ops and their gradients, which are transforms again. The algorithm stands in kernel.ts.
import { isComplex } from '../../base/dtype.ts';
import { ShapeError, show } from '../../base/errors.ts';
import { type Dims, normalizeAxis, showShape } from '../../base/shape.ts';
import type { ArrayValue, HostFunction } from '../../graph/primitive.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { hostFunction } from '../core/host.ts';
import { roll } from '../core/pad.ts';
import { signature } from '../core/signature.ts';
import { type Parts, transformRealRows, transformRows, transformToRealRows } from './kernel.ts';

/** Real and imaginary parts apart: so they are computed with inside programs, which know no complex numbers. */
interface Pair {
  readonly re: Value;
  readonly im: Value;
}
const partsOf = (x: Value): Pair => {
  if (isComplex(x.dtype)) return { re: p.real(x), im: p.imag(x) };
  const re = p.convert(x, 'float32');
  return { re, im: p.zerosLike(re) };
};
const joined = ({ re, im }: Pair): Value => p.complex(re, im);
const eachPart = ({ re, im }: Pair, f: (x: Value) => Value): Pair => ({ re: f(re), im: f(im) });
const lastExtent = (dims: Dims): number => dims.at(-1)!;
const withLast = (dims: Dims, n: number): Dims => [...dims.slice(0, -1), n];
const orZeros = (g: Value | null | undefined, like: Value): Value => g ?? p.zerosLike(like);
const arrayOf = (value: ArrayValue): Float32Array => value.data as Float32Array;
const partsOfArrays = (re: ArrayValue | undefined, im: ArrayValue | undefined): Parts => ({
  re: arrayOf(re!),
  im: arrayOf(im!),
});

/** The transform along the last axis, not scaled. */
const call = (sign: -1 | 1): HostFunction =>
  hostFunction(
    sign < 0 ? 'fft' : 'ifft',
    ([re]) => [
      { dims: re!.dims, dtype: 'float32' },
      { dims: re!.dims, dtype: 'float32' },
    ],
    ([re, im], [outRe, outIm]) =>
      transformRows(partsOfArrays(re, im), lastExtent(re!.dims), sign, partsOfArrays(outRe, outIm)),
    // The cotangent is the conjugate's: the transform backwards, not scaled either.
    ({ inputs: [x], cotangents: [re, im] }) => {
      const g = raw({ re: orZeros(re, x!), im: orZeros(im, x!) }, sign < 0 ? 1 : -1);
      return [g.re, g.im];
    },
  );
const calls = { forward: call(-1), backward: call(1) };
function raw({ re, im }: Pair, sign: -1 | 1): Pair {
  const [outRe, outIm] = p.customCall(sign < 0 ? calls.forward : calls.backward, [re, im]);
  return { re: outRe!, im: outIm! };
}

/** Factors of half a spectrum: 1 for the frequencies that stand in it alone, `others` for those that are there twice in the whole one. */
function weighted(x: Value, n: number, others: number): Value {
  const kept = lastExtent(x.dims);
  const factors = Float32Array.from({ length: kept }, (_, k) => (k === 0 || 2 * k === n ? 1 : others));
  return p.mul(x, p.broadcast(eagerTensor(factors, [kept], 'float32'), x.dims, [x.dims.length - 1]));
}
/** Rows of real numbers to the first half of their spectra. */
const realCall: HostFunction = hostFunction(
  'rfft',
  ([x]) => {
    const dims = withLast(x!.dims, Math.floor(lastExtent(x!.dims) / 2) + 1);
    return [
      { dims, dtype: 'float32' },
      { dims, dtype: 'float32' },
    ];
  },
  ([x], [re, im]) => transformRealRows(arrayOf(x!), lastExtent(x!.dims), partsOfArrays(re, im)),
  ({ inputs: [x], outputs: [y], cotangents: [re, im] }) => {
    const n = lastExtent(x!.dims);
    const half = (g: Value | null | undefined): Value => weighted(orZeros(g, y!), n, 0.5);
    return [rawToReal({ re: half(re), im: half(im) }, n)];
  },
);
const rawReal = (x: Value): Pair => {
  const [re, im] = p.customCall(realCall, [x]);
  return { re: re!, im: im! };
};
/** Half spectra back to rows of n real numbers, not scaled. */
const makeToReal = (n: number): HostFunction =>
  hostFunction(
    'irfft',
    ([re]) => [{ dims: withLast(re!.dims, n), dtype: 'float32' }],
    ([re, im], [out]) => transformToRealRows(partsOfArrays(re, im), n, arrayOf(out!)),
    ({ cotangents: [g] }) => {
      const { re, im } = eachPart(rawReal(g!), (part) => weighted(part, n, 2));
      return [re, im];
    },
  );
const toRealCalls = new Map<number, HostFunction>();
/** Calls are told apart by identity, so there is one for each length. */
function rawToReal({ re, im }: Pair, n: number): Value {
  let made = toRealCalls.get(n);
  if (!made) {
    made = makeToReal(n);
    toRealCalls.set(n, made);
  }
  return p.customCall(made, [re, im])[0]!;
}

/** Applies `f` to an axis as the last one, and moves it back. */
function pairAlong(x: Pair, axis: number, f: (x: Pair) => Pair): Pair {
  const last = x.re.dims.length - 1;
  if (axis === last) return f(x);
  const order = x.re.dims.map((_, i) => i);
  order.splice(axis, 1);
  order.push(axis);
  const back = order.map((_, i) => order.indexOf(i));
  return eachPart(f(eachPart(x, (part) => p.transpose(part, order))), (part) => p.transpose(part, back));
}
function pairOver(x: Pair, axes: readonly number[], sign: -1 | 1): Pair {
  let y = x;
  for (const axis of axes) y = pairAlong(y, axis, (z) => raw(z, sign));
  if (sign < 0) return y;
  const factor = 1 / axes.reduce((n, axis) => n * x.re.dims[axis]!, 1);
  return eachPart(y, (part) => p.scale(part, factor));
}
/** The transform of complex or real numbers over axes, divided by their lengths where it goes backwards. */
export const overAxes = (x: Value, axes: readonly number[], sign: -1 | 1): Value =>
  joined(pairOver(partsOf(x), axes, sign));
const lastAxes = (x: Value, count: number, name: string): number[] => {
  if (x.dims.length < count)
    throw new ShapeError(`${name}: found shape ${showShape(x.dims)}; wanted at least ${count} axes.`);
  return x.dims.map((_, i) => i).slice(x.dims.length - count);
};
const complexTransform = (name: string, count: number, sign: -1 | 1) =>
  signature(name, ['input'], (input: TensorLike): Tensor => {
    const x = convertToTensor(input, undefined, name);
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
  let x = p.convert(input, 'float32');
  axes.forEach((axis, i) => {
    x = fitted(x, axis, lengths[i]!);
  });
  const half = pairAlong({ re: x, im: x }, axes.at(-1)!, ({ re }) => rawReal(re));
  return joined(pairOver(half, axes.slice(0, -1), -1));
}
/** The real signal of half a spectrum: the other half is its conjugate in reverse. */
export function irfftOver(input: Value, axes: readonly number[], lengths: readonly number[]): Value {
  let x = partsOf(input);
  const last = axes.at(-1)!;
  const n = lengths.at(-1)!;
  axes.slice(0, -1).forEach((axis, i) => {
    x = eachPart(x, (part) => fitted(part, axis, lengths[i]!));
  });
  x = eachPart(x, (part) => fitted(part, last, Math.floor(n / 2) + 1));
  x = pairOver(x, axes.slice(0, -1), 1);
  const back = (pair: Pair): Pair => {
    const real = p.scale(rawToReal(pair, n), 1 / n);
    return { re: real, im: real };
  };
  return pairAlong(x, last, back).re;
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
    const x = convertToTensor(inputTensor, undefined, name);
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
