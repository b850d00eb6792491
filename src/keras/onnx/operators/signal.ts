// ONNX's operators of signals, and its random numbers.
// Owns: Fourier transforms as products with cosines and sines, windows, the mel scale, random draws.
import type { DType } from '../../../base/dtype.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';
import { range } from './convolutions.ts';
import { dtypeFrom } from './elementwise.ts';

/** The transform of x (…, size, 1 or 2) along `axis`: real and imaginary parts in the last axis. */
function fourier(x: Tensor, axis: number, length: number, inverse: boolean, onesided: boolean): Tensor {
  const given = x.dims[axis]!;
  const bins = onesided && !inverse ? Math.floor(length / 2) + 1 : length;
  const taps = inverse && onesided ? Math.min(given, Math.floor(length / 2) + 1) : Math.min(given, length);
  const sign = inverse ? 1 : -1;
  // What is left out of a one-sided spectrum is the mirror of what is there.
  const share = (k: number): number =>
    inverse && onesided && k > 0 && !(length % 2 === 0 && k === length / 2) ? 2 : 1;
  const table = (part: (angle: number) => number): Tensor => {
    const data = new Float64Array(taps * bins);
    for (let k = 0; k < taps; k++)
      for (let n = 0; n < bins; n++)
        data[k * bins + n] =
          (share(k) * part((sign * 2 * Math.PI * ((k * n) % length)) / length)) / (inverse ? length : 1);
    return tf.cast(eagerTensor(data, [taps, bins], 'float64'), x.dtype);
  };
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const cut = p.slice(
    x,
    x.dims.map(() => 0),
    x.dims.map((n, i) => (i === axis ? taps : n)),
  ) as Tensor;
  const order = [...range(x.rank).filter((i) => i !== axis), axis];
  const turned = p.transpose(cut, order) as Tensor; // (…, 1 or 2, taps)
  const complex = x.dims.at(-1) === 2;
  const parts = complex ? tf.unstack(turned, { axis: -2 }) : [tf.squeeze(turned, [-2])];
  const [a, b] = parts as [Tensor, Tensor | undefined];
  const real = b ? tf.subtract(tf.matmul(a, cos), tf.matmul(b, sin)) : tf.matmul(a, cos);
  const last = [real];
  if (!(inverse && onesided)) last.push(b ? tf.add(tf.matmul(a, sin), tf.matmul(b, cos)) : tf.matmul(a, sin));
  const stacked = tf.stack(last, -2);
  return p.transpose(
    stacked,
    range(x.rank).map((i) => order.indexOf(i)),
  ) as Tensor;
}

const transform: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0);
  const wanted = inputs[2] ? context.known(inputs[2], 'axis')[0]! : context.int('axis', context.opset < 20 ? 1 : -2);
  const axis = wanted < 0 ? wanted + x.rank : wanted;
  const [inverse, onesided] = [context.int('inverse', 0) === 1, context.int('onesided', 0) === 1];
  const natural = inverse && onesided ? 2 * (x.dims[axis]! - 1) : x.dims[axis]!;
  const length = inputs[1] ? context.known(inputs[1], 'dft_length')[0]! : natural;
  return fourier(x, axis, length, inverse, onesided);
};

const shortTime: Operator = (inputs, context) => {
  const given = context.need(inputs[0], 0); // (batch, samples, 1 or 2), or without the last axis
  const x = given.rank === 2 ? tf.expandDims(given, -1) : given;
  const step = context.known(context.need(inputs[1], 1), 'frame_step')[0]!;
  const weights = inputs[2] ?? null;
  const samples = x.dims[1]!;
  const length = inputs[3] ? context.known(inputs[3], 'frame_length')[0]! : (weights?.dims[0] ?? samples);
  const frames = Math.floor((samples - length) / step) + 1;
  const places = range(frames).flatMap((frame) => range(length).map((i) => frame * step + i));
  const cut = tf.gather(x, eagerTensor(Int32Array.from(places), [frames, length], 'int32'), { axis: 1 });
  const weighted = weights ? tf.multiply(cut, p.reshape(weights, [1, 1, length, 1]) as Tensor) : cut;
  return fourier(weighted, 2, length, false, context.int('onesided', 1) === 1);
};

/** Σ cᵢ cos(2πin / N), the signs in turn. */
const cosines =
  (coefficients: readonly number[]): Operator =>
  (inputs, context) => {
    const count = context.known(context.need(inputs[0], 0), 'size')[0]!;
    const period = context.int('periodic', 1) === 1 ? count : count - 1;
    const values = range(count).map((n) =>
      coefficients.reduce((sum, c, i) => sum + (i % 2 === 1 ? -c : c) * Math.cos((2 * Math.PI * i * n) / period), 0),
    );
    const dtype = dtypeFrom(context, context.int('output_datatype', 1));
    return tf.cast(eagerTensor(Float64Array.from(values), [count], 'float64'), dtype);
  };

const melWeights: Operator = (inputs, context) => {
  const [bins, length, rate, low, high] = [0, 1, 2, 3, 4].map(
    (i) => context.known(context.need(inputs[i], i), 'mel scale')[0]!,
  ) as [number, number, number, number, number];
  const spectrum = Math.floor(length / 2) + 1;
  const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
  const step = (mel(high) - mel(low)) / (bins + 2);
  const edges = range(bins + 2).map((i) => {
    const hertz = 700 * (10 ** ((mel(low) + i * step) / 2595) - 1);
    return Math.floor(((length + 1) * hertz) / rate);
  });
  const data = new Float64Array(spectrum * bins);
  for (let i = 0; i < bins; i++) {
    const [from, top, to] = edges.slice(i, i + 3) as [number, number, number];
    if (top === from) data[top * bins + i] = 1;
    else for (let j = from; j <= top; j++) data[j * bins + i] = (j - from) / (top - from);
    if (to > top) for (let j = top; j < to; j++) data[j * bins + i] = (to - j) / (to - top);
  }
  const dtype = dtypeFrom(context, context.int('output_datatype', 1));
  return tf.cast(eagerTensor(data, [spectrum, bins], 'float64'), dtype);
};

// ── Random numbers ──────────────────────────────────────────────────────────────────────────────────────────────

const dtypeOr = (context: OperatorContext, otherwise: DType): DType =>
  context.has('dtype') ? dtypeFrom(context, context.int('dtype', 1)) : otherwise;
const shapeOf = (context: OperatorContext): number[] => context.ints('shape') ?? context.fail('no shape is given.');
function drawn(context: OperatorContext, kind: 'uniform' | 'normal', dims: readonly number[], dtype: DType): Tensor {
  const values =
    kind === 'uniform'
      ? tf.random.uniform([...dims], context.float('low', 0), context.float('high', 1), 'float32')
      : tf.random.normal([...dims], context.float('mean', 0), context.float('scale', 1), 'float32');
  return tf.cast(values, dtype);
}
const alone =
  (kind: 'uniform' | 'normal'): Operator =>
  (_, context) =>
    drawn(context, kind, shapeOf(context), dtypeOr(context, 'float32'));
const alike =
  (kind: 'uniform' | 'normal'): Operator =>
  (inputs, context) => {
    const x = context.need(inputs[0], 0);
    return drawn(context, kind, x.dims, dtypeOr(context, x.dtype));
  };

export const signal: Readonly<Record<string, Operator>> = {
  DFT: transform,
  STFT: shortTime,
  HannWindow: cosines([0.5, 0.5]),
  HammingWindow: cosines([25 / 46, 21 / 46]),
  BlackmanWindow: cosines([0.42, 0.5, 0.08]),
  MelWeightMatrix: melWeights,
  RandomUniform: alone('uniform'),
  RandomNormal: alone('normal'),
  RandomUniformLike: alike('uniform'),
  RandomNormalLike: alike('normal'),
  Bernoulli: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const draw = tf.random.uniform([...x.dims], 0, 1, 'float32');
    return tf.cast(tf.less(draw, tf.cast(x, 'float32')), dtypeOr(context, x.dtype));
  },
  Multinomial: (inputs, context) => {
    const logits = context.need(inputs[0], 0);
    return tf.random.categorical(logits, context.int('sample_size', 1), dtypeOr(context, 'int32'));
  },
};
