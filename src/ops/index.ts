// The ops of the `tf` namespace itself, and the namespaces beside it.
// Owns: the lists, and the one table of short aliases. Where an op is defined is in the folders below.
export * as bitwise from './bitwise.ts';
export * as compat from './compat/index.ts';
export * from './core/arrange.ts';
export { bitcast } from './core/bitcast.ts';
export { convertToTensor, type TensorOptions } from './core/convert.ts';
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
export { argsort, searchsorted, sort } from './core/sorting.ts';
export { stridedSlice } from './core/strided-slice.ts';
export { Variable, type VariableOptions } from './core/variable.ts';
export * as image from './image/index.ts';
export * as linalg from './linalg/index.ts';
export { norm } from './linalg/structure.ts';
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
export { batchToSpace, spaceToBatch, spaceToBatchNd } from './nn/blocks.ts';
export * as nn from './nn/index.ts';
export * as ragged from './ragged/index.ts';
export { RaggedTensor } from './ragged/ragged-tensor.ts';
export * as random from './random/index.ts';
export * as rawOps from './raw-ops.ts';
export * as sets from './sets/index.ts';
export * as signal from './signal/index.ts';
export * as sparse from './sparse/index.ts';
export { IndexedSlices, SparseTensor } from './sparse/sparse-tensor.ts';
export * as strings from './strings/index.ts';
export { asString } from './strings/numbers.ts';

// ── Aliases ─────────────────────────────────────────────────────────────────────────────────────────────────────

export { constant as tensor } from './core/create.ts';
export { divide as div, multiply as mul, negative as neg, subtract as sub } from './math/elementwise.ts';
