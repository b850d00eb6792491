// keras.ops: neural network functions: activations, convolutions, pools, normalizations, losses, attention.
// Owns: Keras's names, defaults and data formats; the formulas are tf.nn's and keras.activations'.
import type { DType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { concat, reshape, slice, split, transpose } from '../../ops/core/arrange.ts';
import { oneHot as hot } from '../../ops/core/create.ts';
import { pad } from '../../ops/core/pad.ts';
import type { Callable } from '../../ops/core/signature.ts';
import * as math from '../../ops/math/elementwise.ts';
import { reduceMax, reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import * as nn from '../../ops/nn/index.ts';
import { fromDense, SparseTensor, toDense } from '../../ops/sparse/index.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { imageDataFormat, epsilon as smallest } from '../config.ts';
import { causalMask } from '../layers/attention/masks.ts';
import { poolAxis } from './adaptive-pool.ts';
import { floats, kerasOp, tensor, to } from './define.ts';

export * from './activations.ts';

// ── Convolutions and pools ──────────────────────────────────────────────────────────────────────────────────────

type Padding = 'valid' | 'same';
type Format = 'channels_last' | 'channels_first';
type Sizes = number | readonly number[];
const first = (format: Format | undefined): boolean => (format ?? imageDataFormat()) === 'channels_first';
const LETTERS = ['W', 'HW', 'DHW'];
const layout = (rank: number, format: Format | undefined): string =>
  first(format) ? `NC${LETTERS[rank - 1]}` : `N${LETTERS[rank - 1]}C`;

export const conv = kerasOp(
  'conv',
  ['inputs', 'kernel', 'strides', 'padding', 'dataFormat', 'dilationRate'],
  (
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Sizes = 1,
    padding: Padding = 'valid',
    dataFormat?: Format,
    dilationRate: Sizes = 1,
  ): Tensor =>
    nn.convolution(inputs, kernel, strides, padding, layout(tensor(inputs).shape.length - 2, dataFormat), dilationRate),
);
export const depthwiseConv = kerasOp(
  'depthwiseConv',
  ['inputs', 'kernel', 'strides', 'padding', 'dataFormat', 'dilationRate'],
  (
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Sizes = 1,
    padding: Padding = 'valid',
    dataFormat?: Format,
    dilationRate: Sizes = 1,
  ): Tensor => {
    const [x, k] = [tensor(inputs), tensor(kernel)];
    const format = first(dataFormat) ? 'NCHW' : 'NHWC';
    if (x.shape.length === 4) return nn.depthwiseConv2d(x, k, strides, padding, format, dilationRate);
    // One axis: as an image of height 1.
    const axis = first(dataFormat) ? 2 : 1;
    const wide = nn.depthwiseConv2d(
      x.expandDims(axis),
      k.expandDims(0),
      Array.isArray(strides) ? [1, strides[0]!] : [1, strides as number],
      padding,
      format,
      Array.isArray(dilationRate) ? [1, dilationRate[0]!] : [1, dilationRate as number],
    );
    return wide.squeeze(axis);
  },
);
export const separableConv = kerasOp(
  'separableConv',
  ['inputs', 'depthwiseKernel', 'pointwiseKernel', 'strides', 'padding', 'dataFormat', 'dilationRate'],
  (
    inputs: TensorLike,
    depthwiseKernel: TensorLike,
    pointwiseKernel: TensorLike,
    strides: Sizes = 1,
    padding: Padding = 'valid',
    dataFormat?: Format,
    dilationRate: Sizes = 1,
  ): Tensor =>
    conv(
      depthwiseConv(inputs, depthwiseKernel, strides, padding, dataFormat, dilationRate),
      pointwiseKernel,
      1,
      'valid',
      dataFormat,
    ),
);
export const convTranspose = kerasOp(
  'convTranspose',
  ['inputs', 'kernel', 'strides', 'padding', 'outputPadding', 'dataFormat', 'dilationRate'],
  (
    inputs: TensorLike,
    kernel: TensorLike,
    strides: Sizes = 1,
    padding: Padding = 'valid',
    outputPadding?: Sizes,
    dataFormat?: Format,
    dilationRate: Sizes = 1,
  ): Tensor => {
    const [x, k] = [tensor(inputs), tensor(kernel)];
    const rank = x.dims.length - 2;
    const list = (sizes: Sizes): readonly number[] =>
      typeof sizes === 'number' ? new Array<number>(rank).fill(sizes) : sizes;
    const [step, rate] = [list(strides), list(dilationRate)];
    const spatial = first(dataFormat) ? x.dims.slice(2) : x.dims.slice(1, -1);
    const length = spatial.map((n, i) => {
      const reach = (k.dims[i]! - 1) * rate[i]! + 1;
      if (outputPadding === undefined)
        return padding === 'same' ? n * step[i]! : n * step[i]! + Math.max(reach - step[i]!, 0);
      return (
        (n - 1) * step[i]! + reach - (padding === 'same' ? 2 * Math.floor(reach / 2) : 0) + list(outputPadding)[i]!
      );
    });
    const channels = k.dims.at(-2)!;
    const shape = first(dataFormat) ? [x.dims[0]!, channels, ...length] : [x.dims[0]!, ...length, channels];
    return nn.convTranspose(x, k, shape, [...step], padding, layout(rank, dataFormat), [...rate]);
  },
);
const pool = (name: string, type: 'MAX' | 'AVG') =>
  kerasOp(
    name,
    ['inputs', 'poolSize', 'strides', 'padding', 'dataFormat'],
    (inputs: TensorLike, poolSize: Sizes, strides?: Sizes, padding: Padding = 'valid', dataFormat?: Format): Tensor =>
      nn.pool(
        inputs,
        poolSize,
        type,
        strides ?? poolSize,
        padding,
        layout(tensor(inputs).shape.length - 2, dataFormat),
      ),
  );
export const maxPool = pool('maxPool', 'MAX');
export const averagePool = pool('averagePool', 'AVG');
const adaptivePool = (name: string, kind: 'MAX' | 'AVG') =>
  kerasOp(
    name,
    ['inputs', 'outputSize', 'dataFormat'],
    (inputs: TensorLike, outputSize: Sizes, dataFormat?: Format): Tensor => {
      const x = tensor(inputs);
      const rank = x.dims.length - 2;
      const sizes = typeof outputSize === 'number' ? new Array<number>(rank).fill(outputSize) : outputSize;
      if (sizes.length !== rank)
        throw new ShapeError(`ops.${name}: outputSize ${show(outputSize)} for ${rank} spatial axes; wanted as many.`);
      return sizes.reduce(
        (y, size, place) => poolAxis(y, place, size, kind, first(dataFormat) ? 'channels_first' : 'channels_last'),
        x,
      );
    },
  );
export const adaptiveMaxPool = adaptivePool('adaptiveMaxPool', 'MAX');
export const adaptiveAveragePool = adaptivePool('adaptiveAveragePool', 'AVG');
type Rearranged = (x: TensorLike, blockSize: number, dataFormat: 'NCHW' | 'NHWC') => Tensor;
const blocks = (name: string, f: Rearranged) =>
  kerasOp(
    name,
    ['x', 'blockSize', 'dataFormat'],
    (x: TensorLike, blockSize: number, dataFormat: Format = 'channels_last'): Tensor =>
      f(x, blockSize, first(dataFormat) ? 'NCHW' : 'NHWC'),
  );
export const spaceToDepth = blocks('spaceToDepth', (x, size, format) => nn.spaceToDepth(x, size, format));
export const depthToSpace = blocks('depthToSpace', (x, size, format) => nn.depthToSpace(x, size, format));
const pairOf = (sizes: Sizes): [number, number] =>
  typeof sizes === 'number' ? [sizes, sizes] : [sizes[0]!, sizes[1]!];
/** Patches of images (batch, channels, height, width) as columns: (batch, channels · window, patches). */
export const unfold = kerasOp(
  'unfold',
  ['x', 'kernelSize', 'dilation', 'padding', 'stride'],
  (x: TensorLike, kernelSize: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1): Tensor => {
    const t = tensor(x);
    const [[kh, kw], [dh, dw]] = [pairOf(kernelSize), pairOf(dilation)];
    const [[ph, pw], [sh, sw]] = [pairOf(padding), pairOf(stride)];
    const [batch, channels, h, w] = t.dims as [number, number, number, number];
    const eye = hot(
      Array.from({ length: kh * kw }, (_, i) => i),
      kh * kw,
      { dtype: t.dtype },
    );
    // Each channel through filters with a single one.
    const flat = reshape(t, [batch * channels, h, w, 1]);
    const patches = nn.conv2d(
      flat,
      reshape(eye, [kh, kw, 1, kh * kw]),
      [sh, sw],
      [
        [0, 0],
        [ph, ph],
        [pw, pw],
        [0, 0],
      ],
      'NHWC',
      [dh, dw],
    );
    const count = patches.dims[1]! * patches.dims[2]!;
    return reshape(transpose(reshape(patches, [batch, channels, count, kh * kw]), [0, 1, 3, 2]), [
      batch,
      channels * kh * kw,
      count,
    ]);
  },
);

/** Patches as `unfold` gives them, added up in images again: (batch, channels, height, width). */
export const fold = kerasOp(
  'fold',
  ['x', 'outputSize', 'kernelSize', 'dilation', 'padding', 'stride'],
  (
    x: TensorLike,
    outputSize: Sizes,
    kernelSize: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
  ): Tensor => {
    const t = tensor(x);
    const [[height, width], [kh, kw]] = [pairOf(outputSize), pairOf(kernelSize)];
    const [[dh, dw], [ph, pw], [sh, sw]] = [pairOf(dilation), pairOf(padding), pairOf(stride)];
    const [batch, rows] = t.dims as [number, number];
    const channels = rows / (kh * kw);
    const across = (n: number, k: number, d: number, pad: number, step: number): number =>
      Math.floor((n + 2 * pad - d * (k - 1) - 1) / step) + 1;
    const [down, right] = [across(height, kh, dh, ph, sh), across(width, kw, dw, pw, sw)];
    if (!Number.isInteger(channels) || t.dims[2] !== down * right)
      throw new ShapeError(
        `ops.fold: found shape ${show(t.dims)}; wanted (batch, channels · ${kh * kw}, ${down * right}) for images of ${height} × ${width}.`,
      );
    const parts = reshape(t, [batch, channels, kh, kw, down, right]);
    const wide = [height + 2 * ph, width + 2 * pw] as const;
    // Each element of the window is spread by the stride and lies at its own offset.
    const spread = (part: Tensor): Tensor =>
      slice(
        reshape(
          pad(part.expandDims(4).expandDims(3), [
            [0, 0],
            [0, 0],
            [0, 0],
            [0, sh - 1],
            [0, 0],
            [0, sw - 1],
          ]),
          [batch, channels, down * sh, right * sw],
        ),
        [0, 0, 0, 0],
        [batch, channels, (down - 1) * sh + 1, (right - 1) * sw + 1],
      );
    let sum: Tensor | null = null;
    for (let i = 0; i < kh; i++)
      for (let j = 0; j < kw; j++) {
        const part = spread(parts.at(':', ':', i, j));
        const [top, left] = [i * dh, j * dw];
        const placed = pad(part, [
          [0, 0],
          [0, 0],
          [top, wide[0] - top - part.dims[2]!],
          [left, wide[1] - left - part.dims[3]!],
        ]);
        sum = sum ? math.add(sum, placed) : placed;
      }
    return slice(sum!, [0, 0, ph, pw], [batch, channels, height, width]);
  },
);

// ── Normalizations ──────────────────────────────────────────────────────────────────────────────────────────────

export const moments = kerasOp(
  'moments',
  ['x', 'axes', 'keepdims', 'synchronized'],
  (x: TensorLike, axes: Axis, keepdims: boolean = false): [Tensor, Tensor] => nn.moments(floats(x), axes, { keepdims }),
);
export const batchNormalization = kerasOp(
  'batchNormalization',
  ['x', 'mean', 'variance', 'axis', 'offset', 'scale', 'epsilon'],
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    axis: number,
    offset?: TensorLike,
    scale?: TensorLike,
    epsilon: number = 1e-3,
  ): Tensor => {
    const t = floats(x);
    const at = axis < 0 ? axis + t.shape.length : axis;
    const shaped = (y: TensorLike): Tensor =>
      reshape(
        tensor(y),
        t.shape.map((_, i) => (i === at ? -1 : 1)),
      );
    return nn.batchNormalization(
      t,
      shaped(mean),
      shaped(variance),
      offset === undefined ? null : shaped(offset),
      scale === undefined ? null : shaped(scale),
      epsilon,
    );
  },
);
const axesOf = (axis: number | readonly number[], rank: number): number[] =>
  (typeof axis === 'number' ? [axis] : [...axis]).map((a) => (a < 0 ? a + rank : a));
const along = (value: TensorLike, t: Tensor, axes: readonly number[]): Tensor =>
  reshape(
    tensor(value),
    t.shape.map((n, i) => (axes.includes(i) ? n! : 1)),
  );
export const layerNormalization = kerasOp(
  'layerNormalization',
  ['x', 'gamma', 'beta', 'axis', 'epsilon'],
  (
    x: TensorLike,
    gamma?: TensorLike,
    beta?: TensorLike,
    axis: number | readonly number[] = -1,
    epsilon: number = smallest(),
  ): Tensor => {
    const t = floats(x);
    const axes = axesOf(axis, t.shape.length);
    const [mean, variance] = nn.moments(t, axes, { keepdims: true });
    let result = math.multiply(math.subtract(t, mean), math.rsqrt(math.add(variance, epsilon)));
    if (gamma !== undefined) result = math.multiply(result, along(gamma, t, axes));
    return beta === undefined ? result : math.add(result, along(beta, t, axes));
  },
);
export const rmsNormalization = kerasOp(
  'rmsNormalization',
  ['x', 'scale', 'axis', 'epsilon'],
  (x: TensorLike, scale?: TensorLike, axis: number | readonly number[] = -1, epsilon: number = smallest()): Tensor => {
    const t = floats(x);
    const axes = axesOf(axis, t.shape.length);
    const result = math.multiply(
      t,
      math.rsqrt(math.add(reduceMean(math.square(t), { axis: axes, keepdims: true }), epsilon)),
    );
    return scale === undefined ? result : math.multiply(result, along(scale, t, axes));
  },
);

// ── Classes and losses ──────────────────────────────────────────────────────────────────────────────────────────

type Classes = [x: TensorLike, numClasses: number, axis?: number, dtype?: DType];
/** A tensor where `sparse` is not given. */
type DenseUnlessAsked<X extends string> = Callable<Classes, readonly [X, 'numClasses', 'axis', 'dtype'], Tensor> &
  Callable<
    [...Classes, sparse?: boolean],
    readonly [X, 'numClasses', 'axis', 'dtype', 'sparse'],
    Tensor | SparseTensor
  >;
export const oneHot: DenseUnlessAsked<'x'> = kerasOp(
  'oneHot',
  ['x', 'numClasses', 'axis', 'dtype', 'sparse'],
  (
    x: TensorLike,
    numClasses: number,
    axis: number = -1,
    dtype: DType = 'float32',
    sparse: boolean = false,
  ): Tensor | SparseTensor => {
    const dense = hot(to(tensor(x), 'int32'), numClasses, { axis, dtype });
    return sparse ? fromDense(dense) : dense;
  },
) as object as DenseUnlessAsked<'x'>;
/** One where any of the classes along the axis occurs. */
export const multiHot: DenseUnlessAsked<'inputs'> = kerasOp(
  'multiHot',
  ['inputs', 'numClasses', 'axis', 'dtype', 'sparse'],
  (
    inputs: TensorLike,
    numClasses: number,
    axis: number = -1,
    dtype: DType = 'float32',
    sparse: boolean = false,
  ): Tensor | SparseTensor => {
    const x = to(tensor(inputs), 'int32');
    const rank = x.shape.length;
    const dense = reduceMax(hot(x, numClasses, { axis, dtype }), { axis: rank > 1 ? 1 : 0 });
    return sparse ? fromDense(dense) : dense;
  },
) as object as DenseUnlessAsked<'inputs'>;
const clipped = (p: Tensor): Tensor => math.clipByValue(p, smallest(), 1 - smallest());
export const categoricalCrossentropy = kerasOp(
  'categoricalCrossentropy',
  ['target', 'output', 'fromLogits', 'axis'],
  (target: TensorLike, output: TensorLike, fromLogits: boolean = false, axis: number = -1): Tensor => {
    const [y, p] = [floats(target), floats(output)];
    if (fromLogits) return nn.softmaxCrossEntropyWithLogits(y, p, axis);
    const normal = clipped(math.divide(p, reduceSum(p, { axis, keepdims: true })));
    return math.negative(reduceSum(math.multiply(y, math.log(normal)), { axis }));
  },
);
export const sparseCategoricalCrossentropy = kerasOp(
  'sparseCategoricalCrossentropy',
  ['target', 'output', 'fromLogits', 'axis'],
  (target: TensorLike, output: TensorLike, fromLogits: boolean = false, axis: number = -1): Tensor => {
    let y = to(tensor(target), 'int64');
    const p = floats(output);
    if (axis !== -1 && axis !== p.shape.length - 1)
      throw new ValueError(`ops.sparseCategoricalCrossentropy: axis ${show(axis)}; wanted the last axis, -1.`);
    if (y.shape.length === p.shape.length && y.shape.at(-1) === 1) y = y.squeeze(-1);
    return nn.sparseSoftmaxCrossEntropyWithLogits(y, fromLogits ? p : math.log(clipped(p)));
  },
);
export const binaryCrossentropy = kerasOp(
  'binaryCrossentropy',
  ['target', 'output', 'fromLogits'],
  (target: TensorLike, output: TensorLike, fromLogits: boolean = false): Tensor => {
    const [y, p] = [floats(target), floats(output)];
    if (fromLogits) return nn.sigmoidCrossEntropyWithLogits(y, p);
    const q = clipped(p);
    return math.negative(
      math.add(math.multiply(y, math.log(q)), math.multiply(math.subtract(1, y), math.log(math.subtract(1, q)))),
    );
  },
);
export const ctcLoss = kerasOp(
  'ctcLoss',
  ['target', 'output', 'targetLength', 'outputLength', 'maskIndex'],
  (
    target: TensorLike,
    output: TensorLike,
    targetLength: TensorLike,
    outputLength: TensorLike,
    maskIndex: number = 0,
  ): Tensor => nn.ctcLoss(to(tensor(target), 'int32'), output, targetLength, outputLength, false, undefined, maskIndex),
);
/** The best sequences, −1 behind their ends, and their scores. */
export const ctcDecode = kerasOp(
  'ctcDecode',
  ['inputs', 'sequenceLengths', 'strategy', 'beamWidth', 'topPaths', 'mergeRepeated', 'maskIndex'],
  (
    inputs: TensorLike,
    sequenceLengths: TensorLike,
    strategy: 'greedy' | 'beam_search' = 'greedy',
    beamWidth: number = 100,
    topPaths: number = 1,
    mergeRepeated: boolean = true,
    maskIndex: number = 0,
  ): [Tensor, Tensor] => {
    const x = transpose(floats(inputs), [1, 0, 2]);
    const [steps, batch] = x.dims as [number, number, number];
    const dense = (rows: SparseTensor): Tensor =>
      to(toDense(SparseTensor(rows.indices, rows.values, [batch, steps]), { defaultValue: -1 }), 'int32').expandDims(0);
    if (strategy === 'greedy') {
      const [decoded, scores] = nn.ctcGreedyDecoder(x, sequenceLengths, mergeRepeated, maskIndex);
      return [dense(decoded[0]!), scores];
    }
    if (strategy !== 'beam_search')
      throw new ValueError(`ops.ctcDecode: strategy ${show(strategy)}; wanted 'greedy' or 'beam_search'.`);
    // The blank is the last class of the decoder.
    const classes = x.dims.at(-1)!;
    const index = maskIndex < 0 ? maskIndex + classes : maskIndex;
    const parts = split(x, [index, 1, classes - index - 1], -1);
    const turned = concat([parts[0]!, parts[2]!, parts[1]!], -1);
    const [decoded, scores] = nn.ctcBeamSearchDecoder(turned, sequenceLengths, beamWidth, topPaths);
    const rows = decoded.map((part) => {
      const row = dense(part);
      return math.where(math.greaterEqual(row, index), math.add(row, 1), row);
    });
    return [concat(rows, 0), scores];
  },
);
export const inTopK = kerasOp(
  'inTopK',
  ['targets', 'predictions', 'k'],
  (targets: TensorLike, predictions: TensorLike, k: number): Tensor => nn.inTopK(targets, predictions, k),
);
export const psnr = kerasOp(
  'psnr',
  ['x1', 'x2', 'maxVal'],
  (x1: TensorLike, x2: TensorLike, maxVal: number): Tensor => {
    const error = reduceMean(math.square(math.subtract(floats(x1), floats(x2))));
    return math.subtract((20 * Math.log(maxVal)) / Math.LN10, math.multiply(math.log(error), 10 / Math.LN10));
  },
);

/** softmax(q·kᵀ · scale + bias)·v with query (batch, time, heads, size) and key, value (batch, sources, key heads, size). */
export const dotProductAttention = kerasOp(
  'dotProductAttention',
  ['query', 'key', 'value', 'bias', 'mask', 'scale', 'isCausal', 'flashAttention', 'attnLogitsSoftCap'],
  (
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    bias?: TensorLike,
    mask?: TensorLike,
    scale?: number,
    isCausal: boolean = false,
    _flashAttention?: boolean,
    attnLogitsSoftCap?: number,
  ): Tensor => {
    const [q, k, v] = [floats(query), floats(key), floats(value)];
    const size = q.shape.at(-1)!;
    // (batch, heads, time, sources)
    const heads = (x: Tensor): Tensor => transpose(x, [0, 2, 1, 3]);
    let logits = math.multiply(heads(q).matmul(transpose(k, [0, 2, 3, 1])), scale ?? 1 / Math.sqrt(size));
    if (attnLogitsSoftCap !== undefined)
      logits = math.multiply(math.tanh(math.divide(logits, attnLogitsSoftCap)), attnLogitsSoftCap);
    if (bias !== undefined) logits = math.add(logits, to(tensor(bias), logits.dtype));
    const hidden = logits.dtype === 'float16' ? -65504 * 0.7 : -3.4028234663852886e38 * 0.7;
    if (mask !== undefined) logits = math.where(to(tensor(mask), 'bool'), logits, hidden);
    if (isCausal) {
      const [time, sources] = [q.shape[1]!, k.shape[1]!];
      logits = math.where(causalMask(time, sources), logits, hidden);
    }
    return heads(nn.softmax(logits).matmul(heads(v)));
  },
);
export { polar } from './arithmetic.ts';
export { normalize } from './linear.ts';
