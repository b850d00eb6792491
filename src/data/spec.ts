// What the elements of a data set look like before one is read: dtypes, and shapes with null for sizes that vary.
// Owns: specs of tensors, ragged and sparse tensors and data sets in lists and records; finding out what a user's function gives.

import { allocate, dtypes } from '../base/dtype.ts';
import { isRecord } from '../base/record.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { flattenTree, mapTree, packTree } from '../base/tree.ts';
import { TensorSpec } from '../ops/core/tensor-spec.ts';
import { RaggedTensor } from '../ops/ragged/ragged-tensor.ts';
import { SparseTensor } from '../ops/sparse/sparse-tensor.ts';
import { RaggedTensorSpec, SparseTensorSpec } from '../ops/type-specs.ts';
import { eagerTensor, Tensor } from '../runtime/tensor.ts';

/** A data set as an element. */
export class DatasetSpec {
  readonly elementSpec: Spec;
  constructor(elementSpec: Spec) {
    this.elementSpec = elementSpec;
  }
  toString(): string {
    return `DatasetSpec(${String(this.elementSpec)})`;
  }
}

export type LeafSpec = TensorSpec | RaggedTensorSpec | SparseTensorSpec | DatasetSpec;
export type Spec = LeafSpec | SpecList | SpecRecord;
export interface SpecList extends ReadonlyArray<Spec> {}
export interface SpecRecord {
  readonly [name: string]: Spec;
}

export const isSpec = (value: unknown): value is LeafSpec =>
  value instanceof TensorSpec ||
  value instanceof RaggedTensorSpec ||
  value instanceof SparseTensorSpec ||
  value instanceof DatasetSpec;

export const mapSpec = (spec: Spec, f: (leaf: LeafSpec) => LeafSpec): Spec =>
  mapTree(spec, (leaf) => f(leaf as LeafSpec), isSpec) as Spec;

/** The same elements `rows` at a time. */
export const batchedSpec = (spec: Spec | null, rows: number | null): Spec | null =>
  spec && mapSpec(spec, (leaf) => withShape(leaf, (shape) => [rows, ...shape]));
/** The rows of the elements. */
export const rowSpec = (spec: Spec | null): Spec | null =>
  spec && mapSpec(spec, (leaf) => withShape(leaf, (shape) => shape.slice(1)));

function withShape(leaf: LeafSpec, f: (shape: Shape) => Shape): LeafSpec {
  if (leaf instanceof TensorSpec) return new TensorSpec(f(leaf.shape), leaf.dtype);
  if (leaf instanceof SparseTensorSpec) return new SparseTensorSpec(f(leaf.shape), leaf.dtype);
  if (leaf instanceof RaggedTensorSpec) {
    const shape = f(leaf.shape);
    return new RaggedTensorSpec(shape, leaf.dtype, leaf.raggedRank + shape.length - leaf.shape.length);
  }
  return leaf;
}

/** The number of rows that all leaves are known to have. */
export function knownRows(spec: Spec | null): number | null {
  if (!spec) return null;
  for (const leaf of flattenTree(spec, isSpec) as LeafSpec[])
    if (!(leaf instanceof DatasetSpec) && typeof leaf.shape[0] === 'number') return leaf.shape[0];
  return null;
}

/** A data set, seen from here without knowing its class. */
interface HasElementSpec {
  readonly elementSpec: Spec;
}
const isDataset = (value: unknown): value is HasElementSpec =>
  value !== null && typeof value === 'object' && Symbol.asyncIterator in value && 'elementSpec' in value;

export const isLeaf = (value: unknown): boolean =>
  value instanceof Tensor || value instanceof RaggedTensor || value instanceof SparseTensor || isDataset(value);

/** The spec of an element that is there. */
export function specOf(element: unknown): Spec {
  const one = (leaf: unknown): LeafSpec => {
    if (leaf instanceof RaggedTensor) return RaggedTensorSpec.fromValue(leaf);
    if (leaf instanceof SparseTensor) return SparseTensorSpec.fromValue(leaf);
    if (isDataset(leaf)) return new DatasetSpec(leaf.elementSpec);
    const tensor = leaf as Tensor;
    return new TensorSpec(tensor.shape, tensor.dtype);
  };
  return mapTree(element, one, isLeaf) as Spec;
}

/** Whether elements are dense tensors whose sizes differ: rows of a ragged tensor, which batches make ragged again. */
export const isDense = (leaf: unknown): leaf is RaggedTensorSpec =>
  leaf instanceof RaggedTensorSpec && leaf.raggedRank === 0;

/** Whether the same lists and records hold leaves of the same kinds and dtypes, whatever the shapes. */
export function sameKind(a: Spec, b: Spec): boolean {
  if (isSpec(a) || isSpec(b)) {
    if (a instanceof DatasetSpec && b instanceof DatasetSpec) return sameKind(a.elementSpec, b.elementSpec);
    if (a instanceof DatasetSpec || b instanceof DatasetSpec || !isSpec(a) || !isSpec(b)) return false;
    const isTensorLike = (leaf: LeafSpec): boolean => leaf instanceof TensorSpec || isDense(leaf);
    return a.dtype === b.dtype && (a.constructor === b.constructor || (isTensorLike(a) && isTensorLike(b)));
  }
  const keys = Object.keys(a).sort();
  const others = Object.keys(b).sort();
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === others.length &&
    keys.every(
      (key, i) => key === others[i] && sameKind((a as SpecRecord)[key] as Spec, (b as SpecRecord)[key] as Spec),
    )
  );
}

/** What both have in common: sizes that differ become null. Undefined where dtypes or structures differ. */
export function commonSpec(a: Spec, b: Spec): Spec | undefined {
  const [left, right] = [flattenTree(a, isSpec) as LeafSpec[], flattenTree(b, isSpec) as LeafSpec[]];
  if (left.length !== right.length) return undefined;
  const leaves: LeafSpec[] = [];
  for (const [i, x] of left.entries()) {
    const y = right[i]!;
    if (x instanceof DatasetSpec || y instanceof DatasetSpec) {
      if (!(x instanceof DatasetSpec && y instanceof DatasetSpec)) return undefined;
      const inner = commonSpec(x.elementSpec, y.elementSpec);
      if (!inner) return undefined;
      leaves.push(new DatasetSpec(inner));
      continue;
    }
    if (x.dtype !== y.dtype || x.shape.length !== y.shape.length || x.constructor !== y.constructor) return undefined;
    leaves.push(withShape(x, (shape) => shape.map((n, axis) => (n === y.shape[axis] ? n : null))));
  }
  return packTree(a, leaves, isSpec) as Spec;
}

/** Makes a data set of elements that are there. */
export type MakeDataset = (elements: readonly unknown[], spec: Spec | null) => unknown;

/** Tensors as the spec says, sizes that vary `size` large, all elements `value`. Null where the spec holds other things. */
function example(spec: Spec, size: number, value: number, make?: MakeDataset): unknown {
  let fits = true;
  const element = mapTree(
    spec,
    (leaf) => {
      if (leaf instanceof DatasetSpec && make) {
        const inner = example(leaf.elementSpec, size, value, make);
        if (inner !== null) return make([inner], leaf.elementSpec);
      }
      if (!(leaf instanceof TensorSpec || isDense(leaf))) {
        fits = false;
        return leaf;
      }
      const dims = leaf.shape.map((n) => n ?? size);
      const data = allocate(leaf.dtype, sizeOf(dims) * dtypes[leaf.dtype].lanes);
      if (Array.isArray(data)) data.fill('');
      else if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
      else data.fill(value);
      return eagerTensor(data, dims, leaf.dtype);
    },
    isSpec,
  );
  return fits ? element : null;
}

let mayCall = true;
/** A spec as far as it shows without calling functions of the user's: those may count, draw or write. */
export function specWithoutCalls(spec: () => Spec | null): Spec | null {
  mayCall = false;
  try {
    return spec();
  } finally {
    mayCall = true;
  }
}

/**
 * The spec of what a function makes of elements: it is called on two made-up elements of other sizes and other numbers, and
 * what differs is what varies. Null where that cannot be found out: it waits, it fails on such elements, or its elements are unknown.
 */
export function specThrough(spec: Spec | null, f: (element: unknown) => unknown, make?: MakeDataset): Spec | null {
  if (!spec || !mayCall) return null;
  try {
    const found = [
      [1, 1],
      [3, 2],
    ].map(([size, value]) => {
      const element = example(spec, size!, value!, make);
      const got = element === null ? null : f(element);
      // What it waits for may fail on such elements, and nobody is told.
      if (got instanceof Promise) void got.catch(() => undefined);
      return got instanceof Promise || got === null ? null : specOf(got);
    });
    const [a, b] = found;
    if (a && b) return commonSpec(a, b) ?? null;
  } catch {
    return null;
  }
  return null;
}

/** As Python prints it. */
export const showSpec = (spec: Spec): string =>
  Array.isArray(spec)
    ? `(${spec.map(showSpec).join(', ')})`
    : isRecord(spec)
      ? `{${Object.entries(spec)
          .map(([key, inner]) => `'${key}': ${showSpec(inner as Spec)}`)
          .join(', ')}}`
      : String(spec);
