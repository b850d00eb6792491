// Elements of data sets: structures of tensors, cut into rows and put together again.
// Owns: conversion of what users give, slices of the first axis, stacking.
import { type Data, dtypes, type StringElement } from '../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import { sameShape, showShape, sizeOf } from '../base/shape.ts';
import { flattenTree, mapTree, packTree } from '../base/tree.ts';
import { convertToTensor } from '../ops/core/convert.ts';
import { RaggedTensor } from '../ops/ragged/ragged-tensor.ts';
import { stackRagged } from '../ops/ragged/stack.ts';
import { SparseTensor } from '../ops/sparse/sparse-tensor.ts';
import { eagerTensor, Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { sparseRows, stackSparse } from './sparse-elements.ts';
import { isLeaf, sameKind, showSpec, specOf } from './spec.ts';

export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** Whether nested arrays hold tensors or records, and so are a structure rather than one tensor. */
function isStructure(list: readonly unknown[]): boolean {
  return (
    list.length > 0 &&
    typeof list[0] !== 'number' &&
    list.some(
      (item) =>
        item instanceof Tensor ||
        ArrayBuffer.isView(item) ||
        (Array.isArray(item) ? isStructure(item) : item !== null && typeof item === 'object'),
    )
  );
}
/** One tensor: not to be looked into. */
export const isWhole = (value: unknown): boolean =>
  isLeaf(value) || ArrayBuffer.isView(value) || (Array.isArray(value) && !isStructure(value));

/** Everything at the leaves made a tensor. A tuple of numbers and arrays (a pair, say) stays a tuple. */
export const toTensors = (value: unknown, where: string): unknown =>
  value instanceof Tensor ? value : mapTree(value, (leaf) => toLeaf(leaf, where), isWhole);
const toLeaf = (leaf: unknown, where: string): unknown =>
  isLeaf(leaf) ? leaf : convertToTensor(leaf as TensorLike, undefined, where);

/** The same, for an element that a user's function returned: a list is a tuple of components. */
export function componentsToTensors(value: unknown, where: string): unknown {
  if (isLeaf(value)) return value;
  if (Array.isArray(value))
    return value.map((part) =>
      Array.isArray(part) && !isStructure(part)
        ? convertToTensor(part as TensorLike, undefined, where)
        : componentsToTensors(part, where),
    );
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, componentsToTensors(part, where)]));
  return convertToTensor(value as TensorLike, undefined, where);
}

/**
 * The next state of a function that carries one along: the same structure and dtypes as before. A plain number takes the dtype
 * that is there, and one that began the whole takes that of what comes.
 */
export function nextState(state: unknown, next: unknown, where: string): unknown {
  const adapt = (before: unknown, after: unknown): unknown =>
    before instanceof Tensor && after instanceof Tensor && after.weak && !before.weak
      ? convertToTensor(after, before.dtype, where)
      : after;
  const [was, now] = [flattenTree(state, isLeaf), flattenTree(next, isLeaf)];
  const adapted =
    was.length === now.length
      ? packTree(
          next,
          now.map((leaf, i) => adapt(was[i], leaf)),
          isLeaf,
        )
      : next;
  const isFree = (leaf: unknown, i: number): boolean => leaf instanceof Tensor && leaf.weak && now[i] instanceof Tensor;
  const expected =
    was.length === now.length
      ? packTree(
          state,
          was.map((leaf, i) => (isFree(leaf, i) ? now[i] : leaf)),
          isLeaf,
        )
      : state;
  if (!sameKind(specOf(expected), specOf(adapted)))
    throw new DTypeError(
      `${where}: the state was ${showSpec(specOf(state))} and the function made it ${showSpec(specOf(next))}; wanted one structure and the same dtypes throughout. Cast what the function gives, or begin with that dtype.`,
    );
  return adapted;
}

/** A part of the elements, without copying where they are numbers. */
export const part = (data: Data, from: number, to: number): Data =>
  Array.isArray(data) ? data.slice(from, to) : data.subarray(from, to);

type Rows = Tensor | RaggedTensor | SparseTensor;
const rowsIn = (leaf: Rows): number | undefined => (leaf instanceof RaggedTensor ? leaf.nrows() : leaf.shape[0]!);

/** Leaves with as many rows each; throws when the numbers differ. */
export function rowCount(leaves: readonly Rows[], where: string): number {
  const [first] = leaves;
  if (!first) throw new ValueError(`${where}: found no tensors.`);
  for (const leaf of leaves) {
    if (leaf.shape.length === 0)
      throw new ShapeError(`${where}: found a scalar, which has no rows; wanted tensors with a first axis.`);
    if (rowsIn(leaf) !== rowsIn(first))
      throw new ShapeError(
        `${where}: the tensors have different numbers of rows: ${leaves.map((x) => showShape(x.shape)).join(', ')}; wanted the same first dimension.`,
      );
  }
  return rowsIn(first)!;
}

/** Gives row `i` of a structure, over and over. */
export function rowReader(
  structure: unknown,
  where = 'Dataset.fromTensorSlices',
): { rows: number; row(i: number): unknown } {
  const leaves = flattenTree(structure, isLeaf) as Rows[];
  const strange = leaves.find(
    (leaf) => !(isTensor(leaf) || leaf instanceof RaggedTensor || leaf instanceof SparseTensor),
  );
  if (strange) throw new ValueError(`${where}: found ${show(strange)}, which has no rows; wanted tensors.`);
  const rows = rowCount(leaves, where);
  const readers = leaves.map(rowsOf);
  if (leaves[0] === structure) return { rows, row: readers[0]! };
  if (Array.isArray(structure) && structure.every(isLeaf)) return { rows, row: (i) => readers.map((row) => row(i)) };
  return {
    rows,
    row: (i) =>
      packTree(
        structure,
        readers.map((row) => row(i)),
        isLeaf,
      ),
  };
}

function rowsOf(leaf: Rows): (i: number) => unknown {
  if (leaf instanceof RaggedTensor) return (i) => leaf.at(i);
  if (leaf instanceof SparseTensor) return sparseRows(leaf);
  const dims = leaf.dims.slice(1);
  const data = eager(leaf);
  const size = sizeOf(dims) * dtypes[leaf.dtype].lanes;
  return (i) => eagerTensor(part(data, i * size, (i + 1) * size), dims, leaf.dtype);
}

export function eager(tensor: Tensor): Data {
  const { elements } = 'value' in tensor ? (tensor as Tensor & { value(): Tensor }).value() : tensor;
  if (!elements) throw new ValueError(`a data set holds values: found ${show(tensor)}, which has none.`);
  return elements;
}

/** Elements one on top of the other: the new first axis counts them. */
export function stackElements(elements: readonly unknown[], where: string): unknown {
  const [first] = elements;
  if (first instanceof Tensor) return stackTensors(elements as readonly Tensor[], where);
  const lists = elements.map((element) => flattenTree(element, isLeaf));
  const odd = lists.findIndex((list) => list.length !== lists[0]!.length);
  if (odd > 0)
    throw new ShapeError(
      `${where}: elements of ${lists[0]!.length} and of ${lists[odd]!.length} parts do not make one batch; wanted one structure.`,
    );
  const stacked = lists[0]!.map((_, k) =>
    stackLeaves(
      lists.map((list) => list[k]!),
      where,
    ),
  );
  return packTree(first, stacked, isLeaf);
}

function stackLeaves(leaves: readonly unknown[], where: string): unknown {
  const [first] = leaves;
  if (leaves.every(isTensor)) return stackTensors(leaves, where);
  if (leaves.every((leaf) => leaf instanceof RaggedTensor)) return stackRagged(leaves);
  if (leaves.every((leaf) => leaf instanceof SparseTensor)) return stackSparse(leaves, where);
  throw new ValueError(`${where}: ${show(first)} cannot be put into batches; wanted tensors of one kind.`);
}

export function stackTensors(tensors: readonly Tensor[], where: string): Tensor {
  const first = tensors[0]!;
  const size = sizeOf(first.dims) * dtypes[first.dtype].lanes;
  const all = eager(first);
  // Loops, not array methods: elements that are small come by the million.
  for (const tensor of tensors)
    if (tensor.dtype !== first.dtype || !sameShape(tensor.dims, first.dims))
      throw new ShapeError(
        `${where}: elements of shapes ${showShape(first.shape)} (${first.dtype}) and ${showShape(tensor.shape)} (${tensor.dtype}) do not make one batch; wanted equal ones. Resize or pad them first.`,
      );
  const dims = [tensors.length, ...first.dims];
  if (Array.isArray(all)) {
    const texts: StringElement[] = [];
    for (const tensor of tensors) for (const text of eager(tensor) as StringElement[]) texts.push(text);
    return eagerTensor(texts, dims, first.dtype);
  }
  const data = new (all.constructor as new (length: number) => Float32Array)(size * tensors.length);
  tensors.forEach((tensor, i) => data.set(eager(tensor) as Float32Array, i * size));
  return eagerTensor(data, dims, first.dtype);
}
