// Against the definition: every bit pattern, and rounding as base/dtype.ts defines it.
import { expect, test } from 'vitest';
import { seededRandom } from '../../test/support/mutations.ts';
import { roundToBfloat16, roundToFloat16 } from '../base/dtype.ts';
import { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from './half-float.ts';

test('every bit pattern survives the way to a number and back', () => {
  const changed: number[] = [];
  for (let bits = 0; bits < 65536; bits++) {
    const half = fromFloat16Bits(bits);
    if (!Number.isNaN(half) && toFloat16Bits(half) !== bits) changed.push(bits);
    const brain = fromBfloat16Bits(bits);
    if (!Number.isNaN(brain) && toBfloat16Bits(brain) !== bits) changed.push(bits);
  }
  expect(changed).toEqual([]);
  expect(Number.isNaN(fromFloat16Bits(toFloat16Bits(Number.NaN)))).toBe(true);
  expect(Number.isNaN(fromBfloat16Bits(toBfloat16Bits(Number.NaN)))).toBe(true);
});

test('known numbers', () => {
  expect(fromFloat16Bits(0x3c00)).toBe(1);
  expect(fromFloat16Bits(0x7bff)).toBe(65504);
  expect(fromFloat16Bits(1)).toBe(2 ** -24);
  expect(fromBfloat16Bits(0x3f80)).toBe(1);
});

test('rounds to nearest even', () => {
  const seed = 11;
  const random = seededRandom(seed);
  const wrong: number[] = [];
  for (let i = 0; i < 20000; i++) {
    const x = Math.fround((random() - 0.5) * 2 ** (random() * 60 - 40));
    if (fromFloat16Bits(toFloat16Bits(x)) !== roundToFloat16(x)) wrong.push(x);
    if (fromBfloat16Bits(toBfloat16Bits(x)) !== roundToBfloat16(x)) wrong.push(x);
  }
  expect(wrong, `seed ${seed}`).toEqual([]);
});
