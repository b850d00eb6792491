// TensorFlow's files against what TensorFlow wrote: records, examples, SavedModels, checkpoints.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { survives } from '../../../test/support/mutations.ts';
import { type ArrayData, arrayData, encodeText, numbersOf, stringData, stringsOf } from '../array-data.ts';
import { NpzArchive } from '../npy/npz.ts';
import { parseCheckpointState, printCheckpointState } from '../tensor-bundle/checkpoint-state.ts';
import { readSsTable, writeSsTable } from '../tensor-bundle/sstable.ts';
import { OBJECT_GRAPH_KEY, shardFileName, TensorBundle, writeTensorBundle } from '../tensor-bundle/tensor-bundle.ts';
import {
  encodeTfRecord,
  readTfRecords,
  streamTfRecords,
  type TfRecordCompression,
  unpackTfRecords,
  writeTfRecords,
} from '../tfrecord.ts';
import { Event, histogramEvent, imageEvent, scalarEvent, textEvent, versionEvent } from './event-proto.ts';
import { Example } from './example-proto.ts';
import { TrackableObjectGraph } from './object-graph-proto.ts';
import { FingerprintDef, KerasMetadata, SavedModel } from './saved-model-proto.ts';
import {
  dtypeOfDataType,
  shapeFromProto,
  shapeToProto,
  TensorProto,
  tensorFromProto,
  tensorToProto,
} from './tensor-proto.ts';

const folder = (path: string) => new URL(`../../../test/golden/${path}`, import.meta.url);
const golden = (path: string) => new Uint8Array(readFileSync(folder(path)));
const json = (path: string): unknown => JSON.parse(new TextDecoder().decode(golden(path)));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const kindOf = (error: unknown) => (error instanceof Error && 'kind' in error ? error.kind : error);

interface RecordCase {
  readonly id: string;
  readonly call: string;
  readonly file: string;
  readonly compression: TfRecordCompression;
  readonly expected: {
    readonly count?: number;
    readonly lengths?: number[];
    readonly first_hex?: string;
    readonly raises?: string;
  };
}
const recordCases = (json('datafiles.json') as RecordCase[]).filter(({ call }) => call === 'tfrecord');

describe('TFRecord', () => {
  const inParts = async function* (bytes: Uint8Array, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };

  test.each(recordCases)('$id', async ({ file, compression, expected }) => {
    const read = async () => [
      ...readTfRecords(await unpackTfRecords(golden(`datafiles/${file}`), compression, file), file),
    ];
    if (expected.raises) {
      await expect(read()).rejects.toMatchObject({ kind: 'bad_tfrecord' });
      return;
    }
    const records = await read();
    expect(records.map(({ length }) => length)).toEqual(expected.lengths);
    expect(records.length > 0 ? hex(records[0]!) : '').toBe(expected.first_hex);
  });

  test.each([1, 7, 100, 1000])('in parts of %i bytes', async (size) => {
    const bytes = golden('datafiles/data.tfrecord');
    const lengths: number[] = [];
    for await (const record of streamTfRecords(inParts(bytes, size), 'data')) lengths.push(record.length);
    expect(lengths).toEqual([134, 117, 128, 110, 131]);
    const cut = async () => {
      for await (const _ of streamTfRecords(inParts(bytes.subarray(0, 600), size), 'data'));
    };
    await expect(cut()).rejects.toThrow(/record 4 at byte \d+ is cut off/);
  });

  test('names the record and its place', () => {
    const bytes = golden('datafiles/corrupt.tfrecord');
    expect(() => [...readTfRecords(bytes, 'corrupt.tfrecord')]).toThrow(
      /corrupt\.tfrecord: record \d at byte \d+ is corrupted/,
    );
  });

  test.each(['', 'GZIP', 'ZLIB'] as const)('writing, compression %j', async (compression) => {
    const records = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(5000).fill(7)];
    const bytes = await writeTfRecords(records, compression);
    expect([...readTfRecords(await unpackTfRecords(bytes, compression, 'x'), 'x')]).toEqual(records);
  });

  test('the very bytes that TensorFlow writes', async () => {
    const bytes = golden('datafiles/data.tfrecord');
    expect(await writeTfRecords(readTfRecords(bytes, 'x'))).toEqual(bytes);
  });

  test.each(recordCases.filter(({ expected }) => (expected.count ?? 0) > 0))(
    'mutations of $file',
    async ({ file, compression }) => {
      const read = async (damaged: Uint8Array) =>
        [...readTfRecords(await unpackTfRecords(damaged, compression, file), file)].length;
      const tally = await survives(golden(`datafiles/${file}`), read, { seed: 31, count: 300 });
      expect(tally.bad_tfrecord).toBeGreaterThan(250);
    },
  );
});

test('examples', async () => {
  const values = new NpzArchive(golden('datafiles.npz'), 'npz');
  const cases = json('datafiles.json') as { id: string; expected: { values: { name: { $strings: string } }[] } }[];
  const { expected } = cases.find(({ id }) => id === 'parse_single_example.data.tfrecord')!;
  const records = [...readTfRecords(golden('datafiles/data.tfrecord'), 'x')];
  for (const [i, record] of records.entries()) {
    const example = Example.decode(record, 'x');
    const { feature } = example.features!;
    const wanted = (name: string) => values.read(`parse_single_example.data.tfrecord/expected_values_${i}_${name}`);
    expect(feature.get('id')!.int64List!.value).toEqual([...numbersOf(await wanted('id'))]);
    expect(Float32Array.from(feature.get('xy')!.floatList!.value)).toEqual((await wanted('xy')).data);
    expect(new TextDecoder().decode(feature.get('name')!.bytesList!.value[0])).toBe(expected.values[i]!.name.$strings);
    expect(Example.decode(Example.encode(example), 'x')).toEqual(example);
  }
  await survives(records[0]!, (damaged) => Example.decode(damaged, 'x'), { seed: 8, count: 300 });
});

const savedModels = readdirSync(folder('models')).filter((name) => /_(export|savedmodel)$/.test(name));
const checkpoints = [
  ...savedModels.map((name) => ({ name, prefix: `models/${name}/variables/variables` })),
  ...readdirSync(folder('models'))
    .filter((name) => name.endsWith('_checkpoint'))
    .map((name) => ({ name, prefix: `models/${name}/ckpt` })),
];

describe('SavedModels', () => {
  test.each(savedModels)('%s', (name) => {
    const model = SavedModel.decode(golden(`models/${name}/saved_model.pb`), name);
    const [graph] = model.metaGraphs;
    expect(model.savedModelSchemaVersion).toBe(1);
    expect(graph!.metaInfoDef!.tags).toEqual(['serve']);
    expect(graph!.metaInfoDef!.tensorflowVersion).toBe('2.21.0');
    const signature = graph!.signatureDef.get('serving_default') ?? graph!.signatureDef.get('serve')!;
    expect(signature.methodName).toBe('tensorflow/serving/predict');
    for (const { name: tensor, dtype, tensorShape } of signature.inputs.values()) {
      expect(tensor).toMatch(/:0$/);
      expect(dtypeOfDataType(dtype)).toBeDefined();
      expect(shapeFromProto(tensorShape)![0]).toBeNull();
    }
    const functions = graph!.graphDef!.library!.function;
    expect(functions.length).toBeGreaterThan(3);
    expect(functions.every(({ signature: op, nodeDef }) => op!.name !== '' && nodeDef.length > 0)).toBe(true);
    for (const node of graph!.graphDef!.node.filter(({ op }) => op === 'Const')) {
      const proto = node.attr.get('value')!.tensor!;
      if (dtypeOfDataType(proto.dtype)) expect(tensorFromProto(proto, name, node.name).shape).toBeDefined();
    }
    const objects = graph!.objectGraphDef!;
    expect(objects.nodes.filter(({ variable }) => variable).length).toBeGreaterThan(0);
    expect(objects.concreteFunctions.size).toBeGreaterThan(0);
    // Written again it says the same; the largest would take seconds.
    const bytes = functions.length < 300 ? SavedModel.encode(model) : new Uint8Array(0);
    if (bytes.length > 0) expect(Buffer.compare(SavedModel.encode(SavedModel.decode(bytes, name)), bytes)).toBe(0);
    const fingerprint = FingerprintDef.decode(golden(`models/${name}/fingerprint.pb`), name);
    expect(fingerprint.savedModelChecksum).toBeGreaterThan(0n);
  });

  test("Keras 2's metadata", () => {
    const { nodes } = KerasMetadata.decode(golden('models/k2_sequential_mlp_savedmodel/keras_metadata.pb'), 'k');
    expect(nodes[0]).toMatchObject({ nodePath: 'root', identifier: '_tf_keras_sequential' });
    expect(JSON.parse(nodes[0]!.metadata)).toHaveProperty('class_name', 'Sequential');
  });

  test('mutations give typed errors', async () => {
    const bytes = golden('models/sequential_mlp_export/saved_model.pb');
    const tally = await survives(bytes, (damaged) => SavedModel.decode(damaged, 'x'), { seed: 12, count: 200 });
    expect(tally.bad_protobuf).toBeGreaterThan(20);
  });
});

describe('checkpoints', () => {
  test.each(checkpoints)('$name', ({ prefix }) => {
    const bundle = new TensorBundle(golden(`${prefix}.index`), prefix);
    expect(bundle.shardCount).toBe(1);
    const shards = [golden(shardFileName(prefix, 0, 1))];
    const tensors = new Map(bundle.keys.map((key) => [key, bundle.read(key, shards)]));
    const [stored] = stringsOf(tensors.get(OBJECT_GRAPH_KEY)!);
    const graph = TrackableObjectGraph.decode(encodeText(stored!), prefix);
    const keys = graph.nodes.flatMap(({ attributes }) => attributes.map(({ checkpointKey }) => checkpointKey));
    for (const key of keys) expect(bundle.entry(key), key).toBeDefined();
    expect(keys.length).toBeGreaterThan(1);

    const again = writeTensorBundle(tensors);
    expect(again.data.length).toBe(shards[0]!.length);
    const back = new TensorBundle(again.index, 'again');
    expect(back.keys).toEqual(bundle.keys);
    for (const key of back.keys) expect(back.read(key, [again.data])).toEqual(tensors.get(key));
  });

  test('the very index that TensorFlow writes', () => {
    const bytes = golden('models/k2_sequential_mlp_checkpoint/ckpt.index');
    expect(writeSsTable(readSsTable(bytes, 'x'))).toEqual(bytes);
  });

  test('many keys, texts, every dtype', () => {
    const tensors = new Map<string, ArrayData>();
    for (let i = 0; i < 5000; i++)
      tensors.set(`layer/${'x'.repeat(i % 50)}/variable_${i}`, arrayData('int32', [1], Int32Array.of(i)));
    tensors.set('texts', stringData(['', 'ä', 'x'.repeat(300)]));
    tensors.set('half', arrayData('float16', [2], Float32Array.of(1.5, -2)));
    tensors.set('bool', arrayData('bool', [2], Uint8Array.of(1, 0)));
    const { index, data } = writeTensorBundle(tensors);
    const bundle = new TensorBundle(index, 'x');
    expect(bundle.keys.length).toBe(tensors.size);
    for (const [key, array] of tensors) expect(bundle.read(key, [data])).toEqual(array);
  });

  test('damage is found', async () => {
    const prefix = 'models/k2_sequential_mlp_checkpoint/ckpt';
    const index = golden(`${prefix}.index`);
    const data = golden(shardFileName(prefix, 0, 1));
    const readAll = (bundle: TensorBundle, shard: Uint8Array) => bundle.keys.map((key) => bundle.read(key, [shard]));
    expect(() => readAll(new TensorBundle(index, 'ckpt.index'), data.subarray(0, 100))).toThrow(
      /ckpt\.index: .*cut off/,
    );
    expect(() => new TensorBundle(index, 'x').read('nothing', [data])).toThrow(/has no tensor 'nothing'/);
    const spoilt = data.slice();
    spoilt[40]! ^= 1;
    expect(() => readAll(new TensorBundle(index, 'x'), spoilt)).toThrow(/wrong checksum/);
    const tally = await survives(index, (damaged) => readAll(new TensorBundle(damaged, 'x'), data), {
      seed: 77,
      count: 400,
    });
    expect(tally.bad_checkpoint).toBeGreaterThan(300);
  });

  test('the file that names the latest', () => {
    const text = new TextDecoder().decode(golden('models/k2_sequential_mlp_checkpoint/checkpoint'));
    expect(parseCheckpointState(text, 'checkpoint')).toEqual({ latest: 'ckpt', all: ['ckpt'], timestamps: [] });
    const state = { latest: 'a "b"\\c', all: ['x', 'a "b"\\c'], timestamps: [1.5, 2.5] };
    expect(parseCheckpointState(printCheckpointState(state), 'x')).toEqual(state);
    expect(parseCheckpointState('model_checkpoint_path: "\\303\\244\\n"', 'x').latest).toBe('ä\n');
    expect(() => parseCheckpointState('nothing', 'checkpoint')).toThrow(/does not name a checkpoint/);
  });
});

describe('tensors', () => {
  test.each([
    arrayData('float32', [2], Float32Array.of(1, 2)),
    arrayData('bfloat16', [1], Float32Array.of(1.5)),
    arrayData('int64', [], BigInt64Array.of(-7n)),
    arrayData('complex64', [1], Float32Array.of(1, -1)),
    arrayData('string', [2], ['a', Uint8Array.of(255)]),
    arrayData('bool', [0], new Uint8Array(0)),
  ])('$dtype $shape', (array) => {
    expect(tensorFromProto(TensorProto.decode(TensorProto.encode(tensorToProto(array)), 'x'), 'x', 't')).toEqual(array);
  });

  const decode = (proto: Parameters<typeof TensorProto.encode>[0]) =>
    tensorFromProto(TensorProto.decode(TensorProto.encode(proto), 'x'), 'x', 't');
  test('values that repeat are stretched', () => {
    expect(decode({ dtype: 1, tensorShape: shapeToProto([2, 2]), floatVal: [1, 2] }).data).toEqual(
      Float32Array.of(1, 2, 2, 2),
    );
    expect(decode({ dtype: 3, tensorShape: shapeToProto([3]) }).data).toEqual(new Int32Array(3));
    expect(decode({ dtype: 19, tensorShape: shapeToProto([1]), halfVal: [0x3c00] }).data).toEqual(Float32Array.of(1));
    expect(decode({ dtype: 9, tensorShape: shapeToProto([2]), int64Val: [-1n] }).data).toEqual(
      BigInt64Array.of(-1n, -1n),
    );
  });
  test('shapes that cannot be are refused', () => {
    expect(() => decode({ dtype: 1, tensorShape: shapeToProto([2 ** 40]), floatVal: [1] })).toThrow(
      /t: a shape of \[1099511627776\]/,
    );
    expect(() => decode({ dtype: 1, tensorShape: shapeToProto([1]), floatVal: [1, 2] })).toThrow(/2 values for 1/);
    expect(() => decode({ dtype: 1, tensorShape: shapeToProto([3]), tensorContent: new Uint8Array(4) })).toThrow(
      /4 bytes, 12/,
    );
    expect(() => decode({ dtype: 20 })).toThrow(/resource, which cornu does not read/);
  });
});

test('events are those of tf.summary', () => {
  const place = { step: 3, wallTime: 1.5 };
  expect(Event.decode(versionEvent(1), 'x')).toMatchObject({ wallTime: 1, fileVersion: 'brain.Event:2' });
  const scalar = Event.decode(scalarEvent(place, 'epoch_loss', 0.25), 'x');
  expect(scalar).toMatchObject({ step: 3, wallTime: 1.5 });
  const [value] = scalar.summary!.value;
  expect(value).toMatchObject({ tag: 'epoch_loss', metadata: { dataClass: 1, pluginData: { pluginName: 'scalars' } } });
  expect(tensorFromProto(value!.tensor!, 'x', 't').data).toEqual(Float32Array.of(0.25));

  const tensorOf = (bytes: Uint8Array) =>
    tensorFromProto(Event.decode(bytes, 'x').summary!.value[0]!.tensor!, 'x', 't');
  expect(tensorOf(histogramEvent(place, 'w', [0, 1, 2, 3, Number.NaN], 3))).toEqual({
    dtype: 'float64',
    shape: [3, 3],
    data: Float64Array.of(0, 1, 1, 1, 2, 1, 2, 3, 2),
  });
  // As TensorFlow 2.21 writes them: equal numbers all in the last of empty intervals, nothing as zeros.
  expect(tensorOf(histogramEvent(place, 'w', [5, 5], 2)).data).toEqual(Float64Array.of(5, 5, 0, 5, 5, 2));
  expect(tensorOf(histogramEvent(place, 'w', []))).toMatchObject({ shape: [30, 3] });
  expect(tensorOf(imageEvent(place, 'i', 4, 2, [Uint8Array.of(0x89)])).data).toEqual(['4', '2', Uint8Array.of(0x89)]);
  expect(tensorOf(textEvent(place, 't', 'hello')).data).toEqual(['hello']);
  expect([...readTfRecords(encodeTfRecord(versionEvent(1)), 'x')]).toHaveLength(1);
});

test('kinds of errors', () => {
  const error = (() => {
    try {
      readSsTable(new Uint8Array(0), 'x.index');
    } catch (caught) {
      return caught;
    }
  })();
  expect(kindOf(error)).toBe('bad_checkpoint');
  expect(String(error)).toContain('x.index');
});
