// Arrays that NumPy wrote (the golden cases), our own back again, and damaged headers.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { survives } from '../../../test/support/mutations.ts';
import type { DType } from '../../base/dtype.ts';
import { type ArrayData, arrayData } from '../array-data.ts';
import { readNpy, writeNpy } from './npy.ts';
import { NpzArchive, readNpz, writeNpz } from './npz.ts';
import { parsePythonLiteral } from './python-literal.ts';

const golden = (path: string) => new Uint8Array(readFileSync(new URL(`../../../test/golden/${path}`, import.meta.url)));

interface Expected {
  readonly $array: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}
interface Case {
  readonly id: string;
  readonly call: string;
  readonly file: string;
  readonly expected: { readonly array?: Expected; readonly arrays?: Readonly<Record<string, Expected>> };
}
const cases = (JSON.parse(new TextDecoder().decode(golden('datafiles.json'))) as Case[]).filter(
  ({ call }) => call === 'load',
);
const values = new NpzArchive(golden('datafiles.npz'), 'datafiles.npz');

function expectSame(found: ArrayData, wanted: ArrayData, dtype: DType) {
  expect(found.dtype).toBe(dtype);
  expect(found.shape).toEqual(wanted.shape);
  expect(Array.from(found.data as Float64Array, Number)).toEqual(Array.from(wanted.data as Float64Array, Number));
}

describe('what NumPy wrote', () => {
  test('there are cases', () => expect(cases.length).toBeGreaterThan(10));

  test.each(cases)('$id', async ({ id, file, expected }) => {
    const bytes = golden(`datafiles/${file}`);
    if (expected.array) {
      expectSame(readNpy(bytes, file), await values.read(`${id}/${expected.array.$array}`), expected.array.dtype);
    } else {
      const arrays = await readNpz(bytes, file);
      expect([...arrays.keys()].sort()).toEqual(Object.keys(expected.arrays!).sort());
      for (const [name, { $array, dtype }] of Object.entries(expected.arrays!)) {
        expectSame(arrays.get(name)!, await values.read(`${id}/${$array}`), dtype);
      }
    }
  });
});

describe('writing', () => {
  const arrays: Record<string, ArrayData> = {
    f4: arrayData('float32', [2, 3], Float32Array.of(1, -2, 3.5, Number.NaN, Number.POSITIVE_INFINITY, 0)),
    f2: arrayData('float16', [2], Float32Array.of(1.5, -65504)),
    f8: arrayData('float64', [], Float64Array.of(Math.PI)),
    i8: arrayData('int64', [2], BigInt64Array.of(-1n, 2n ** 62n)),
    u1: arrayData('uint8', [1, 0], new Uint8Array(0)),
    b: arrayData('bool', [3], Uint8Array.of(1, 0, 1)),
    c: arrayData('complex64', [1], Float32Array.of(1, -1)),
    text: arrayData('string', [2, 1], ['a', 'häß𝄞']),
    bytes: arrayData('string', [2], [Uint8Array.of(255, 1), 'x']),
  };

  test.each(Object.entries(arrays))('%s comes back', (_, array) => {
    const back = readNpy(writeNpy(array), 'a.npy');
    expect(back.shape).toEqual(array.shape);
    expect(back).toEqual({ ...array });
  });

  test('a header as NumPy pads it', () => {
    const bytes = writeNpy(arrays.f4!);
    expect(bytes.length).toBe(128 + 24);
    expect(new TextDecoder('latin1').decode(bytes.subarray(10, 128))).toMatch(
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} +\n$/,
    );
  });

  test.each([true, false])('npz, compressed: %s', async (compress) => {
    expect(Object.fromEntries(await readNpz(await writeNpz(arrays, { compress }), 'a.npz'))).toEqual(arrays);
  });

  test('bfloat16 becomes float32, which NumPy knows', () => {
    expect(readNpy(writeNpy(arrayData('bfloat16', [1], Float32Array.of(1.5))), 'a').dtype).toBe('float32');
  });
});

describe('versions and orders', () => {
  const build = (header: string, body: number[], version = 1) => {
    const letters = new TextEncoder().encode(header);
    const length = version === 1 ? [letters.length & 255, letters.length >> 8] : [letters.length, 0, 0, 0];
    return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, ...length, ...letters, ...body]);
  };
  test.each([1, 2, 3])('version %i, Fortran order, big-endian', (version) => {
    const bytes = build(
      "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3)}",
      [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 1, 6],
      version,
    );
    expect(readNpy(bytes, 'a')).toEqual({ dtype: 'int16', shape: [2, 3], data: Int16Array.of(1, 2, 3, 4, 5, 262) });
  });
  test.each([
    ['pickled objects', "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 'unsupported'],
    ['records', "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 'unsupported'],
    ['long double', "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", 'unsupported'],
    [
      'a shape of exabytes',
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000, 1000000)}",
      'bad_npy',
    ],
    ['exabytes of nothing', "{'descr': '|S0', 'fortran_order': False, 'shape': (1000000000000,)}", 'bad_npy'],
    ['a negative size', "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 'bad_npy'],
    ['code', '__import__("os")', 'bad_npy'],
    ['deep nesting', '('.repeat(10000), 'bad_npy'],
  ])('refuses %s', (_, header, kind) => {
    expect(() => readNpy(build(header, [1, 2, 3], 2), 'a.npy')).toThrow(expect.objectContaining({ kind }));
  });
  test('a file cut off says so', () => {
    expect(() => readNpy(golden('datafiles/f32.npy').subarray(0, 130), 'f32.npy')).toThrow(/f32\.npy: .*cut off/);
    expect(() => readNpy(new Uint8Array(0), 'f32.npy')).toThrow(/empty/);
  });
});

test('Python literals', () => {
  expect(parsePythonLiteral(`{'a': (1, 2L,), "b": [True, None, -1.5e3], 'c': ()}`)).toEqual({
    a: [1, 2],
    b: [true, null, -1500],
    c: [],
  });
  expect(() => parsePythonLiteral("{'a' 1}")).toThrow(SyntaxError);
});

test.each(['f64_fortran.npy', 'all_compressed.npz'])('mutations of %s give typed errors', async (name) => {
  const read = name.endsWith('.npz') ? readNpz : readNpy;
  const tally = await survives(golden(`datafiles/${name}`), (damaged) => read(damaged, name), { seed: 7, count: 500 });
  expect(Object.keys(tally)).toContain('read');
});
