// Beside what Python itself wrote (test/fixtures/make_python_format.py).
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pythonFormat, pythonRepr } from './python-format.ts';

const path = new URL('../../test/fixtures/python_format.json', import.meta.url);
const { floats, integers } = JSON.parse(readFileSync(path, 'utf8')) as {
  floats: [value: string, spec: string, text: string][];
  integers: [value: number, spec: string, text: string][];
};
const words: Readonly<Record<string, number>> = { nan: Number.NaN, inf: 1 / 0, '-inf': -1 / 0 };
const numberOf = (text: string) => words[text] ?? Number(text);

it('writes floats as Python does', () => {
  const wrong = floats.filter(([value, spec, text]) => pythonFormat(numberOf(value), spec) !== text);
  expect(wrong).toEqual([]);
  expect(floats.filter(([value]) => pythonRepr(numberOf(value)) !== value)).toEqual([]);
});
it('writes whole numbers as Python does', () => {
  expect(integers.filter(([value, spec, text]) => pythonFormat(value, spec, true) !== text)).toEqual([]);
});
it('says what it cannot read', () => {
  expect(() => pythonFormat(1.5, '02d')).toThrow(/'02d' is a format of whole numbers, and 1.5 is a float/);
  expect(() => pythonFormat(1.5, 'what')).toThrow(/'what' is no format/);
});
