// tf.nn.
export { approxMaxK, approxMinK, topK } from '../core/sorting.ts';
export { sigmoid, tanh } from '../math/elementwise.ts';
export { allCandidateSampler, fixedUnigramCandidateSampler } from '../random/candidates.ts';
export { embeddingLookupSparse, safeEmbeddingLookupSparse } from '../sparse/segments.ts';
export {
  crelu,
  elu,
  gelu,
  leakyRelu,
  logSigmoid,
  relu,
  relu6,
  selu,
  silu,
  silu as swish,
  softplus,
  softsign,
} from './activations.ts';
export { depthwiseConv2dBackpropFilter, depthwiseConv2dBackpropInput } from './backprops.ts';
export { batchToSpace, depthToSpace, spaceToBatch, spaceToDepth } from './blocks.ts';
export {
  atrousConv2d,
  conv1d,
  conv2d,
  conv3d,
  convolution,
  depthwiseConv2d,
  dilation2d,
  erosion2d,
  separableConv2d,
} from './convolution.ts';
export {
  atrousConv2dTranspose,
  conv1dTranspose,
  conv2dTranspose,
  conv3dTranspose,
  convTranspose,
} from './convolution-transpose.ts';
export {
  sigmoidCrossEntropyWithLogits,
  softmaxCrossEntropyWithLogits,
  sparseSoftmaxCrossEntropyWithLogits,
  weightedCrossEntropyWithLogits,
} from './cross-entropy.ts';
export { collapseRepeated, ctcBeamSearchDecoder, ctcGreedyDecoder, ctcLoss } from './ctc.ts';
export { dropout } from './dropout.ts';
export { embeddingLookup, inTopK } from './embedding.ts';
export * as experimental from './experimental.ts';
export { fractionalAvgPool, fractionalMaxPool } from './fractional-pooling.ts';
export { isotonicRegression } from './isotonic.ts';
export { computeAccidentalHits, ctcUniqueLabels } from './labels.ts';
export {
  batchNormalization,
  batchNormWithGlobalNormalization,
  biasAdd,
  computeAverageLoss,
  l2Loss,
  l2Normalize,
  localResponseNormalization,
  localResponseNormalization as lrn,
  logPoissonLoss,
  moments,
  normalizeMoments,
  scaleRegularizationLoss,
  sufficientStatistics,
  weightedMoments,
  zeroFraction,
} from './normalization.ts';
export {
  avgPool,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  maxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  maxPoolWithArgmax,
  pool,
} from './pooling.ts';
export { nceLoss, sampledSoftmaxLoss } from './sampled-losses.ts';
export { logSoftmax, softmax } from './softmax.ts';
export type { Padding, PerAxis } from './windows.ts';
export { withSpaceToBatch } from './with-space-to-batch.ts';
