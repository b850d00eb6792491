// Outputs of batches put together.
import { dtypes } from '../../base/dtype.ts';
import { sizeOf } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { eager } from '../../data/structure.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';

/** The batches' outputs one after the other along the first axis, in their structure. */
export function concatenateBatches(batches: readonly Structure[]): Structure {
  const first = batches[0]!;
  if (batches.length === 1) return first;
  const lists = batches.map((batch) => flattenTree(batch, isTensor) as Tensor[]);
  const joined = lists[0]!.map((_, k) => join(lists.map((list) => list[k]!)));
  return packTree(first, joined, isTensor) as Structure;
}

function join(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  const rest = first!.dims.slice(1);
  const rows = parts.reduce((sum, part) => sum + (part.dims[0] ?? 1), 0);
  const { dtype } = first!;
  const data = eager(first!);
  if (Array.isArray(data))
    return eagerTensor(
      parts.flatMap((part) => eager(part) as string[]),
      [rows, ...rest],
      dtype,
    );
  const all = new (data.constructor as Float32ArrayConstructor)(rows * sizeOf(rest) * dtypes[dtype].lanes);
  let at = 0;
  for (const part of parts) {
    const piece = eager(part) as Float32Array;
    all.set(piece, at);
    at += piece.length;
  }
  return eagerTensor(all, [rows, ...rest], dtype);
}
