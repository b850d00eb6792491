// Names of dtypes as Keras asks for them.
import { asDType, type DType, isFloating, isInteger } from '../../base/dtype.ts';
import { floatx } from '../config.ts';

/** The dtype's name; floatx for null. */
export const standardizeDtype = (dtype: DType | null): DType =>
  dtype === null ? floatx() : asDType(dtype, 'standardizeDtype');
export const isFloatDtype = (dtype: DType): boolean => isFloating(standardizeDtype(dtype));
export const isIntDtype = (dtype: DType): boolean => isInteger(standardizeDtype(dtype));
