// Arrays of samples as batches.
// Owns: conversion and checks of x, y and weights; batches as rows of the arrays, in order or shuffled, which programs read where
// they lie (runtime/rows.ts).
import { type Data, dtypes, type TypedArray } from '../../base/dtype.ts';
import { ShapeError, SIDE_BY_SIDE, show, ValueError } from '../../base/errors.ts';
import { showShape, sizeOf } from '../../base/shape.ts';
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import { eager, isWhole } from '../../data/structure.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { RowsTensor, settled } from '../../runtime/rows.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Inputs, Structure, TensorLike } from '../types.ts';
import type { Batch, BatchSource } from './batch-source.ts';

/** Tensors of what users give: float64 becomes float32, as Keras brings arrays to floatx. */
export function arraysOf(given: Inputs, where: string): Structure {
  const one = (leaf: unknown): Tensor => {
    const tensor = convert(leaf as TensorLike, where);
    return tensor.dtype === 'float64' ? cast(tensor, 'float32') : tensor;
  };
  return (given instanceof Tensor ? one(given) : mapTree(given, one, isWhole)) as Structure;
}

/** A list whose parts do not make one array may be several arrays. */
function convert(leaf: TensorLike, where: string): Tensor {
  try {
    return convertToTensor(leaf, undefined, where);
  } catch (error) {
    if (!(error instanceof ShapeError) || !Array.isArray(leaf)) throw error;
    throw new ShapeError(`${error.message} ${SIDE_BY_SIDE}.`, { cause: error });
  }
}

interface Plan {
  readonly data: Data;
  readonly rowDims: readonly number[];
  readonly rowSize: number;
  readonly dtype: Tensor['dtype'];
}

/** The number of samples, the same for every tensor. */
export function samplesOf(parts: Readonly<Record<string, Structure | null>>): number {
  const rows: [string, Tensor][] = Object.entries(parts).flatMap(([name, structure]) =>
    structure === null
      ? []
      : (flattenTree(structure, isTensor) as Tensor[]).map((tensor): [string, Tensor] => [name, tensor]),
  );
  const scalar = rows.find(([, tensor]) => tensor.rank === 0);
  if (scalar) throw new ShapeError(`${scalar[0]} is a scalar; wanted an array whose first axis counts the samples.`);
  const counts = new Set(rows.map(([, tensor]) => tensor.dims[0]));
  if (counts.size > 1) {
    // One whose second axis counts the samples of the others.
    const stacked = rows.some(([, { dims }]) => dims.length > 1 && dims[0] !== dims[1] && counts.has(dims[1]));
    throw new ShapeError(
      `the arrays have different numbers of samples: ${rows.map(([name, tensor]) => `${name} ${tensor.dims[0]} (shape ${showShape(tensor.shape)})`).join(', ')}; wanted the same first dimension.${stacked ? ` ${SIDE_BY_SIDE}.` : ''}`,
    );
  }
  return rows[0]?.[1].dims[0] ?? 0;
}

/** Rows `from` to `to` of every tensor, without copying numbers. */
export function sliceRows<S extends Structure | null>(structure: S, from: number, to: number): S {
  if (structure === null) return structure;
  return mapTree(structure, (leaf) => rowsOf(leaf as Tensor, from, to), isTensor) as S;
}
function rowsOf(tensor: Tensor, from: number, to: number): Tensor {
  const data = eager(tensor);
  const size = sizeOf(tensor.dims.slice(1)) * dtypes[tensor.dtype].lanes;
  const rows = Array.isArray(data) ? data.slice(from * size, to * size) : data.subarray(from * size, to * size);
  return eagerTensor(rows, [to - from, ...tensor.dims.slice(1)], tensor.dtype);
}

/** Splits off the last share of the samples. */
export function splitValidation(
  split: number,
  parts: Record<string, Structure | null>,
): { train: Record<string, Structure | null>; validation: Record<string, Structure | null> } {
  if (typeof split !== 'number' || !(split > 0 && split < 1))
    throw new ValueError(`fit: validationSplit: found ${show(split)}, wanted a number between 0 and 1.`);
  const samples = samplesOf(parts);
  const at = Math.floor(samples * (1 - split));
  if (at === 0 || at === samples)
    throw new ValueError(
      `fit: validationSplit ${split} of ${samples} samples leaves ${at === 0 ? 'none to train on' : 'none to validate on'}; give more samples or another share.`,
    );
  const each = (from: number, to: number) =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, sliceRows(part, from, to)]));
  return { train: each(0, at), validation: each(at, samples) };
}

export interface ArrayOptions {
  readonly batchSize: number;
  readonly shuffle: ((order: Uint32Array) => void) | null;
  /** Whether the same tensors may stand for every batch: not when steps run eagerly and may keep them. */
  readonly reuse: boolean;
}

export function arraySource(
  parts: { x: Structure; y: Structure | null; sampleWeight: Structure | null },
  options: ArrayOptions,
): BatchSource {
  const samples = samplesOf(parts);
  if (samples === 0) throw new ValueError('the arrays have no samples.');
  const { batchSize, shuffle } = options;
  const steps = Math.ceil(samples / batchSize);
  const structure = [parts.x, parts.y, parts.sampleWeight] as const;
  const isLeaf = (value: unknown): boolean => isTensor(value) || value === null;
  const leaves = flattenTree(structure, isLeaf) as (Tensor | null)[];
  const plans = leaves.map((leaf): Plan | null => {
    if (!leaf) return null;
    const rowDims = leaf.dims.slice(1);
    return { data: eager(leaf), rowDims, rowSize: sizeOf(rowDims) * dtypes[leaf.dtype].lanes, dtype: leaf.dtype };
  });
  const order = shuffle ? new Uint32Array(samples) : null;
  let passes = 0;
  const made = new Map<number, { tensors: (Tensor | null)[]; batch: Batch }>();

  const tensorsFor = (rows: number) => {
    const known = options.reuse ? made.get(rows) : undefined;
    if (known) return known;
    const tensors = plans.map((plan) => {
      if (!plan) return null;
      const dims = [rows, ...plan.rowDims];
      if (Array.isArray(plan.data)) return eagerTensor(new Array<string>(rows * plan.rowSize), dims, plan.dtype);
      return new RowsTensor(plan.data as TypedArray, order, dims, plan.dtype);
    });
    const pair = { tensors, batch: packTree(structure, tensors, isLeaf) as Batch };
    made.set(rows, pair);
    return pair;
  };
  const batchOf = (from: number, rows: number): Batch => {
    const { tensors, batch } = tensorsFor(rows);
    const place = { pass: passes, first: from, next: from + 2 * rows <= samples ? from + rows : -1 };
    tensors.forEach((tensor, k) => {
      if (tensor instanceof RowsTensor) tensor.moveTo(place);
      else if (tensor) fillTexts(tensor.elements as string[], plans[k]!, order, from);
    });
    return options.reuse ? batch : settled(batch);
  };
  return {
    steps,
    samples,
    targets: parts.y,
    sizesVary: samples % batchSize !== 0,
    skip() {
      if (order) shuffle!(order);
    },
    close() {
      for (const { tensors } of made.values())
        for (const tensor of tensors) if (tensor instanceof RowsTensor) tensor.release();
    },
    open() {
      passes++;
      if (order) shuffle!(order);
      let at = 0;
      return {
        next: () => {
          if (at >= samples) return null;
          const from = at;
          at = Math.min(at + batchSize, samples);
          return batchOf(from, at - from);
        },
        advance: (most) => {
          const count = Math.max(Math.min(most, Math.floor((samples - at) / batchSize)), 0);
          if (count > 0) batchOf(at, batchSize);
          at += count * batchSize;
          return count;
        },
      };
    },
  };
}

/** Writes the rows of an array of texts. */
function fillTexts(target: string[], { data, rowSize }: Plan, order: Uint32Array | null, from: number): void {
  for (let i = 0; i * rowSize < target.length; i++) {
    const row = order ? order[from + i]! : from + i;
    for (let j = 0; j < rowSize; j++) target[i * rowSize + j] = (data as string[])[row * rowSize + j]!;
  }
}
