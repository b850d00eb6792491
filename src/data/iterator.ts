// One pass over a data set as an object: for `for await`, and to be saved and gone on with later.
// Owns: the state of a pass. A restored pass reads on from the start, in the order that was drawn, to where it was.
import { StateError, show, ValueError } from '../base/errors.ts';
import { mapTree } from '../base/tree.ts';
import { RaggedTensor } from '../ops/ragged/ragged-tensor.ts';
import { type Nested, Tensor } from '../runtime/tensor.ts';
import { Optional } from './optional.ts';
import { closing, DONE, type Pull } from './pull.ts';
import { Pass, type Source } from './source.ts';
import { isLeaf, type Spec } from './spec.ts';

/** Where a pass is: how many elements were read, and what was drawn at random. Plain JSON. */
export interface IteratorState {
  readonly elements: number;
  readonly drawn: readonly unknown[];
}

/** Integers beyond JSON's, as text. */
const plain = (value: unknown): unknown =>
  typeof value === 'bigint' ? { $int64: String(value) } : Array.isArray(value) ? value.map(plain) : value;
const revived = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(revived)
    : value !== null && typeof value === 'object' && '$int64' in value
      ? BigInt(String(value.$int64))
      : value;

export class DatasetIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: Source;
  #pass = new Pass();
  #pull: Pull<unknown> | null = null;
  #elements = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  get elementSpec(): Spec | null {
    return this.#source.spec();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    this.#pull ??= closing(this.#source.open(this.#pass));
    const value = await this.#pull.next();
    if (value === DONE) return { done: true, value: undefined };
    this.#elements++;
    return { done: false, value: value as T };
  }
  /** The next element; throws at the end. */
  async getNext(): Promise<T> {
    const { done, value } = await this.next();
    if (done) throw new StateError('Iterator.getNext: the data set is at its end.');
    return value;
  }
  async getNextAsOptional(): Promise<Optional<T>> {
    const { done, value } = await this.next();
    return done ? Optional.empty<T>() : Optional.fromValue(value);
  }
  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#pull?.close?.();
    return { done: true, value: undefined };
  }
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Where this pass is, for `restore` of an iterator over the same data set, in this program or a later one. */
  save(): IteratorState {
    return { elements: this.#elements, drawn: this.#pass.drawn.map(plain) };
  }
  /** Goes on where `state` was saved. */
  async restore(state: IteratorState): Promise<void> {
    if (!Number.isInteger(state?.elements) || !Array.isArray(state.drawn))
      throw new ValueError(`Iterator.restore: found ${show(state)}, wanted what save() gave.`);
    await this.#pull?.close?.();
    this.#pass = new Pass(state.drawn.map(revived));
    this.#pull = closing(this.#source.open(this.#pass));
    for (this.#elements = 0; this.#elements < state.elements; this.#elements++) {
      const skipped = this.#pull.next();
      if ((skipped instanceof Promise ? await skipped : skipped) === DONE)
        throw new ValueError(
          `Iterator.restore: the data set ends after ${this.#elements} elements, the state was saved after ${state.elements}.`,
        );
    }
  }
}

const values = (element: unknown): unknown =>
  mapTree(
    element,
    (leaf) => (leaf instanceof Tensor ? leaf.numpy() : leaf instanceof RaggedTensor ? leaf.toList() : leaf),
    isLeaf,
  );

/** A tensor's values where an element has a tensor. */
export type Values<T> = T extends Tensor ? Nested : { -readonly [K in keyof T]: Values<T[K]> };

/** The same with plain values in place of tensors. */
export class ValuesIterator<T> implements AsyncIterableIterator<Values<T>> {
  readonly #inner: DatasetIterator<T>;
  constructor(source: Source) {
    this.#inner = new DatasetIterator(source);
  }
  async next(): Promise<IteratorResult<Values<T>, undefined>> {
    const { done, value } = await this.#inner.next();
    return done ? { done, value: undefined } : { done: false, value: values(value) as Values<T> };
  }
  return(): Promise<IteratorResult<Values<T>, undefined>> {
    return this.#inner.return() as Promise<IteratorResult<Values<T>, undefined>>;
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
  save(): IteratorState {
    return this.#inner.save();
  }
  restore(state: IteratorState): Promise<void> {
    return this.#inner.restore(state);
  }
}
