// tf.ragged.cross, tf.ragged.crossHashed: every combination of one feature of each column, row by row, as ragged rows.
// Owns: ragged columns, and the result's rows. The combinations themselves are those of tf.sparse.cross.
import { ShapeError, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { signature } from '../core/signature.ts';
import { crossedHashes, crossedTexts, KEY } from '../sparse/cross.ts';
import type { SparseTensor } from '../sparse/sparse-tensor.ts';
import { RaggedTensor } from './ragged-tensor.ts';

type Column = RaggedTensor | SparseTensor | TensorLike;

/** Ragged columns as sparse ones, whose rows are cut alike. */
function columnsOf(inputs: readonly Column[], name: string): (SparseTensor | TensorLike)[] {
  if (!Array.isArray(inputs) || inputs.length === 0) throw new ValueError(`${name}: wanted a list of columns.`);
  return (inputs as readonly Column[]).map((input, i) => {
    if (!(input instanceof RaggedTensor)) return input;
    if (input.raggedRank !== 1 || input.flatValues.dims.length !== 1)
      throw new ShapeError(`${name}: inputs[${i}] has rank ${input.shape.length}; wanted rows of features, rank 2.`);
    return input.toSparse();
  });
}
const ragged = ({ values, lengths }: { values: Tensor; lengths: readonly number[] }): RaggedTensor =>
  RaggedTensor.fromRowLengths(values, lengths);

/** Texts of features joined by '_X_', row by row. */
export const cross = signature(
  'ragged.cross',
  ['inputs', 'name'],
  (inputs: readonly Column[], _name?: string): RaggedTensor =>
    ragged(crossedTexts(columnsOf(inputs, 'ragged.cross'), '_X_', 'ragged.cross')),
);

/** Fingerprints of features joined, modulo `numBuckets` (0: the largest int64). */
export const crossHashed = signature(
  'ragged.crossHashed',
  ['inputs', 'numBuckets', 'hashKey', 'name'],
  (
    inputs: readonly Column[],
    numBuckets: number | Tensor = 0,
    hashKey: number | bigint = KEY,
    _name?: string,
  ): RaggedTensor =>
    ragged(crossedHashes(columnsOf(inputs, 'ragged.crossHashed'), numBuckets, hashKey, 'ragged.crossHashed')),
);
