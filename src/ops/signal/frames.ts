// tf.signal: windows, frames, short-time transforms, cosine transforms, mel.
// Owns: what cuts signals into frames and puts them together again.
import { asDType, type DType } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { normalizeAxis } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { alongLast } from '../core/sorting.ts';
import { i0 } from '../math/special/bessel.ts';
import { fitted, irfftOver, rfftOver } from './fourier.ts';

// ── Windows ─────────────────────────────────────────────────────────────────────────────────────────────────────

const windowTensor = (n: number, dtype: DType, f: (i: number) => number): Tensor =>
  p.convert(
    eagerTensor(
      Float64Array.from({ length: n }, (_, i) => f(i)),
      [n],
      'float64',
    ),
    asDType(dtype),
  ) as Tensor;
const raised = (name: string, a: number, b: number) =>
  signature(
    name,
    ['windowLength', 'periodic', 'dtype'],
    (windowLength: number | Tensor, periodic: boolean = true, dtype: DType = 'float32'): Tensor => {
      const n = asInteger(windowLength, `${name}: windowLength`);
      if (n === 1) return windowTensor(1, dtype, () => 1);
      const length = n + (periodic && n % 2 === 0 ? 1 : 0) - 1;
      return windowTensor(n, dtype, (i) => a - b * Math.cos((2 * Math.PI * i) / length));
    },
  );
export const hannWindow = raised('hannWindow', 0.5, 0.5);
export const hammingWindow = raised('hammingWindow', 0.54, 0.46);
export const vorbisWindow = signature(
  'vorbisWindow',
  ['windowLength', 'dtype'],
  (windowLength: number | Tensor, dtype: DType = 'float32'): Tensor => {
    const n = asInteger(windowLength, 'vorbisWindow: windowLength');
    return windowTensor(n, dtype, (i) => Math.sin((Math.PI / 2) * Math.sin((Math.PI / n) * (i + 0.5)) ** 2));
  },
);
const kaiser =
  (n: number, beta: number) =>
  (i: number): number =>
    i0(beta * Math.sqrt(Math.max(0, 1 - (n === 1 ? 0 : (2 * i) / (n - 1) - 1) ** 2))) / i0(beta);
export const kaiserWindow = signature(
  'kaiserWindow',
  ['windowLength', 'beta', 'dtype'],
  (windowLength: number | Tensor, beta: number = 12, dtype: DType = 'float32'): Tensor => {
    const n = asInteger(windowLength, 'kaiserWindow: windowLength');
    return windowTensor(n, dtype, kaiser(n, beta));
  },
);
export const kaiserBesselDerivedWindow = signature(
  'kaiserBesselDerivedWindow',
  ['windowLength', 'beta', 'dtype'],
  (windowLength: number | Tensor, beta: number = 12, dtype: DType = 'float32'): Tensor => {
    const half = Math.floor(asInteger(windowLength, 'kaiserBesselDerivedWindow: windowLength') / 2);
    const w = Array.from({ length: half + 1 }, (_, i) => kaiser(half + 1, beta)(i));
    const total = w.reduce((a, b) => a + b, 0);
    let sum = 0;
    const rising = w.slice(0, half).map((x) => {
      sum += x;
      return Math.sqrt(sum / total);
    });
    return windowTensor(2 * half, dtype, (i) => rising[i < half ? i : 2 * half - 1 - i]!);
  },
);

// ── Frames ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Overlapping frames along an axis: (…, frames, frameLength, …). */
export const frame = signature(
  'frame',
  ['signal', 'frameLength', 'frameStep', 'padEnd', 'padValue', 'axis'],
  (
    signal: TensorLike,
    frameLength: number | Tensor,
    frameStep: number | Tensor,
    padEnd: boolean = false,
    padValue: number = 0,
    axis: number = -1,
  ): Tensor => {
    const x = convertToTensor(signal, undefined, 'frame');
    const [length, step] = [asInteger(frameLength, 'frame: frameLength'), asInteger(frameStep, 'frame: frameStep')];
    if (length < 1 || step < 1)
      throw new ValueError(`frame: frameLength ${length} and frameStep ${step}; wanted positive numbers.`);
    const at = normalizeAxis(axis, x.dims.length, 'frame');
    const n = x.dims[at]!;
    const count = padEnd ? Math.ceil(n / step) : Math.max(0, 1 + Math.floor((n - length) / step));
    const needed = count === 0 ? 0 : (count - 1) * step + length;
    const none = x.dims.map(() => 0);
    const padded =
      needed > n
        ? p.pad(
            x,
            p.scalar(padValue, x.dtype),
            none,
            none.map((_, i) => (i === at ? needed - n : 0)),
          )
        : x;
    const places = Int32Array.from({ length: count * length }, (_, i) => Math.floor(i / length) * step + (i % length));
    const order = [at, ...x.dims.map((_, i) => i).filter((i) => i !== at)];
    const taken = p.takeRows(p.transpose(padded, order), eagerTensor(places, [count, length], 'int32'));
    // (frames, length, rest…) → the two in place of the axis.
    const rest = taken.dims.slice(2).map((_, i) => i + 2);
    return p.transpose(taken, [...rest.slice(0, at), 0, 1, ...rest.slice(at)]) as Tensor;
  },
);
/** Frames (…, frames, frameLength) added up where they overlap. */
export const overlapAndAdd = signature(
  'overlapAndAdd',
  ['signal', 'frameStep'],
  (signal: TensorLike, frameStep: number | Tensor): Tensor => {
    const x = convertToTensor(signal, undefined, 'overlapAndAdd');
    const step = asInteger(frameStep, 'overlapAndAdd: frameStep');
    if (step < 1) throw new ValueError(`overlapAndAdd: frameStep is ${step}; wanted 1 or more.`);
    const [count, length] = x.dims.slice(-2) as [number, number];
    const outer = x.dims.slice(0, -2);
    const n = (count - 1) * step + length;
    const places = Int32Array.from({ length: count * length }, (_, i) => Math.floor(i / length) * step + (i % length));
    const rows = outer.reduce((a, b) => a * b, 1);
    const flat = p.transpose(p.reshape(x, [rows, count * length]), [1, 0]);
    const sums = p.scatterRows(
      p.full(0, { dims: [n, rows], dtype: x.dtype }),
      eagerTensor(places, [places.length], 'int32'),
      flat,
      'add',
    );
    return p.reshape(p.transpose(sums, [1, 0]), [...outer, n]) as Tensor;
  },
);

type WindowFunction = ((length: number, options: { readonly dtype: DType }) => Tensor) | null;
const enclosing = (n: number): number => 2 ** Math.ceil(Math.log2(n));
const hann: WindowFunction = (length, { dtype }) => hannWindow(length, { dtype });
const times = (x: Value, window: Value): Value => p.mul(x, p.broadcastTo(window, x.dims));

/** Spectra of windowed frames: complex64 (…, frames, fftLength/2 + 1). */
export const stft = signature(
  'stft',
  ['signals', 'frameLength', 'frameStep', 'fftLength', 'windowFn', 'padEnd'],
  (
    signals: TensorLike,
    frameLength: number | Tensor,
    frameStep: number | Tensor,
    fftLength?: number | Tensor | null,
    windowFn: WindowFunction = hann,
    padEnd: boolean | null = false,
  ): Tensor => {
    const length = asInteger(frameLength, 'stft: frameLength');
    const size = (fftLength ?? null) === null ? enclosing(length) : asInteger(fftLength!, 'stft: fftLength');
    const frames: Value = frame(signals, length, frameStep, padEnd ?? false);
    const windowed = windowFn ? times(frames, windowFn(length, { dtype: frames.dtype })) : frames;
    return rfftOver(windowed, [windowed.dims.length - 1], [size]) as Tensor;
  },
  true,
);
/** The window with which inverseStft undoes stft with a given one. */
export function inverseStftWindowFn(
  frameStep: number,
  forwardWindowFn: WindowFunction = hann,
): (length: number, options?: { readonly dtype?: DType }) => Tensor {
  return (length, { dtype = 'float32' } = {}) => {
    const window = forwardWindowFn!(length, { dtype });
    // The squares of what overlaps at each place of a step.
    const rows = Math.ceil(length / frameStep);
    const squares = p.pad(p.mul(window, window), p.scalar(0, window.dtype), [0], [rows * frameStep - length]);
    const sums = p.reduce('reduceSum', p.reshape(squares, [rows, frameStep]), [0]);
    const repeated = p.reshape(p.broadcastTo(sums, [rows, frameStep]), [rows * frameStep]);
    return p.div(window, p.slice(repeated, [0], [length])) as Tensor;
  };
}
/** Signals from their short-time spectra. */
export const inverseStft = signature(
  'inverseStft',
  ['stfts', 'frameLength', 'frameStep', 'fftLength', 'windowFn'],
  (
    stfts: TensorLike,
    frameLength: number | Tensor,
    frameStep: number | Tensor,
    fftLength?: number | Tensor | null,
    windowFn: WindowFunction = hann,
  ): Tensor => {
    const x = convertToTensor(stfts, undefined, 'inverseStft');
    const length = asInteger(frameLength, 'inverseStft: frameLength');
    const size = (fftLength ?? null) === null ? enclosing(length) : asInteger(fftLength!, 'inverseStft: fftLength');
    const last = x.dims.length - 1;
    const frames = fitted(irfftOver(x, [last], [size]), last, length);
    const windowed = windowFn ? times(frames, windowFn(length, { dtype: 'float32' })) : frames;
    return overlapAndAdd(windowed as Tensor, frameStep);
  },
  true,
);

// ── Cosine transforms ───────────────────────────────────────────────────────────────────────────────────────────

/** The matrix of a discrete cosine transform of n numbers. */
function cosines(type: 1 | 2 | 3 | 4, n: number, ortho: boolean, dtype: DType): Value {
  const data = new Float64Array(n * n); // (input, output)
  for (let j = 0; j < n; j++)
    for (let k = 0; k < n; k++) {
      let value: number;
      if (type === 1)
        value =
          j === 0 || j === n - 1 ? (j === 0 ? 1 : k % 2 === 0 ? 1 : -1) : 2 * Math.cos((Math.PI * j * k) / (n - 1));
      else if (type === 2)
        value =
          2 *
          Math.cos((Math.PI * (2 * j + 1) * k) / (2 * n)) *
          (ortho ? Math.sqrt(1 / (2 * n)) * (k === 0 ? Math.SQRT1_2 : 1) : 1);
      else if (type === 3) {
        if (ortho)
          value = (j === 0 ? Math.SQRT1_2 : Math.cos((Math.PI * j * (2 * k + 1)) / (2 * n))) * Math.sqrt(2 / n);
        else value = j === 0 ? 1 : 2 * Math.cos((Math.PI * j * (2 * k + 1)) / (2 * n));
      } else
        value = 2 * Math.cos((Math.PI * (2 * j + 1) * (2 * k + 1)) / (4 * n)) * (ortho ? Math.sqrt(1 / (2 * n)) : 1);
      data[j * n + k] = value;
    }
  return p.convert(eagerTensor(data, [n, n], 'float64'), dtype);
}
type DctType = 1 | 2 | 3 | 4;
function cosineTransform(
  input: TensorLike,
  type: DctType,
  n: number | undefined,
  axis: number,
  norm: string | undefined,
  factor: number,
  name: string,
): Tensor {
  const x = convertToTensor(input, undefined, name);
  if (n !== undefined && n !== null && !(n >= 1)) throw new ValueError(`${name}: n is ${show(n)}; wanted 1 or more.`);
  if (![1, 2, 3, 4].includes(type) || (norm !== undefined && norm !== 'ortho') || (type === 1 && norm === 'ortho'))
    throw new ValueError(
      `${name}: type ${show(type)} and norm ${show(norm)}; wanted type 1 to 4, norm null or 'ortho' (not with type 1).`,
    );
  const at = normalizeAxis(axis, x.dims.length, name);
  return alongLast(x, at, (y) => {
    const last = y.dims.length - 1;
    const row = n === undefined ? y : fitted(y, last, n);
    const matrix = cosines(type, row.dims[last]!, norm === 'ortho', row.dtype);
    const product = p.dotGeneral(row, matrix, { lhsBatch: [], rhsBatch: [], lhsContract: [last], rhsContract: [0] });
    return factor === 0
      ? product
      : p.scale(product, 1 / (factor * (type === 1 ? row.dims[last]! - 1 : row.dims[last]!)));
  }) as Tensor;
}
/** The discrete cosine transform of a type. */
export const dct = signature(
  'dct',
  ['input', 'type', 'n', 'axis', 'norm'],
  (input: TensorLike, type: DctType = 2, n?: number, axis: number = -1, norm?: 'ortho'): Tensor =>
    cosineTransform(input, type, n, axis, norm, 0, 'dct'),
);
/** Its inverse up to the scaling that TensorFlow leaves out: types 2 and 3 undo each other. */
export const idct = signature(
  'idct',
  ['input', 'type', 'n', 'axis', 'norm'],
  (input: TensorLike, type: DctType = 2, n?: number, axis: number = -1, norm?: 'ortho'): Tensor =>
    cosineTransform(input, ({ 1: 1, 2: 3, 3: 2, 4: 4 } as const)[type], n, axis, norm, 0, 'idct'),
);

/** Weights from spectrogram bins to mel bands: (numSpectrogramBins, numMelBins). */
export const linearToMelWeightMatrix = signature(
  'linearToMelWeightMatrix',
  ['numMelBins', 'numSpectrogramBins', 'sampleRate', 'lowerEdgeHertz', 'upperEdgeHertz', 'dtype'],
  (
    numMelBins: number = 20,
    numSpectrogramBins: number = 129,
    sampleRate: number = 8000,
    lowerEdgeHertz: number = 125,
    upperEdgeHertz: number = 3800,
    dtype: DType = 'float32',
  ): Tensor => {
    const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);
    const [low, high] = [mel(lowerEdgeHertz), mel(upperEdgeHertz)];
    const edge = (i: number): number => low + ((high - low) * i) / (numMelBins + 1);
    const data = new Float64Array(numSpectrogramBins * numMelBins);
    for (let bin = 1; bin < numSpectrogramBins; bin++) {
      const at = mel((sampleRate / 2 / (numSpectrogramBins - 1)) * bin);
      for (let band = 0; band < numMelBins; band++) {
        const [a, b, c] = [edge(band), edge(band + 1), edge(band + 2)];
        data[bin * numMelBins + band] = Math.max(0, Math.min((at - a) / (b - a), (c - at) / (c - b)));
      }
    }
    return p.convert(eagerTensor(data, [numSpectrogramBins, numMelBins], 'float64'), asDType(dtype)) as Tensor;
  },
);
/** Cepstral coefficients of logarithmic mel spectra. */
export const mfccsFromLogMelSpectrograms = signature(
  'mfccsFromLogMelSpectrograms',
  ['logMelSpectrograms'],
  (logMelSpectrograms: TensorLike): Tensor => {
    const x = convertToTensor(logMelSpectrograms, undefined, 'mfccsFromLogMelSpectrograms');
    const transformed = dct(x, 2);
    return p.scale(transformed, 1 / Math.sqrt(2 * x.dims.at(-1)!)) as Tensor;
  },
);
