// TensorFlow's ops that move elements: shapes, slices, gathers, scatters, paddings, sorting.
import * as ops from '../../ops/index.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Implementations, NodeView } from './node.ts';
import { integers, integersOf } from './operands.ts';

const { linalg, math } = ops;

function stridedSlice(n: NodeView): Tensor {
  return ops.stridedSlice(n.tensor(0), n.tensor(1), n.tensor(2), n.tensor(3), {
    beginMask: n.int('begin_mask', 0),
    endMask: n.int('end_mask', 0),
    ellipsisMask: n.int('ellipsis_mask', 0),
    newAxisMask: n.int('new_axis_mask', 0),
    shrinkAxisMask: n.int('shrink_axis_mask', 0),
  });
}
/** A shape with at most one -1. */
function reshape(n: NodeView): Tensor {
  return ops.reshape(n.tensor(0), n.integers(1));
}
function slice(n: NodeView): Tensor {
  return ops.slice(n.tensor(0), n.integers(1), n.integers(2));
}
const shapeOf = (n: NodeView, index: number): Tensor => {
  const { dims } = n.tensor(index);
  return integers(dims, [dims.length], n.dtype('out_type', 'int32'));
};
const padding = (n: NodeView, index: number): [number, number][] => {
  const flat = n.integers(index);
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
};
/** Where the parts of a concatenation begin. */
function concatOffset(n: NodeView): Tensor[] {
  const axis = n.integer(0);
  let at = 0;
  return n.inputs.slice(1).map((_, i) => {
    const shape = n.integers(i + 1);
    const offset = shape.map((_, dimension) => (dimension === axis ? at : 0));
    at += shape[axis]!;
    return integers(offset, [offset.length]);
  });
}
function broadcastShape(n: NodeView): Tensor {
  const [a, b] = [n.integers(0), n.integers(1)];
  const rank = Math.max(a.length, b.length);
  const at = (shape: readonly number[], i: number): number => shape[shape.length - rank + i] ?? 1;
  const shape = Array.from({ length: rank }, (_, i) => (at(a, i) === 1 ? at(b, i) : at(a, i)));
  return integers(shape, [rank], n.tensor(0).dtype);
}
/** Positions among the elements that are true. */
const where = (n: NodeView): Tensor => {
  const condition = n.tensor(0);
  integersOf(condition);
  return ops.where(condition.dtype === 'bool' ? condition : math.notEqual(condition, 0));
};

export const arrays: Implementations = {
  Const: (n) => n.constant('value'),
  Reshape: reshape,
  Shape: (n) => shapeOf(n, 0),
  ShapeN: (n) => n.inputs.map((_, i) => shapeOf(n, i)),
  Size: (n) => integers([n.tensor(0).size], [], n.dtype('out_type', 'int32')),
  Rank: (n) => integers([n.tensor(0).rank], []),
  StridedSlice: stridedSlice,
  Slice: slice,
  Pack: (n) => ops.stack(n.tensors, n.int('axis', 0)),
  Unpack: (n) => ops.unstack(n.tensor(0), { axis: n.int('axis', 0) }),
  ConcatV2: (n) => ops.concat(n.tensors.slice(0, -1), n.integer(n.inputs.length - 1)),
  Concat: (n) => ops.concat(n.tensors.slice(1), n.integer(0)),
  ConcatOffset: concatOffset,
  Split: (n) => ops.split(n.tensor(1), n.int('num_split'), n.integer(0)),
  SplitV: (n) => ops.split(n.tensor(0), n.integers(1), n.integer(2)),
  ExpandDims: (n) => ops.expandDims(n.tensor(0), n.integer(1)),
  Squeeze: (n) => {
    const axes = n.ints('squeeze_dims', n.ints('axis', []));
    return axes.length > 0 ? ops.squeeze(n.tensor(0), axes) : ops.squeeze(n.tensor(0));
  },
  Transpose: (n) => ops.transpose(n.tensor(0), n.integers(1)),
  ConjugateTranspose: (n) => math.conj(ops.transpose(n.tensor(0), n.integers(1))),
  InvertPermutation: (n) => math.invertPermutation(n.tensor(0)),
  Tile: (n) => ops.tile(n.tensor(0), n.integers(1)),
  BroadcastTo: (n) => ops.broadcastTo(n.tensor(0), n.integers(1)),
  BroadcastArgs: broadcastShape,
  Fill: (n) => ops.fill(n.integers(0), n.tensor(1)),
  ZerosLike: (n) => ops.zerosLike(n.tensor(0)),
  OnesLike: (n) => ops.onesLike(n.tensor(0)),
  Range: (n) => {
    const [start, limit, delta] = [n.known(0), n.known(1), n.known(2)];
    return ops.range(start, limit, delta, { dtype: start.dtype });
  },
  LinSpace: (n) => ops.linspace(n.known(0), n.known(1), n.integer(2)),
  Pad: (n) => ops.pad(n.tensor(0), padding(n, 1)),
  PadV2: (n) => ops.pad(n.tensor(0), padding(n, 1), { constantValues: n.tensor(2) }),
  MirrorPad: (n) => ops.pad(n.tensor(0), padding(n, 1), { mode: n.text('mode') as 'REFLECT' }),
  Gather: (n) => ops.gather(n.tensor(0), n.tensor(1), { axis: 0 }),
  GatherV2: (n) => ops.gather(n.tensor(0), n.tensor(1), { axis: n.integer(2), batchDims: n.int('batch_dims', 0) }),
  GatherNd: (n) => ops.gatherNd(n.tensor(0), n.tensor(1)),
  ScatterNd: (n) => ops.scatterNd(n.tensor(0), n.tensor(1), n.integers(2)),
  SparseToDense: (n) => {
    const [indices, values, rest] = [n.tensor(0), n.tensor(2), n.tensor(3)];
    const places = indices.rank < 2 ? ops.reshape(indices, [-1, 1]) : indices;
    const count = places.dims[0]!;
    return ops.tensorScatterNdUpdate(ops.fill(n.integers(1), rest), places, ops.broadcastTo(values, [count]));
  },
  SparseTensorDenseMatMul: (n) =>
    linalg.matmul(ops.scatterNd(n.tensor(0), n.tensor(1), n.integers(2)), n.tensor(3), {
      adjointA: n.bool('adjoint_a'),
      adjointB: n.bool('adjoint_b'),
    }),
  TensorScatterUpdate: (n) => ops.tensorScatterNdUpdate(n.tensor(0), n.tensor(1), n.tensor(2)),
  TensorScatterAdd: (n) => ops.tensorScatterNdAdd(n.tensor(0), n.tensor(1), n.tensor(2)),
  TensorScatterSub: (n) => ops.tensorScatterNdSub(n.tensor(0), n.tensor(1), n.tensor(2)),
  TensorScatterMax: (n) => ops.tensorScatterNdMax(n.tensor(0), n.tensor(1), n.tensor(2)),
  TensorScatterMin: (n) => ops.tensorScatterNdMin(n.tensor(0), n.tensor(1), n.tensor(2)),
  Reverse: (n) =>
    ops.reverse(
      n.tensor(0),
      integersOf(n.tensor(1)).flatMap((on, axis) => (on ? [axis] : [])),
    ),
  ReverseV2: (n) => (n.integers(1).length === 0 ? n.tensor(0) : ops.reverse(n.tensor(0), n.integers(1))),
  ReverseSequence: (n) => ops.reverseSequence(n.tensor(0), n.tensor(1), n.int('seq_dim'), n.int('batch_dim', 0)),
  Roll: (n) => ops.roll(n.tensor(0), n.integers(1), n.integers(2)),
  OneHot: (n) =>
    ops.oneHot(n.tensor(0), n.integer(1), {
      onValue: n.tensor(2),
      offValue: n.tensor(3),
      axis: n.int('axis', -1),
      dtype: n.tensor(2).dtype,
    }),
  Where: where,
  Unique: (n) => ops.unique(n.tensor(0), n.dtype('out_idx', 'int32')),
  UniqueWithCounts: (n) => ops.uniqueWithCounts(n.tensor(0), n.dtype('out_idx', 'int32')),
  ArgMax: (n) => math.argmax(n.tensor(0), n.integer(1), { outputType: n.dtype('output_type', 'int64') }),
  ArgMin: (n) => math.argmin(n.tensor(0), n.integer(1), { outputType: n.dtype('output_type', 'int64') }),
  TopKV2: (n) => math.topK(n.tensor(0), n.integer(1), n.bool('sorted', true), n.dtype('index_type', 'int32')),
  TopK: (n) => math.topK(n.tensor(0), n.int('k')),
  SearchSorted: (n) => ops.searchsorted(n.tensor(0), n.tensor(1)),
  LowerBound: (n) => ops.searchsorted(n.tensor(0), n.tensor(1), 'left', n.dtype('out_type', 'int32')),
  UpperBound: (n) => ops.searchsorted(n.tensor(0), n.tensor(1), 'right', n.dtype('out_type', 'int32')),
  Bucketize: (n) => {
    const boundaries = n.def.attr.get('boundaries')?.list?.f ?? [];
    return ops.rawOps.Bucketize({ input: n.tensor(0), boundaries });
  },
  MatrixBandPart: (n) => linalg.bandPart(n.tensor(0), n.integer(1), n.integer(2)),
  MatrixDiag: (n) => linalg.diag(n.tensor(0)),
  MatrixDiagV3: (n) => linalg.diag(n.tensor(0)),
  MatrixDiagPart: (n) => linalg.diagPart(n.tensor(0)),
  Diag: (n) => linalg.tensorDiag(n.tensor(0)),
  DiagPart: (n) => linalg.tensorDiagPart(n.tensor(0)),
  SegmentSum: (n) => math.segmentSum(n.tensor(0), n.tensor(1)),
  SegmentMean: (n) => math.segmentMean(n.tensor(0), n.tensor(1)),
  SegmentMax: (n) => math.segmentMax(n.tensor(0), n.tensor(1)),
  UnsortedSegmentSum: (n) => math.unsortedSegmentSum(n.tensor(0), n.tensor(1), n.integer(2)),
  UnsortedSegmentMax: (n) => math.unsortedSegmentMax(n.tensor(0), n.tensor(1), n.integer(2)),
  Bincount: (n) =>
    math.bincount(n.tensor(0), {
      minlength: n.integer(1),
      maxlength: n.integer(1),
      dtype: n.tensor(2).dtype,
      ...(n.tensor(2).size > 0 ? { weights: n.tensor(2) } : {}),
    }),
  DenseBincount: (n) => denseBincount(n),
  Placeholder: (n) => n.fail('it was not given a value'),
  PlaceholderWithDefault: (n) => n.tensor(0),
  Identity: (n) => n.inputs,
  IdentityN: (n) => n.inputs,
  EnsureShape: (n) => n.tensor(0),
  BroadcastGradientArgs: (n) => n.unsupported('gradients of graphs are not read; take the gradient of the call here'),
  DynamicStitch: (n) => {
    const half = n.inputs.length / 2;
    return ops.dynamicStitch(n.tensors.slice(0, half), n.tensors.slice(half));
  },
  TensorDiag: (n) => linalg.tensorDiag(n.tensor(0)),
  Empty: (n) => ops.zeros(n.integers(0), { dtype: n.dtype('dtype') }),
  RaggedRange: (n) => raggedRange(n),
};

/** Counts of numbers, of all elements or of each row; weights may be empty. */
function denseBincount(n: NodeView): Tensor {
  const [x, , weights] = n.tensors as [Tensor, Tensor, Tensor];
  const size = n.integer(1);
  const dtype = weights.dtype;
  const one = ops.cast(ops.oneHot(ops.cast(x, 'int64'), size), dtype);
  const counted = weights.size > 0 ? math.multiply(one, ops.expandDims(weights, -1)) : one;
  const rows = x.rank === 2 ? 1 : 0;
  return n.bool('binary_output') ? math.reduceMax(counted, rows) : math.reduceSum(counted, rows);
}
/** starts, limits, deltas → splits, values */
function raggedRange(n: NodeView): Tensor[] {
  const [starts, limits, deltas] = [n.integers(0), n.integers(1), n.integers(2)];
  const values: number[] = [];
  const splits = [0];
  const rows = Math.max(starts.length, limits.length, deltas.length);
  for (let i = 0; i < rows; i++) {
    const at = (list: readonly number[]): number => (list.length === 1 ? list[0]! : list[i]!);
    const step = at(deltas);
    if (step === 0) n.fail('a step of 0');
    for (let value = at(starts); step > 0 ? value < at(limits) : value > at(limits); value += step) values.push(value);
    splits.push(values.length);
  }
  return [
    integers(splits, [splits.length], n.dtype('Tsplits', 'int64')),
    integers(values, [values.length], n.tensor(0).dtype),
  ];
}
