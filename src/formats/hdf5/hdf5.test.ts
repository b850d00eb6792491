// HDF5: what h5py and Keras wrote, what libhdf5 (h5wasm) reads of ours, and damaged files.
// The files of test/fixtures/hdf5 come from make_hdf5.py beside them.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { survives } from '../../../test/support/mutations.ts';
import { type ArrayData, arrayData, numbersOf, stringData } from '../array-data.ts';
import { attributeText, attributeTexts, type H5Group, openHdf5 } from './hdf5-read.ts';
import { H5Builder } from './hdf5-write.ts';
import { lookup3 } from './lookup3.ts';

const folder = (path: string) => new URL(`../../../test/${path}`, import.meta.url);
const load = (path: string) => new Uint8Array(readFileSync(folder(path)));
const fixture = (name: string) => openHdf5(load(`fixtures/hdf5/${name}`), name);
const kindOf = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    return error instanceof Error && 'kind' in error ? error.kind : error;
  }
  return 'read';
};

/** Goes on after what is not supported, so that damage behind it is met too. */
async function unlessUnsupported<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && 'kind' in error && error.kind === 'unsupported') return undefined;
    throw error;
  }
}

/** Reads everything there is: attributes, links, data; returns how many arrays there were. */
async function readAll(group: H5Group): Promise<number> {
  let arrays = 0;
  for (const name of group.attributes.names) {
    if (await unlessUnsupported(() => group.attributes.get(name))) arrays++;
  }
  for (const name of group.names) {
    const child = await unlessUnsupported(() => group.get(name));
    if (child?.kind === 'group') arrays += await readAll(child);
    if (child?.kind !== 'dataset') continue;
    for (const attribute of child.attributes.names) await unlessUnsupported(() => child.attributes.get(attribute));
    if (await unlessUnsupported(() => child.read())) arrays++;
  }
  return arrays;
}

describe('what h5py wrote', () => {
  const file = fixture('types.h5');

  test('attributes', () => {
    expect(attributeText(file, 'text')).toBe('héllo');
    expect(attributeText(file, 'ascii')).toBe('abc');
    expect(attributeTexts(file, 'texts')).toEqual(['a', 'bb', '']);
    expect(attributeTexts(file, 'fixed')).toEqual(['ab', 'c']);
    expect(attributeTexts(file, 'nothing')).toEqual([]);
    expect(file.attributes.get('number')).toEqual({ dtype: 'int64', shape: [], data: BigInt64Array.of(3n) });
    expect(file.attributes.get('yes')).toEqual({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
    expect(file.attributes.get('empty')).toBeNull();
    expect(file.attributes.get('absent')).toBeUndefined();
    expect(kindOf(() => file.attributes.get('reference'))).toBe('unsupported');
  });

  test.each([
    ['f2', 'float16'],
    ['f4', 'float32'],
    ['f8', 'float64'],
    ['i1', 'int8'],
    ['i2', 'int16'],
    ['i4', 'int32'],
    ['i8', 'int64'],
    ['>f4', 'float32'],
    ['>i2', 'int16'],
    ['>i8', 'int64'],
  ])('%s is %s', async (name, dtype) => {
    const array = await file.dataset(`types/${name}`)!.read();
    expect(array).toMatchObject({ dtype, shape: [2, 3] });
    expect(Array.from<unknown>(array.data).map(Number)).toEqual([-3, -2, -1, 0, 1, 2]);
  });

  test('unsigned, complex, bool, bfloat16, text', async () => {
    const read = async (name: string) => (await file.dataset(`types/${name}`)!.read()).data;
    expect(await read('u1')).toEqual(Uint8Array.of(253, 254, 255, 0, 1, 2));
    expect(await read('u8')).toEqual(BigUint64Array.of(2n ** 64n - 3n, 2n ** 64n - 2n, 2n ** 64n - 1n, 0n, 1n, 2n));
    expect(await read('c8')).toEqual(Float32Array.of(-3, 0, -2, 0, -1, 0, 0, 0, 1, 0, 2, 0));
    expect(await read('bool')).toEqual(Uint8Array.of(1, 0, 1));
    expect((await file.dataset('types/bf16')!.read()).dtype).toBe('bfloat16');
    const brain = numbersOf(await file.dataset('types/bf16')!.read());
    expect([Number(brain[0]), Number(brain[1])]).toEqual([1.5, -2]);
    expect(Number(brain[2]) / 3e30).toBeCloseTo(1, 2);
    expect(await read('texts')).toEqual(['x', 'yy']);
    expect(await read('fixed')).toEqual(['one', 'three']);
    expect(await file.dataset('types/scalar')!.read()).toEqual({
      dtype: 'float64',
      shape: [],
      data: Float64Array.of(3.25),
    });
  });

  test('chunks, filters, fill values', async () => {
    const packed = await file.dataset('packed')!.read();
    expect(packed.data).toEqual(Int32Array.from({ length: 3000 }, (_, i) => i));
    expect((await file.dataset('chunked_texts')!.read()).data).toEqual(['a', 'b', 'c']);
    expect((await file.dataset('filled')!.read()).data).toEqual(new Float32Array(5).fill(7));
    expect((await file.dataset('partly')!.read()).data).toEqual(Float32Array.of(5, ...new Array(15).fill(-1)));
    expect((await file.dataset('compact')!.read()).shape).toEqual([0, 3]);
  });

  test('what is not read is refused by name', async () => {
    await expect(file.dataset('types/record')!.read()).rejects.toThrow(/types\.h5: \/types\/record holds records/);
    await expect(file.dataset('types/nothing')!.read()).rejects.toThrow(/empty/);
    expect(() => file.get('soft')).toThrow(/soft link/);
    expect(() => file.get('external')).toThrow(/external link/);
    expect(file.get('types/none')).toBeUndefined();
    expect(file.get('types/f4/deeper')).toBeUndefined();
    expect(() => fixture('cycle.h5').get('a/b/again')).toThrow(/leads back/);
  });

  test("libver='latest', tracked order, a user block", async () => {
    const latest = fixture('latest.h5');
    expect(latest.group('many')!.names).toHaveLength(300);
    expect((await latest.dataset('many/d217')!.read()).data).toEqual(Float32Array.of(217));
    expect(latest.attributes.names).toHaveLength(60);
    expect(attributeText(latest, 'a59')).toBe('value 59');
    expect((await latest.dataset('a/b/c')!.read()).data).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n));
    await expect(latest.dataset('chunked')!.read()).rejects.toMatchObject({ kind: 'unsupported' });
    const tracked = fixture('tracked.h5');
    expect(tracked.names).toHaveLength(20);
    expect((await tracked.dataset('x07')!.read()).data).toEqual(BigInt64Array.of(12n));
    expect((await fixture('userblock.h5').dataset('q')!.read()).data).toEqual(Float64Array.of(0, 1, 2));
  });
});

test('every HDF5 file that Keras wrote is read whole', async () => {
  const names = readdirSync(folder('golden/models')).filter(
    (name) => name.endsWith('.h5') && !name.startsWith('damaged'),
  );
  expect(names.length).toBeGreaterThan(50);
  for (const name of names)
    expect(await readAll(openHdf5(load(`golden/models/${name}`), name)), name).toBeGreaterThan(1);
});

const arrays: Record<string, ArrayData> = {
  'layers/dense/vars/0': arrayData('float32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)),
  'layers/dense/vars/1': arrayData('float64', [], Float64Array.of(Math.PI)),
  i8: arrayData('int8', [1], Int8Array.of(-1)),
  i16: arrayData('int16', [1], Int16Array.of(-2)),
  i32: arrayData('int32', [1], Int32Array.of(-3)),
  i64: arrayData('int64', [1], BigInt64Array.of(-4n)),
  u8: arrayData('uint8', [1], Uint8Array.of(5)),
  u16: arrayData('uint16', [1], Uint16Array.of(6)),
  u32: arrayData('uint32', [1], Uint32Array.of(7)),
  u64: arrayData('uint64', [1], BigUint64Array.of(8n)),
  f16: arrayData('float16', [2], Float32Array.of(1.5, -0.25)),
  bf16: arrayData('bfloat16', [2], Float32Array.of(1.5, -0.25)),
  bool: arrayData('bool', [2], Uint8Array.of(1, 0)),
  complex: arrayData('complex64', [1], Float32Array.of(1, -1)),
  empty: arrayData('float32', [0, 3], new Float32Array(0)),
  texts: arrayData('string', [2, 1], ['ä', '']),
};

describe('writing', () => {
  const builder = new H5Builder();
  builder
    .setAttribute('name', 'ünï')
    .setAttribute('list', ['a', 'bb'])
    .setAttribute('none', [])
    .setAttribute('null', null);
  builder
    .setAttribute('long', 'x'.repeat(200_000))
    .setAttribute('number', arrayData('int64', [], BigInt64Array.of(3n)));
  for (const [path, array] of Object.entries(arrays)) builder.dataset(path, array, { about: path });
  for (let i = 0; i < 1500; i++) builder.dataset(`many/variable_${i}`, arrayData('float32', [1], Float32Array.of(i)));
  builder.group('layers/dropout/vars');
  const bytes = builder.finish();

  test('comes back as it was', async () => {
    const file = openHdf5(bytes, 'ours.h5');
    for (const [path, array] of Object.entries(arrays)) {
      expect(await file.dataset(path)!.read(), path).toEqual(array);
      expect(attributeText(file.dataset(path)!, 'about')).toBe(path);
    }
    expect(attributeText(file, 'name')).toBe('ünï');
    expect(attributeText(file, 'long')).toHaveLength(200_000);
    expect(attributeTexts(file, 'list')).toEqual(['a', 'bb']);
    expect(attributeTexts(file, 'none')).toEqual([]);
    expect(file.attributes.get('null')).toBeNull();
    expect(file.group('many')!.names).toHaveLength(1500);
    expect(file.group('layers/dropout/vars')!.names).toEqual([]);
  });

  test('libhdf5 reads it', async () => {
    const { ready, File } = await import('h5wasm');
    const { FS } = await ready;
    FS.writeFile('ours.h5', bytes);
    const file = new File('ours.h5', 'r');
    expect(file.attrs.name!.value).toBe('ünï');
    expect(file.attrs.list!.value).toEqual(['a', 'bb']);
    expect(file.attrs.number!.value).toBe(3n);
    expect(file.attrs.null!.value).toBeNull();
    expect(String(file.attrs.long!.value)).toHaveLength(200_000);
    const value = (path: string) => {
      const dataset = file.get(path);
      return dataset && 'value' in dataset ? dataset.value : undefined;
    };
    for (const path of Object.keys(arrays).filter((name) => !['f16', 'bf16', 'complex', 'empty'].includes(name))) {
      const { data, shape } = arrays[path]!;
      const wanted = shape.length === 0 ? data[0] : path === 'bool' ? Int8Array.of(1, 0) : data;
      expect(value(path), path).toEqual(wanted);
    }
    expect(value('many/variable_1499')).toEqual(Float32Array.of(1499));
    file.close();
  });

  test('refuses what HDF5 cannot hold', () => {
    const build = () => new H5Builder().dataset('a', arrays.i8!);
    expect(() => build().dataset('a', arrays.i8!)).toThrow(/there is one already/);
    expect(() => build().group('a/b')).toThrow(/'a' is a dataset/);
    const wide = stringData(Array.from({ length: 5000 }, (_, i) => `name ${i}`));
    expect(() => new H5Builder().setAttribute('names', wide).finish()).toThrow(/at most 64 kB/);
  });
});

describe('damaged files', () => {
  test('cut off, empty, or something else', () => {
    expect(() => openHdf5(load('golden/models/damaged_truncated_h5.h5'), 'm.h5')).toThrow(
      /m\.h5: the HDF5 file is cut off/,
    );
    expect(kindOf(() => openHdf5(load('golden/models/damaged_truncated_h5.h5'), 'm.h5'))).toBe('bad_hdf5');
    expect(() => openHdf5(new Uint8Array(0), 'm.h5')).toThrow(/empty/);
    expect(() => openHdf5(load('golden/README.md'), 'm.h5')).toThrow(/not an HDF5 file \(it begins with "# Golden"\)/);
  });

  test('a declared shape of terabytes allocates nothing', async () => {
    const bytes = new H5Builder().dataset('w', arrayData('float32', [3], new Float32Array(3))).finish();
    const view = new DataView(bytes.buffer);
    // The dataspace message: version 1, rank 1, no flags, then the size of 3.
    let at = 96;
    while (!(view.getUint32(at, true) === 0x0101 && view.getUint32(at + 8, true) === 3)) at += 8;
    view.setBigUint64(at + 8, 2n ** 40n, true);
    await expect(openHdf5(bytes, 'w.h5').dataset('w')!.read()).rejects.toThrow(
      /declares shape \[1099511627776\], 4\.4 TB/,
    );
  });

  test.each([
    ['fixtures/hdf5/types.h5', 600],
    ['fixtures/hdf5/latest.h5', 150],
    ['golden/models/sequential_mlp.h5', 1500],
    ['golden/models/k2_regularized_compiled.h5', 600],
  ])('mutations of %s give typed errors', async (path, count) => {
    const bytes = load(path);
    const tally = await survives(bytes, (damaged) => readAll(openHdf5(damaged, path)), { seed: 4000, count });
    expect(tally.bad_hdf5).toBeGreaterThan(count / 20);
  });
});

describe('lookup3', () => {
  let header: Uint8Array;
  beforeAll(() => {
    header = load('fixtures/hdf5/latest.h5').subarray(0, 48);
  });
  test('the checksum of a superblock that libhdf5 wrote', () => {
    expect(lookup3(header.subarray(0, 44))).toBe(new DataView(header.buffer, header.byteOffset).getUint32(44, true));
  });
});
