// tf.sparse.cross, tf.sparse.crossHashed: every combination of one feature of each column, row by row.
// Owns: the combinations, as texts and as hashes, and how hashes are joined.
import { isInteger, type StringElement } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';
import { fingerprint64, joinFingerprints } from '../strings/hash.ts';
import { bytesOf, textOf } from '../strings/text.ts';
import { indexRows, SparseTensor, sparseOf } from './sparse-tensor.ts';

type Feature = StringElement | number | bigint;

/** The features of each row of a column. */
function featuresOf(input: SparseTensor | TensorLike, name: string): Feature[][] {
  const x = input instanceof SparseTensor ? input : convertToTensor(input as TensorLike, undefined, name);
  if (x.shape.length !== 2)
    throw new ShapeError(`${name}: found shape ${showShape(x.shape)}; wanted (rows, features).`);
  if (x.dtype !== 'string' && !isInteger(x.dtype))
    throw new DTypeError(`${name}: found dtype ${x.dtype}; wanted string or an integer dtype.`);
  const values = x instanceof SparseTensor ? x.values : x;
  const elements = (x.dtype === 'string' ? values.elements : values.dataSync()) as ArrayLike<Feature>;
  const rows = Array.from({ length: x.shape[0]! }, (): Feature[] => []);
  const rowOf = x instanceof SparseTensor ? indexRows(x).map((index) => index[0]!) : null;
  for (let i = 0; i < elements.length; i++) {
    const row = rows[rowOf ? rowOf[i]! : Math.floor(i / x.shape[1]!)];
    if (!row) throw new ValueError(`${name}: row ${rowOf![i]} is out of range: wanted 0 to ${rows.length - 1}.`);
    row.push(elements[i]!);
  }
  return rows;
}

/** The combinations of each row, the last column running fastest. */
function combinations(inputs: readonly (SparseTensor | TensorLike)[], name: string): Feature[][][] {
  if (!Array.isArray(inputs) || inputs.length === 0) throw new ValueError(`${name}: wanted a list of columns.`);
  const columns = inputs.map((input, i) => featuresOf(input as TensorLike, `${name}: inputs[${i}]`));
  const counts = columns.map((rows) => rows.length);
  if (counts.some((n) => n !== counts[0])) throw new ShapeError(`${name}: found ${show(counts)} rows; wanted as many.`);
  return columns[0]!.map((_, row) =>
    columns.reduce<Feature[][]>(
      (before, rows) => before.flatMap((start) => rows[row]!.map((feature) => [...start, feature])),
      [[]],
    ),
  );
}

/** Crossed rows one after the other, and how many each row has. */
export interface CrossedRows {
  readonly values: Tensor;
  readonly lengths: readonly number[];
}
function sparseRows({ values, lengths }: CrossedRows): SparseTensor {
  const width = lengths.reduce((most, n) => Math.max(most, n), 0);
  const indices = lengths.flatMap((n, i) => Array.from({ length: n }, (_, k) => [i, k]));
  return sparseOf(indices, values, [lengths.length, width]);
}

export function crossedTexts(
  inputs: readonly (SparseTensor | TensorLike)[],
  separator: string,
  name: string,
): CrossedRows {
  const write = (feature: Feature): string =>
    typeof feature === 'number' || typeof feature === 'bigint' ? String(feature) : textOf(feature);
  const rows = combinations(inputs, name).map((row) => row.map((one) => one.map(write).join(separator)));
  return { values: convertToTensor(rows.flat(), 'string', name), lengths: rows.map((row) => row.length) };
}
/** Texts of features joined: (rows, most combinations). */
export const cross = signature(
  'sparse.cross',
  ['inputs', 'name', 'separator'],
  (inputs: readonly (SparseTensor | TensorLike)[], _name?: string, separator: string = '_X_'): SparseTensor =>
    sparseRows(crossedTexts(inputs, textOf(separator), 'sparse.cross')),
);

/** The key of the fingerprints where none is given. */
export const KEY = 0xdecafcaffen;
const LARGEST = 2n ** 63n - 1n;
export function crossedHashes(
  inputs: readonly (SparseTensor | TensorLike)[],
  numBuckets: number | Tensor,
  hashKey: number | bigint,
  name: string,
): CrossedRows {
  const buckets = asInteger(numBuckets, `${name}: numBuckets`);
  if (buckets < 0) throw new ValueError(`${name}: numBuckets ${buckets}; wanted a number ≥ 0.`);
  const modulus = buckets === 0 ? LARGEST : BigInt(buckets);
  const hash = (feature: Feature): bigint =>
    typeof feature === 'number' || typeof feature === 'bigint'
      ? BigInt.asUintN(64, BigInt(feature))
      : fingerprint64(bytesOf(feature));
  const rows = combinations(inputs, name).map((row) =>
    row.map((one) => one.map(hash).reduce(joinFingerprints, BigInt(hashKey)) % modulus),
  );
  const flat = rows.flat();
  return {
    values: flat.length === 0 ? integersTensor([], [0], 'int64') : convertToTensor(flat, 'int64', name),
    lengths: rows.map((row) => row.length),
  };
}
/** Fingerprints of features joined, modulo `numBuckets` (0: the largest int64): int64 (rows, most combinations). */
export const crossHashed = signature(
  'sparse.crossHashed',
  ['inputs', 'numBuckets', 'hashKey', 'name'],
  (
    inputs: readonly (SparseTensor | TensorLike)[],
    numBuckets: number | Tensor = 0,
    hashKey: number | bigint = KEY,
    _name?: string,
  ): SparseTensor => sparseRows(crossedHashes(inputs, numBuckets, hashKey, 'sparse.crossHashed')),
);
