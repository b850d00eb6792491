// keras.utils.toCategorical and normalize.
import { ValueError } from '../../base/errors.ts';
import { reshape } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { oneHot } from '../../ops/core/create.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { l2Normalize } from '../../ops/nn/normalization.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';

/** One-hot rows of class numbers; a trailing axis of length 1 is dropped. */
export function toCategorical(y: TensorLike, numClasses?: number): Tensor {
  let labels = cast(convertToTensor(y, undefined, 'toCategorical'), 'int32');
  if (labels.rank > 1 && labels.dims.at(-1) === 1) labels = reshape(labels, labels.dims.slice(0, -1));
  const values = labels.dataSync() as Int32Array;
  const classes = numClasses ?? values.reduce((a, b) => Math.max(a, b), -1) + 1;
  const bad = values.find((label) => label < 0 || label >= classes);
  if (bad !== undefined)
    throw new ValueError(`toCategorical: found the label ${bad}, wanted whole numbers from 0 to ${classes - 1}.`);
  return oneHot(labels, classes);
}
/** Rows of length 1. */
export const normalize = (x: TensorLike, axis = -1): Tensor =>
  l2Normalize(convertToTensor(x, undefined, 'normalize'), axis);
