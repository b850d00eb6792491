// Sparse tensors as elements: stacked into batches, and cut into rows.
import { ShapeError } from '../base/errors.ts';
import { type Dims, showShape } from '../base/shape.ts';
import { concat } from '../ops/core/arrange.ts';
import { indexRows, pick, type SparseTensor, sparseOf } from '../ops/sparse/sparse-tensor.ts';

/** Sparse tensors of one rank under a new first axis; the batch is as large as the largest of them. */
export function stackSparse(parts: readonly SparseTensor[], where: string): SparseTensor {
  const rank = parts[0]!.rank;
  const odd = parts.find((part) => part.rank !== rank);
  if (odd)
    throw new ShapeError(
      `${where}: sparse tensors of shapes ${showShape(parts[0]!.shape)} and ${showShape(odd.shape)} do not make one batch; wanted one rank.`,
    );
  const dims: Dims = Array.from({ length: rank }, (_, axis) => Math.max(...parts.map((part) => part.shape[axis]!)));
  const rows = parts.flatMap((part, i) => indexRows(part).map((row) => [i, ...row]));
  const values = concat(
    parts.map((part) => part.values),
    0,
  );
  return sparseOf(rows, values, [parts.length, ...dims]);
}

/** Gives row `i` of a sparse tensor, over and over. */
export function sparseRows(x: SparseTensor): (i: number) => SparseTensor {
  const byRow = new Map<number, { at: number[]; rows: number[][] }>();
  for (const [at, [first, ...rest]] of indexRows(x).entries()) {
    const group = byRow.get(first!) ?? { at: [], rows: [] };
    group.at.push(at);
    group.rows.push(rest);
    byRow.set(first!, group);
  }
  return (i) => {
    const group = byRow.get(i) ?? { at: [], rows: [] };
    return sparseOf(group.rows, pick(x.values, group.at), x.shape.slice(1));
  };
}
