// tf.DType, against TensorFlow (test/fixtures/make_dtypes_and_rows.py).
import { expect, test } from 'vitest';
import { dtypes } from '../../test/fixtures/dtypes_and_rows.json' with { type: 'json' };
import * as tf from '../index.ts';

const tried = (f: () => unknown): unknown => {
  try {
    const found = f();
    const one = (x: unknown): unknown => (typeof x === 'bigint' || Number.isInteger(x) ? String(x) : x);
    return Array.isArray(found) ? found.map(one) : one(found);
  } catch (error) {
    return error instanceof Error ? 'refused' : error;
  }
};
/** TensorFlow's floats may be whole numbers too. */
const same = (found: unknown, wanted: unknown): void =>
  typeof wanted === 'number' ? expect(Number(found)).toBe(wanted) : expect(found).toEqual(wanted);

test.each(Object.entries(dtypes))('%s', (name, wanted) => {
  const dtype = tf.DType(name as tf.DType);
  const { min, max, limits, ...rest } = wanted;
  same(
    tried(() => dtype.min),
    min,
  );
  same(
    tried(() => dtype.max),
    max,
  );
  same(
    tried(() => dtype.limits),
    limits,
  );
  expect({
    text: String(dtype),
    size: dtype.size,
    real_dtype: dtype.realDtype.name,
    base_dtype: dtype.baseDtype.name,
    is_bool: dtype.isBool,
    is_complex: dtype.isComplex,
    is_floating: dtype.isFloating,
    is_integer: dtype.isInteger,
    is_numeric: dtype.isNumeric,
    is_numpy_compatible: dtype.isNumpyCompatible,
    is_quantized: dtype.isQuantized,
    is_unsigned: dtype.isUnsigned,
    as_datatype_enum: dtype.asDatatypeEnum,
  }).toEqual(rest);
  expect(tf.DType(wanted.as_datatype_enum).name).toBe(name);
});

test('compares, and says what it does not know', () => {
  const float = new tf.dtypes.DType('float32');
  expect([float.isCompatibleWith('float32'), float.isCompatibleWith('int32')]).toEqual([true, false]);
  expect(float.mostSpecificCommonSupertype(['float32', 1])).toBe(float);
  expect(float.mostSpecificCommonSupertype([tf.int32])).toBeNull();
  expect([float.asNumpyDtype, tf.DType('string').asNumpyDtype]).toEqual([Float32Array, Array]);
  expect(JSON.stringify({ dtype: float })).toBe('{"dtype":"float32"}');
  expect(() => tf.DType(999)).toThrow(/found 999, which is no number of a dtype/);
  expect(() => tf.DType('flot32' as tf.DType)).toThrow(/unknown dtype 'flot32'. Did you mean 'float32'/);
});
