// Rows of a larger array as a tensor that nobody has put together: the batches of training.
// Owns: which rows it stands for now, and writing them, in their order, where a program reads them. Leaves orders and the
// sizes of batches to who makes them.
import { allocate, type DType, dtypes, type TypedArray } from '../base/dtype.ts';
import type { CopyRows } from '../base/native-abi.ts';
import { type Dims, sizeOf } from '../base/shape.ts';
import { mapTree } from '../base/tree.ts';
import { eagerTensor, Tensor } from './tensor.ts';

/** From so many bytes a row on, a copy of the row costs less than a loop over its elements. */
const LONG_ROW = 128;
/** Bytes from which on calling the addon costs less than it saves. */
export const LEAST_COPIED = 8192;

/** Which rows: from the `first`-th of the order on, which is that of a pass; `next` is where the batch after them begins, -1 for none. */
export interface Place {
  readonly pass: number;
  readonly first: number;
  readonly next: number;
}

/** The tensor stands for other rows after each `moveTo`; a program that gets it reads them straight from the array. */
export class RowsTensor extends Tensor {
  readonly #source: TypedArray;
  /** Numbers of rows; null for the rows one after another. */
  readonly #order: Uint32Array | null;
  readonly #rowSize: number;
  /** The array as bytes; null where it holds another kind of numbers than the engine. */
  readonly #bytes: Uint8Array | null;
  #place: Place = { pass: 0, first: 0, next: -1 };
  /** What the engine holds for it. */
  held: { free(): void } | null = null;
  #gathered: TypedArray | null = null;

  constructor(source: TypedArray, order: Uint32Array | null, dims: Dims, dtype: DType) {
    super(dtype, dims, null);
    this.#source = source;
    this.#order = order;
    this.#rowSize = sizeOf(dims.slice(1)) * dtypes[dtype].lanes;
    this.#bytes =
      source instanceof dtypes[dtype].array!
        ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
        : null;
    // Whoever looks gets them in an array of their own; programs do not look.
    Object.defineProperty(this, 'elements', { get: () => this.#elements() });
  }

  get place(): Place {
    return this.#place;
  }
  /** Stands for other rows. */
  moveTo(place: Place): void {
    this.#place = place;
    this.#gathered = null;
  }
  /** Gives back what the engine holds for it. */
  release(): void {
    this.held?.free();
    this.held = null;
  }

  #elements(): TypedArray {
    if (this.#gathered) return this.#gathered;
    const made = allocate(this.dtype, this.size) as TypedArray;
    this.writeTo(made, 0, this.#place.first);
    this.#gathered = made;
    return made;
  }

  /** A tensor with the rows of now, which stays as it is. */
  settled(): Tensor {
    return eagerTensor(this.#elements(), this.dims, this.dtype);
  }

  /**
   * Writes rows from the `first`-th of the order on, as many as so many tensors like this one have, to the elements `target` from `at` on.
   * `copy` does it where rows are worth it: `target` is the engine's memory then.
   */
  writeTo(target: TypedArray, at: number, first: number, times = 1, copy?: CopyRows): void {
    const [count, size, order] = [this.dims[0]! * times, this.#rowSize, this.#order];
    const source = this.#source as Float32Array;
    const { BYTES_PER_ELEMENT: bytes } = source;
    const isLong = size * bytes >= LONG_ROW || order === null;
    if (copy && this.#bytes && isLong && count * size * bytes >= LEAST_COPIED)
      copy(at * bytes, this.#bytes, size * bytes, order, first, count);
    else if (order === null) (target as Float32Array).set(source.subarray(first * size, (first + count) * size), at);
    else if (isLong)
      for (let i = 0; i < count; i++) {
        const row = order[first + i]! * size;
        (target as Float32Array).set(source.subarray(row, row + size), at + i * size);
      }
    else gather(source, target as Float32Array, at, order, first, count, size);
  }
}

function gather(
  source: Float32Array,
  target: Float32Array,
  at: number,
  order: Uint32Array,
  first: number,
  count: number,
  size: number,
): void {
  let to = at;
  for (let i = first; i < first + count; i++) {
    const row = order[i]! * size;
    for (let j = 0; j < size; j++) target[to++] = source[row + j]!;
  }
}

/** A structure of tensors that stay as they are. */
export const settled = <S>(structure: S): S =>
  mapTree(
    structure,
    (leaf: unknown) => (leaf instanceof RowsTensor ? leaf.settled() : leaf),
    (leaf: unknown) => leaf instanceof Tensor,
  ) as S;
