// setWeights, and the message that shows two lists of weights side by side.
import { ShapeError } from '../../base/errors.ts';
import { sameShape, showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { cast } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';

interface Holder {
  readonly name: string;
  readonly weights: VariableTensor[];
}

/** Sets all weights, or none: the lists must agree. */
export function setLayerWeights(layer: Holder, values: readonly TensorLike[]): void {
  const { weights } = layer;
  const given = values.map((value) => convertToTensor(value, undefined, `setWeights of '${layer.name}'`));
  const fits = weights.length === given.length && weights.every((weight, i) => sameShape(weight.dims, given[i]!.dims));
  if (!fits) throw new ShapeError(`setWeights of '${layer.name}': ${sideBySide(weights, given)}`);
  weights.forEach((weight, i) => {
    const value = given[i]!;
    weight.set(value.dtype === weight.dtype ? value : cast(value, weight.dtype));
  });
}

/** One line for each weight: what the layer has, what was given. */
export function sideBySide(weights: readonly VariableTensor[], given: readonly Tensor[]): string {
  const rows = Array.from({ length: Math.max(weights.length, given.length) }, (_, i) => {
    const [weight, value] = [weights[i], given[i]];
    const mark = weight && value && sameShape(weight.dims, value.dims) ? ' ' : '✗';
    return `  ${mark} ${(weight ? `${weight.path} ${showShape(weight.dims)}` : '(none)').padEnd(40)} ${value ? showShape(value.dims) : '(none)'}`;
  });
  return `the layer has ${weights.length} weights, ${given.length} were given; wanted the same number with the same shapes.\n    ${'the layer has'.padEnd(40)} given\n${rows.join('\n')}`;
}
