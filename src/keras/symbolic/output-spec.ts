// Output shapes and dtypes without numbers: runs code on tensors that have only shapes, in a graph that is thrown away.
// Owns: the placeholders for unknown dimensions: two runs with two sizes show which dimensions depend on them, as in
// Keras's backend for JAX.
import { type DType, isInteger } from '../../base/dtype.ts';
import { type Shape, StandInError, withStandIn } from '../../base/shape.ts';
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { Trace, traceInto } from '../../runtime/trace.ts';
import { isTensor, KerasTensor } from './keras-tensor.ts';

// Code that halves, groups or reshapes an unknown size must not be refused because of the size that stands for it: it divides
// by 1 to 8, 10, 12, 14, 16, 20, 24, 28, 32 and their like, and where that is not enough a multiple of it is tried.
const FIRST = 3360;
const LARGEST = 1e7;

interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

interface Run {
  readonly result: unknown;
  readonly specs: readonly Spec[];
}

/** Ops whose value depends on the shape of their argument alone. */
const OF_SHAPES: ReadonlySet<unknown> = new Set(['shape', 'shapeN', 'size', 'rank']);
const known = new WeakMap<KerasTensor, boolean>();
/** Whether a symbolic tensor is a size, or several, taken from a shape: they have values wherever shapes are known. */
function isSize(tensor: KerasTensor): boolean {
  const { history, dtype, shape } = tensor;
  if (history === null || !isInteger(dtype) || shape.length > 1) return false;
  let found = known.get(tensor);
  if (found === undefined) {
    const { operation, nodeIndex } = history;
    found =
      ('opName' in operation && OF_SHAPES.has(operation.opName)) || areSizes(operation.inboundNodes[nodeIndex]!.inputs);
    known.set(tensor, found);
  }
  return found;
}
const areSizes = (tensors: readonly KerasTensor[]): boolean => tensors.length > 0 && tensors.every(isSize);
/** The value of a size where other symbolic tensors have placeholders. */
function sizeOf(tensor: KerasTensor, replace: (leaf: unknown) => unknown): Tensor {
  const { operation, nodeIndex, tensorIndex } = tensor.history!;
  const node = operation.inboundNodes[nodeIndex]!;
  const { args, kwargs } = node.fill(new Map(node.inputs.map((input) => [input, replace(input)])));
  return flattenTree(operation.run(args, kwargs), isTensor).filter(isTensor)[tensorIndex]!;
}

function runWith(size: number, f: (replace: (value: unknown) => unknown) => unknown): Run {
  const trace = new Trace();
  const placeholders = new Map<KerasTensor, Tensor>();
  const replaceLeaf = (leaf: unknown): unknown => {
    if (!(leaf instanceof KerasTensor)) return leaf;
    let placeholder = placeholders.get(leaf);
    if (!placeholder) {
      placeholder = isSize(leaf)
        ? sizeOf(leaf, replaceLeaf)
        : trace.parameter({ dims: leaf.shape.map((n) => n ?? size), dtype: leaf.dtype });
      placeholders.set(leaf, placeholder);
    }
    return placeholder;
  };
  const run = () => {
    const result = f((value) => (value instanceof Tensor ? replaceLeaf(value) : mapTree(value, replaceLeaf, isTensor)));
    const specs = flattenTree(result, isTensor)
      .filter(isTensor)
      .map((tensor) => resolve(tensor))
      .map((tensor) => ({ shape: tensor.dims, dtype: tensor.dtype }));
    return { result, specs };
  };
  return withStandIn(size, () => traceInto(trace, run));
}

/** A run with a size that can be divided as the code wants. */
function runDividing(f: (replace: (value: unknown) => unknown) => unknown): { size: number; first: Run } {
  for (let size = FIRST; ; ) {
    try {
      return { size, first: runWith(size, f) };
    } catch (error) {
      if (!(error instanceof StandInError)) throw error;
      size *= error.factor / greatestCommonDivisor(size, error.factor);
      if (size > LARGEST) throw error;
    }
  }
}
const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Symbolic tensors in the structure that `f` returns; `f` gets what puts placeholders in place of symbolic tensors. */
export function symbolicResult(
  unknownDimensions: boolean,
  f: (replace: (value: unknown) => unknown) => unknown,
): unknown {
  const { size, first } = runDividing(f);
  const second = unknownDimensions ? runWith(2 * size, f) : first;
  const tensors = first.specs.map(({ shape, dtype }, i) => {
    const other = second.specs[i]?.shape ?? shape;
    return new KerasTensor(
      shape.map((n, axis) => (n === other[axis] ? n : null)),
      dtype,
    );
  });
  let next = 0;
  const leaves = flattenTree(first.result, isTensor).map((leaf) => (isTensor(leaf) ? tensors[next++] : leaf));
  return packTree(first.result, leaves, isTensor);
}

export const hasUnknown = (tensors: readonly KerasTensor[]): boolean =>
  tensors.some((tensor) => tensor.shape.includes(null) || isSize(tensor));
