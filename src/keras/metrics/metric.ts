// The base of metrics: state that is updated batch by batch, and a result that is read when it is wanted.
// Owns: state variables, the call, config. A subclass writes `updateState`, `result`, and makes its variables by addVariable.

import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { StateError, ValueError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import { guardMethods } from '../../base/misuse.ts';
import type { Dims } from '../../base/shape.ts';
import { shortForm } from '../../base/short-form.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import { Variable } from '../../ops/core/variable.ts';
import { cast } from '../../ops/math/elementwise.ts';
import * as p from '../../primitives/functions.ts';
import { withTrace } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { floatx } from '../config.ts';
import { type DTypeLike, getPolicy } from '../dtype-policy.ts';
import * as initializers from '../initializers/index.ts';
import { autoName } from '../names.ts';
import { constructFrom, withRecordedArguments } from '../recorded-arguments.ts';
import { type Config, optionsOfConfig } from '../schema.ts';

export interface MetricOptions extends Options<{ name: string | null; dtype: DTypeLike | null }> {}
export interface UpdateOptions extends Options<{ sampleWeight: TensorLike | null }> {}
export interface StateOptions
  extends Options<{ shape: Dims; initializer: initializers.Like | null; dtype: DType; name: string }> {}

/** Labels, predictions and sample weights of an update: by position, or by name. */
export type UpdateArguments =
  | [yTrue: TensorLike, yPred: TensorLike, options?: UpdateOptions | TensorLike | null]
  | [options: UpdateOptions & { readonly yTrue: TensorLike; readonly yPred: TensorLike }];
/** The same of metrics of values alone. */
export type ValueArguments =
  | [values: TensorLike, options?: UpdateOptions | TensorLike | null]
  | [options: UpdateOptions & { readonly values: TensorLike }];

/** The arguments of an update in order, the sample weights null where there are none. */
export function updateArguments(
  metric: Metric_,
  args: UpdateArguments,
): [yTrue: TensorLike, yPred: TensorLike, sampleWeight: TensorLike | null] {
  const names = ['yTrue', 'yPred', 'sampleWeight'];
  const [yTrue, yPred, weight = null] = bindArguments(`metric ${metric.name}`, names, args);
  return [yTrue as TensorLike, yPred as TensorLike, weight as TensorLike | null];
}
export function valueArguments(
  metric: Metric_,
  args: ValueArguments,
): [values: TensorLike, sampleWeight: TensorLike | null] {
  const [values, weight = null] = bindArguments(`metric ${metric.name}`, ['values', 'sampleWeight'], args);
  return [values as TensorLike, weight as TensorLike | null];
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor makes a function.
export class Metric_ extends FunctionObject {
  readonly dtype: DType;
  readonly #created: VariableTensor[] = [];

  constructor(options: MetricOptions = {}) {
    super(options.name ?? autoName(new.target.name));
    this.dtype = getPolicy(options.dtype ?? floatx()).computeDtype;
  }

  protected override invoke(...args: unknown[]): Tensor {
    this.updateState(...args);
    return this.result();
  }

  /** Takes a batch into account: `updateState(yTrue, yPred, { sampleWeight })`. */
  updateState(..._args: unknown[]): void {
    throw new StateError(`metric ${this.name} has no updateState method; write updateState(yTrue, yPred, options).`);
  }
  /** The metric of all batches since the last reset. */
  result(): Tensor {
    throw new StateError(`metric ${this.name} has no result() method; write one that gives a scalar.`);
  }
  /** Begins anew: all variables become 0. */
  resetState(): void {
    for (const variable of this.variables) variable.set(p.zerosLike(variable) as Tensor);
  }

  /** A new state variable. */
  addVariable(options: StateOptions = {}): Variable {
    const dtype = options.dtype ?? floatx();
    const initializer = initializers.get(options.initializer ?? 'zeros');
    const name = options.name ?? autoName('Variable');
    const initial = withTrace(null, () => cast(initializer(options.shape ?? [], { dtype }), dtype));
    const variable = new Variable(initial, { trainable: false, name });
    variable.path = `${this.name.replaceAll('/', '>')}/${name}`;
    this.#created.push(variable);
    return variable;
  }
  /** The same, by its older name. */
  addWeight(options: StateOptions = {}): Variable {
    return this.addVariable(options);
  }
  /** Its variables in the order of creation, and those of metrics in its fields. */
  get variables(): VariableTensor[] {
    const found = new Set<VariableTensor>(this.#created);
    const inner: VariableTensor[] = [];
    for (const key of Object.keys(this)) {
      const value: unknown = Reflect.get(this, key);
      if (value instanceof VariableTensor) found.add(value);
      else if (value instanceof Metric_) inner.push(...value.variables);
    }
    return [...found, ...inner];
  }

  /** The state after an update of the given state. */
  statelessUpdateState(state: readonly TensorLike[], ...args: unknown[]): Tensor[] {
    return this.#with(state, () => {
      this.updateState(...args);
      return this.variables.map((variable) => variable.value());
    });
  }
  /** The result of the given state. */
  statelessResult(state: readonly TensorLike[]): Tensor {
    return this.#with(state, () => this.result());
  }
  /** The state after a reset. */
  statelessResetState(): Tensor[] {
    return this.variables.map((variable) => p.zerosLike(variable) as Tensor);
  }
  #with<T>(state: readonly TensorLike[], f: () => T): T {
    const { variables } = this;
    if (state.length !== variables.length)
      throw new ValueError(
        `metric ${this.name}: found ${state.length} values, wanted ${variables.length}: one for each of its variables.`,
      );
    const before = variables.map((variable) => variable.value());
    try {
      variables.forEach((variable, i) => {
        variable.set(cast(convertToTensor(state[i]!), variable.dtype));
      });
      return f();
    } finally {
      variables.forEach((variable, i) => {
        variable.set(before[i]!);
      });
    }
  }

  getConfig(): Config {
    const config = { name: this.name, dtype: this.dtype };
    return this.getConfig === Metric_.prototype.getConfig ? withRecordedArguments(this, config) : config;
  }
  static fromConfig(config: Config): Metric {
    const options = optionsOfConfig(config);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return constructFrom(this, options) as Metric;
  }
  override toString(): string {
    return shortForm(this, { name: this.name });
  }
}
export interface Metric_ {
  readonly name: string;
  (...args: unknown[]): Tensor;
}
guardMethods(Metric_.prototype, 'Metric', ['addWeight', 'addVariable']);

export interface Metric extends Metric_ {}
/** The class to extend for metrics of one's own. */
export const Metric: Class<[options?: MetricOptions], Metric> = callable(Metric_, 'Metric');
