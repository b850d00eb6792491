// Mean and Sum of values, and metrics that are the mean of a function of labels and predictions.
// Owns: sample weights and masks in these, and classes made of functions.

import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { isRecord } from '../../base/record.ts';
import { broadcastTo } from '../../ops/core/arrange.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { multiply } from '../../ops/math/elementwise.ts';
import { type Reduction, reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { maskOf } from '../annotations.ts';
import { applyMask, asDType, divideNoNan, squeezeOrExpand } from '../losses/reduction.ts';
import type { Config, Definitions, OptionsOf, Schema, ValuesOf } from '../schema.ts';
import { deserializeKerasObject, findClass, serializeKerasObject } from '../serialization.ts';
import {
  Metric_,
  type MetricOptions,
  type UpdateArguments,
  updateArguments,
  type ValueArguments,
  valueArguments,
} from './metric.ts';
import { fromSchema, metricSchema } from './options.ts';

const axesFrom = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** One value and one weight for each sample. */
function samplewise(
  given: TensorLike,
  sampleWeight: TensorLike | null,
  reduce: Reduction,
  dtype: DType,
): [values: Tensor, weight: Tensor | null] {
  const mask = maskOf(given);
  let values = asDType(given, dtype, 'values');
  let weight = sampleWeight === null ? null : asDType(sampleWeight, dtype, 'sampleWeight');
  if (weight) {
    if (mask) weight = applyMask(weight, mask, dtype, 'sum')!;
    [values, weight] = squeezeOrExpand(values, weight);
    const rank = weight.rank;
    if (values.rank > rank) values = reduce(values, axesFrom(rank, values.rank));
    weight = broadcastTo(weight, values.dims);
    values = multiply(values, weight);
    if (rank > 1) weight = reduce(weight, axesFrom(1, weight.rank));
  }
  if (values.rank > 1) values = reduce(values, axesFrom(1, values.rank));
  return [values, weight];
}

/** Keras's `Mean` and what extends it: a total and a count. */
export class MeanBase extends Metric_ {
  readonly total: VariableTensor;
  readonly count: VariableTensor;
  constructor(options: MetricOptions = {}) {
    super(options);
    this.total = this.addVariable({ name: 'total', dtype: this.dtype });
    this.count = this.addVariable({ name: 'count', dtype: this.dtype });
  }
  protected accumulate(given: TensorLike, sampleWeight: TensorLike | null): void {
    const [values, weight] = samplewise(given, sampleWeight, reduceMean, this.dtype);
    const samples = weight ? reduceSum(weight) : (p.scalar(values.dims[0] ?? 1, this.dtype) as Tensor);
    this.total.set(p.add(this.total.value(), reduceSum(values)) as Tensor);
    this.count.set(p.add(this.count.value(), samples) as Tensor);
  }
  override result(): Tensor {
    return divideNoNan(this.total.value(), this.count.value());
  }
}

/** The name first, or all in the options. */
export type NamedArgs = [name: string | null, options?: MetricOptions] | [options?: MetricOptions];

const meanOptions = metricSchema('Mean', 'mean', {});
class Mean_ extends MeanBase {
  constructor(...args: NamedArgs) {
    super(meanOptions.parse(args));
  }
  override updateState(...args: ValueArguments): void {
    const [given, sampleWeight] = valueArguments(this, args);
    this.accumulate(given, sampleWeight);
  }
}
export interface Mean extends Mean_ {
  (...args: ValueArguments): Tensor;
}
/** The (weighted) mean of values. */
export const Mean: Class<NamedArgs, Mean> = callable(Mean_, 'Mean');

const sumOptions = metricSchema('Sum', 'sum', {});
class Sum_ extends Metric_ {
  readonly total: VariableTensor;
  constructor(...args: NamedArgs) {
    super(sumOptions.parse(args));
    this.total = this.addVariable({ name: 'total', dtype: this.dtype });
  }
  override updateState(...args: ValueArguments): void {
    const [given, sampleWeight] = valueArguments(this, args);
    const [sums] = samplewise(given, sampleWeight, reduceSum, this.dtype);
    this.total.set(p.add(this.total.value(), reduceSum(sums)) as Tensor);
  }
  override result(): Tensor {
    return this.total.value();
  }
}
export interface Sum extends Sum_ {
  (...args: ValueArguments): Tensor;
}
/** The (weighted) sum of values. */
export const Sum: Class<NamedArgs, Sum> = callable(Sum_, 'Sum');

/** The value of each sample. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;
type AnyFunction = (yTrue: never, yPred: never, options?: never) => Tensor;

/** The mean of a function of labels and predictions. */
export class MeanOfFunction extends MeanBase {
  readonly #fn: AnyFunction;
  readonly #kwargs: Readonly<Record<string, unknown>>;
  constructor(fn: AnyFunction, options: MetricOptions, kwargs: Readonly<Record<string, unknown>>) {
    super(options);
    this.#fn = fn;
    this.#kwargs = kwargs;
  }
  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    const target = convertToTensor(yTrue, undefined, `metric ${this.name}: yTrue`);
    const prediction = convertToTensor(yPred, undefined, `metric ${this.name}: yPred`);
    const mask = maskOf(prediction);
    const fn = this.#fn as (yTrue: Tensor, yPred: Tensor, options?: unknown) => Tensor;
    const values =
      Object.keys(this.#kwargs).length === 0 ? fn(target, prediction) : fn(target, prediction, this.#kwargs);
    const weight = sampleWeight === null ? null : asDType(sampleWeight, this.dtype, 'sampleWeight');
    this.accumulate(values, applyMask(weight, mask, this.dtype, 'sum'));
  }
  /** The config of a wrapper made by hand. */
  protected functionConfig(): Config {
    return { fn: serializeKerasObject(this.#fn), ...(serializeKerasObject(this.#kwargs) as Config) };
  }
}

export type TwoArguments = (...args: UpdateArguments) => Tensor;
type WrapperOptions = MetricOptions & Readonly<Record<string, unknown>>;
type WrapperArgs =
  | [fn: AnyFunction, options?: WrapperOptions]
  | [options: WrapperOptions & { readonly fn: AnyFunction }];
class MeanMetricWrapper_ extends MeanOfFunction {
  constructor(...args: WrapperArgs) {
    const [first, second] = args as [unknown, WrapperOptions?];
    const options = (isRecord(first) ? first : { ...second, fn: first }) as WrapperOptions;
    const { name, dtype, fn, ...kwargs } = options;
    super(fn as AnyFunction, { name, dtype }, kwargs);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), ...this.functionConfig() };
  }
  static override fromConfig(config: Config): MeanMetricWrapper {
    const { fn: found, ...options } = deserializeKerasObject(config) as { fn: AnyFunction | string };
    // Keras 2 names its own functions by their names alone.
    const fn =
      typeof found === 'string'
        ? (findClass(found, null, null, ['keras.metrics', 'keras.losses']) as object as AnyFunction)
        : found;
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [fn, options]) as MeanMetricWrapper;
  }
}
export interface MeanMetricWrapper extends MeanMetricWrapper_, TwoArguments {}
/** The mean of a function `fn(yTrue, yPred)`; further options go to the function. */
export const MeanMetricWrapper: Class<WrapperArgs, MeanMetricWrapper> = callable(
  MeanMetricWrapper_,
  'MeanMetricWrapper',
);

export interface FunctionMetric extends MeanOfFunction, TwoArguments {}
export type MetricClass<D extends Definitions, First extends keyof D = never> = Class<
  | [options?: MetricOptions & OptionsOf<Schema<D>>]
  | [
      first: [First] extends [never] ? string | null : OptionsOf<Schema<D>>[First],
      options?: MetricOptions & OptionsOf<Schema<D>>,
    ],
  FunctionMetric & { readonly [K in keyof ValuesOf<Schema<D>>]: ValuesOf<Schema<D>>[K] }
>;

/** The class of a metric function: its own options beside those of all metrics. `positional`: those that Python takes first. */
export function metricClass<D extends Definitions, const First extends keyof D & string = never>(
  className: string,
  name: string,
  own: D,
  fn: (yTrue: Tensor, yPred: Tensor, options: ValuesOf<Schema<D>>) => Tensor,
  ...positional: readonly First[]
): MetricClass<D, First> {
  const options = metricSchema(className, name, own, positional);
  class FunctionMetricClass extends MeanOfFunction {
    constructor(...args: readonly unknown[]) {
      const { name: given, dtype, ...rest } = options.parse(args) as MetricOptions & Readonly<Record<string, unknown>>;
      super(fn as object as AnyFunction, { name: given, dtype }, rest);
      for (const [key, value] of Object.entries(rest)) Reflect.set(this, key, value);
    }
    override getConfig(): Config {
      return options.toConfig(this);
    }
    static override fromConfig(config: Config) {
      // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
      return fromSchema(this, options, config);
    }
  }
  return callable(FunctionMetricClass, className) as object as MetricClass<D, First>;
}
