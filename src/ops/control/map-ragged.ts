// tf.mapFn where what goes in or comes out is ragged: the rows are known, so it is a loop over them, also while a function is traced.
// Owns: rows of ragged elements, and results under a new ragged axis. Dense elements are loops.ts's.
import { asDType, type DType } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import { isLeaf } from '../../runtime/structure.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { gather } from '../core/arrange.ts';
import { convertToTensor, makeTensor } from '../core/convert.ts';
import { integersTensor } from '../core/shapes.ts';
import { stackTensors } from '../core/stack.ts';
import { TensorSpec, TypeSpec } from '../core/tensor-spec.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { stackRagged } from '../ragged/stack.ts';
import { RaggedTensorSpec_ } from '../type-specs.ts';

type Part = Tensor | RaggedTensor;
const isPart = (value: unknown): boolean => value instanceof RaggedTensor || isLeaf(value);
const isSpec = (value: unknown): boolean => typeof value === 'string' || value instanceof TypeSpec;
const partOf = (leaf: unknown): Part =>
  leaf instanceof RaggedTensor ? leaf : convertToTensor(leaf as TensorLike, undefined, 'mapFn');
const rowsOf = (part: Part): number => {
  if (part instanceof RaggedTensor) return part.nrows();
  if (part.dims.length === 0) throw new ShapeError('mapFn: elems: found a scalar, wanted rows.');
  return part.dims[0]!;
};

/** One result: its dtype, null for any, and how many of its axes are ragged, null for a dense one. */
interface Wanted {
  readonly dtype: DType | null;
  readonly raggedRank: number | null;
}
const wantedOf = (leaf: unknown): Wanted =>
  leaf instanceof RaggedTensorSpec_
    ? { dtype: leaf.dtype, raggedRank: leaf.raggedRank }
    : { dtype: leaf instanceof TensorSpec ? leaf.dtype : asDType(leaf as DType), raggedRank: null };

/** Whether the elements or the results are ragged. */
export const isRaggedMap = (elems: unknown, signature: unknown): boolean =>
  flattenTree(elems, isPart).some((leaf) => leaf instanceof RaggedTensor) ||
  (signature !== undefined &&
    signature !== null &&
    flattenTree(signature, isSpec).some((leaf) => leaf instanceof RaggedTensorSpec_));

export function mapRagged(fn: (element: unknown) => unknown, elems: unknown, signature: unknown): unknown {
  const parts = flattenTree(elems, isPart).map(partOf);
  if (parts.length === 0) throw new ValueError(`mapFn: elems: found ${show(elems)}, wanted tensors.`);
  const n = rowsOf(parts[0]!);
  for (const part of parts)
    if (rowsOf(part) !== n)
      throw new ShapeError(`mapFn: elems have ${parts.map(rowsOf).join(', ')} rows; wanted as many in each.`);
  const says = signature !== undefined && signature !== null;
  const structure = says ? signature : elems;
  const wanted: Wanted[] = says
    ? flattenTree(signature, isSpec).map(wantedOf)
    : parts.map((part) => ({
        dtype: null,
        raggedRank: part instanceof RaggedTensor ? part.raggedRank - 1 : null,
      }));
  const rows = Array.from({ length: n }, (_, i) => {
    const element = parts.map((part) =>
      part instanceof RaggedTensor ? part.at(i) : gather(part, integersTensor([i], [], 'int32')),
    );
    const results = flattenTree(fn(packTree(elems, element, isPart)), isPart).map(partOf);
    if (results.length !== wanted.length)
      throw new ValueError(
        `mapFn: the function gave ${results.length} tensors, wanted ${wanted.length}: ${says ? 'as fnOutputSignature says' : 'the structure of elems; give { fnOutputSignature } for another'}.`,
      );
    return results;
  });
  const made = wanted.map((one, k) => {
    const column = rows.map((results) => checked(results[k]!, one));
    if (column.length === 0) return nothing(one, parts[k]?.dtype ?? 'float32');
    return one.raggedRank === null ? stackTensors(column as Tensor[], 0) : stackRagged(column);
  });
  return packTree(structure, made, says ? isSpec : isPart);
}

function checked(result: Part, { dtype, raggedRank }: Wanted): Part {
  if (dtype !== null && result.dtype !== dtype)
    throw new DTypeError(`mapFn: the function gave ${result.dtype}, fnOutputSignature says ${dtype}; cast it.`);
  const found = result instanceof RaggedTensor ? result.raggedRank : 0;
  if (found !== (raggedRank ?? 0) || (raggedRank !== null && result.shape.length === 0))
    throw new ShapeError(
      `mapFn: the function gave ${result instanceof RaggedTensor ? 'a ragged tensor' : 'a tensor'} of shape ${showShape(result.shape)} for one row, wanted ${raggedRank === null ? 'a dense tensor' : `rows with ${raggedRank} ragged axes`}; say what it gives: { fnOutputSignature: '${result.dtype}' } or a tf.RaggedTensorSpec.`,
    );
  return result;
}

function nothing({ dtype, raggedRank }: Wanted, like: DType): Part {
  const empty = makeTensor([], { dtype: dtype ?? like, shape: [0] }, 'mapFn');
  if (raggedRank === null) return empty;
  let made: Part = empty;
  for (let axis = 0; axis <= raggedRank; axis++) made = new RaggedTensor(made, [0]);
  return made;
}
