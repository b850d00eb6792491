// tf.math.

export { invertPermutation } from '../core/partition.ts';
export { approxMaxK, approxMinK, argsort, sort, topK } from '../core/sorting.ts';
export { logSigmoid, softplus, softsign } from '../nn/activations.ts';
export { inTopK } from '../nn/embedding.ts';
export { l2Normalize, zeroFraction } from '../nn/normalization.ts';
export { logSoftmax, softmax } from '../nn/softmax.ts';
export {
  accumulateN,
  addN,
  angle,
  conj,
  divideNoNan,
  imag,
  isNonDecreasing,
  isStrictlyIncreasing,
  mod,
  multiplyNoNan,
  polyval,
  real,
  reciprocalNoNan,
  scalarMul,
  truediv,
  xdivy,
  xlog1py,
  xlogy,
} from './arithmetic.ts';
export { bincount, confusionMatrix } from './counting.ts';
export * from './elementwise.ts';
export * from './reduce.ts';
export { cumprod, cumsum, cumulativeLogsumexp } from './scans.ts';
export {
  segmentMax,
  segmentMean,
  segmentMin,
  segmentProd,
  segmentSum,
  unsortedSegmentMax,
  unsortedSegmentMean,
  unsortedSegmentMin,
  unsortedSegmentProd,
  unsortedSegmentSqrtN,
  unsortedSegmentSum,
} from './segments.ts';
export * as special from './special.ts';
export {
  besselI0,
  besselI0e,
  besselI1,
  besselI1e,
  betainc,
  digamma,
  erfcinv,
  erfinv,
  igamma,
  igammac,
  lbeta,
  lgamma,
  ndtri,
  nextafter,
  polygamma,
  sobolSample,
  zeta,
} from './special-functions.ts';
