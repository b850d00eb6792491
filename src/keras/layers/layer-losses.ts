// The losses that layers add by themselves: of their weights and of their outputs.
import { isFloating } from '../../base/dtype.ts';
import { cast, divide } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { Weight } from './weight.ts';

/** The regularizers' losses of these weights, one for each that has a regularizer. */
export const weightLosses = (weights: readonly VariableTensor[]): Tensor[] =>
  weights.flatMap((weight) => (weight instanceof Weight && weight.regularizer ? [weight.regularizer(weight)] : []));

/** The regularizer's loss of an output, by the size of the batch. */
export function activityLoss(regularizer: (x: Tensor) => Tensor, output: Tensor): Tensor {
  const loss = regularizer(isFloating(output.dtype) ? output : cast(output, 'float32'));
  const batch = output.shape[0];
  return batch === undefined || batch === null || batch === 0 ? loss : divide(loss, batch);
}
