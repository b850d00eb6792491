// tf.bitwise.
// Owns: the bit operations on integers.

import { dtypes, isInteger } from '../base/dtype.ts';
import { DTypeError } from '../base/errors.ts';
import type { BinaryName } from '../primitives/elementwise/rules.ts';
import * as p from '../primitives/functions.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { convertToTensor } from './core/convert.ts';
import { signature } from './core/signature.ts';
import { broadcastPair } from './math/operands.ts';

function integer(x: Tensor, name: string): Tensor {
  if (!isInteger(x.dtype)) throw new DTypeError(`${name}: found dtype ${x.dtype}, wanted an integer dtype.`);
  return x;
}
const bits = (name: string, primitive: BinaryName) =>
  signature(name, ['x', 'y'], (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = broadcastPair(x, y, name);
    return p.binary(primitive, integer(a, name), b) as Tensor;
  });
export const bitwiseAnd = bits('bitwiseAnd', 'and');
export const bitwiseOr = bits('bitwiseOr', 'or');
export const bitwiseXor = bits('bitwiseXor', 'xor');
/** A shift by less than nothing is one by 0, one by the width or more one by the width − 1. */
const shift = (name: string, primitive: 'shiftLeft' | 'shiftRight') =>
  signature(name, ['x', 'y'], (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = broadcastPair(x, y, name);
    const most = dtypes[integer(a, name).dtype].bits - 1;
    const count = p.binary('min', p.binary('max', b, p.full(0, b)), p.full(most, b));
    return p.binary(primitive, a, count) as Tensor;
  });
export const leftShift = shift('leftShift', 'shiftLeft');
/** Arithmetic for signed, logical for unsigned integers. */
export const rightShift = shift('rightShift', 'shiftRight');
export const invert = signature(
  'invert',
  ['x'],
  (x: TensorLike): Tensor => p.not(integer(convertToTensor(x, undefined, 'invert'), 'invert')) as Tensor,
);
