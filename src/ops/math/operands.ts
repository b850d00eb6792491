// What ops do with their operands before and after the primitive: one dtype and shape, floats where a function wants them, the
// spreading of what was reduced. Owns: these pieces, which are no ops themselves. Leaves conversion to core/convert.ts.
import { isComplex, isFloating } from '../../base/dtype.ts';
import { DTypeError, zeroDivisor } from '../../base/errors.ts';
import { broadcastShapes } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertPair, convertToTensor } from '../core/convert.ts';
import { complexFunctions } from './complex-functions.ts';

/** Two operands of one dtype and shape. */
export function broadcastPair(x: TensorLike, y: TensorLike, name: string): [Tensor, Tensor] {
  const [a, b] = convertPair(x, y, name);
  const dims = broadcastShapes(a.dims, b.dims, name);
  return [p.broadcastTo(a, dims) as Tensor, p.broadcastTo(b, dims) as Tensor];
}

/** A floating or complex tensor; weak whole numbers become float32. */
export function floating(x: TensorLike, name: string): Tensor {
  const tensor = convertToTensor(x, undefined, name);
  if (isFloating(tensor.dtype) || isComplex(tensor.dtype)) return tensor;
  if (tensor.weak) return p.convert(tensor, 'float32') as Tensor;
  throw new DTypeError(
    `${name}: found dtype ${tensor.dtype}, wanted a floating dtype; convert with tf.cast(x, 'float32').`,
  );
}

/** A function of real or complex numbers. */
export const unaryOf = (name: Parameters<typeof p.unary>[0], x: Value): Value =>
  isComplex(x.dtype) && complexFunctions[name] ? complexFunctions[name](x) : p.unary(name, x);

/** The quotient or remainder of integers; zeros have none: those known now are refused at once, others when the program runs. */
export function divideIntegers(name: 'div' | 'rem', a: Tensor, divisor: Tensor, operation: string): Value {
  const { elements } = resolve(divisor);
  if (!elements) return p.divideRefusingZero(name, a, divisor, operation);
  for (let i = 0; i < elements.length; i++) if (Number(elements[i]) === 0) throw zeroDivisor(operation, i);
  return p.binary(name, a, divisor);
}

/** The value again in x's shape. */
export function spreadOver(value: Value, x: Value, axes: readonly number[]): Value {
  return p.broadcast(
    value,
    x.dims,
    x.dims.map((_, axis) => axis).filter((axis) => !axes.includes(axis)),
  );
}
