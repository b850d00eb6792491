// Fields of CSV as values of dtypes, with defaults for those that are empty.
// Owns: defaults and the conversion of one field: for tf.io.decodeCsv and CsvDataset.
import { asDType, type DType, type StringElement } from '../../base/dtype.ts';
import { DTypeError, show, ValueError } from '../../base/errors.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';

export type FieldValue = number | bigint | StringElement;
/** A dtype for a field that must be there, or a value (a tensor of none or one) for where it is empty. */
export type RecordDefault = DType | TensorLike;

export interface FieldType {
  readonly dtype: DType;
  /** Undefined: the field must be there. */
  readonly fallback: FieldValue | undefined;
}

const TYPES: readonly string[] = ['float32', 'float64', 'int32', 'int64', 'string'];

export function fieldTypes(defaults: unknown, name: string): FieldType[] {
  if (!Array.isArray(defaults))
    throw new ValueError(
      `${name}: recordDefaults: found ${show(defaults)}, wanted a list with a default for each column.`,
    );
  return defaults.map((given: unknown, column) => {
    if (typeof given === 'string' && TYPES.includes(given)) return { dtype: asDType(given), fallback: undefined };
    const tensor = convertToTensor(given as TensorLike, undefined, `${name}: recordDefaults[${column}]`);
    if (!TYPES.includes(tensor.dtype) || tensor.size > 1)
      throw new DTypeError(
        `${name}: recordDefaults[${column}]: found ${show(tensor)}; wanted at most one value of ${TYPES.join(', ')}.`,
      );
    return { dtype: tensor.dtype, fallback: tensor.size === 0 ? undefined : (tensor.elements![0] as FieldValue) };
  });
}

const INTEGER = /^\s*[+-]?\d+\s*$/;
const FLOAT = /^\s*[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan)\s*$/i;

/** A number as TensorFlow reads it, undefined where the text is none. */
export function parseNumber(text: string, dtype: DType): number | bigint | undefined {
  if (dtype === 'int32' || dtype === 'int64') {
    if (!INTEGER.test(text)) return undefined;
    const value = BigInt(text.trim().replace(/^\+/, ''));
    if (BigInt.asIntN(dtype === 'int32' ? 32 : 64, value) !== value) return undefined;
    return dtype === 'int32' ? Number(value) : value;
  }
  if (!FLOAT.test(text)) return undefined;
  const plain = text.trim().toLowerCase();
  const value = plain.includes('inf')
    ? plain.startsWith('-')
      ? Number.NEGATIVE_INFINITY
      : Number.POSITIVE_INFINITY
    : plain.includes('nan')
      ? Number.NaN
      : Number(plain);
  return dtype === 'float32' ? Math.fround(value) : value;
}

export function fieldValue(field: string, type: FieldType, naValue: string, where: () => string): FieldValue {
  if (field === '' || field === naValue) {
    if (type.fallback !== undefined) return type.fallback;
    throw new ValueError(`${where()} is required but missing; give the column a default value.`);
  }
  if (type.dtype === 'string') return field;
  const value = parseNumber(field, type.dtype);
  if (value !== undefined) return value;
  // 0 and 0.0 are one number in JavaScript: who wrote the one may have meant the other.
  const float = type.dtype === 'int32' && parseNumber(field, 'float32') !== undefined;
  const remedy = float
    ? " A default that is a whole number makes the column int32: give 'float32' as its default."
    : '';
  throw new ValueError(`${where()} is no valid ${type.dtype}: ${show(field)}.${remedy}`);
}
