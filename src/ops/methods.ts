// Installs the operations that are methods of tensors.
// Owns: the one table from method to op; checked against the interface in runtime/tensor-methods.ts.
import type { DType } from '../base/dtype.ts';
import { ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { Axis, Index, ReduceOptions, TensorLike, TensorMethods } from '../runtime/tensor-methods.ts';
import { booleanMask, expandDims, reshape, slice, squeeze, transpose, unstack } from './core/arrange.ts';
import { op } from './core/define.ts';
import { indexAt } from './core/index-at.ts';
import * as math from './math/elementwise.ts';
import { matmul } from './math/matmul.ts';
import * as reduce from './math/reduce.ts';
import { setRaggedRules } from './ragged/ragged-tensor.ts';
import { raggedRules } from './ragged/rules.ts';
import { sparseRules } from './sparse/rules.ts';
import { setSparseRules } from './sparse/sparse-tensor.ts';

/** `x.at(…)` as an op, so that symbolic tensors can be indexed too. */
export const getItem = op('getItem', (x: Tensor, ...indices: Index[]): Tensor => indexAt(x, indices));

const unary = (f: (x: TensorLike) => Tensor) =>
  function (this: Tensor): Tensor {
    return f(this);
  };
const binary = (f: (x: TensorLike, y: TensorLike) => Tensor) =>
  function (this: Tensor, other: TensorLike): Tensor {
    return f(this, other);
  };
const reduction = (f: reduce.Reduction) =>
  function (this: Tensor, axis?: Axis | ReduceOptions, options?: ReduceOptions): Tensor {
    return f(this, axis as Axis, options);
  };

const methods: TensorMethods & ThisType<Tensor> = {
  *[Symbol.iterator](this: Tensor): IterableIterator<Tensor> {
    if (this.rank === 0) throw new ValueError('a scalar tensor cannot be iterated over; wanted at least one axis.');
    yield* unstack(this);
  },
  at: function (this: Tensor, ...indices: Index[]) {
    return getItem(this, ...indices);
  },
  slice: function (this: Tensor, begin: readonly number[], size?: readonly number[]) {
    return slice(this, begin, size);
  },
  booleanMask: binary(booleanMask),
  reshape: function (this: Tensor, shape: Shape) {
    return reshape(this, shape);
  },
  flatten: function (this: Tensor) {
    return reshape(this, [-1]);
  },
  expandDims: function (this: Tensor, axis = 0) {
    return expandDims(this, axis);
  },
  squeeze: function (this: Tensor, axis?: Axis) {
    return squeeze(this, axis);
  },
  transpose: function (this: Tensor, permutation?: readonly number[]) {
    return transpose(this, permutation);
  },
  cast: function (this: Tensor, dtype: DType) {
    return math.cast(this, dtype);
  },
  add: binary(math.add),
  sub: binary(math.subtract),
  mul: binary(math.multiply),
  div: binary(math.divide),
  floordiv: binary(math.floordiv),
  mod: binary(math.floormod),
  pow: binary(math.pow),
  matmul: binary(matmul),
  equal: binary(math.equal),
  notEqual: binary(math.notEqual),
  greater: binary(math.greater),
  greaterEqual: binary(math.greaterEqual),
  less: binary(math.less),
  lessEqual: binary(math.lessEqual),
  maximum: binary(math.maximum),
  minimum: binary(math.minimum),
  logicalAnd: binary(math.logicalAnd),
  logicalOr: binary(math.logicalOr),
  logicalNot: unary(math.logicalNot),
  neg: unary(math.negative),
  abs: unary(math.abs),
  square: unary(math.square),
  sqrt: unary(math.sqrt),
  exp: unary(math.exp),
  log: unary(math.log),
  sigmoid: unary(math.sigmoid),
  tanh: unary(math.tanh),
  relu: function (this: Tensor) {
    return math.maximum(0, this);
  },
  sum: reduction(reduce.reduceSum),
  mean: reduction(reduce.reduceMean),
  max: reduction(reduce.reduceMax),
  min: reduction(reduce.reduceMin),
  prod: reduction(reduce.reduceProd),
  any: reduction(reduce.reduceAny),
  all: reduction(reduce.reduceAll),
  argmax: function (this: Tensor, axis = 0) {
    return reduce.argmax(this, axis);
  },
  argmin: function (this: Tensor, axis = 0) {
    return reduce.argmin(this, axis);
  },
};

/** Puts the methods on the prototype of all tensors, and the rules of ops into ragged and sparse ones. */
export function installMethods(): void {
  setRaggedRules(raggedRules);
  setSparseRules(sparseRules);
  for (const key of Reflect.ownKeys(methods))
    Object.defineProperty(Tensor.prototype, key, {
      value: Reflect.get(methods, key),
      writable: true,
      configurable: true,
    });
}
