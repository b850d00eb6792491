// TensorFlow's convolutions, pools, normalizations, losses and image ops, by the names that graphs have for them.
import * as ops from '../../ops/index.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Implementations, NodeView } from './node.ts';
import { knownElements } from './operands.ts';

const { nn, image, math } = ops;

type Format = 'NHWC';
const formatOf = (n: NodeView, fallback: string): Format => n.text('data_format', fallback) as Format;

const numberOf = (n: NodeView, index: number): number => Number(knownElements(n.tensor(index))[0]);

/** 'SAME', 'VALID', or the explicit amounts of every axis. */
function paddingOf(n: NodeView): 'SAME' {
  const name = n.text('padding');
  if (name !== 'EXPLICIT') return name as 'SAME';
  const flat = n.ints('explicit_paddings');
  const explicit: unknown = Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
  return explicit as 'SAME';
}

const convolution =
  (f: (x: Tensor, filters: Tensor, n: NodeView) => Tensor) =>
  (n: NodeView): Tensor =>
    f(n.tensor(0), n.tensor(1), n);

/** y, mean, variance and what gradients would reuse. */
function fusedBatchNorm(n: NodeView): Tensor[] {
  const [x, scale, offset, givenMean, givenVariance] = n.tensors as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const epsilon = n.float('epsilon', Math.fround(0.0001));
  const first = formatOf(n, 'NHWC').startsWith('NC');
  const perChannel = (v: Tensor): Tensor =>
    first ? ops.reshape(v, [v.size, ...new Array<number>(x.rank - 2).fill(1)]) : v;
  let [mean, variance, outMean, outVariance] = [givenMean, givenVariance, givenMean, givenVariance];
  if (n.bool('is_training', true)) {
    const axes = x.dims.flatMap((_, axis) => (axis === (first ? 1 : x.rank - 1) ? [] : [axis]));
    [mean, variance] = nn.moments(ops.cast(x, scale.dtype), axes) as [Tensor, Tensor];
    const count = x.size / scale.size;
    const factor = n.float('exponential_avg_factor', 1);
    const unbiased = math.multiply(variance, count / Math.max(1, count - 1));
    const blend = (old: Tensor, fresh: Tensor): Tensor =>
      factor === 1 ? fresh : math.add(math.multiply(old, 1 - factor), math.multiply(fresh, factor));
    [outMean, outVariance] = [blend(givenMean, mean), blend(givenVariance, unbiased)];
  }
  const inverse = math.multiply(math.rsqrt(math.add(variance, epsilon)), scale);
  const wide = ops.cast(x, scale.dtype);
  const y = math.add(math.multiply(math.subtract(wide, perChannel(mean)), perChannel(inverse)), perChannel(offset));
  return [ops.cast(y, x.dtype), outMean, outVariance, mean, variance, variance];
}

const resize =
  (method: 'bilinear' | 'nearest' | 'bicubic' | 'area') =>
  (n: NodeView): Tensor => {
    const x = n.tensor(0);
    const [height, width] = n.integers(1) as [number, number];
    if (n.bool('align_corners')) n.unsupported('align_corners, of TensorFlow 1');
    if (n.has('half_pixel_centers') && !n.bool('half_pixel_centers') && !isPlainUpsampling(x, height, width, method))
      n.unsupported('half_pixel_centers: false, of TensorFlow 1');
    return image.resize(x, [height, width], { method });
  };
/** Whole multiples in nearest mode are the same in both conventions. */
const isPlainUpsampling = (x: Tensor, height: number, width: number, method: string): boolean =>
  (method === 'nearest' && height % x.dims[1]! === 0 && width % x.dims[2]! === 0) ||
  (height === x.dims[1] && width === x.dims[2]);

export const neural: Implementations = {
  BiasAdd: (n) => nn.biasAdd(n.tensor(0), n.tensor(1), formatOf(n, 'NHWC')),
  BiasAddV1: (n) => nn.biasAdd(n.tensor(0), n.tensor(1)),
  Conv2D: convolution((x, w, n) =>
    nn.conv2d(x, w, n.ints('strides'), paddingOf(n), formatOf(n, 'NHWC'), n.ints('dilations', [1, 1, 1, 1])),
  ),
  Conv3D: convolution((x, w, n) =>
    nn.conv3d(
      x,
      w,
      n.ints('strides'),
      paddingOf(n),
      n.text('data_format', 'NDHWC') as 'NDHWC',
      n.ints('dilations', [1, 1, 1, 1, 1]),
    ),
  ),
  DepthwiseConv2dNative: convolution((x, w, n) =>
    nn.depthwiseConv2d(x, w, n.ints('strides'), paddingOf(n), formatOf(n, 'NHWC'), n.ints('dilations', [1, 1, 1, 1])),
  ),
  Conv2DBackpropInput: (n) =>
    nn.conv2dTranspose(
      n.tensor(2),
      n.tensor(1),
      n.integers(0),
      n.ints('strides'),
      paddingOf(n),
      formatOf(n, 'NHWC'),
      n.ints('dilations', [1, 1, 1, 1]),
    ),
  Conv3DBackpropInputV2: (n) =>
    nn.conv3dTranspose(
      n.tensor(2),
      n.tensor(1),
      n.integers(0),
      n.ints('strides'),
      paddingOf(n),
      n.text('data_format', 'NDHWC') as 'NDHWC',
      n.ints('dilations', [1, 1, 1, 1, 1]),
    ),
  MaxPool: (n) => nn.maxPool2d(n.tensor(0), n.ints('ksize'), n.ints('strides'), paddingOf(n), formatOf(n, 'NHWC')),
  MaxPoolV2: (n) => nn.maxPool2d(n.tensor(0), n.integers(1), n.integers(2), paddingOf(n), formatOf(n, 'NHWC')),
  AvgPool: (n) => nn.avgPool2d(n.tensor(0), n.ints('ksize'), n.ints('strides'), paddingOf(n), formatOf(n, 'NHWC')),
  MaxPool3D: (n) =>
    nn.maxPool3d(
      n.tensor(0),
      n.ints('ksize'),
      n.ints('strides'),
      paddingOf(n),
      n.text('data_format', 'NDHWC') as 'NDHWC',
    ),
  AvgPool3D: (n) =>
    nn.avgPool3d(
      n.tensor(0),
      n.ints('ksize'),
      n.ints('strides'),
      paddingOf(n),
      n.text('data_format', 'NDHWC') as 'NDHWC',
    ),
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  LRN: (n) =>
    nn.localResponseNormalization(
      n.tensor(0),
      n.int('depth_radius', 5),
      n.float('bias', 1),
      n.float('alpha', 1),
      n.float('beta', 0.5),
    ),
  DepthToSpace: (n) => nn.depthToSpace(n.tensor(0), n.int('block_size'), formatOf(n, 'NHWC')),
  SpaceToDepth: (n) => nn.spaceToDepth(n.tensor(0), n.int('block_size'), formatOf(n, 'NHWC')),
  SpaceToBatchND: (n) => ops.spaceToBatchNd(n.tensor(0), n.tensor(1), n.tensor(2)),
  BatchToSpaceND: (n) => ops.batchToSpace(n.tensor(0), n.tensor(1), n.tensor(2)),
  ResizeBilinear: resize('bilinear'),
  ResizeNearestNeighbor: resize('nearest'),
  ResizeBicubic: resize('bicubic'),
  ResizeArea: resize('area'),
  CropAndResize: (n) =>
    image.cropAndResize(n.tensor(0), n.tensor(1), n.tensor(2), n.integers(3), {
      method: n.text('method', 'bilinear') as 'bilinear',
      extrapolationValue: n.float('extrapolation_value', 0),
    }),
  NonMaxSuppressionV3: (n) =>
    image.nonMaxSuppression(n.tensor(0), n.tensor(1), n.integer(2), numberOf(n, 3), numberOf(n, 4)),
  RGBToHSV: (n) => image.rgbToHsv(n.tensor(0)),
  HSVToRGB: (n) => image.hsvToRgb(n.tensor(0)),
  AdjustContrastv2: (n) => image.adjustContrast(n.tensor(0), n.tensor(1)),
  SoftmaxCrossEntropyWithLogits: (n) => {
    const loss = nn.softmaxCrossEntropyWithLogits(n.tensor(1), n.tensor(0));
    return [loss, math.subtract(nn.softmax(n.tensor(0)), n.tensor(1))];
  },
  SparseSoftmaxCrossEntropyWithLogits: (n) => {
    const logits = n.tensor(0);
    const loss = nn.sparseSoftmaxCrossEntropyWithLogits(n.tensor(1), logits);
    return [loss, math.subtract(nn.softmax(logits), ops.oneHot(n.tensor(1), logits.dims.at(-1)!))];
  },
  InTopKV2: (n) => nn.inTopK(n.tensor(1), n.tensor(0), n.integer(2)),
  FFT: (n) => ops.signal.fft(n.tensor(0)),
  IFFT: (n) => ops.signal.ifft(n.tensor(0)),
  FFT2D: (n) => ops.signal.fft2d(n.tensor(0)),
  IFFT2D: (n) => ops.signal.ifft2d(n.tensor(0)),
  RFFT: (n) => ops.signal.rfft(n.tensor(0), n.integers(1)),
  IRFFT: (n) => ops.signal.irfft(n.tensor(0), n.integers(1)),
};
