// Pickles that Python wrote (test/fixtures/make_pickles.py), against what Python reads in them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type PickledArray, readPickle } from './pickle.ts';

const { cases, refused } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../test/fixtures/pickles.json', import.meta.url)), 'utf8'),
) as { cases: { name: string; pickle: string; value: unknown }[]; refused: Record<string, string> };
const decoded = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const READERS: Readonly<Record<string, (view: DataView, at: number) => number | boolean>> = {
  i4: (view, at) => view.getInt32(at, true),
  f8: (view, at) => view.getFloat64(at, true),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at) !== 0,
};
function nested(shape: readonly number[], at: (place: readonly number[]) => unknown, place: number[] = []): unknown {
  const length = shape[place.length];
  return length === undefined ? at(place) : Array.from({ length }, (_, i) => nested(shape, at, [...place, i]));
}
function elementsOf({ shape, descr, fortranOrder, data }: PickledArray): unknown {
  if (!(data instanceof Uint8Array)) throw new Error('an array of objects');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const size = Number(descr.slice(2));
  const read =
    descr === '>f4'
      ? (_: DataView, at: number) => view.getFloat32(at, false)
      : (READERS[descr.slice(1)] ?? (() => NaN));
  const axes = shape.map((_, i) => i);
  return nested(shape, (place) => {
    const order = fortranOrder ? axes.toReversed() : axes;
    return read(view, size * order.reduce((flat, axis) => flat * shape[axis]! + place[axis]!, 0));
  });
}
function described(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, described(item)]));
  if (Array.isArray(value)) return value.map(described);
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (typeof value === 'object' && value !== null && 'descr' in value) {
    const array = value as PickledArray;
    return { shape: array.shape, values: elementsOf(array) };
  }
  return value;
}

describe('readPickle', () => {
  it.each(cases)('$name', ({ pickle, value }) => {
    expect(described(readPickle(decoded(pickle), 'x.pkl'))).toEqual(value);
  });
  it.each(Object.entries(refused))('refuses %s', (_, pickle) => {
    expect(() => readPickle(decoded(pickle), 'x.pkl')).toThrow(
      /x\.pkl.*the pickle is damaged or holds something else/s,
    );
  });
});
