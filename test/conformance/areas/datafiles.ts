// Area datafiles: TFRecord files and examples, .npy and .npz, CSV, and tf.data pipelines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNpy } from '../../../src/formats/npy/npy.ts';
import { readNpz } from '../../../src/formats/npy/npz.ts';
import type { Case } from '../folder.ts';
import { argument, construct, fn, isTensor, options, result, withoutArrays } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, type DTypeValue, type Fields, type Json, type Numbers, type Text, type Value } from '../values.ts';

type Dataset = AsyncIterable<unknown>;
const tf = (name: string, ...args: unknown[]) => fn(`tf.${name}`)(...args);
const make = (name: string, ...args: unknown[]) => tf(`data.Dataset.${name}`, ...args);
const method = (object: unknown, name: string, ...args: unknown[]) => fn(object, name)(...args);
const number = (x: unknown) => Number(method(x, 'item'));

/** The functions that pipelines name, as generate/datafiles.py writes them. */
const functions: Record<string, (...args: never[]) => unknown> = {
  double: (x: unknown) => tf('multiply', x, 2),
  square: (x: unknown) => tf('multiply', x, x),
  even: (x: unknown) => tf('equal', tf('math.floormod', x, 2), 0),
  over3: (x: unknown) => tf('greater', x, 3),
  add: (a: unknown, b: unknown) => tf('add', a, b),
  pair: (x: unknown) => [x, tf('multiply', x, 10)],
  range_to: (x: unknown) => make('range', number(x)),
  repeat_twice: (x: unknown) => method(make('from_tensors', x), 'repeat', 2),
  ones_row: (n: unknown) => tf('multiply', tf('ones', [number(n)], { dtype: 'int64' }), n),
  mod3: (x: unknown) => tf('math.floormod', x, 3),
  batch2: (_key: unknown, dataset: unknown) => method(dataset, 'batch', 2),
  running_sum: (s: unknown, x: unknown) => [tf('add', s, x), tf('add', s, x)],
  length: (x: unknown) => method(tf('shape', x), 'at', 0),
  to_batch2: (window: unknown) => method(window, 'batch', 2),
  first_two: (dataset: unknown) => method(dataset, 'take', 2),
  is_small: (x: unknown) => tf('less', x, 5),
  fields_sum: (e: { a: unknown; b: unknown }) => tf('add', e.a, e.b),
};

const named = (x: Json | undefined): x is { [key: string]: Json } =>
  typeof x === 'object' && x !== null && !Array.isArray(x);
const int64 = (x: Json) => argument(new ArrayValue('int64', [], BigInt64Array.of(BigInt(Number(x)))));

/** Steps as the case decodes them: these know the arrays. */
type Steps = readonly (readonly Value[])[];

function stepArgument(x: Json, decoded: Value): unknown {
  if (named(x) && typeof x.fn === 'string') return functions[x.fn];
  if (named(x) && Array.isArray(x.dataset)) return build(x.dataset as Json[][], (decoded as Fields).dataset as Steps);
  return x;
}

function source([op, ...args]: Json[], [, ...decoded]: readonly Value[]): unknown {
  if (op === 'range') return make('range', ...args);
  if (op === 'zip') return make('zip', ...args.map((steps, i) => build(steps as Json[][], decoded[i] as Steps)));
  return make(String(op), argument(decoded[0]!));
}

function build(steps: readonly Json[][], decoded: Steps): unknown {
  let dataset = source(steps[0]!, decoded[0]!);
  for (const [i, [op, ...rest]] of steps.slice(1).entries()) {
    const values = decoded[i + 1]!.slice(1);
    const last = rest.at(-1);
    const kwargs = named(last) && named(last.kw) ? (rest.pop() as { kw: { [key: string]: Json } }).kw : {};
    const args = rest.map((x, j) => stepArgument(x, values[j]!));
    if (op === 'scan') args[0] = int64(rest[0]!);
    const given = Object.fromEntries(Object.entries(kwargs).map(([key, x]) => [key, stepArgument(x, null)]));
    const last_ = Object.keys(given).length === 0 ? [] : [options(given as Fields)];
    dataset = method(dataset, String(op), ...args, ...last_);
  }
  return dataset;
}

const isDataset = (x: unknown): x is Dataset =>
  typeof x === 'object' && x !== null && !isTensor(x) && Symbol.asyncIterator in x;

/** An element as the generator stores it: data sets inside as their elements. */
async function plain(x: unknown): Promise<Value> {
  if (isDataset(x)) return { dataset: await elementsOf(x) };
  if (Array.isArray(x)) return Promise.all(x.map(plain));
  if (typeof x === 'object' && x !== null && !isTensor(x) && Object.getPrototypeOf(x) === Object.prototype) {
    const entries = await Promise.all(Object.entries(x).map(async ([key, part]) => [key, await plain(part)] as const));
    return Object.fromEntries(entries);
  }
  return result(x);
}

async function elementsOf(dataset: unknown): Promise<Value[]> {
  const out: Value[] = [];
  for await (const element of dataset as Dataset) out.push(await plain(element));
  return out;
}

async function pipeline(c: Case): Promise<Fields> {
  const steps = structuredClone(c.json.steps) as Json[][];
  const decoded = c.field('steps') as Steps;
  const last = steps.at(-1)!;
  if (last[0] === 'reduce') {
    const value = await method(
      build(steps.slice(0, -1), decoded),
      'reduce',
      int64(last[1]!),
      stepArgument(last[2]!, null),
    );
    return { value: result(value) };
  }
  const dataset = build(steps, decoded);
  const elements = await elementsOf(dataset);
  return { elements, cardinality: withoutArrays(result(method(dataset, 'cardinality'))) };
}

async function shuffle(c: Case): Promise<Fields> {
  const { n, buffer_size: bufferSize, seed } = c.json;
  const shuffled = method(make('range', n), 'shuffle', bufferSize, { seed, reshuffleEachIteration: false });
  const order = (await elementsOf(shuffled)).map((element) => Number(withoutArrays(element)));
  const within = order.every((value, i) => value < i + Number(bufferSize));
  return {
    sorted: [...order].sort((a, b) => a - b),
    bound: within ? 'element at place i is below i + buffer_size' : 'an element came too early',
    tensorflow_order: order,
  };
}

const pathOf = (c: Case) => join(c.folder, 'datafiles', String(c.json.file));
const records = (c: Case) =>
  construct('tf.data.TFRecordDataset', pathOf(c), { compressionType: c.json.compression }) as Dataset;
const bytesOf = (text: Text) => (typeof text === 'string' ? new TextEncoder().encode(text) : text);

async function tfrecord(c: Case): Promise<Fields> {
  const raw: Uint8Array[] = [];
  for await (const record of records(c)) raw.push(bytesOf((result(record) as ArrayValue).data[0] as Text));
  return {
    count: raw.length,
    lengths: raw.map((record) => record.length),
    first_hex: Buffer.from(raw[0] ?? []).toString('hex'),
  };
}

/** A feature's description: [kind, dtype, shape, default?]. */
function feature(description: Value): unknown {
  const [kind, dtype, shape, defaultValue] = description as readonly Value[];
  const type = (dtype as DTypeValue).name;
  if (kind === 'fixed')
    return tf('io.FixedLenFeature', shape, type, ...(defaultValue === undefined ? [] : [{ defaultValue }]));
  if (kind === 'var') return tf('io.VarLenFeature', type);
  if (kind === 'ragged') return tf('io.RaggedFeature', type);
  return tf('io.FixedLenSequenceFeature', shape, type, { allowMissing: true });
}

async function parse(c: Case): Promise<Fields> {
  const features = Object.fromEntries(
    Object.entries(c.field('features') as Fields).map(([name, x]) => [name, feature(x)]),
  );
  const raw: unknown[] = [];
  for await (const record of records(c)) raw.push(record);
  if (c.json.call === 'parse_example') return { value: result(tf('io.parse_example', tf('stack', raw), features)) };
  return { values: raw.map((record) => result(tf('io.parse_single_example', record, features))) };
}

async function load(c: Case): Promise<Fields> {
  const bytes = readFileSync(pathOf(c));
  const array = (x: { dtype: string; shape: readonly number[]; data: unknown }) =>
    new ArrayValue(x.dtype, x.shape, x.data as Numbers);
  if (pathOf(c).endsWith('.npz')) {
    const arrays = await readNpz(bytes, pathOf(c));
    return { arrays: Object.fromEntries([...arrays].map(([name, x]) => [name, array(x)])) };
  }
  const header = bytes.subarray(0, 256).toString('latin1');
  return {
    array: array(readNpy(bytes, pathOf(c))),
    dtype: /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '',
    fortran_order: /'fortran_order':\s*True/.test(header),
  };
}

async function csv(c: Case): Promise<Fields> {
  const kwargs: Fields = { ...(c.field('kwargs') as Fields), shuffle: false, num_epochs: 1 };
  const { batch_size: batchSize, ...rest } = kwargs;
  const dataset = await tf('data.experimental.make_csv_dataset', pathOf(c), batchSize, options(rest));
  return { elements: await elementsOf(dataset) };
}

const kinds: Record<string, (c: Case) => Promise<Fields>> = {
  pipeline,
  shuffle,
  tfrecord,
  parse_example: parse,
  parse_single_example: parse,
  load,
  csv,
};

export const area: Area = {
  run(c) {
    const kind = kinds[String(c.json.call)];
    if (kind === undefined) throw new Error(`no such kind of case: ${c.json.call}`);
    return kind(c);
  },
};
