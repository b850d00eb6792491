// Constants of a graph as ONNX initializers, also those that depend on the batch: position numbers, ones, sizes.
// Owns: telling from two batch sizes how the elements follow from the batch, and the nodes that compute them.
import { allocate, type Data, type DType, isBig } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import { ONNX_TYPES } from '../../formats/onnx/onnx-tensor.ts';
import type { GraphValue, Node } from '../../graph/graph.ts';
import type { OnnxBlock } from './builder.ts';
import { type Extent, isOpen } from './open-graph.ts';

const same = (a: Data, b: Data): boolean => a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
const arithmetic = (dtype: DType): boolean => ['float32', 'float64', 'int32', 'int64'].includes(dtype);
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

function refuse(node: Node): never {
  const where = node.scope ? `layer '${node.scope}'` : 'the model';
  throw new ValueError(
    `exportOnnx: ${where} makes a table whose values depend on the batch size in a way that is no straight line; give all sizes: inputSignature: [{ shape: [1, …] }].`,
  );
}
function constant(block: OnnxBlock, values: readonly number[], dims: readonly number[], dtype: DType): string {
  const data = allocate(dtype, values.length) as unknown[];
  values.forEach((value, i) => {
    data[i] = isBig(dtype) ? BigInt(value) : value;
  });
  return block.file.constant({ dtype, shape: dims, data: data as Data });
}
const cast = (block: OnnxBlock, name: string, dtype: DType): string =>
  dtype === 'int64' ? name : block.node('Cast', [name], { to: ONNX_TYPES[dtype] });

const isWhole = (line: Extent): boolean =>
  !isOpen(line) || (Number.isInteger(line.scale) && Number.isInteger(line.offset));

/** Numbers that are each a whole number of times the batch, and something more. */
function ofLines(block: OnnxBlock, lines: readonly Extent[], dims: readonly number[], dtype: DType): string {
  const part = (of: (line: Extent) => number): string => constant(block, lines.map(of), dims, dtype);
  const offsets = part((line) => (isOpen(line) ? line.offset : line));
  if (!lines.some(isOpen)) return offsets;
  const batch = cast(block, block.shape([{ scale: 1, offset: 0 }]), dtype);
  const scaled = block.node('Mul', [part((line) => (isOpen(line) ? line.scale : 0)), batch]);
  // The batch is a vector of one element, which would broadcast a scalar up.
  return block.reshape(block.node('Add', [scaled, offsets]), dims);
}
const linesOf = (block: OnnxBlock, small: readonly number[], large: readonly number[]): Extent[] =>
  small.map((x, i) => block.file.extents.number(x, large[i]!));

/** As many elements for every batch; each is a number, a number of times the batch, or one over such. */
function ofSizes(block: OnnxBlock, node: Node, value: GraphValue): string {
  const [small, large] = block.file.extents
    .elements(node)
    .map((data) => Array.from(data as ArrayLike<number>, Number)) as [number[], number[]];
  if (!arithmetic(value.dtype)) refuse(node);
  const lines = linesOf(block, small, large);
  if (lines.every(isWhole)) return ofLines(block, lines, value.dims, value.dtype);
  const under = (list: readonly number[]): number[] => list.map((x) => Math.round(1 / x));
  const inverse = linesOf(block, under(small), under(large));
  const right = [small, large].every((list) =>
    list.every((x) => Math.fround(1 / Math.round(1 / x)) === Math.fround(x)),
  );
  if (!right || !inverse.every(isWhole)) refuse(node);
  return block.node('Reciprocal', [ofLines(block, inverse, value.dims, value.dtype)]);
}

/** One axis has the batch: along it every element goes on by its own step, which is 0 where it is repeated. */
function ofRows(block: OnnxBlock, node: Node, value: GraphValue): string {
  const extents = block.file.extents.dims(value);
  const axis = extents.findIndex(isOpen);
  const open = extents[axis]!;
  if (!isOpen(open) || extents.filter(isOpen).length > 1 || !(open.offset === 0 || open.scale === 1)) refuse(node);
  const before = product(value.dims.slice(0, axis));
  const after = product(value.dims.slice(axis + 1)) * open.scale;
  /** The first rows, and the steps from one to the next. */
  const straight = (data: Data): { first: number[]; step: number[] } => {
    const rows = data.length / (before * after);
    const at = (i: number, row: number, j: number): number =>
      Number((data as ArrayLike<number>)[(i * rows + row) * after + j]);
    const [first, step]: [number[], number[]] = [[], []];
    for (let i = 0; i < before; i++)
      for (let j = 0; j < after; j++) {
        const start = at(i, 0, j);
        const by = at(i, 1, j) - start || 0;
        for (let row = 0; row < rows; row++)
          if (!Object.is(at(i, row, j), start) && at(i, row, j) !== start + row * by) refuse(node);
        first.push(start);
        step.push(by);
      }
    return { first, step };
  };
  const [small, large] = block.file.extents.elements(node).map(straight) as [
    ReturnType<typeof straight>,
    ReturnType<typeof straight>,
  ];
  if (small.step.some((by, i) => by !== large.step[i])) refuse(node);
  const dims = [before, 1, after];
  const rows: Extent = open.offset === 0 ? { scale: 1, offset: 0 } : open;
  const lines = small.first.map((x, i) =>
    Object.is(x, large.first[i]) ? x : block.file.extents.number(x, large.first[i]!),
  );
  const still = small.step.every((by) => by === 0);
  if (!lines.every(isWhole) || (!(still && !lines.some(isOpen)) && !arithmetic(value.dtype))) refuse(node);
  let name = ofLines(block, lines, dims, value.dtype);
  if (still) name = block.node('Expand', [name, block.shape([before, rows, after])]);
  else {
    const limit = block.node('Squeeze', [block.shape([rows])]);
    const count = block.node('Range', [block.file.integers([0], true), limit, block.file.integers([1], true)]);
    const column = cast(block, block.node('Unsqueeze', [count, block.file.integers([1])]), value.dtype);
    name = block.node('Add', [name, block.node('Mul', [constant(block, small.step, dims, value.dtype), column])]);
  }
  return block.reshape(name, extents);
}

/** Makes a constant known to the block. */
export function emitConstant(block: OnnxBlock, node: Node): void {
  const [value] = node.outputs as readonly [GraphValue];
  const [small, large] = block.file.extents.elements(node);
  if (same(small, large))
    return block.set(value, block.file.constant({ dtype: value.dtype, shape: value.dims, data: small }));
  const open = block.file.extents.dims(value).some(isOpen);
  block.set(value, open ? ofRows(block, node, value) : ofSizes(block, node, value));
}
