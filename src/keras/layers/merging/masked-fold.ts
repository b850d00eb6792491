// Joining masked tensors where there is no neutral element to put in place of masked steps: Maximum and Minimum.
// Owns: a masked element leaves what the others gave, and the mask of the result, where all tensors have one.
import { expandDims } from '../../../ops/core/arrange.ts';
import { logicalOr, where } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { maskOf, setMask } from '../../symbolic/mask.ts';

/** A mask (batch, steps) beside (batch, steps, …). */
export function wide(mask: Tensor, x: Tensor): Tensor {
  let kept = mask;
  while (kept.rank < x.rank) kept = expandDims(kept, -1);
  return kept;
}

/** All tensors by `join`, two at a time: (batch, steps, …), masks (batch, steps). */
export function foldMasked(tensors: readonly Tensor[], join: (a: Tensor, b: Tensor) => Tensor): Tensor {
  let output = tensors[0]!;
  let outputMask = maskOf(output);
  for (const x of tensors.slice(1)) {
    const mask = maskOf(x);
    const given = mask ? where(wide(mask, x), x, output) : x;
    if (outputMask) output = where(wide(outputMask, output), output, given);
    outputMask = mask && outputMask ? logicalOr(outputMask, mask) : null;
    output = join(output, given);
  }
  if (outputMask) setMask(output, outputMask);
  return output;
}
