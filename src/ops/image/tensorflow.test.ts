// tf.image against TensorFlow 2.21: what it gave for some two hundred calls (test/fixtures/make_images.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DType } from '../../base/dtype.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { constant } from '../core/create.ts';
import { setSeed } from '../random/stateful.ts';
import '../../index.ts';
import * as image from './index.ts';

interface Packed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Case {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly seed: number | null;
  readonly tolerance: number;
  readonly value: Packed | readonly Packed[];
}

const cases = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/images.json', import.meta.url), 'utf8'),
) as Case[];

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const isPacked = (value: unknown): value is Packed =>
  value !== null && typeof value === 'object' && 'dtype' in value && 'values' in value;
const given = (value: unknown): unknown => {
  if (!isPacked(value)) return value;
  const { shape, dtype } = value;
  return constant(value.values as number[], { shape, dtype });
};

function compare(got: unknown, want: Packed, tolerance: number): void {
  if (!(got instanceof Tensor)) throw new TypeError('a tensor was expected');
  expect([got.dtype, got.shape]).toEqual([want.dtype, want.shape]);
  const numbers = Array.from(got.dataSync() as ArrayLike<number | bigint>, Number);
  const far = numbers.findIndex(
    (x, i) => !(Math.abs(x - want.values[i]!) <= tolerance + tolerance * Math.abs(want.values[i]!)),
  );
  expect(far < 0 ? 'equal' : `element ${far}: ${numbers[far]} instead of ${want.values[far]}`).toBe('equal');
}

describe('tf.image as TensorFlow has it', () => {
  for (const [i, { name, args, kwargs, seed, tolerance, value }] of cases.entries())
    it(`${name} (${i})`, () => {
      const f = (image as unknown as Record<string, (...args: unknown[]) => unknown>)[camelCase(name)];
      expect(f, name).toBeTypeOf('function');
      const options = Object.fromEntries(Object.entries(kwargs).map(([key, x]) => [camelCase(key), given(x)]));
      if (seed !== null) setSeed(seed);
      const got = f!(...args.map(given), ...(Object.keys(options).length > 0 ? [options] : []));
      if (isPacked(value)) return compare(got, value, tolerance);
      const parts = Array.isArray(got) ? got : Object.values(got as object);
      expect(parts).toHaveLength(value.length);
      value.forEach((want, k) => {
        compare(parts[k], want, tolerance);
      });
    });
});
