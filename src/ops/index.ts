// The ops of the `tf` namespace itself, and the namespaces beside it.
// Owns: the lists, and the one table of short aliases. Where an op is defined is in the folders below.
export * as audio from './audio.ts';
export * as autodiff from './autodiff.ts';
export * as bitwise from './bitwise.ts';
export * as compat from './compat/index.ts';
export { DeviceSpec } from './config/device-spec.ts';
export * as config from './config/index.ts';
export * from './control/index.ts';
export * from './core/arrange.ts';
export { bitcast } from './core/bitcast.ts';
export { convertToTensor, registerTensorConversionFunction } from './core/conversions.ts';
export type { TensorOptions } from './core/convert.ts';
export * from './core/create.ts';
export {
  gatherNd,
  scatterNd,
  tensorScatterNdAdd,
  tensorScatterNdMax,
  tensorScatterNdMin,
  tensorScatterNdSub,
  tensorScatterNdUpdate,
} from './core/gather-nd.ts';
export { gradients, hessians } from './core/graph-gradients.ts';
export { editDistance, fingerprint, identityN, parallelStack, tuple } from './core/identity.ts';
export { IndexedSlices } from './core/indexed-slices.ts';
export { Module } from './core/module.ts';
export { pad, repeat, reverseSequence, roll } from './core/pad.ts';
export { dynamicPartition, dynamicStitch, sequenceMask, unique, uniqueWithCounts } from './core/partition.ts';
export {
  broadcastDynamicShape,
  broadcastStaticShape,
  ensureShape,
  rank,
  requiredSpaceToBatchPaddings,
  shape,
  shapeN,
  size,
  unravelIndex,
} from './core/shapes.ts';
export { approxTopK, argsort, searchsorted, sort } from './core/sorting.ts';
export { stridedSlice } from './core/strided-slice.ts';
export { TensorArray, type TensorArrayOptions } from './core/tensor-array.ts';
export { isTensor, TensorShape, TensorSpec, TypeSpec } from './core/tensor-spec.ts';
export { Variable, type VariableOptions } from './core/variable.ts';
export * as debugging from './debugging.ts';
export { Assert, assertEqual, assertGreater, assertLess, assertRank } from './debugging.ts';
export * as dtypes from './dtypes.ts';
export {
  asDtype,
  bfloat16,
  bool,
  complex64,
  double,
  float16,
  float32,
  float64,
  half,
  int8,
  int16,
  int32,
  int64,
  string,
  uint8,
  uint16,
  uint32,
  uint64,
} from './dtypes.ts';
export * from './host-functions.ts';
export * as image from './image/index.ts';
export { makeNdarray, makeTensorProto } from './io/bytes.ts';
export * as io from './io/index.ts';
export { sqrtm as matrixSquareRoot } from './linalg/functions.ts';
export { eig, eigvals } from './linalg/general-eigen.ts';
export * as linalg from './linalg/index.ts';
export { norm } from './linalg/structure.ts';
export * as lookup from './lookup/index.ts';
export {
  addN,
  complex,
  realdiv,
  saturateCast,
  scalarMul,
  truediv,
  truncatediv,
  truncatemod,
} from './math/arithmetic.ts';
export { clipByGlobalNorm, clipByNorm } from './math/clip.ts';
export { histogramFixedWidth, histogramFixedWidthBins } from './math/counting.ts';
export { einsum } from './math/einsum.ts';
export * from './math/elementwise.ts';
export * as math from './math/index.ts';
export * from './math/matmul.ts';
export * from './math/reduce.ts';
export { cumsum } from './math/scans.ts';
export * as nest from './nest.ts';
export { conv2dBackpropFilterV2, conv2dBackpropInputV2 } from './nn/backprops.ts';
export { batchToSpace, spaceToBatch, spaceToBatchNd } from './nn/blocks.ts';
export * as nn from './nn/index.ts';
export { extractVolumePatches } from './nn/volume-patches.ts';
export { type PrintOptions, print } from './print.ts';
export * as quantization from './quantization.ts';
export { raggedFillEmptyRows, raggedFillEmptyRowsGrad } from './ragged/fill-empty-rows.ts';
export * as ragged from './ragged/index.ts';
export { RaggedTensor } from './ragged/ragged-tensor.ts';
export * as random from './random/index.ts';
export { randomIndexShuffle } from './random/stateless.ts';
export * as rawOps from './raw-ops.ts';
export * from './scopes.ts';
export * as sets from './sets/index.ts';
export { fftnd, ifftnd, irfftnd, rfftnd } from './signal/fourier-nd.ts';
export * as signal from './signal/index.ts';
export * from './small-names.ts';
export * as sparse from './sparse/index.ts';
export { SparseTensor } from './sparse/sparse-tensor.ts';
export * as strings from './strings/index.ts';
export { asString } from './strings/numbers.ts';
export * as summary from './summary/index.ts';
export * as test from './testing.ts';
export {
  IndexedSlicesSpec,
  NoneTensorSpec,
  RaggedTensorSpec,
  SparseTensorSpec,
  TensorArraySpec,
  typeSpecFromValue,
} from './type-specs.ts';
export * as version from './version.ts';

// ── Aliases ─────────────────────────────────────────────────────────────────────────────────────────────────────

export { constant as tensor } from './core/create.ts';
export { divide as div, multiply as mul, negative as neg, subtract as sub } from './math/elementwise.ts';
