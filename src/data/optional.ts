// tf.experimental.Optional: a value that may be missing.
import { StateError } from '../base/errors.ts';
import { type Spec, specOf } from './spec.ts';

export class Optional<T> {
  readonly #values: readonly T[];
  private constructor(values: readonly T[]) {
    this.#values = values;
  }
  static empty<T>(): Optional<T> {
    return new Optional<T>([]);
  }
  static fromValue<T>(value: T): Optional<T> {
    return new Optional([value]);
  }
  hasValue(): boolean {
    return this.#values.length > 0;
  }
  getValue(): T {
    if (this.#values.length === 0) throw new StateError('Optional.getValue: there is no value; ask hasValue() first.');
    return this.#values[0]!;
  }
  get elementSpec(): Spec {
    return specOf(this.getValue());
  }
}
