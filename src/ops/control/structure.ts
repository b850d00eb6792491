// Structures of tensors in control flow: what loops carry and branches return.
// Owns: turning structures into lists of tensors and back.
import { ValueError } from '../../base/errors.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { resolve } from '../../runtime/execute.ts';
import { isLeaf } from '../../runtime/structure.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';

/** The leaves of a structure as tensors; numbers and typed arrays become some. */
export const tensorsOf = (structure: unknown, name: string): Tensor[] =>
  flattenTree(structure, isLeaf).map((leaf) => resolve(convertToTensor(leaf as TensorLike, undefined, name)));
export const pack = (structure: unknown, leaves: readonly unknown[]): unknown => packTree(structure, leaves, isLeaf);

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
