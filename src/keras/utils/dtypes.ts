// Names of dtypes as Keras asks for them.
import { asDType, type DType, isFloating, isInteger } from '../../base/dtype.ts';
import { floatx } from '../config.ts';
import { resultDType } from '../ops/define.ts';

/** The dtype's name; floatx for null. */
export const standardizeDtype = (dtype: DType | null): DType =>
  dtype === null ? floatx() : asDType(dtype, 'standardizeDtype');
export const isFloatDtype = (dtype: DType): boolean => isFloating(standardizeDtype(dtype));
export const isIntDtype = (dtype: DType): boolean => isInteger(standardizeDtype(dtype));
/** The dtype in which values of these dtypes meet: `resultType('int32', 'float16')` is 'float16'. */
export function resultType(...dtypes: readonly DType[]): DType {
  if (dtypes.length === 0) return floatx();
  return dtypes.map((dtype) => asDType(dtype, 'resultType')).reduce(resultDType);
}
