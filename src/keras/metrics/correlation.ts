// Correlations: Pearson's and Lin's concordance, and R², the share of variance that is explained.
import { type Class, callable } from '../../base/callable.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Dims, showShape, sizeOf } from '../../base/shape.ts';
import { broadcastTo, expandDims } from '../../ops/core/arrange.ts';
import { add, cast, divide, greater, isInf, multiply, square, subtract, where } from '../../ops/math/elementwise.ts';
import { reduceMean, reduceStd, reduceSum, reduceVariance } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { type Parameter, parameter } from '../activations/options.ts';
import { epsilon } from '../config.ts';
import { asDType, matched, squeezeOrExpand } from '../losses/reduction.ts';
import { promoted } from '../ops/define.ts';
import { type Config, integer, nullable, oneOf, optional } from '../schema.ts';
import { Metric_, type MetricOptions, type UpdateArguments, updateArguments } from './metric.ts';
import { fromSchema, metricSchema } from './options.ts';
import { metricClass, type TwoArguments } from './reduction.ts';

/** Pearson's correlation along an axis. */
export function pearsonCorrelation(yTrue: TensorLike, yPred: TensorLike, axis?: Parameter<'axis', number>): Tensor {
  const [t, q] = matched(yTrue, yPred, 'pearsonCorrelation');
  const along = { axis: parameter(axis, 'axis', -1), keepdims: true };
  const standard = (x: Tensor): Tensor => {
    const centred = subtract(x, reduceMean(x, along));
    return divide(centred, reduceStd(centred, along));
  };
  return reduceMean(multiply(standard(t), standard(q)), along.axis);
}

/** Lin's concordance correlation along an axis: Pearson's, less for other means and variances. */
export function concordanceCorrelation(yTrue: TensorLike, yPred: TensorLike, axis?: Parameter<'axis', number>): Tensor {
  const [t, q] = matched(yTrue, yPred, 'concordanceCorrelation');
  const along = { axis: parameter(axis, 'axis', -1), keepdims: true };
  const [meanTrue, meanPred] = [reduceMean(t, along), reduceMean(q, along)];
  const variances = add(reduceVariance(subtract(t, meanTrue), along), reduceVariance(subtract(q, meanPred), along));
  // Keras takes both from the mean of the predictions.
  const covariance = multiply(subtract(t, meanPred), subtract(q, meanPred));
  const norm = add(add(variances, square(subtract(meanTrue, meanPred))), epsilon());
  return reduceMean(divide(multiply(covariance, 2), norm), along.axis);
}

const axis = optional(integer(), -1);
export const PearsonCorrelation = metricClass(
  'PearsonCorrelation',
  'pearson_correlation',
  { axis },
  pearsonCorrelation,
);
export const ConcordanceCorrelation = metricClass(
  'ConcordanceCorrelation',
  'concordance_correlation',
  { axis },
  concordanceCorrelation,
);

type Aggregation = 'uniform_average' | 'variance_weighted_average' | null;
export interface R2ScoreOptions
  extends MetricOptions,
    Options<{ classAggregation: Aggregation; numRegressors: number }> {}
type R2Args = [classAggregation: Aggregation, options?: R2ScoreOptions] | [options?: R2ScoreOptions];
const options = metricSchema(
  'R2Score',
  'r2_score',
  {
    classAggregation: optional(nullable(oneOf('uniform_average', 'variance_weighted_average')), 'uniform_average'),
    numRegressors: optional(integer({ min: 0 }), 0),
  },
  ['classAggregation', 'numRegressors'],
);

interface State {
  readonly squares: VariableTensor;
  readonly sums: VariableTensor;
  readonly residuals: VariableTensor;
  readonly counts: VariableTensor;
}

class R2Score_ extends Metric_ {
  readonly classAggregation: Aggregation;
  readonly numRegressors: number;
  readonly numSamples: VariableTensor;
  #state: State | null = null;

  constructor(...args: R2Args) {
    const { name, dtype, classAggregation, numRegressors } = options.parse(args);
    super({ name, dtype });
    this.classAggregation = classAggregation;
    this.numRegressors = numRegressors;
    this.numSamples = this.addVariable({ name: 'num_samples' });
  }
  #build(yTrue: Dims, yPred: Dims): State {
    if (this.#state) return this.#state;
    if (yTrue.length !== 2 || yPred.length !== 2)
      throw new ShapeError(
        `metric ${this.name}: yTrue has shape ${showShape(yTrue)} and yPred ${showShape(yPred)}; wanted (batch, outputs) for both.`,
      );
    const variable = (name: string): VariableTensor => this.addVariable({ shape: [yPred[1]!], name });
    this.#state = {
      squares: variable('squared_sum'),
      sums: variable('sum'),
      residuals: variable('residual'),
      counts: variable('count'),
    };
    return this.#state;
  }
  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    const [t, q] = squeezeOrExpand(asDType(yTrue, this.dtype, 'yTrue'), asDType(yPred, this.dtype, 'yPred'));
    const state = this.#build(t.dims, q.dims);
    let weight = asDType(sampleWeight ?? 1, this.dtype, 'sampleWeight');
    if (weight.rank === 1) weight = expandDims(weight, 1);
    weight = broadcastTo(weight, t.dims);
    const addTo = (variable: VariableTensor, values: Tensor): void => {
      // The variables are floatx whatever the metric's dtype is, as in Keras.
      const [before, more] = promoted(variable.value(), reduceSum(values, 0)) as [Tensor, Tensor];
      variable.set(cast(add(before, more), variable.dtype));
    };
    const weighted = multiply(t, weight);
    addTo(state.sums, weighted);
    addTo(state.squares, multiply(t, weighted));
    addTo(state.residuals, multiply(square(subtract(t, q)), weight));
    addTo(state.counts, weight);
    this.numSamples.set(p.offset(this.numSamples.value(), sizeOf(t.dims)) as Tensor);
  }
  override result(): Tensor {
    const state = this.#state;
    if (!state)
      throw new ShapeError(
        `metric ${this.name}: result() was asked before the number of outputs is known; update it first.`,
      );
    const sums = state.sums.value();
    const total = subtract(state.squares, multiply(sums, divide(sums, state.counts)));
    const raw = subtract(1, divide(state.residuals, total));
    const scores = where(isInf(raw), 0, raw);
    const score =
      this.classAggregation === 'uniform_average'
        ? reduceMean(scores)
        : this.classAggregation === null
          ? scores
          : divide(reduceSum(multiply(total, scores)), reduceSum(total));
    if (this.numRegressors === 0) return score;
    // Adjusted by the number of predictors, where there are samples enough.
    const n = this.numSamples.value();
    const rest = subtract(n, this.numRegressors + 1);
    const enough = greater(rest, 0);
    const adjusted = divide(multiply(subtract(1, score), subtract(n, 1)), where(enough, rest, 1));
    return where(enough, subtract(1, adjusted), score);
  }
  override getConfig(): Config {
    return options.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, options, config);
  }
}
export interface R2Score extends R2Score_, TwoArguments {}
/** 1 − residual variance / variance of the labels. */
export const R2Score: Class<R2Args, R2Score> = callable(R2Score_, 'R2Score');
