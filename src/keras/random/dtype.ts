// The dtype of random floats.
import { asDType, type DType, isFloating } from '../../base/dtype.ts';
import { DTypeError } from '../../base/errors.ts';
import type { FloatDType } from '../../base/random/uniform.ts';
import { floatx } from '../config.ts';

/** The floating dtype of a draw; without one, Keras's own. */
export function floatDType(dtype: DType | null | undefined, name: string): FloatDType {
  const found = asDType(dtype ?? floatx(), `${name}: dtype`);
  if (!isFloating(found)) throw new DTypeError(`${name}: found dtype ${found}, wanted a floating dtype.`);
  return found as FloatDType;
}
