// Structures of tensors in control flow: what loops carry and branches return.
// Owns: turning structures into lists of tensors and back.
import { ValueError } from '../../base/errors.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { resolve } from '../../runtime/execute.ts';
import { isLeaf } from '../../runtime/structure.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { TensorArray_ } from '../core/tensor-array.ts';

/** The leaves of a structure as tensors; numbers and typed arrays become some, tensor arrays the rows of one. */
export const tensorsOf = (structure: unknown, name: string): Tensor[] =>
  flattenTree(structure, isLeaf).map((leaf) =>
    resolve(leaf instanceof TensorArray_ ? rowsOf(leaf, name) : convertToTensor(leaf as TensorLike, undefined, name)),
  );
function rowsOf(array: TensorArray_, name: string): Tensor {
  array.requireSize();
  const rows = array.rows();
  if (!rows)
    throw new ValueError(
      `${name}: the shape of the TensorArray's elements is not known here; make it with { elementShape }, for example { elementShape: [] } for scalars.`,
    );
  return rows;
}
/** The structure with other leaves; those of tensor arrays may come as their rows. */
export const pack = (structure: unknown, leaves: readonly unknown[]): unknown =>
  packTree(
    structure,
    flattenTree(structure, isLeaf).map((leaf, i) => {
      const next = leaves[i];
      return leaf instanceof TensorArray_ && next instanceof Tensor ? leaf.withRows(next) : next;
    }),
    isLeaf,
  );

/** A structure of another one's kind; its leaves as tensors. */
export function matching(structure: unknown, like: unknown, name: string): Tensor[] {
  const leaves = flattenTree(structure, isLeaf);
  const wanted = flattenTree(like, isLeaf).length;
  if (leaves.length !== wanted)
    throw new ValueError(
      `${name}: the function gave ${leaves.length} tensors, wanted ${wanted}: the structure that went in.`,
    );
  return tensorsOf(structure, name);
}
