// What the areas of whole models share: names of arrays to values, files to models, weights to rows.
import { join } from 'node:path';
import type { Case } from '../folder.ts';
import { argument, fn, isTensor, property, result } from '../library.ts';
import { ArrayValue, type Fields, type Json, type Text, unquoteNumber, type Value } from '../values.ts';

export type Model = (inputs: unknown, options?: object) => unknown;

/** A tree of names as a tree of arrays; `{strings: […]}` is a tensor of strings. */
export function arraysOf(c: Case, names: Json | undefined): Value {
  if (names === null || names === undefined) return null;
  if (typeof names === 'string') return c.array(names);
  if (Array.isArray(names)) return names.map((name) => arraysOf(c, name));
  if (typeof names !== 'object') throw new Error(`${c.id}: ${String(names)} is no name of an array`);
  if (names.strings !== undefined) return strings(names.strings);
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, arraysOf(c, name)]));
}

function strings(list: Json): ArrayValue {
  const shape: number[] = [];
  for (let at: Json | undefined = list; Array.isArray(at); at = at[0]) shape.push(at.length);
  return new ArrayValue('string', shape, (list as Json[]).flat(9) as Text[]);
}

/** Inputs for a model's call: a single one bare, several as a list or a record. */
export function feed(values: Value): unknown {
  const given = Array.isArray(values) && values.length === 1 ? values[0]! : values;
  return argument(given);
}

/** A value of the JSON, with its quoted non-finite numbers. */
export function plain(json: Json | undefined): Value {
  if (json === undefined) return null;
  if (Array.isArray(json)) return json.map(plain);
  if (typeof json === 'object' && json !== null)
    return Object.fromEntries(Object.entries(json).map(([key, part]) => [key, plain(part)]));
  return unquoteNumber(json) as Value;
}

export const loadModel = async (c: Case, path: string, options: object = {}): Promise<Model> =>
  (await fn('keras.models.load_model')(join(c.folder, path), { ...options })) as Model;

/** Tensors of a nested structure, in Keras's order: lists as they stand, records by key. */
export function flatten(x: unknown): unknown[] {
  if (Array.isArray(x)) return x.flatMap(flatten);
  if (typeof x !== 'object' || x === null || isTensor(x) || Object.getPrototypeOf(x) !== Object.prototype) return [x];
  return Object.keys(x)
    .sort()
    .flatMap((key) => flatten((x as Record<string, unknown>)[key]));
}

export const results = (x: unknown): Value[] => flatten(x).map(result);

/** A JSON value that came out of the library: text of JSON or an object. */
export const fromJson = (x: unknown): Value =>
  plain((typeof x === 'string' ? JSON.parse(x) : JSON.parse(JSON.stringify(x))) as Json);

/** The rows of `describe_weights`: path, shape, dtype, trainable, sum. */
export function describeWeights(model: unknown, withPaths: boolean): Value {
  const trainable = new Set(property(model, 'trainable_weights') as readonly unknown[]);
  const rows = (property(model, 'weights') as readonly unknown[]).map((weight) => {
    const value = result(weight) as ArrayValue;
    const sum = Array.from(value.data as ArrayLike<number | bigint>, Number).reduce((a, b) => a + b, 0);
    const row: { [key: string]: Value } = {
      shape: [...value.shape],
      dtype: value.dtype,
      trainable: trainable.has(weight),
      sum,
    };
    return withPaths ? { path: String(property(weight, 'path')), ...row } : row;
  });
  return withPaths ? withoutMerged(rows) : rows;
}
/**
 * The rows list a layer as it was before it was saved, but files hold a kernel with its low-rank pair merged into it:
 * the sums of the kernel and of the pair are not those of the file, in Keras neither.
 */
function withoutMerged(rows: readonly Fields[]): readonly Fields[] {
  const adapted = new Set<string>();
  for (const { path } of rows) {
    const [, layer, name] = /^(.*\/)lora_(\w+)_[ab]$/.exec(String(path)) ?? [];
    if (layer) for (const part of [name!, `lora_${name}_a`, `lora_${name}_b`]) adapted.add(layer + part);
  }
  return rows.map(({ sum, ...row }) => (adapted.has(String(row.path)) ? row : { ...row, sum: sum! }));
}

/** The wanted rows; Keras 2 names its weights in a way of its own, which only its files keep. */
export function weightRows(json: Json | undefined, withPaths: boolean): Value {
  const rows = plain(json) as readonly Fields[];
  return withPaths ? withoutMerged(rows) : rows.map(({ path: _, ...row }) => row);
}

/** Arrays with the dtypes that the case says: bfloat16 is stored as float32. */
export function withDTypes(values: Value, dtypes: Json | undefined): Value {
  if (!Array.isArray(values) || !Array.isArray(dtypes)) return values;
  return values.map((value, i) =>
    value instanceof ArrayValue ? new ArrayValue(String(dtypes[i]), value.shape, value.data) : value,
  );
}
