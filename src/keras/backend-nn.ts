// tf.keras.backend: activations, convolutions, pools, crossentropies and pictures under Keras 2's names.
// Owns: their names, defaults and the formulas that differ from Keras 3's losses. Arrays stand in backend-arrays.ts.
import { ShapeError, show, ValueError } from '../base/errors.ts';
import * as arrange from '../ops/core/arrange.ts';
import { zerosLike } from '../ops/core/create.ts';
import { pad, repeat } from '../ops/core/pad.ts';
import { resize } from '../ops/image/resize.ts';
import type { ResizeMethodName } from '../ops/image/resize-methods.ts';
import * as math from '../ops/math/elementwise.ts';
import { reduceMax, reduceSum } from '../ops/math/reduce.ts';
import * as nn from '../ops/nn/index.ts';
import { SparseTensor, toDense } from '../ops/sparse/index.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Axis, TensorLike } from '../runtime/tensor-methods.ts';
import { backendFunction, type Format, formatOf, tensorOf } from './backend-define.ts';
import { epsilon } from './config.ts';
import * as convolutions from './ops/nn.ts';

type Padding = 'valid' | 'same';
type Sizes = number | readonly number[];

// ── Activations ─────────────────────────────────────────────────────────────────────────────────────────────────

/** max(x, 0); below `threshold` `alpha` times what is missing, above `maxValue` that. */
export const relu = backendFunction(
  'relu',
  ['x', 'alpha', 'maxValue', 'threshold'],
  (input: TensorLike, alpha: number = 0, maxValue?: number, threshold: number = 0): Tensor => {
    const x = tensorOf(input);
    if (alpha !== 0 && maxValue === undefined && threshold === 0) return nn.leakyRelu(x, alpha);
    const missing = nn.relu(threshold === 0 ? math.negative(x) : math.subtract(threshold, x));
    const kept = threshold === 0 ? nn.relu(x) : math.multiply(x, math.cast(math.greater(x, threshold), x.dtype));
    const clipped = maxValue === undefined ? kept : math.clipByValue(kept, 0, maxValue);
    return alpha === 0 ? clipped : math.subtract(clipped, math.multiply(missing, alpha));
  },
);
export const elu = backendFunction('elu', ['x', 'alpha'], (x: TensorLike, alpha: number = 1): Tensor => {
  const result = nn.elu(x);
  return alpha === 1 ? result : math.where(math.greater(x, 0), result, math.multiply(result, alpha));
});
/** Keras 2's: x / 5 + 1/2 between 0 and 1; Keras 3's goes by sixths. */
export const hardSigmoid = backendFunction(
  'hardSigmoid',
  ['x'],
  (x: TensorLike): Tensor => math.clipByValue(math.add(math.multiply(x, 0.2), 0.5), 0, 1),
);
export const sigmoid = backendFunction('sigmoid', ['x'], (x: TensorLike) => math.sigmoid(x));
export const tanh = backendFunction('tanh', ['x'], (x: TensorLike) => math.tanh(x));
export const softplus = backendFunction('softplus', ['x'], (x: TensorLike) => nn.softplus(x));
export const softsign = backendFunction('softsign', ['x'], (x: TensorLike) => nn.softsign(x));
export const softmax = backendFunction('softmax', ['x', 'axis'], (x: TensorLike, axis: Axis = -1): Tensor => {
  if (tensorOf(x).shape.length <= 1)
    throw new ShapeError(
      `backend.softmax: x: found rank ${tensorOf(x).shape.length}, wanted 2 or more: rows of scores.`,
    );
  if (typeof axis === 'number') return nn.softmax(x, axis);
  const powers = math.exp(math.subtract(x, reduceMax(x, axis, true)));
  return math.divide(powers, reduceSum(powers, axis, true));
});
export const l2Normalize = backendFunction('l2Normalize', ['x', 'axis'], (x: TensorLike, axis?: Axis) =>
  nn.l2Normalize(x, axis),
);
export const dropout = backendFunction(
  'dropout',
  ['x', 'level', 'noiseShape', 'seed'],
  (x: TensorLike, level: number, noiseShape?: readonly number[], seed?: number): Tensor =>
    nn.dropout(x, level, noiseShape, seed),
);
export const batchNormalization = backendFunction(
  'batchNormalization',
  ['x', 'mean', 'var', 'beta', 'gamma', 'axis', 'epsilon'],
  (
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    beta?: TensorLike,
    gamma?: TensorLike,
    _axis: number = -1,
    smallest: number = 1e-3,
  ): Tensor => nn.batchNormalization(x, mean, variance, beta, gamma, smallest),
);
/** Adds a bias for each channel, or one for each place and channel, channels last. */
export const biasAdd = backendFunction(
  'biasAdd',
  ['x', 'bias', 'dataFormat'],
  (x: TensorLike, bias: TensorLike, dataFormat?: Format): Tensor => {
    const format = formatOf(dataFormat);
    const [tensor, added] = [tensorOf(x), tensorOf(bias)];
    const dims = added.shape as number[];
    if (dims.length !== 1 && dims.length !== tensor.shape.length - 1)
      throw new ShapeError(
        `backend.biasAdd: bias: found rank ${dims.length}, wanted 1 or ${tensor.shape.length - 1}, all axes of x but the batch.`,
      );
    if (dims.length === 1) return nn.biasAdd(tensor, added, format === 'channels_first' ? 'NCHW' : 'NHWC');
    const own = format === 'channels_first' ? [dims.at(-1)!, ...dims.slice(0, -1)] : dims;
    return math.add(tensor, arrange.reshape(added, [1, ...own]));
  },
);
/** Whether each target is among the `k` largest predictions of its row. */
export const inTopK = backendFunction(
  'inTopK',
  ['predictions', 'targets', 'k'],
  (predictions: TensorLike, targets: TensorLike, k: number) => nn.inTopK(targets, predictions, k),
);

// ── Convolutions and pools ──────────────────────────────────────────────────────────────────────────────────────

const NAMES = ['x', 'kernel', 'strides', 'padding', 'dataFormat', 'dilationRate'] as const;
type Convolution = [strides?: Sizes, padding?: Padding, dataFormat?: Format, dilationRate?: Sizes];
const convolution = (name: string) =>
  backendFunction(
    name,
    NAMES,
    (x: TensorLike, kernel: TensorLike, ...[strides, padding, dataFormat, dilationRate]: Convolution): Tensor =>
      convolutions.conv(x, kernel, strides, checked(padding), formatOf(dataFormat), dilationRate),
  );
function checked(padding: Padding | undefined): Padding {
  if (padding === undefined || padding === 'valid' || padding === 'same') return padding ?? 'valid';
  throw new ValueError(`padding: found ${show(padding)}, wanted 'valid' or 'same'.`);
}
export const conv2d = convolution('conv2d');
export const conv3d = convolution('conv3d');
export const conv1d = backendFunction(
  'conv1d',
  NAMES,
  (
    x: TensorLike,
    kernel: TensorLike,
    strides: number = 1,
    padding: Padding | 'causal' = 'valid',
    dataFormat?: Format,
    dilationRate: number = 1,
  ): Tensor => {
    if (padding !== 'causal')
      return convolutions.conv(x, kernel, strides, checked(padding), formatOf(dataFormat), dilationRate);
    const left = dilationRate * ((tensorOf(kernel).shape[0] as number) - 1);
    return convolutions.conv(
      temporalPadding(x, [left, 0]),
      kernel,
      strides,
      'valid',
      formatOf(dataFormat),
      dilationRate,
    );
  },
);
export const conv2dTranspose = backendFunction(
  'conv2dTranspose',
  ['x', 'kernel', 'outputShape', ...NAMES.slice(2)] as const,
  (
    x: TensorLike,
    kernel: TensorLike,
    outputShape: readonly (number | null)[],
    strides: Sizes = [1, 1],
    padding: Padding = 'valid',
    dataFormat?: Format,
    dilationRate: Sizes = [1, 1],
  ): Tensor => {
    const list = (sizes: Sizes): number[] => (typeof sizes === 'number' ? [sizes, sizes] : [...sizes]);
    const [batch] = tensorOf(x).shape as number[];
    const shape = [outputShape[0] ?? batch!, ...(outputShape.slice(1) as number[])];
    const layout = formatOf(dataFormat) === 'channels_first' ? 'NCHW' : 'NHWC';
    return nn.convTranspose(x, kernel, shape, list(strides), checked(padding), layout, list(dilationRate));
  },
);
export const depthwiseConv2d = backendFunction(
  'depthwiseConv2d',
  ['x', 'depthwiseKernel', 'strides', 'padding', 'dataFormat', 'dilationRate'],
  (x: TensorLike, kernel: TensorLike, ...[strides, padding, dataFormat, dilationRate]: Convolution): Tensor =>
    convolutions.depthwiseConv(x, kernel, strides, checked(padding), formatOf(dataFormat), dilationRate),
);
export const separableConv2d = backendFunction(
  'separableConv2d',
  ['x', 'depthwiseKernel', 'pointwiseKernel', 'strides', 'padding', 'dataFormat', 'dilationRate'],
  (
    x: TensorLike,
    depthwise: TensorLike,
    pointwise: TensorLike,
    ...[strides, padding, dataFormat, dilationRate]: Convolution
  ): Tensor =>
    convolutions.separableConv(x, depthwise, pointwise, strides, checked(padding), formatOf(dataFormat), dilationRate),
);
const pool = (name: string, rank: number) =>
  backendFunction(
    name,
    ['x', 'poolSize', 'strides', 'padding', 'dataFormat', 'poolMode'],
    (
      x: TensorLike,
      poolSize: readonly number[],
      strides: readonly number[] = new Array<number>(rank).fill(1),
      padding: Padding = 'valid',
      dataFormat?: Format,
      poolMode: 'max' | 'avg' = 'max',
    ): Tensor => {
      for (const [what, list] of [
        ['poolSize', poolSize],
        ['strides', strides],
      ] as const)
        if (!Array.isArray(list) || list.length !== rank)
          throw new ValueError(
            `backend.${name}: ${what}: found ${show(list)}, wanted a list of ${rank} whole numbers.`,
          );
      if (poolMode !== 'max' && poolMode !== 'avg')
        throw new ValueError(`backend.${name}: poolMode: found ${show(poolMode)}, wanted 'max' or 'avg'.`);
      const own = poolMode === 'max' ? convolutions.maxPool : convolutions.averagePool;
      return own(x, poolSize, strides, checked(padding), formatOf(dataFormat));
    },
  );
export const pool2d = pool('pool2d', 2);
export const pool3d = pool('pool3d', 3);

// ── Padding and sizes ───────────────────────────────────────────────────────────────────────────────────────────

type Pair = readonly [number, number];
/** Zeros around the middle axis of (batch, time, channels). */
export const temporalPadding = backendFunction(
  'temporalPadding',
  ['x', 'padding'],
  (x: TensorLike, padding: Pair = [1, 1]): Tensor => pad(x, [[0, 0], padding, [0, 0]]),
);
const spatialPadding = (name: string, axes: number) =>
  backendFunction(
    name,
    ['x', 'padding', 'dataFormat'],
    (x: TensorLike, padding: readonly Pair[] = new Array<Pair>(axes).fill([1, 1]), dataFormat?: Format): Tensor => {
      if (padding.length !== axes || !padding.every((pair) => pair.length === 2))
        throw new ValueError(
          `backend.${name}: padding: found ${show(padding)}, wanted ${axes} pairs of whole numbers.`,
        );
      const none: Pair = [0, 0];
      return pad(x, formatOf(dataFormat) === 'channels_first' ? [none, none, ...padding] : [none, ...padding, none]);
    },
  );
export const spatial2dPadding = spatialPadding('spatial2dPadding', 2);
export const spatial3dPadding = spatialPadding('spatial3dPadding', 3);
export const resizeImages = backendFunction(
  'resizeImages',
  ['x', 'heightFactor', 'widthFactor', 'dataFormat', 'interpolation'],
  (
    x: TensorLike,
    heightFactor: number,
    widthFactor: number,
    dataFormat: Format,
    interpolation: ResizeMethodName = 'nearest',
  ): Tensor => {
    const isFirst = formatOf(dataFormat) === 'channels_first';
    const images = isFirst ? arrange.transpose(x, [0, 2, 3, 1]) : tensorOf(x);
    const [, height, width] = images.shape as number[];
    const resized = resize(images, [height! * heightFactor, width! * widthFactor], interpolation);
    return isFirst ? arrange.transpose(resized, [0, 3, 1, 2]) : resized;
  },
);
export const resizeVolumes = backendFunction(
  'resizeVolumes',
  ['x', 'depthFactor', 'heightFactor', 'widthFactor', 'dataFormat'],
  (x: TensorLike, depthFactor: number, heightFactor: number, widthFactor: number, dataFormat: Format): Tensor => {
    const first = formatOf(dataFormat) === 'channels_first' ? 2 : 1;
    return [depthFactor, heightFactor, widthFactor].reduce((y, times, i) => repeat(y, times, first + i), tensorOf(x));
  },
);

// ── Crossentropies ──────────────────────────────────────────────────────────────────────────────────────────────

const within = (output: Tensor): Tensor => math.clipByValue(output, epsilon(), 1 - epsilon());
/** Element by element, without the mean that the loss takes. */
export const binaryCrossentropy = backendFunction(
  'binaryCrossentropy',
  ['target', 'output', 'fromLogits'],
  (target: TensorLike, output: TensorLike, fromLogits: boolean = false): Tensor => {
    if (fromLogits) return nn.sigmoidCrossEntropyWithLogits(target, output);
    const p = within(tensorOf(output));
    const yes = math.multiply(target, math.log(math.add(p, epsilon())));
    const no = math.multiply(math.subtract(1, target), math.log(math.add(math.subtract(1, p), epsilon())));
    return math.negative(math.add(yes, no));
  },
);
export const binaryFocalCrossentropy = backendFunction(
  'binaryFocalCrossentropy',
  ['target', 'output', 'applyClassBalancing', 'alpha', 'gamma', 'fromLogits'],
  (
    target: TensorLike,
    output: TensorLike,
    applyClassBalancing: boolean = false,
    alpha: number = 0.25,
    gamma: number = 2,
    fromLogits: boolean = false,
  ): Tensor => {
    const p = fromLogits ? math.sigmoid(output) : tensorOf(output);
    const mixed = (yes: TensorLike, no: TensorLike): Tensor =>
      math.add(math.multiply(target, yes), math.multiply(math.subtract(1, target), no));
    const factor = math.pow(math.subtract(1, mixed(p, math.subtract(1, p))), gamma);
    const loss = math.multiply(factor, binaryCrossentropy(target, output, fromLogits));
    return applyClassBalancing ? math.multiply(mixed(alpha, 1 - alpha), loss) : loss;
  },
);
/** The probabilities of each row made to have the sum 1. */
const normalized = (output: Tensor, axis: number): Tensor => math.divide(output, reduceSum(output, axis, true));
export const categoricalCrossentropy = backendFunction(
  'categoricalCrossentropy',
  ['target', 'output', 'fromLogits', 'axis'],
  (target: TensorLike, output: TensorLike, fromLogits: boolean = false, axis: number = -1): Tensor => {
    if (fromLogits) return nn.softmaxCrossEntropyWithLogits(target, output, axis);
    const p = within(normalized(tensorOf(output), axis));
    return math.negative(reduceSum(math.multiply(target, math.log(p)), axis));
  },
);
export const categoricalFocalCrossentropy = backendFunction(
  'categoricalFocalCrossentropy',
  ['target', 'output', 'alpha', 'gamma', 'fromLogits', 'axis'],
  (
    target: TensorLike,
    output: TensorLike,
    alpha: number = 0.25,
    gamma: number = 2,
    fromLogits: boolean = false,
    axis: number = -1,
  ): Tensor => {
    const p = within(normalized(fromLogits ? nn.softmax(output, axis) : tensorOf(output), axis));
    const loss = math.negative(math.multiply(target, math.log(p)));
    const factor = math.multiply(math.pow(math.subtract(1, p), gamma), alpha);
    return reduceSum(math.multiply(factor, loss), axis);
  },
);
export const sparseCategoricalCrossentropy = backendFunction(
  'sparseCategoricalCrossentropy',
  ['target', 'output', 'fromLogits', 'axis', 'ignoreClass'],
  (
    target: TensorLike,
    output: TensorLike,
    fromLogits: boolean = false,
    axis: number = -1,
    ignoreClass?: number,
  ): Tensor => {
    const given = tensorOf(output);
    const rank = given.shape.length;
    const at = axis < 0 ? axis + rank : axis;
    const scores = fromLogits ? given : math.log(within(given));
    const order = [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== at), at];
    const logits = at === rank - 1 ? scores : arrange.transpose(scores, order);
    const labels = arrange.reshape(math.cast(target, 'int64'), [-1]);
    const rows = arrange.reshape(logits, [-1, logits.shape.at(-1)!]);
    const shape = logits.shape.slice(0, -1).map((n) => n ?? -1);
    if (ignoreClass === undefined) return arrange.reshape(nn.sparseSoftmaxCrossEntropyWithLogits(labels, rows), shape);
    // What is ignored has the loss 0, and no gradient.
    const counts = math.notEqual(labels, ignoreClass);
    const known = math.where(counts, labels, zerosLike(labels));
    const losses = nn.sparseSoftmaxCrossEntropyWithLogits(known, rows);
    return arrange.reshape(math.where(counts, losses, zerosLike(losses)), shape);
  },
);

// ── Connectionist temporal classification ───────────────────────────────────────────────────────────────────────

const lengths = (x: TensorLike): Tensor => math.cast(arrange.reshape(x, [-1]), 'int32');
const timeMajor = (yPred: TensorLike): Tensor => math.log(math.add(arrange.transpose(yPred, [1, 0, 2]), epsilon()));
/** The loss of each sample, shape (batch, 1): labels (batch, most), probabilities (batch, time, classes), lengths (batch, 1) each. */
export const ctcBatchCost = backendFunction(
  'ctcBatchCost',
  ['yTrue', 'yPred', 'inputLength', 'labelLength'],
  (yTrue: TensorLike, yPred: TensorLike, inputLength: TensorLike, labelLength: TensorLike): Tensor => {
    const classes = tensorOf(yPred).shape.at(-1)!;
    const labels = math.cast(yTrue, 'int32');
    const cost = nn.ctcLoss(
      labels,
      timeMajor(yPred),
      lengths(labelLength),
      lengths(inputLength),
      true,
      undefined,
      classes - 1,
    );
    return arrange.expandDims(cost, 1);
  },
);
/** The best paths, −1 behind their ends, and their scores. */
export const ctcDecode = backendFunction(
  'ctcDecode',
  ['yPred', 'inputLength', 'greedy', 'beamWidth', 'topPaths'],
  (
    yPred: TensorLike,
    inputLength: TensorLike,
    greedy: boolean = true,
    beamWidth: number = 100,
    topPaths: number = 1,
  ): [decoded: Tensor[], logProbability: Tensor] => {
    const [batch, steps] = tensorOf(yPred).shape as number[];
    const inputs = timeMajor(yPred);
    const [decoded, scores] = greedy
      ? nn.ctcGreedyDecoder(inputs, lengths(inputLength))
      : nn.ctcBeamSearchDecoder(inputs, lengths(inputLength), beamWidth, topPaths);
    const paths = decoded.map(({ indices, values }) =>
      toDense(new SparseTensor(indices, values, [batch!, steps!]), -1),
    );
    return [paths, scores];
  },
);
/** Labels of (batch, most) as a sparse tensor of as many of each row as there are. */
export const ctcLabelDenseToSparse = backendFunction(
  'ctcLabelDenseToSparse',
  ['labels', 'labelLengths'],
  (labels: TensorLike, labelLengths: TensorLike): SparseTensor => {
    const rows = tensorOf(labels).arraySync() as (number | bigint)[][];
    const counts = (tensorOf(labelLengths).arraySync() as (number | bigint)[]).map(Number);
    const places = rows.flatMap((row, i) => row.slice(0, counts[i]).map((_, k) => [i, k]));
    return new SparseTensor(
      places,
      places.map(([i, k]) => Number(rows[i!]![k!])),
      tensorOf(labels).shape as number[],
    );
  },
);
