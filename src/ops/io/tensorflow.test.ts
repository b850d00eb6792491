// tf.io and tf.io.gfile with parameters that no golden case has, against TensorFlow (test/fixtures/make_io.py).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync, zlibSync } from 'fflate';
import { afterAll, expect, it } from 'vitest';
import wanted from '../../../test/fixtures/io.json' with { type: 'json' };
import * as tf from '../../index.ts';

const { io } = tf;
const { gfile } = io;
const { Example, Feature, SequenceExample, BytesList, FloatList, Int64List } = tf.train;
const folder = mkdtempSync(join(tmpdir(), 'cornu-io-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (...names: string[]) => join(folder, ...names);

/** Values as JSON has them, strings of bytes as latin-1. */
function plain(x: unknown): unknown {
  if (x instanceof tf.RaggedTensor) return x.toList();
  if (x instanceof tf.SparseTensor) return [x.indices, x.values, x.denseShape].map(plain);
  if (x instanceof tf.Tensor) return plain(x.numpy());
  if (x instanceof Uint8Array) return String.fromCharCode(...x);
  if (typeof x === 'bigint') return Number(x);
  if (Array.isArray(x)) return x.map(plain);
  if (x !== null && typeof x === 'object')
    return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, plain(value)]));
  return x;
}
const packed = (f: typeof gzipSync, text: string) => f(new TextEncoder().encode(text));
const bytes = async (...all: readonly Uint8Array[]) => {
  const texts: tf.Tensor[] = [];
  for (const one of all) {
    await io.writeFile(place('packed'), one);
    texts.push(await io.readFile(place('packed')));
  }
  await gfile.remove(place('packed'));
  return tf.stack(texts);
};

const ints = (...value: number[]) => Feature({ int64List: Int64List({ value }) });
const floats = (...value: number[]) => Feature({ floatList: FloatList({ value }) });
const texts = (...value: string[]) => Feature({ bytesList: BytesList({ value }) });
const first = Example({
  n: ints(1),
  f: floats(0.5, 1.5),
  t: texts('a', 'b'),
  x: ints(3, 0),
  y: ints(1, 2),
  v: floats(0.25, 0.75),
  s: ints(0, 1, 2),
}).serializeToString();
const second = Example({
  n: ints(2),
  f: floats(2.5, 3.5),
  t: texts('c'),
  x: ints(1),
  y: ints(0),
  v: floats(4),
  s: ints(0, 1),
}).serializeToString();
const both = [first, second];
const exampleNames = ['one', 'two'];
const long = SequenceExample({
  context: { n: ints(5) },
  featureLists: { steps: [floats(1, 2), floats(3, 4)], words: [texts('a'), texts('b', 'c')] },
}).serializeToString();
const short = SequenceExample({
  context: { n: ints(6) },
  featureLists: { steps: [floats(5, 6)], words: [texts('d')] },
}).serializeToString();
const asked = {
  contextFeatures: { n: io.FixedLenFeature([], 'int64') },
  sequenceFeatures: { steps: io.FixedLenSequenceFeature([2], 'float32'), words: io.VarLenFeature('string') },
};
const sparse = tf.SparseTensor(
  [
    [0, 1],
    [1, 0],
    [1, 2],
  ],
  tf.constant([1, 2, 3], 'float32'),
  [2, 3],
);
const wide = tf.SparseTensor([[0, 4]], tf.constant([9], 'float32'), [1, 5]);
const base64 = (x: tf.Tensor): unknown =>
  JSON.parse(JSON.stringify(plain(x)), (_key, text) =>
    typeof text === 'string' ? Buffer.from(text, 'latin1').toString('base64') : text,
  );
const json = `{"features": {"feature": {"a": {"int64List": {"value": ["1", 2]}}, "b": {"bytes_list": {"value": ["eA=="]}},
  "c": {"floatList": {"value": [0.5, "NaN", "-Infinity"]}}}}}`;
const zipped = io.TFRecordOptions({
  compressionType: 'ZLIB',
  compressionLevel: 9,
  flushMode: 0,
  inputBufferSize: 64,
  outputBufferSize: 64,
  windowBits: 15,
  compressionMethod: 8,
  memLevel: 8,
  compressionStrategy: 0,
});

const calls: Readonly<Record<string, () => unknown>> = {
  FixedLenFeature: () =>
    io.parseExample(
      both,
      { f: io.FixedLenFeature([2], 'float32'), z: io.FixedLenFeature([2], 'int64', { defaultValue: [7, 8] }) },
      { exampleNames },
    ),
  FixedLenSequenceFeature: () =>
    io.parseExample(both, {
      t: io.FixedLenSequenceFeature([], 'string', { allowMissing: true, defaultValue: '-' }),
    }),
  VarLenFeature: () => io.parseExample(both, { t: io.VarLenFeature('string') }),
  SparseFeature: () =>
    io.parseExample(both, { m: io.SparseFeature(['x', 'y'], 'v', 'float32', [4, 3], { alreadySorted: false }) }),
  'SparseFeature sorted': () =>
    io.parseSingleExample(
      first,
      { m: io.SparseFeature('x', 'v', 'float32', 4, { alreadySorted: true }) },
      { exampleNames: 'one' },
    ),
  RaggedFeature: () =>
    io.parseExample(both, {
      r: io.RaggedFeature('string', { valueKey: 't', rowSplitsDtype: 'int64', validate: true }),
    }),
  'RaggedFeature partitions': () =>
    io.parseExample(both, {
      r: io.RaggedFeature('string', {
        valueKey: 't',
        partitions: [io.RaggedFeature.RowSplits('s')],
        rowSplitsDtype: 'int32',
        validate: true,
      }),
    }),
  parseSingleSequenceExample: () => io.parseSingleSequenceExample(long, { ...asked, exampleName: 'long' }),
  parseSequenceExample: () => io.parseSequenceExample([long, short], { ...asked, exampleNames: ['long', 'short'] }),
  decodeRaw: () => io.decodeRaw(['abc', 'defgh'], 'uint8', { littleEndian: true, fixedLength: 4 }),
  'decodeRaw big': () =>
    io.decodeRaw(['\x00\x01\x00\x02', '\x00\x03'], 'int16', { littleEndian: false, fixedLength: 4 }),
  decodeCsv: () =>
    io.decodeCsv(["1|'a|NA|9", 'NA|b|2.5|8'], [[7], [''], tf.constant([0.5])], {
      fieldDelim: '|',
      useQuoteDelim: false,
      naValue: 'NA',
      selectCols: [0, 1, 2],
    }),
  encodeBase64: () => io.encodeBase64(['a', 'ab?>'], { pad: true }),
  serializeSparse: () => base64(io.serializeSparse(sparse, { outType: 'string' })),
  serializeManySparse: () => base64(io.serializeManySparse(sparse, { outType: 'string' })),
  deserializeManySparse: () => io.deserializeManySparse(io.serializeManySparse(sparse), { dtype: 'float32', rank: 2 }),
  'deserializeManySparse widest': () =>
    io.deserializeManySparse(tf.concat([io.serializeManySparse(sparse), io.serializeManySparse(wide)], 0), 'float32'),
  decodeCompressed: async () =>
    io.decodeCompressed(await bytes(packed(gzipSync, 'one'), packed(gzipSync, 'two')), { compressionType: 'GZIP' }),
  'decodeCompressed zlib': async () => io.decodeCompressed((await bytes(packed(zlibSync, 'three'))).at(0), 'ZLIB'),
  'decodeCompressed plain': () => io.decodeCompressed(['four'], ''),
  decodeJsonExample: () => {
    const { a, b, c } = io.parseExample(io.decodeJsonExample([json]), {
      a: io.FixedLenFeature([2], 'int64'),
      b: io.FixedLenFeature([], 'string'),
      c: io.FixedLenFeature([3], 'float32'),
    });
    const python = String(plain(c)).replace('NaN', 'nan').replace('-Infinity', '-inf').replaceAll(',', ', ');
    return { a, b, c: `[[${python}]]` };
  },
  TFRecordOptions: async () => {
    const writer = new io.TFRecordWriter(place('a'), zipped);
    writer.write('one');
    await writer.close();
    const found: tf.Tensor[] = [];
    for await (const one of tf.data.TFRecordDataset(place('a'), { compressionType: 'ZLIB' })) found.push(one);
    return found;
  },
  compressionTypes: () =>
    [zipped, io.TFRecordOptions('GZIP'), io.TFRecordOptions()].map(io.TFRecordOptions.getCompressionTypeString),
  GFile: async () => {
    const written = gfile.GFile(place('text'), 'w');
    written.write('one\ntwo\n');
    await written.close();
    const grown = gfile.GFile(place('text'), { mode: 'a' });
    grown.write('three');
    await grown.close();
    const file = gfile.GFile(place('text'), 'r');
    const found: unknown[] = [await file.size(), await file.readline(), await file.read(2), file.tell()];
    found.push(await file.readlines());
    await file.seek(4);
    found.push(await file.read());
    await file.close();
    const raw = gfile.GFile(place('text'), 'rb');
    found.push([...((await raw.read(3)) as Uint8Array)]);
    return found;
  },
  walk: async () => {
    await gfile.copy(place('text'), place('other'));
    await gfile.copy(place('text'), place('other'), { overwrite: true });
    await gfile.rename(place('other'), place('text'), { overwrite: true });
    await gfile.makedirs(place('in', 'inner'));
    await io.writeFile(place('in', 'x'), '');
    const seen: unknown[] = [];
    for await (const [at, folders, files] of gfile.walk(folder, { topdown: false }))
      seen.push([relative(folder, at) || '.', folders, files]);
    return seen;
  },
  isdir: () => Promise.all([gfile.isdir(place('in')), gfile.isdir(place('text')), gfile.isdir(place('none'))]),
  matchingFiles: async () =>
    ((await io.matchingFiles([place('t*'), place('in', 'x')])).numpy() as string[]).map((path) =>
      relative(folder, path),
    ),
};

// One after the other: the files of one call are those of the next.
it.sequential.each(Object.keys(wanted))('%s gives what TensorFlow gives', async (name) => {
  expect(plain(await calls[name]!())).toEqual(wanted[name as keyof typeof wanted]);
});

it('all that TensorFlow was asked is asked here', () => {
  expect(Object.keys(calls).sort()).toEqual(Object.keys(wanted).sort());
});

it('packs records as hard as it is told to', async () => {
  const sizeAt = async (compressionLevel: number) => {
    const writer = new io.TFRecordWriter(place('level'), { compressionType: 'GZIP', compressionLevel });
    writer.write('one and '.repeat(500));
    await writer.close();
    return (await gfile.stat(place('level'))).length;
  };
  expect(await sizeAt(0)).toBeGreaterThan(4000);
  expect(await sizeAt(9)).toBeLessThan(200);
});

it('says what is wrong with what it is given', async () => {
  expect(() => io.decodeRaw(['abc'], 'int16', { fixedLength: 3 })).toThrow(/fixedLength 3; wanted a multiple of the 2/);
  expect(() => io.serializeSparse([1] as never)).toThrow(/spInput: found .*wanted a tf.SparseTensor/);
  expect(() => io.deserializeManySparse([['a', 'b']], 'float32')).toThrow(/shape \(1, 2\), wanted \(rows, 3\)/);
  expect(() => io.deserializeManySparse(io.serializeManySparse(sparse), 'int32')).toThrow(/hold float32, wanted int32/);
  await expect(io.decodeCompressed(['no gzip'], 'GZIP')).rejects.toThrow(/string 0.*gzip/);
  expect(() => io.decodeJsonExample(['{'])).toThrow(/example 0 is no JSON/);
  expect(() => io.decodeJsonExample(['{"features": {"feature": {"a": {"int64List": {"value": [0.5]}}}}}'])).toThrow(
    /'a': int64List.value\[0\]: found 0.5, wanted a whole number/,
  );
  expect(() => io.TFRecordOptions({ compressionLevel: 12 })).toThrow(/compressionLevel: found 12, wanted 0 to 9/);
  const missing: unknown[] = [];
  for await (const _ of gfile.walk(place('none'), { onerror: (error) => missing.push(error) }))
    missing.push('a folder');
  expect(missing.map((error) => error instanceof Error)).toEqual([true]);
  expect(() => gfile.GFile(place('x'), 'q' as never)).toThrow(/mode: found 'q', wanted one of r, r\+/);
  await expect(gfile.GFile(place('none')).read()).rejects.toThrow(/there is no file/);
  expect(() => gfile.GFile(place('text')).write('x')).toThrow(/open as 'r' and cannot be written/);
  expect(gfile.getRegisteredSchemes()).toContain('');
});
