// The tensor that users hold: eager (with elements), traced (a value of a graph being built) or symbolic (of a
// functional model). Owns: identity, reading elements, printing, refusals. Leaves the operations, which are methods too,
// to src/ops (see tensor-methods.ts).
import { type Data, type DType, dtypes, type TypedArray } from '../base/dtype.ts';
import { StateError, ValueError } from '../base/errors.ts';
import { type Dims, type Shape, showShape, sizeOf } from '../base/shape.ts';
import { inspect } from '../base/short-form.ts';
import type { GraphValue } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import { formatTensor } from './format.ts';
import type { TensorMethods } from './tensor-methods.ts';

/** What `numpy()` gives; narrow it or cast it: `t.numpy() as number[][]`. */
export type Nested = number | bigint | boolean | string | Nested[];

let nextName = 0;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods are installed on the prototype by src/ops.
export class Tensor implements Value {
  readonly dtype: DType;
  /** The elements of an eager tensor; null when traced or symbolic. Never changed once the tensor exists. */
  readonly elements: Data | null;
  /** The place in the graph of a traced tensor. */
  readonly graphValue: GraphValue | null;
  /** Made of plain numbers without a dtype: takes the dtype of what it meets, as Python's numbers do. */
  readonly weak: boolean;
  protected readonly knownDims: Dims | null;
  #name: string | null = null;

  /** Internal: tensors are made by `tf.tensor`, `tf.constant`, `tf.zeros` … */
  constructor(
    dtype: DType,
    dims: Dims | null,
    elements: Data | null,
    graphValue: GraphValue | null = null,
    weak = false,
  ) {
    this.dtype = dtype;
    this.knownDims = dims;
    this.elements = elements;
    this.graphValue = graphValue;
    this.weak = weak;
  }

  get shape(): Shape {
    return this.knownDims ?? [];
  }

  /** The shape, all of it known. */
  get dims(): Dims {
    if (!this.knownDims) throw new StateError('this symbolic tensor has no fixed shape; use `shape`.');
    return this.knownDims;
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.dims);
  }

  get name(): string {
    this.#name ??= `tensor_${nextName++}`;
    return this.#name;
  }

  /** The elements, or an error that says why there are none. */
  protected read(method: string): Data {
    if (this.elements) return this.elements;
    throw new StateError(
      this.graphValue
        ? `${method} was called on a tensor inside tf.function (shape ${showShape(this.shape)}, dtype ${this.dtype}): while a function is traced tensors have no values yet. Return the tensor and read it outside, or use tf.print. A size is known: x.shape[0].`
        : `${method} was called on a symbolic tensor (shape ${showShape(this.shape)}, dtype ${this.dtype}): it has no value until the model is called with data.`,
    );
  }

  /** The elements in row-major order, as a typed array of their own (strings: an array). */
  dataSync(): TypedArray {
    const elements = this.read('dataSync()');
    if (Array.isArray(elements))
      throw new ValueError('dataSync(): a string tensor has no typed array; use numpy() or arraySync().');
    return elements.slice();
  }

  async data(): Promise<TypedArray> {
    return this.dataSync();
  }

  /** Nested arrays; a plain value for a scalar. */
  numpy(): Nested {
    return nest(this.read('numpy()'), this.dtype, this.dims);
  }

  arraySync(): Nested {
    return nest(this.read('arraySync()'), this.dtype, this.dims);
  }

  async array(): Promise<Nested> {
    return this.arraySync();
  }

  /** The only element, as a number (booleans: 0 or 1). */
  item(): number {
    const elements = this.read('item()');
    if (this.size !== 1)
      throw new ValueError(
        `item(): found shape ${showShape(this.shape)} with ${this.size} elements, wanted exactly one; use numpy() or at(…).`,
      );
    if (this.dtype === 'string') throw new ValueError('item(): found a string, wanted a number; use numpy().');
    const element = elements[0] as number | bigint;
    const value = Number(element);
    if (typeof element === 'bigint' && !Number.isSafeInteger(value))
      throw new ValueError(`item(): ${element} is too large for a number; use dataSync()[0].`);
    return value;
  }

  print(): void {
    console.log(this.toString());
  }

  toString(): string {
    if (this.elements) return formatTensor(this.elements, this.dtype, this.dims);
    return `Tensor(shape=${showShape(this.shape)}, dtype=${this.dtype})`;
  }

  [inspect](): string {
    return this.toString();
  }

  /** Nested arrays; whole numbers that no number holds are text, as JSON has no others. */
  toJSON(): Nested {
    const plain = (value: Nested): Nested =>
      Array.isArray(value) ? value.map(plain) : typeof value === 'bigint' ? String(value) : value;
    return plain(this.arraySync());
  }

  /** `if (tensor)`, `tensor - 1`, `tensor > 0` mean nothing in JavaScript: they are refused but for `${tensor}`. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new StateError(
      `a tensor (shape ${showShape(this.shape)}, dtype ${this.dtype}) was used as a JavaScript number. Write x.sub(1) or tf.sub(x, 1) for arithmetic, x.greater(0) for comparisons, x.item() for the number in an eager scalar, and \`\${x}\` for its text.`,
    );
  }
}

export interface Tensor extends TensorMethods {}

/** The elements as JavaScript sees them one by one: BigInt becomes a number where that loses nothing, bool becomes true or false. */
function nest(elements: Data, dtype: DType, dims: Dims): Nested {
  const { lanes } = dtypes[dtype];
  const one = (index: number): Nested => {
    if (lanes === 2) return [(elements as Float32Array)[2 * index]!, (elements as Float32Array)[2 * index + 1]!];
    const element = elements[index]!;
    if (dtype === 'bool') return element !== 0;
    if (typeof element === 'bigint') return BigInt.asIntN(54, element) === element ? Number(element) : element;
    return typeof element === 'object' ? new TextDecoder('latin1').decode(element) : element;
  };
  let next = 0;
  const walk = (axis: number): Nested => {
    if (axis === dims.length) return one(next++);
    const list: Nested[] = new Array(dims[axis]!);
    for (let i = 0; i < list.length; i++) list[i] = walk(axis + 1);
    return list;
  };
  return walk(0);
}

/** Says of a tensor that nobody has seen yet that it is made of plain numbers. */
export function makeWeak(tensor: Tensor): void {
  (tensor as { weak: boolean }).weak = true;
}

/** A new eager tensor that owns `elements`. */
export const eagerTensor = (elements: Data, dims: Dims, dtype: DType, weak = false): Tensor =>
  new Tensor(dtype, dims, elements, null, weak);
