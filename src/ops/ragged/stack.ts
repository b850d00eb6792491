// Ragged tensors under a new first axis: what batches of them are.
import type { Tensor } from '../../runtime/tensor.ts';
import { concat } from '../core/arrange.ts';
import { RaggedTensor } from './ragged-tensor.ts';

const splitsOf = (x: RaggedTensor): number[] => Array.from(x.rowSplits.dataSync() as BigInt64Array, Number);

/** Rows of several ragged tensors one after the other. */
function joinRagged(parts: readonly (Tensor | RaggedTensor)[]): Tensor | RaggedTensor {
  if (!parts.every((part) => part instanceof RaggedTensor)) return concat(parts as readonly Tensor[], 0);
  const splits = [0];
  for (const part of parts) {
    const base = splits.at(-1)!;
    for (const end of splitsOf(part).slice(1)) splits.push(base + end);
  }
  return new RaggedTensor(joinRagged(parts.map((part) => part.values)), splits);
}

/** Ragged tensors (or tensors of one rank) under a new first axis, which is ragged too. */
export function stackRagged(parts: readonly (Tensor | RaggedTensor)[]): RaggedTensor {
  const splits = [0];
  for (const part of parts) splits.push(splits.at(-1)! + (part instanceof RaggedTensor ? part.nrows() : part.dims[0]!));
  return new RaggedTensor(joinRagged(parts), splits);
}
