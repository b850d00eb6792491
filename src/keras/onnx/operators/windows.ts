// ONNX's pools and resizing: channels first.
// Owns: ceil_mode, what an average counts, the weights of every kind of resizing. They work on axes as they are.
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';
import { range, type Window, windowOf } from './convolutions.ts';

type Inputs = readonly (Tensor | null)[];

/** Windows over the last axes, with the room that ceil_mode asks for. */
function pooled(x: Tensor, context: OperatorContext): { params: Window; room: number[] } {
  const spatial = x.dims.slice(2);
  const size = context.ints('kernel_shape') ?? context.fail('kernel_shape is missing.');
  const params = windowOf(context, spatial, size);
  const room = spatial.map((n, i) => {
    if (context.int('ceil_mode', 0) === 0) return 0;
    const [stride, low] = [params.strides[i]!, params.low[i]!];
    const span = n + low + params.high[i]! - ((size[i]! - 1) * params.dilation[i]! + 1);
    let outputs = Math.ceil(span / stride) + 1;
    // The last window begins within the image or the padding before it.
    if ((outputs - 1) * stride >= n + low) outputs--;
    return Math.max((outputs - 1) * stride - span, 0);
  });
  return { params, room };
}
const overAll = ({ size, strides, dilation, low, high }: Window, room: readonly number[]): p.WindowParams => ({
  window: [1, 1, ...size],
  strides: [1, 1, ...strides],
  dilation: [1, 1, ...dilation],
  low: [0, 0, ...low],
  high: [0, 0, ...high.map((n, i) => n + room[i]!)],
});

function maxPool(inputs: Inputs, context: OperatorContext): Tensor | Tensor[] {
  const x = context.need(inputs[0], 0);
  const { params, room } = pooled(x, context);
  const all = overAll(params, room);
  const most = p.windowMax(x, all) as Tensor;
  if (!context.node.output[1]) return most;
  // The number of the largest tap, taken apart into its axes, tells the position in x.
  const numbers = p.convert(p.windowArgMax(x, all), 'int64') as Tensor;
  const order =
    context.int('storage_order', 0) === 1 ? range(x.rank - 2).map((i) => x.rank - 1 - i) : range(x.rank - 2, 2);
  let stride = 1;
  const strides = x.dims.map(() => 0);
  for (const axis of [...order.toReversed(), 1, 0]) {
    strides[axis] = stride;
    stride *= x.dims[axis]!;
  }
  let rest = numbers;
  let place = tf.zerosLike(numbers);
  for (let axis = x.rank - 1; axis >= 0; axis--) {
    const tap = tf.floormod(rest, all.window[axis]!);
    rest = tf.floordiv(rest, all.window[axis]!);
    const start = tf.multiply(p.iota(numbers.dims, axis, 'int64') as Tensor, all.strides[axis]!);
    const at = tf.subtract(tf.add(start, tf.multiply(tap, all.dilation[axis]!)), all.low[axis]!);
    place = tf.add(place, tf.multiply(at, strides[axis]!));
  }
  return [most, place];
}

function averagePool(inputs: Inputs, context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const { params, room } = pooled(x, context);
  const sum = p.windowSum(x, overAll(params, room)) as Tensor;
  const spatial = x.dims.slice(2);
  const zero = p.scalar(0, x.dtype);
  // What counts: the image, and the padding if so wanted; never the room beyond it.
  const inside = p.full(1, { dims: [1, 1, ...spatial], dtype: x.dtype });
  const whole = context.int('count_include_pad', 0) === 1;
  const image = whole
    ? p.full(1, { dims: [1, 1, ...spatial.map((n, i) => n + params.low[i]! + params.high[i]!)], dtype: x.dtype })
    : p.pad(inside, zero, [0, 0, ...params.low], [0, 0, ...params.high]);
  const plain = { ...params, low: params.low.map(() => 0), high: params.high.map(() => 0) };
  return tf.divide(sum, p.windowSum(image, overAll(plain, room)) as Tensor);
}

const overSpace =
  (reduce: (x: Tensor, options: { axis: number[]; keepdims: boolean }) => Tensor): Operator =>
  (inputs, context) => {
    const x = context.need(inputs[0], 0);
    return reduce(x, { axis: range(x.rank - 2, 2), keepdims: true });
  };

// ── Resizing ────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where output position i lies in the input. */
function sourceOf(
  mode: string,
  i: number,
  n: number,
  m: number,
  scale: number,
  roi: readonly [number, number],
): number {
  switch (mode) {
    case 'asymmetric':
      return i / scale;
    case 'align_corners':
      return m === 1 ? 0 : (i * (n - 1)) / (scale * n - 1);
    case 'pytorch_half_pixel':
      return m > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case 'half_pixel_symmetric': {
      const adjusted = m / (scale * n);
      return (n / 2) * (1 - adjusted) + (i + 0.5) / scale - 0.5;
    }
    case 'tf_half_pixel_for_nn':
      return (i + 0.5) / scale;
    case 'tf_crop_and_resize':
      return m > 1 ? roi[0] * (n - 1) + (i * (roi[1] - roi[0]) * (n - 1)) / (m - 1) : 0.5 * (roi[0] + roi[1]) * (n - 1);
    default:
      return (i + 0.5) / scale - 0.5;
  }
}
const roundings: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
};
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/** The weights of the inputs (columns) in each output (rows) along one axis. */
function resizing(
  context: OperatorContext,
  n: number,
  m: number,
  scale: number,
  roi: readonly [number, number],
): Float32Array {
  const mode = context.text('mode', 'nearest');
  const where = context.text('coordinate_transformation_mode', context.opset < 11 ? 'asymmetric' : 'half_pixel');
  const rounding = roundings[context.text('nearest_mode', context.opset < 11 ? 'floor' : 'round_prefer_floor')]!;
  const exclude = context.int('exclude_outside', 0) === 1;
  const a = context.float('cubic_coeff_a', -0.75);
  // Anti-aliasing widens the filter where the image shrinks.
  const stretch = context.int('antialias', 0) === 1 && scale < 1 ? 1 / scale : 1;
  const weights = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    const at = sourceOf(where, i, n, m, scale, roi);
    if (where === 'tf_crop_and_resize' && (at < 0 || at > n - 1)) continue;
    if (mode === 'nearest') {
      weights[i * n + Math.min(Math.max(rounding(at), 0), n - 1)] = 1;
      continue;
    }
    const reach = (mode === 'linear' ? 1 : 2) * stretch;
    const row = new Float64Array(n);
    let total = 0;
    for (let k = Math.floor(at - reach) + (stretch === 1 ? 1 : 0); k <= Math.ceil(at + reach); k++) {
      const distance = (k - at) / stretch;
      const weight = mode === 'linear' ? Math.max(1 - Math.abs(distance), 0) : cubic(distance, a);
      if (weight === 0 || (exclude && (k < 0 || k >= n))) continue;
      row[Math.min(Math.max(k, 0), n - 1)]! += weight;
      total += weight;
    }
    for (let k = 0; k < n; k++) weights[i * n + k] = row[k]! / total;
  }
  return weights;
}

function resize(inputs: Inputs, context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const upsample = context.node.opType === 'Upsample' || context.opset < 11;
  const given = (i: number, name: string): number[] | null =>
    inputs[i] && inputs[i].size > 0 ? context.known(inputs[i], name) : null;
  const factors = upsample ? (given(1, 'scales') ?? context.floats('scales')) : given(2, 'scales');
  const sizes = upsample ? null : given(3, 'sizes');
  const roi = upsample ? null : given(1, 'roi');
  const axes = context.ints('axes')?.map((axis) => (axis < 0 ? axis + x.rank : axis)) ?? x.dims.map((_, i) => i);
  const policy = context.text('keep_aspect_ratio_policy', 'stretch');
  let ratios = axes.map((axis, i) => (sizes ? sizes[i]! / x.dims[axis]! : factors![i]!));
  const stretched = policy === 'stretch';
  if (sizes && !stretched) {
    const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    ratios = ratios.map(() => ratio);
  }
  const cropped = context.text('coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  const outside: { axis: number; rows: Uint8Array }[] = [];
  const resized = axes.reduce((result: Tensor, axis, i) => {
    const n = x.dims[axis]!;
    const m =
      sizes && stretched ? sizes[i]! : sizes ? Math.floor(n * ratios[i]! + 0.5) : Math.floor(n * ratios[i]! + 1e-9);
    const part = [roi?.[i] ?? 0, roi?.[i + axes.length] ?? 1] as const;
    if (m === n && ratios[i] === 1 && !roi) return result;
    const weights = resizing(context, n, m, ratios[i]!, part);
    const rows = Uint8Array.from({ length: m }, (_, row) =>
      weights.subarray(row * n, row * n + n).every((weight) => weight === 0) ? 1 : 0,
    );
    if (cropped) outside.push({ axis, rows });
    const matrix = tf.cast(eagerTensor(weights, [m, n], 'float32'), x.dtype === 'float64' ? 'float64' : 'float32');
    const order = [...range(x.rank).filter((other) => other !== axis), axis];
    const turned = p.transpose(p.convert(result, matrix.dtype), order) as Tensor;
    const product = tf.matmul(turned, matrix, { transposeB: true });
    const back = range(x.rank).map((other) => order.indexOf(other));
    return p.convert(p.transpose(product, back), x.dtype) as Tensor;
  }, x);
  const value = context.float('extrapolation_value', 0);
  return outside.reduce((result, { axis, rows }) => {
    const mask = p.broadcast(eagerTensor(rows, [rows.length], 'bool'), result.dims, [axis]) as Tensor;
    return tf.where(mask, p.full(value, result) as Tensor, result);
  }, resized);
}

/** (Σ |x|^p)^(1/p) over windows. */
function lpPool(inputs: Inputs, context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const { params, room } = pooled(x, context);
  const power = context.int('p', 2);
  return tf.pow(p.windowSum(tf.pow(tf.abs(x), power), overAll(params, room)) as Tensor, 1 / power);
}

function localResponse(inputs: Inputs, context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const size = context.int('size', 1);
  const [low, high] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const pads = (n: number): number[] => x.dims.map((_, i) => (i === 1 ? n : 0));
  const ones = x.dims.map(() => 1);
  const sums = p.windowSum(tf.square(x), {
    window: ones.map((one, i) => (i === 1 ? size : one)),
    strides: ones,
    dilation: ones,
    low: pads(low),
    high: pads(high),
  }) as Tensor;
  const scale = tf.add(tf.multiply(sums, context.float('alpha', 1e-4) / size), context.float('bias', 1));
  return tf.divide(x, tf.pow(scale, context.float('beta', 0.75)));
}

export const windows: Readonly<Record<string, Operator>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: overSpace(tf.reduceMean),
  GlobalMaxPool: overSpace(tf.reduceMax),
  LpPool: lpPool,
  GlobalLpPool: (inputs, context) => {
    const power = context.int('p', 2);
    return overSpace((x, options) => tf.pow(tf.reduceSum(tf.pow(tf.abs(x), power), options), 1 / power))(
      inputs,
      context,
    );
  },
  Resize: resize,
  Upsample: resize,
  LRN: localResponse,
};
