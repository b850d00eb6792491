// keras.utils.toCategorical and normalize.
// Owns: Keras's rules for arrays, which NumPy computes in Python, and for tensors.

import { isFloating } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { expandDims, reshape } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { oneHot, onesLike } from '../../ops/core/create.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import { abs, cast, divide, equal, pow, where } from '../../ops/math/elementwise.ts';
import { reduceMax, reduceMin, reduceSum } from '../../ops/math/reduce.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';

/**
 * One-hot rows of class numbers; a trailing axis of length 1 is dropped. As in Keras an array gives float64 (which `fit` brings to
 * float32), a tensor float32.
 */
export function toCategorical(
  x: TensorLike,
  ...rest: [numClasses?: number | null | Options<{ numClasses: number | null }>]
): Tensor {
  const [given, count] = bindArguments('toCategorical', ['x', 'numClasses'], [x, ...rest]) as [TensorLike, number?];
  let labels = cast(convertToTensor(given, undefined, 'toCategorical'), 'int32');
  if (labels.rank > 1 && labels.dims.at(-1) === 1) labels = reshape(labels, labels.dims.slice(0, -1));
  const values = labels.dataSync() as Int32Array;
  if (!count && values.length === 0)
    throw new ValueError('toCategorical: x: found no labels; give numClasses, or at least one label.');
  const classes = count || values.reduce((a, b) => Math.max(a, b), -1) + 1;
  const bad = values.find((label) => label < 0 || label >= classes);
  if (bad !== undefined)
    throw new ValueError(`toCategorical: found the label ${bad}, wanted whole numbers from 0 to ${classes - 1}.`);
  return oneHot(labels, classes, { dtype: given instanceof Tensor ? 'float32' : 'float64' });
}

type Order = number | 'inf';
/**
 * x over its norm ‖x‖ of the given order along an axis; zeros stay. Of a typed array along axis 0, Keras divides row i by the norm of
 * column i, which takes as many rows as columns; give a tensor or a list to divide columns. Of a typed array of one axis it makes a row, [1, n].
 */
export function normalize(
  x: TensorLike,
  ...rest: [axis?: number | Options<{ axis: number; order: Order }>, order?: Order]
): Tensor {
  const [given, axis = -1, order = 2] = bindArguments('normalize', ['x', 'axis', 'order'], [x, ...rest]) as [
    TensorLike,
    number?,
    Order?,
  ];
  const isNumPys = !(given instanceof Tensor || Array.isArray(given));
  if (!isNumPys && !(order === 'inf' || (typeof order === 'number' && order >= 1 && Number.isInteger(order))))
    throw new ValueError(
      `normalize: order: found ${show(order)}, wanted a whole number ≥ 1. Typed arrays take any order.`,
    );
  const tensor = convertToTensor(given, undefined, 'normalize');
  if (tensor.dtype === 'string') throw new DTypeError('normalize: found texts, wanted numbers.');
  const values = isFloating(tensor.dtype) ? tensor : cast(tensor, isNumPys ? 'float64' : 'float32');
  const along = normOf(values, order, axis);
  const isRow = isNumPys && values.dims.length === 1;
  const norm = axis === 0 && isNumPys && !isRow ? columnNorms(along, values) : along;
  const normalized = divide(values, where(equal(norm, 0), 1, norm));
  return isRow ? expandDims(normalized, 0) : normalized;
}

function columnNorms(norm: Tensor, x: Tensor): Tensor {
  const dims = [...norm.dims.slice(1), 1];
  if (x.dims.length !== dims.length || x.dims[0] !== dims[0])
    throw new ShapeError(
      `normalize: an array of shape ${showShape(x.shape)} along axis 0; Keras takes as many rows as columns there. Give a tensor.`,
    );
  return reshape(norm, dims);
}

function normOf(x: Tensor, order: Order, axis: number): Tensor {
  const options = { axis, keepdims: true };
  const size = abs(x);
  if (order === 'inf' || order === Number.POSITIVE_INFINITY) return reduceMax(size, options);
  if (order === Number.NEGATIVE_INFINITY) return reduceMin(size, options);
  if (typeof order !== 'number') throw new ValueError(`normalize: order: found ${show(order)}, wanted a number.`);
  // NumPy's order 0 counts what is not 0.
  if (order === 0) return reduceSum(where(equal(size, 0), 0, onesLike(size)), options);
  if (order === 1) return reduceSum(size, options);
  return pow(reduceSum(pow(size, order), options), 1 / order);
}
