// What Keras remembers about a tensor beside its value: its mask, and the logits of which it is the softmax or sigmoid.
// Owns: these notes. They belong to the very tensor object and are gone with it; ops do not carry them on.
import type { Tensor } from '../runtime/tensor.ts';

const masks = new WeakMap<Tensor, Tensor>();
const logits = new WeakMap<Tensor, Tensor>();

/** The mask of a tensor: bool, true where its time steps count; null where there is none. */
export const maskOf = (tensor: unknown): Tensor | null => masks.get(tensor as Tensor) ?? null;
export function setMask(tensor: Tensor, mask: Tensor | null): void {
  if (mask) masks.set(tensor, mask);
  else masks.delete(tensor);
}

/** The logits of which a tensor is the softmax or sigmoid: cross-entropies compute with them, which is exact where probabilities round to 0 or 1. */
export const logitsOf = (tensor: unknown): Tensor | null => logits.get(tensor as Tensor) ?? null;
export const setLogits = (probabilities: Tensor, from: Tensor): void => {
  logits.set(probabilities, from);
};
