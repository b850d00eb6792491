// Joining equal tensors along a new axis.
// Owns: stacking of ready tensors; tf.stack and the conversion of nested arrays both use it.
import { ShapeError, ValueError } from '../../base/errors.ts';
import { normalizeAxis, sameShape, showShape } from '../../base/shape.ts';
import { concatenate, reshape } from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';

/** Tensors of one shape and dtype along a new axis. */
export function stackTensors(tensors: readonly Tensor[], axis: number): Tensor {
  const first = tensors[0];
  if (!first) throw new ValueError('stack: found an empty list, wanted at least one tensor.');
  const at = normalizeAxis(axis, first.dims.length + 1, 'stack');
  for (const tensor of tensors) {
    if (!sameShape(tensor.dims, first.dims))
      throw new ShapeError(
        `stack: found shapes ${showShape(first.dims)} and ${showShape(tensor.dims)}; wanted equal shapes.`,
      );
  }
  const dims = [...first.dims.slice(0, at), 1, ...first.dims.slice(at)];
  return concatenate(
    tensors.map((tensor) => reshape(tensor, dims)),
    at,
  ) as Tensor;
}
