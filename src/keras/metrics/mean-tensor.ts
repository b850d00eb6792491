// Means that only Keras 2 has: of each element of a tensor, and of errors relative to a normalizer.
// Owns: both classes. What they share with other means is of reduction.ts.
import { type Class, callable } from '../../base/callable.ts';
import { ShapeError, StateError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import { broadcastTo, reshape } from '../../ops/core/arrange.ts';
import { abs, multiply, subtract } from '../../ops/math/elementwise.ts';
import { reduceMean } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { asDType, divideNoNan, squeezeOrExpand } from '../losses/reduction.ts';
import { type Config, integers, type Kind, nullable, optional, required } from '../schema.ts';
import {
  Metric_,
  type MetricOptions,
  type UpdateArguments,
  updateArguments,
  type ValueArguments,
  valueArguments,
} from './metric.ts';
import { metricSchema } from './options.ts';
import { MeanBase, type TwoArguments } from './reduction.ts';

const tensorOptions = metricSchema('MeanTensor', 'mean_tensor', { shape: optional(nullable(integers()), null) });
type MeanTensorArgs =
  | [name?: string | null, dtype?: MetricOptions['dtype'], shape?: readonly number[] | null]
  | [options: MetricOptions & Options<{ shape: readonly number[] | null }>];
class MeanTensor_ extends Metric_ {
  total: VariableTensor | null = null;
  count: VariableTensor | null = null;
  readonly #given: readonly number[] | null;
  constructor(...args: MeanTensorArgs) {
    const values = tensorOptions.parse(args);
    super(values);
    this.#given = values.shape;
    if (values.shape) this.#build(values.shape);
  }
  #build(shape: Dims): { total: VariableTensor; count: VariableTensor } {
    const variable = (name: string) => this.addVariable({ name, shape: [...shape], dtype: this.dtype });
    this.total = variable('total');
    this.count = variable('count');
    return { total: this.total, count: this.count };
  }
  override updateState(...args: ValueArguments): void {
    const [given, sampleWeight] = valueArguments(this, args);
    let values = asDType(given, this.dtype, 'values');
    const { total, count } =
      this.total && this.count ? { total: this.total, count: this.count } : this.#build(values.dims);
    if (showShape(values.dims) !== showShape(total.dims))
      throw new ShapeError(
        `metric ${this.name}: values: found shape ${showShape(values.dims)}, wanted ${showShape(total.dims)}, as at first: each element has its own mean.`,
      );
    let counts: Tensor = broadcastTo(p.scalar(1, this.dtype) as Tensor, values.dims);
    if (sampleWeight !== null) {
      let weight = asDType(sampleWeight, this.dtype, 'sampleWeight');
      [values, weight] = squeezeOrExpand(values, weight);
      const axes = Array.from({ length: values.rank - weight.rank }, (_, i) => weight.rank + i);
      if (weight.rank > 0 && axes.length > 0) values = reduceMean(values, axes);
      weight = broadcastTo(weight, values.dims);
      counts = reshape(multiply(broadcastTo(counts, values.dims), weight), values.dims);
      values = multiply(values, weight);
    }
    total.set(p.add(total.value(), broadcastTo(values, total.dims)) as Tensor);
    count.set(p.add(count.value(), broadcastTo(counts, count.dims)) as Tensor);
  }
  override result(): Tensor {
    if (!this.total || !this.count)
      throw new StateError(`metric ${this.name}: has no value yet; call it, or updateState(values), first.`);
    return divideNoNan(this.total.value(), this.count.value());
  }
  override getConfig(): Config {
    return { ...super.getConfig(), shape: (this.#given ?? this.total?.dims ?? null) as number[] | null };
  }
}
export interface MeanTensor extends MeanTensor_ {
  (...args: ValueArguments): Tensor;
}
/** The (weighted) mean of each element over the calls; its shape is that of the first values. */
export const MeanTensor: Class<MeanTensorArgs, MeanTensor> = callable(MeanTensor_, 'MeanTensor');

const normalizerKind: Kind<TensorLike, TensorLike> = {
  wanted: 'a tensor or numbers to divide errors by',
  parse: (value) => ({ value: value as TensorLike }),
};
const relativeOptions = metricSchema(
  'MeanRelativeError',
  'mean_relative_error',
  { normalizer: required(normalizerKind) },
  ['normalizer'],
);
type RelativeArgs =
  | [normalizer: TensorLike, options?: MetricOptions]
  | [options: MetricOptions & { readonly normalizer: TensorLike }];
class MeanRelativeError_ extends MeanBase {
  readonly normalizer: Tensor;
  constructor(...args: RelativeArgs) {
    const values = relativeOptions.parse(args);
    super(values);
    this.normalizer = asDType(values.normalizer, this.dtype, 'normalizer');
  }
  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    const [t, q] = squeezeOrExpand(asDType(yTrue, this.dtype, 'yTrue'), asDType(yPred, this.dtype, 'yPred'));
    this.accumulate(divideNoNan(abs(subtract(t, q)), this.normalizer), sampleWeight);
  }
  override getConfig(): Config {
    return { ...super.getConfig(), normalizer: this.normalizer.arraySync() as number[] };
  }
}
export interface MeanRelativeError extends MeanRelativeError_, TwoArguments {}
/** The mean of |yTrue − yPred| / normalizer, 0 where that divides by 0. */
export const MeanRelativeError: Class<RelativeArgs, MeanRelativeError> = callable(
  MeanRelativeError_,
  'MeanRelativeError',
);
