// tf.io.parseExample and parseSingleExample: serialized Examples as tensors.
// Owns: what each kind of feature becomes, alone and in a batch. Leaves the bytes to formats/tensorflow/example-read.ts.
import { allocate, type Data, type StringElement } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape, sizeOf } from '../../base/shape.ts';
import {
  type FeatureKind,
  type FeatureSlice,
  FeatureTable,
  ListValues,
} from '../../formats/tensorflow/example-read.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { integersTensor } from '../core/shapes.ts';
import { cast } from '../math/elementwise.ts';
import { cumulated, RaggedTensor } from '../ragged/ragged-tensor.ts';
import { stackRagged } from '../ragged/stack.ts';
import { reorder } from '../sparse/index.ts';
import { SparseTensor } from '../sparse/sparse-tensor.ts';
import { bytesOf } from '../strings/text.ts';
import {
  type Feature,
  type FeatureDType,
  type Features,
  type FixedLenFeature,
  type FixedLenSequenceFeature,
  type Partition,
  type RaggedFeature,
  requireFeatures,
  type SparseFeature,
  type VarLenFeature,
} from './features.ts';
import type { Bytes } from './pictures.ts';

/** What a feature becomes in one example, and in several. */
export type Parsed<F> = F extends VarLenFeature | SparseFeature
  ? SparseTensor
  : F extends RaggedFeature
    ? Tensor | RaggedTensor
    : Tensor;
export type ParsedBatch<F> = F extends VarLenFeature | SparseFeature
  ? SparseTensor
  : F extends RaggedFeature
    ? RaggedTensor
    : Tensor;

/** The bytes of serialized messages: a string tensor of them, or one. */
export function recordsOf(serialized: Bytes | TensorLike, name: string): { records: Uint8Array[]; rank: number } {
  if (serialized instanceof Uint8Array) return { records: [serialized], rank: 0 };
  if (Array.isArray(serialized) && serialized.every((item) => item instanceof Uint8Array))
    return { records: serialized as Uint8Array[], rank: 1 };
  const tensor = convertToTensor(serialized as TensorLike, undefined, name);
  if (tensor.dtype !== 'string')
    throw new DTypeError(
      `${name}: found dtype ${tensor.dtype}; wanted the bytes of examples, as TFRecordDataset gives them.`,
    );
  const elements = known(tensor, name, 'Parse in Dataset.map, outside of tf.function.') as StringElement[];
  return { records: elements.map(bytesOf), rank: tensor.dims.length };
}

/** Whether an example has the feature, and has it in the dtype that is asked for. */
function isThere(kind: FeatureKind | null | undefined, dtype: FeatureDType, where: () => string): boolean {
  if (!kind) return false;
  if (kind !== dtype)
    throw new DTypeError(`${where()} holds ${kind}, ${dtype} was asked for; change the feature's dtype.`);
  return true;
}
/** The values of a feature in one example, null where it has none. */
export function valuesOf(slice: FeatureSlice | null, dtype: FeatureDType, where: string): Data | null {
  if (!slice || !isThere(slice.kind, dtype, () => where)) return null;
  const values = new ListValues(dtype, 0);
  values.read(slice.bytes, slice.start, slice.end, where);
  return values.take();
}

/** The names that a feature is made of. */
function keysOf(name: string, feature: Feature): [key: string, dtype: FeatureDType][] {
  if (feature.kind === 'sparse')
    return [
      ...feature.indexKey.map((key): [string, FeatureDType] => [key, 'int64']),
      [feature.valueKey, feature.dtype],
    ];
  if (feature.kind !== 'ragged') return [[name, feature.dtype]];
  const partitions = feature.partitions.flatMap((partition): [string, FeatureDType][] =>
    partition.key === undefined ? [] : [[partition.key, 'int64']],
  );
  return [[feature.valueKey ?? name, feature.dtype], ...partitions];
}

/** Reads columns of values by name, one after the other as they are asked for. */
export class Columns {
  readonly #table: FeatureTable;
  readonly #places: ReadonlyMap<string, number>;
  readonly #what: (row: number) => string;
  constructor(table: FeatureTable, places: ReadonlyMap<string, number>, what: (row: number) => string) {
    this.#table = table;
    this.#places = places;
    this.#what = what;
  }
  get rows(): number {
    return this.#table.rows;
  }
  where(key: string, row: number): string {
    return `${this.#what(row)}feature '${key}'`;
  }
  column(key: string, dtype: FeatureDType): (Data | null)[] {
    const place = this.#places.get(key)!;
    return Array.from({ length: this.rows }, (_, i) =>
      valuesOf(this.#table.slice(i, place), dtype, this.where(key, i)),
    );
  }
  /** All values of a column one after the other, and how many each row has; `missing` adds those of a row that lacks it. */
  values(
    key: string,
    dtype: FeatureDType,
    room: number,
    missing: (row: number, values: ListValues) => void,
  ): { data: Data; lengths: Int32Array } {
    const place = this.#places.get(key)!;
    const table = this.#table;
    const values = new ListValues(dtype, room);
    const lengths = new Int32Array(this.rows);
    let row = 0;
    const where = (): string => this.where(key, row);
    const what = (): string => this.#what(row);
    for (; row < lengths.length; row++) {
      const before = values.length;
      if (isThere(table.kind(row, place), dtype, where))
        values.read(table.record(row), table.start(row, place), table.end(row, place), what);
      else missing(row, values);
      lengths[row] = values.length - before;
    }
    return { data: values.take(), lengths };
  }
}

/** All values one after the other. */
export function joined(parts: readonly Data[], dtype: FeatureDType): Data {
  if (dtype === 'string') return (parts as StringElement[][]).flat();
  const out = allocate(
    dtype,
    parts.reduce((sum, part) => sum + part.length, 0),
  ) as Float32Array;
  let at = 0;
  for (const part of parts) {
    out.set(part as Float32Array, at);
    at += part.length;
  }
  return out;
}

export function defaultOf(value: TensorLike | null, dtype: FeatureDType, size: number, where: string): Data | null {
  if (value === null) return null;
  const given = convertToTensor(value, undefined, `${where}: defaultValue`);
  if ((given.dtype === 'string') !== (dtype === 'string'))
    throw new DTypeError(`${where}: defaultValue has dtype ${given.dtype}, wanted ${dtype}.`);
  if (given.size !== size)
    throw new ShapeError(`${where}: defaultValue has shape ${showShape(given.shape)}, wanted ${size} values.`);
  const data = cast(given, dtype).elements;
  return data;
}

const PLAIN = (n: number | null): number => (n === null || n < 0 ? -1 : n);

function fixed(name: string, feature: FixedLenFeature, columns: Columns, batch: boolean): Tensor {
  const { dtype } = feature;
  const dims = feature.shape.map(PLAIN);
  const isOpen = dims.includes(-1);
  const size = sizeOf(dims.filter((n) => n >= 0));
  if (isOpen && dims.indexOf(-1) !== 0)
    throw new ShapeError(
      `parseExample: feature '${name}': shape ${showShape(feature.shape)}; only the first size may be unknown.`,
    );
  const fallback = defaultOf(feature.defaultValue, dtype, size, `parseExample: feature '${name}'`);
  const { data, lengths } = columns.values(name, dtype, columns.rows * size, (i, values) => {
    if (!fallback)
      throw new ValueError(
        `${columns.where(name, i)} is required and missing; give FixedLenFeature a defaultValue, or use VarLenFeature.`,
      );
    values.add(fallback);
  });
  const odd = isOpen ? -1 : lengths.findIndex((length) => length !== size);
  if (odd >= 0)
    throw new ShapeError(
      `${columns.where(name, odd)} has ${lengths[odd]} values, wanted ${size} for shape ${showShape(feature.shape)}; use VarLenFeature or RaggedFeature where numbers differ.`,
    );
  const own = isOpen ? [(lengths[0] ?? 0) / size, ...dims.slice(1)] : dims;
  return eagerTensor(data, batch ? [columns.rows, ...own] : own, dtype);
}

function sequence(name: string, feature: FixedLenSequenceFeature, columns: Columns, batch: boolean): Tensor {
  const { dtype } = feature;
  const dims = feature.shape.map(PLAIN);
  const size = sizeOf(dims);
  const rows = columns.column(name, dtype).map((values, i) => {
    if (!values && !feature.allowMissing)
      throw new ValueError(
        `${columns.where(name, i)} is missing; give FixedLenSequenceFeature { allowMissing: true }.`,
      );
    if (values && values.length % size !== 0)
      throw new ShapeError(
        `${columns.where(name, i)} has ${values.length} values, no whole number of entries of shape ${showShape(feature.shape)}.`,
      );
    return values ?? (dtype === 'string' ? [] : allocate(dtype, 0));
  });
  if (!batch) return eagerTensor(joined(rows, dtype), [rows[0]!.length / size, ...dims], dtype);
  return padRows(rows, size, dims, dtype, feature.defaultValue, `parseExample: feature '${name}'`);
}

/** Rows of entries of one size in one tensor, the shorter ones filled up. */
export function padRows(
  rows: readonly Data[],
  size: number,
  dims: readonly number[],
  dtype: FeatureDType,
  fill: TensorLike | null,
  where: string,
): Tensor {
  const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const out = allocate(dtype, rows.length * longest);
  const padding = defaultOf(fill, dtype, 1, where)?.[0];
  if (Array.isArray(out)) out.fill((padding as StringElement | undefined) ?? '');
  else if (padding !== undefined) (out as Float32Array).fill(padding as number);
  for (const [i, row] of rows.entries()) {
    if (Array.isArray(out)) for (let k = 0; k < row.length; k++) out[i * longest + k] = row[k] as StringElement;
    else (out as Float32Array).set(row as Float32Array, i * longest);
  }
  return eagerTensor(out, [rows.length, longest / size, ...dims], dtype);
}

function variable(name: string, feature: VarLenFeature, columns: Columns, batch: boolean): SparseTensor {
  const { dtype } = feature;
  const { data, lengths } = columns.values(name, dtype, columns.rows, () => {});
  // (row, place in the row); numbers below 2³², so their upper halves stay zero.
  const axes = batch ? 2 : 1;
  const indices = new BigInt64Array(data.length * axes);
  const halves = new Int32Array(indices.buffer);
  let to = 0;
  for (let i = 0; i < lengths.length; i++)
    for (let k = 0; k < lengths[i]!; k++) {
      if (batch) {
        halves[to] = i;
        to += 2;
      }
      halves[to] = k;
      to += 2;
    }
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const shape = batch ? [lengths.length, longest] : [longest];
  return SparseTensor(
    eagerTensor(indices, [data.length, axes], 'int64'),
    eagerTensor(data, [data.length], dtype),
    shape,
  );
}

function sparse(name: string, feature: SparseFeature, columns: Columns, batch: boolean): SparseTensor {
  const axes = feature.indexKey.map((key) => columns.column(key, 'int64'));
  const values = columns.column(feature.valueKey, feature.dtype);
  const indices: number[] = [];
  for (const [i, row] of values.entries()) {
    const count = row?.length ?? 0;
    for (const [axis, column] of axes.entries())
      if ((column[i]?.length ?? 0) !== count)
        throw new ShapeError(
          `parseExample: feature '${name}': '${feature.indexKey[axis]}' has ${column[i]?.length ?? 0} entries, '${feature.valueKey}' ${count}.`,
        );
    for (let k = 0; k < count; k++) {
      if (batch) indices.push(i);
      for (const [axis, column] of axes.entries()) {
        const index = Number(column[i]![k]);
        if (index < 0 || index >= feature.size[axis]!)
          throw new ValueError(
            `${columns.where(name, i)}: the index ${index} is not below the size ${feature.size[axis]}.`,
          );
        indices.push(index);
      }
    }
  }
  const flat = joined(
    values.flatMap((row) => (row ? [row] : [])),
    feature.dtype,
  );
  const shape = batch ? [columns.rows, ...feature.size] : feature.size;
  const made = SparseTensor(
    integersTensor(indices, [flat.length, shape.length], 'int64'),
    eagerTensor(flat, [flat.length], feature.dtype),
    shape as number[],
  );
  return feature.alreadySorted ? made : reorder(made);
}

/** Row splits from what a partition's feature says. */
function splitsOf(partition: Partition, numbers: readonly number[], count: number, where: string): number[] {
  switch (partition.by) {
    case 'rowSplits':
      return [...numbers];
    case 'rowLengths':
      return cumulated(numbers);
    case 'rowStarts':
      return [...numbers, count];
    case 'rowLimits':
      return [0, ...numbers];
    case 'valueRowIds': {
      const rows = (numbers.at(-1) ?? -1) + 1;
      const lengths = new Array<number>(rows).fill(0);
      for (const row of numbers) lengths[row]!++;
      return cumulated(lengths);
    }
    case 'uniformRowLength': {
      const { length = 0 } = partition;
      if (length < 1 || count % length !== 0)
        throw new ShapeError(`${where}: ${count} values do not make rows of ${length}.`);
      return Array.from({ length: count / length + 1 }, (_, i) => i * length);
    }
  }
}

/** One example's ragged tensor: the innermost partition is the last. */
export function partitioned(
  values: Tensor,
  partitions: readonly Partition[],
  numbersOf: (key: string) => readonly number[],
  where: string,
): Tensor | RaggedTensor {
  let inner: Tensor | RaggedTensor = values;
  for (const partition of [...partitions].reverse()) {
    const count = inner instanceof RaggedTensor ? inner.nrows() : inner.dims[0]!;
    const numbers = partition.key === undefined ? [] : numbersOf(partition.key);
    const splits = splitsOf(partition, numbers, count, where);
    if (splits.length === 0) splits.push(0);
    inner = new RaggedTensor(inner, splits);
  }
  return inner;
}

function ragged(name: string, feature: RaggedFeature, columns: Columns, batch: boolean): Tensor | RaggedTensor {
  const { dtype, partitions } = feature;
  const empty = dtype === 'string' ? [] : allocate(dtype, 0);
  const rows = columns.column(feature.valueKey ?? name, dtype).map((values) => values ?? empty);
  const cuts = new Map(
    partitions.flatMap(({ key }) => (key === undefined ? [] : [[key, columns.column(key, 'int64')] as const])),
  );
  const one = (row: Data, i: number): Tensor | RaggedTensor =>
    partitioned(
      eagerTensor(row, [row.length], dtype),
      partitions,
      (key) => Array.from((cuts.get(key)![i] ?? []) as ArrayLike<bigint>, Number),
      columns.where(name, i),
    );
  if (!batch) return one(rows[0]!, 0);
  const lengths = rows.map((row) => row.length);
  if (partitions.length === 0) {
    const splits = cumulated(lengths);
    const flat = joined(rows, dtype);
    return new RaggedTensor(eagerTensor(flat, [flat.length], dtype), splits);
  }
  return stackRagged(rows.map(one));
}

/** A feature from its columns. */
export function parseFeature(name: string, feature: Feature, columns: Columns, batch: boolean): unknown {
  switch (feature.kind) {
    case 'fixed':
      return fixed(name, feature, columns, batch);
    case 'sequence':
      return sequence(name, feature, columns, batch);
    case 'variable':
      return variable(name, feature, columns, batch);
    case 'sparse':
      return sparse(name, feature, columns, batch);
    case 'ragged':
      return ragged(name, feature, columns, batch);
  }
}

/** Each name that the features read its place. */
export function placesOf(features: readonly [string, Feature][]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [name, feature] of features)
    for (const [key] of keysOf(name, feature)) if (!places.has(key)) places.set(key, places.size);
  return places;
}

function parse(
  records: readonly Uint8Array[],
  features: unknown,
  batch: boolean,
  name: string,
): Record<string, unknown> {
  const list = requireFeatures(features, name);
  const places = placesOf(list);
  const what = (row: number): string => (batch ? `${name}: example ${row}: ` : `${name}: `);
  const table = new FeatureTable(places, records.length);
  let row = 0;
  const file = (): string => (batch ? `${name}: example ${row}` : name);
  for (; row < records.length; row++) table.add(records[row]!, file);
  const columns = new Columns(table, places, what);
  return Object.fromEntries(list.map(([key, feature]) => [key, parseFeature(key, feature, columns, batch)]));
}

/** Serialized Examples (batch,) as tensors whose first axis is the batch: dense, sparse or ragged as the features say. */
export function parseExample<const F extends Features>(
  serialized: Bytes | TensorLike,
  features: F,
  _exampleNames?: unknown,
): { -readonly [K in keyof F]: ParsedBatch<F[K]> } {
  const { records, rank } = recordsOf(serialized, 'parseExample');
  if (rank > 1)
    throw new ShapeError(`parseExample: serialized has rank ${rank}; wanted a vector of examples. Reshape it.`);
  return parse(records, features, rank === 1, 'parseExample') as { -readonly [K in keyof F]: ParsedBatch<F[K]> };
}

/** One serialized Example as tensors. */
export function parseSingleExample<const F extends Features>(
  serialized: Bytes | TensorLike,
  features: F,
  _exampleNames?: unknown,
): { -readonly [K in keyof F]: Parsed<F[K]> } {
  const { records, rank } = recordsOf(serialized, 'parseSingleExample');
  if (rank !== 0)
    throw new ShapeError(
      `parseSingleExample: found ${show(serialized)}; wanted one example. parseExample takes a vector of them.`,
    );
  return parse(records, features, false, 'parseSingleExample') as { -readonly [K in keyof F]: Parsed<F[K]> };
}
