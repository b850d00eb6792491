// tf.io: sparse tensors as bytes and back.
// Owns: serializeSparse, serializeManySparse, deserializeManySparse. One tensor's bytes are bytes.ts.
import { asDType, type DType } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { concat } from '../core/arrange.ts';
import { known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { indexRows, pick, SparseTensor, SparseTensor_, sparseOf } from '../sparse/sparse-tensor.ts';
import { stringTensor } from '../strings/text.ts';
import { parseTensor, serializeTensor } from './bytes.ts';

const REMEDY = 'Call it outside tf.function.';

function requireSparse(given: unknown, where: string, outType: DType): SparseTensor {
  if (!(given instanceof SparseTensor_))
    throw new ValueError(`${where}: spInput: found ${show(given)}, wanted a tf.SparseTensor (tf.sparse.fromDense).`);
  if (asDType(outType) !== 'string')
    throw new DTypeError(`${where}: outType: found ${show(outType)}, wanted 'string'; there are no variants here.`);
  return given;
}
const bytesOfParts = (sparse: SparseTensor): string[] =>
  [sparse.indices, sparse.values, sparse.denseShape].map((part) => serializeTensor(part).elements![0] as string);

/** A sparse tensor as three strings: the bytes of its indices, of its values and of its shape. */
export const serializeSparse = signature(
  'io.serializeSparse',
  ['spInput', 'outType'],
  (spInput: SparseTensor, outType: DType = 'string'): Tensor =>
    eagerTensor(bytesOfParts(requireSparse(spInput, 'io.serializeSparse', outType)), [3], 'string'),
);

/** Each row of a sparse tensor (rows, …) as three strings: (rows, 3). */
export const serializeManySparse = signature(
  'io.serializeManySparse',
  ['spInput', 'outType'],
  (spInput: SparseTensor, outType: DType = 'string'): Tensor => {
    const sparse = requireSparse(spInput, 'io.serializeManySparse', outType);
    if (sparse.rank < 2)
      throw new ShapeError(`io.serializeManySparse: found rank ${sparse.rank}, wanted rows: rank 2 or more.`);
    const inner = sparse.shape.slice(1);
    const places: number[][] = Array.from({ length: sparse.shape[0]! }, () => []);
    const indices = indexRows(sparse);
    indices.forEach(([row], at) => {
      places[row!]!.push(at);
    });
    const all = places.flatMap((taken) => {
      const own = taken.map((at) => indices[at]!.slice(1));
      return bytesOfParts(sparseOf(own, pick(sparse.values, taken), inner));
    });
    return eagerTensor(all, [places.length, 3], 'string');
  },
);

/** Rows (n, 3) of strings as one sparse tensor (n, …) as wide as the widest of them. */
export const deserializeManySparse = signature(
  'io.deserializeManySparse',
  ['serializedSparse', 'dtype', 'rank'],
  (serializedSparse: TensorLike, dtype: DType, rank?: number): SparseTensor => {
    const where = 'io.deserializeManySparse';
    const texts = stringTensor(serializedSparse, where);
    if (texts.dims.length !== 2 || texts.dims[1] !== 3)
      throw new ShapeError(`${where}: serializedSparse has shape ${showShape(texts.dims)}, wanted (rows, 3).`);
    const strings = known(texts, where, REMEDY) as string[];
    const part = (row: number, at: number, type: DType): Tensor =>
      parseTensor(eagerTensor([strings[row * 3 + at]!], [], 'string'), type);
    const indices: number[][] = [];
    const values: Tensor[] = [];
    let shape: number[] | null = null;
    for (let row = 0; row < texts.dims[0]!; row++) {
      const own = SparseTensor(part(row, 0, 'int64'), part(row, 1, dtype), part(row, 2, 'int64'));
      if (shape && shape.length !== own.rank)
        throw new ShapeError(
          `${where}: row ${row} has rank ${own.rank}, those before ${shape.length}; wanted one rank.`,
        );
      shape = own.shape.map((n, i) => Math.max(n, shape?.[i] ?? 0));
      for (const index of indexRows(own)) indices.push([row, ...index]);
      values.push(own.values);
    }
    if (!shape) throw new ShapeError(`${where}: serializedSparse has no rows; wanted at least one.`);
    const full = [texts.dims[0]!, ...shape];
    if (rank !== undefined && rank !== full.length)
      throw new ShapeError(`${where}: rank: found ${rank}, the result has ${full.length}, its rows counted.`);
    return sparseOf(indices, concat(values, 0), full);
  },
);
