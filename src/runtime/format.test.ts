// Tensors print as TensorFlow prints them: every case of test/fixtures/printed.json, which TensorFlow wrote.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allocate, type Data, type DType, dtypes, isBig } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import { formatRepr, formatTensor } from './format.ts';

interface Printed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
  readonly str: string;
  readonly repr: string | null;
}
const cases = JSON.parse(
  readFileSync(new URL('../../test/fixtures/printed.json', import.meta.url), 'utf8'),
) as Printed[];
const NAMES: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

function elements({ dtype, shape, data }: Printed): Data {
  if (dtype === 'string') return [...(data as string[])];
  const numbers = data.map((x) => (typeof x === 'string' ? NAMES[x]! : x));
  const made = allocate(dtype, sizeOf(shape));
  if (isBig(dtype)) (made as BigInt64Array).set(numbers.map(BigInt));
  else (made as Float64Array).set(numbers);
  return made;
}

test('there are cases of every kind', () => {
  expect(new Set(cases.map((c) => dtypes[c.dtype].kind)).size).toBe(6);
});

test.each(cases.map((c, i) => [`${i} ${c.dtype} (${c.shape})`, c] as const))('%s', (_name, c) => {
  expect(formatTensor(elements(c), c.dtype, c.shape)).toBe(c.str);
});

// bfloat16 and strings are no dtypes of NumPy's own: their representations are not TensorFlow's to give.
test.each(
  cases
    .filter((c) => c.repr !== null && c.dtype !== 'bfloat16')
    .map((c, i) => [`${i} ${c.dtype} (${c.shape})`, c] as const),
)('representation %s', (_name, c) => {
  expect(formatRepr(elements(c), c.dtype, c.shape)).toBe(c.repr);
});
