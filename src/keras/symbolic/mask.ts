// The masks of structures of tensors, and `tensor.kerasMask`.
// Leaves the masks of single tensors to annotations.ts, and what becomes of a mask in a layer to its computeMask.
import { mapTree } from '../../base/tree.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { maskOf } from '../annotations.ts';
import { isTensor } from './keras-tensor.ts';

export { maskOf, setMask } from '../annotations.ts';

/** The masks of a structure in its structure, or null when there is none at all. */
export function masksOf(structure: unknown): unknown {
  if (structure instanceof Tensor) return maskOf(structure);
  let found = false;
  const result = mapTree(
    structure,
    (leaf) => {
      const mask = maskOf(leaf);
      if (mask) found = true;
      return mask;
    },
    isTensor,
  );
  return found ? result : null;
}

Object.defineProperty(Tensor.prototype, 'kerasMask', {
  get(this: Tensor) {
    return maskOf(this);
  },
  configurable: true,
});
