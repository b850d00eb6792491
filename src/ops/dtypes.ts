// tf.dtypes: the dtypes as values, and conversions between them.
// Owns: the names. tf.float32 is 'float32': a dtype is its name.
import { asDType, type DType } from '../base/dtype.ts';

export const float16 = 'float16';
export const half = 'float16';
export const bfloat16 = 'bfloat16';
export const float32 = 'float32';
export const float64 = 'float64';
export const double = 'float64';
export const int8 = 'int8';
export const int16 = 'int16';
export const int32 = 'int32';
export const int64 = 'int64';
export const uint8 = 'uint8';
export const uint16 = 'uint16';
export const uint32 = 'uint32';
export const uint64 = 'uint64';
export const bool = 'bool';
export const complex64 = 'complex64';
export const string = 'string';
/** The dtype of a name. */
export const asDtype = (typeValue: DType | string): DType => asDType(typeValue);
export { DType } from './dtype-class.ts';
export { complex, saturateCast } from './math/arithmetic.ts';
export { cast } from './math/elementwise.ts';
