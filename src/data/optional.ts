// tf.experimental.Optional: a value that may be missing, and tf.OptionalSpec, its description.
import { type Class, callable } from '../base/callable.ts';
import { StateError } from '../base/errors.ts';
import { inspect } from '../base/short-form.ts';
import { type Spec, showSpec, specOf } from './spec.ts';

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

export class OptionalSpec_ {
  readonly elementSpec: Spec;
  constructor(elementSpec: Spec) {
    this.elementSpec = elementSpec;
  }
  static fromValue<T>(value: Optional<T>): OptionalSpec {
    return new OptionalSpec_(value.elementSpec);
  }
  toString(): string {
    return `OptionalSpec(${showSpec(this.elementSpec)},)`;
  }
  [inspect](): string {
    return this.toString();
  }
}
export interface OptionalSpec extends OptionalSpec_ {}
export const OptionalSpec = callable(OptionalSpec_, 'OptionalSpec') as Class<[elementSpec: Spec], OptionalSpec> &
  Pick<typeof OptionalSpec_, 'fromValue'>;
