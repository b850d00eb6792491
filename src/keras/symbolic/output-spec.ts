// Output shapes and dtypes without numbers: runs code on tensors that have only shapes, in a graph that is thrown away.
// Owns: the placeholders for unknown dimensions: two runs with two sizes show which dimensions depend on them, as in
// Keras's backend for JAX.
import type { DType } from '../../base/dtype.ts';
import { type Shape, withStandIn } from '../../base/shape.ts';
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { Trace, traceInto } from '../../runtime/trace.ts';
import { isTensor, KerasTensor } from './keras-tensor.ts';

// Code that halves, groups or reshapes an unknown size must not be refused because of the size that stands for it: both
// divide by 1 to 8, 10, 12, 14, 16, 20, 24, 28, 32 and their like.
const FIRST = 3360;
const SECOND = 2 * FIRST;

interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

function runWith(
  size: number,
  f: (replace: (value: unknown) => unknown) => unknown,
): { result: unknown; specs: Spec[] } {
  const trace = new Trace();
  const placeholders = new Map<KerasTensor, Tensor>();
  const replaceLeaf = (leaf: unknown): unknown => {
    if (!(leaf instanceof KerasTensor)) return leaf;
    let placeholder = placeholders.get(leaf);
    if (!placeholder) {
      placeholder = trace.parameter({ dims: leaf.shape.map((n) => n ?? size), dtype: leaf.dtype });
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

/** Symbolic tensors in the structure that `f` returns; `f` gets what puts placeholders in place of symbolic tensors. */
export function symbolicResult(
  unknownDimensions: boolean,
  f: (replace: (value: unknown) => unknown) => unknown,
): unknown {
  const first = runWith(FIRST, f);
  const second = unknownDimensions ? runWith(SECOND, f) : first;
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
  tensors.some((tensor) => tensor.shape.includes(null));
