// Movement, reductions, gathering and sorting as ONNX operators.
// Owns: one rule for each of these primitives, with sizes that may depend on the batch.
import { dtypes } from '../../base/dtype.ts';
import type { Dims } from '../../base/shape.ts';
import { ONNX_TYPES } from '../../formats/onnx/onnx-tensor.ts';
import { type GraphValue, type Node, paramsOf } from '../../graph/graph.ts';
import type { ScatterMode } from '../../primitives/functions.ts';
import type { OnnxBlock } from './builder.ts';
import { emitCumulative } from './emit-control.ts';
import { type Extent, isOpen } from './open-graph.ts';

const MOST = 2 ** 53 - 1;
const same = (a: Extent, b: Extent): boolean =>
  isOpen(a) && isOpen(b) ? a.scale === b.scale && a.offset === b.offset : a === b;

type Rule = (block: OnnxBlock, node: Node) => void;
const extentsOf = (block: OnnxBlock, value: GraphValue): Extent[] => block.file.extents.dims(value);

function broadcast(block: OnnxBlock, node: Node): void {
  const [x] = node.inputs as readonly [GraphValue];
  const [out] = node.outputs as readonly [GraphValue];
  const { axes } = paramsOf<{ axes: Dims }>(node);
  const rank = out.dims.length;
  const first = axes.length > 0 ? Math.min(...axes) : rank;
  const inner = Array.from({ length: rank - first }, (_, i) => first + i).filter((axis) => !axes.includes(axis));
  const order = [...axes].map((_, i) => i).sort((i, j) => axes[i]! - axes[j]!);
  let name = block.transpose(block.full(x), order);
  if (inner.length > 0) name = block.node('Unsqueeze', [name, block.file.integers(inner.map((axis) => axis - first))]);
  block.set(out, name, true);
}

function pad(block: OnnxBlock, node: Node): void {
  const [x, value] = node.inputs as readonly [GraphValue, GraphValue];
  const { low, high, interior } = paramsOf<{ low: Dims; high: Dims; interior: Dims }>(node);
  let name = block.full(x);
  const fill = block.full(value);
  // ONNX pads numbers, not bools.
  const bool = x.dtype === 'bool';
  const asNumber = (each: string) => (bool ? block.node('Cast', [each], { to: ONNX_TYPES.int32 }) : each);
  name = asNumber(name);
  const filler = asNumber(fill);
  const padded = (each: string, before: Dims, after: Dims): string =>
    block.node('Pad', [each, block.file.integers([...before, ...after]), filler]);
  if (interior.some((n) => n > 0)) {
    // Every element gets an axis of its own, which is filled up; the last filling is cut off again.
    const extents = extentsOf(block, x);
    name = block.reshape(
      name,
      extents.flatMap((n) => [n, 1]),
    );
    const zeros = extents.flatMap(() => [0, 0]);
    name = padded(
      name,
      zeros,
      interior.flatMap((n) => [0, n]),
    );
    const times = (n: Extent, k: number): Extent => (isOpen(n) ? { scale: n.scale * k, offset: n.offset * k } : n * k);
    name = block.reshape(
      name,
      extents.map((n, axis) => times(n, interior[axis]! + 1)),
    );
    name = padded(
      name,
      interior.map(() => 0),
      interior.map((n) => -n),
    );
  }
  if ([...low, ...high].some((n) => n !== 0)) name = padded(name, low, high);
  block.set(node.outputs[0]!, bool ? block.node('Cast', [name], { to: ONNX_TYPES.bool }) : name);
}

function slice(block: OnnxBlock, node: Node): void {
  const [x] = node.inputs as readonly [GraphValue];
  const { extents } = block.file;
  const sizes = extentsOf(block, x);
  const [starts, limits] = [extents.list(node, 'start'), extents.list(node, 'limit')];
  const { strides } = paramsOf<{ strides: Dims }>(node);
  const axes = sizes
    .map((_, axis) => axis)
    .filter((axis) => !(same(starts[axis]!, 0) && same(limits[axis]!, sizes[axis]!) && strides[axis] === 1));
  if (axes.length === 0) return block.set(node.outputs[0]!, block.full(x));
  const ends = axes.map((axis) => (same(limits[axis]!, sizes[axis]!) ? MOST : limits[axis]!));
  block.set(
    node.outputs[0]!,
    block.node('Slice', [
      block.full(x),
      block.shape(axes.map((axis) => starts[axis]!)),
      block.shape(ends),
      block.file.integers(axes),
      block.file.integers(axes.map((axis) => strides[axis]!)),
    ]),
  );
}

function reverse(block: OnnxBlock, node: Node): void {
  const { axes } = paramsOf<{ axes: readonly number[] }>(node);
  const all = (n: number) => block.file.integers(axes.map(() => n));
  const inputs = [block.full(node.inputs[0]!), all(-1), all(-MOST), block.file.integers(axes), all(-1)];
  block.set(node.outputs[0]!, axes.length === 0 ? inputs[0]! : block.node('Slice', inputs));
}

function iota(block: OnnxBlock, node: Node): void {
  const [out] = node.outputs as readonly [GraphValue];
  const { axis, dtype } = paramsOf<{ axis: number; dtype: GraphValue['dtype'] }>(node);
  const size = extentsOf(block, out)[axis]!;
  let name: string;
  if (isOpen(size)) {
    const limit = block.node('Squeeze', [block.shape([size])]);
    name = block.node('Range', [block.file.integers([0], true), limit, block.file.integers([1], true)]);
    name = block.node('Cast', [name], { to: ONNX_TYPES[dtype] });
  } else name = block.numbers(size, dtype);
  const after = out.dims.length - axis - 1;
  if (after > 0)
    name = block.node('Unsqueeze', [name, block.file.integers(Array.from({ length: after }, (_, i) => i + 1))]);
  block.set(out, name, true);
}

const reduction =
  (opType: string): Rule =>
  (block, node) => {
    const [x] = node.inputs as readonly [GraphValue];
    const { axes } = paramsOf<{ axes: readonly number[] }>(node);
    // Bools and narrow integers are reduced as int32.
    const narrow = x.dtype === 'bool' || (dtypes[x.dtype].bits < 32 && dtypes[x.dtype].kind !== 'float');
    let name = block.full(x);
    if (narrow) name = block.node('Cast', [name], { to: ONNX_TYPES.int32 });
    name = block.node(opType, [name, block.file.integers(axes)], { keepdims: 0 });
    block.set(node.outputs[0]!, narrow ? block.node('Cast', [name], { to: ONNX_TYPES[x.dtype] }) : name);
  };

function scatterRows(block: OnnxBlock, node: Node): void {
  const [x, indices, updates] = node.inputs.map((input) => block.full(input)) as [string, string, string];
  const { mode } = paramsOf<{ mode: ScatterMode }>(node);
  const rank = node.inputs[1]!.dims.length;
  const places = block.node('Cast', [indices], { to: ONNX_TYPES.int64 });
  const tuples = block.node('Unsqueeze', [places, block.file.integers([rank])]);
  block.set(
    node.outputs[0]!,
    block.node('ScatterND', [x, tuples, updates], mode === 'update' ? {} : { reduction: mode }),
  );
}

function sort(block: OnnxBlock, node: Node): void {
  const [x] = node.inputs as readonly [GraphValue];
  const [values, places] = block.nodeOf('TopK', [block.full(x), block.shape([extentsOf(block, x).at(-1)!])], 2, {
    axis: -1,
    largest: paramsOf<{ descending: boolean }>(node).descending ? 1 : 0,
    sorted: 1,
  });
  block.set(node.outputs[0]!, values!);
  block.set(node.outputs[1]!, block.node('Cast', [places!], { to: ONNX_TYPES.int32 }));
}

export const movementRules: Readonly<Record<string, Rule>> = {
  reshape: (block, node) =>
    block.set(node.outputs[0]!, block.reshape(block.full(node.inputs[0]!), extentsOf(block, node.outputs[0]!))),
  transpose: (block, node) =>
    block.set(
      node.outputs[0]!,
      block.transpose(block.full(node.inputs[0]!), paramsOf<{ permutation: Dims }>(node).permutation),
    ),
  broadcast,
  pad,
  slice,
  reverse,
  iota,
  concatenate: (block, node) =>
    block.set(
      node.outputs[0]!,
      block.node(
        'Concat',
        node.inputs.map((input) => block.full(input)),
        {
          axis: paramsOf<{ axis: number }>(node).axis,
        },
      ),
    ),
  reduceSum: reduction('ReduceSum'),
  reduceProd: reduction('ReduceProd'),
  reduceMax: reduction('ReduceMax'),
  reduceMin: reduction('ReduceMin'),
  takeRows: (block, node) =>
    block.set(
      node.outputs[0]!,
      block.node(
        'Gather',
        node.inputs.map((input) => block.full(input)),
        { axis: 0 },
      ),
    ),
  scatterRows,
  sort,
  cumulative: emitCumulative,
};
