// F-scores: harmonic means of precision and recall.
import { type Class, callable } from '../../base/callable.ts';
import { ShapeError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import { expandDims } from '../../ops/core/arrange.ts';
import {
  abs,
  add,
  cast,
  divide,
  greater,
  greaterEqual,
  logicalAnd,
  multiply,
  subtract,
} from '../../ops/math/elementwise.ts';
import { reduceMax, reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { epsilon } from '../config.ts';
import { asDType } from '../losses/reduction.ts';
import { type Config, nullable, number, oneOf, optional } from '../schema.ts';
import { Metric_, type MetricOptions, type UpdateArguments, updateArguments } from './metric.ts';
import { fromSchema, metricSchema } from './options.ts';
import type { TwoArguments } from './reduction.ts';

type Average = 'micro' | 'macro' | 'weighted' | null;
export interface F1ScoreOptions extends MetricOptions, Options<{ average: Average; threshold: number | null }> {}
export interface FBetaScoreOptions extends F1ScoreOptions, Options<{ beta: number }> {}

const average = optional(nullable(oneOf('micro', 'macro', 'weighted')), null);
const threshold = optional(nullable(number({ min: 0, max: 1, open: 'min' })), null);
const betaOptions = metricSchema(
  'FBetaScore',
  'fbeta_score',
  { average, beta: optional(number({ min: 0, open: 'min' }), 1), threshold },
  ['average', 'beta', 'threshold'],
);
const f1Options = metricSchema('F1Score', 'f1_score', { average, threshold }, ['average', 'threshold']);

interface State {
  readonly truePositives: VariableTensor;
  readonly falsePositives: VariableTensor;
  readonly falseNegatives: VariableTensor;
  readonly weights: VariableTensor;
}

class FScore extends Metric_ {
  readonly average: Average;
  readonly beta: number;
  readonly threshold: number | null;
  #state: State | null = null;

  constructor(options: MetricOptions & { average: Average; beta: number; threshold: number | null }) {
    super(options);
    this.average = options.average;
    this.beta = options.beta;
    this.threshold = options.threshold;
  }

  #build(yTrue: Dims, yPred: Dims): State {
    if (this.#state) return this.#state;
    if (yTrue.length !== 2 || yPred.length !== 2)
      throw new ShapeError(
        `metric ${this.name}: yTrue has shape ${showShape(yTrue)} and yPred ${showShape(yPred)}; wanted (batch, classes) for both, labels one-hot.`,
      );
    const shape = this.average === 'micro' ? [] : [yPred[1]!];
    const variable = (name: string): VariableTensor => this.addVariable({ shape, name, dtype: this.dtype });
    this.#state = {
      truePositives: variable('true_positives'),
      falsePositives: variable('false_positives'),
      falseNegatives: variable('false_negatives'),
      weights: variable('intermediate_weights'),
    };
    return this.#state;
  }

  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    const t = asDType(yTrue, this.dtype, 'yTrue');
    const scores = asDType(yPred, this.dtype, 'yPred');
    const state = this.#build(t.dims, scores.dims);
    const chosen =
      this.threshold === null
        ? logicalAnd(greaterEqual(scores, reduceMax(scores, { axis: -1, keepdims: true })), greater(abs(scores), 1e-9))
        : greater(scores, this.threshold);
    const q = cast(chosen, this.dtype);
    const weight = sampleWeight === null ? null : expandDims(asDType(sampleWeight, this.dtype, 'sampleWeight'), 1);
    const addTo = (variable: VariableTensor, values: Tensor): void => {
      const sum = reduceSum(weight ? multiply(values, weight) : values, this.average === 'micro' ? null : 0);
      variable.set(add(variable.value(), sum));
    };
    addTo(state.truePositives, multiply(q, t));
    addTo(state.falsePositives, multiply(q, subtract(1, t)));
    addTo(state.falseNegatives, multiply(subtract(1, q), t));
    addTo(state.weights, t);
  }

  override result(): Tensor {
    const state = this.#state;
    if (!state)
      throw new ShapeError(
        `metric ${this.name}: result() was asked before the number of classes is known; update it first.`,
      );
    const tp = state.truePositives.value();
    const precision = divide(tp, add(add(tp, state.falsePositives), epsilon()));
    const recall = divide(tp, add(add(tp, state.falseNegatives), epsilon()));
    const square = this.beta ** 2;
    const mean = divide(multiply(precision, recall), add(add(multiply(precision, square), recall), epsilon()));
    const score = multiply(mean, 1 + square);
    if (this.average === null) return score;
    if (this.average !== 'weighted') return reduceMean(score);
    const weights = state.weights.value();
    return reduceSum(multiply(score, divide(weights, add(reduceSum(weights), epsilon()))));
  }
}

type BetaArgs = [average?: Average, options?: FBetaScoreOptions] | [options?: FBetaScoreOptions];
class FBetaScore_ extends FScore {
  constructor(...args: BetaArgs) {
    super(betaOptions.parse(args));
  }
  override getConfig(): Config {
    return betaOptions.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, betaOptions, config);
  }
}
export interface FBetaScore extends FBetaScore_, TwoArguments {}
/** (1 + β²) · precision · recall / (β² precision + recall), of each class or averaged. */
export const FBetaScore: Class<BetaArgs, FBetaScore> = callable(FBetaScore_, 'FBetaScore');

type F1Args = [average?: Average, options?: F1ScoreOptions] | [options?: F1ScoreOptions];
class F1Score_ extends FScore {
  constructor(...args: F1Args) {
    super({ ...f1Options.parse(args), beta: 1 });
  }
  override getConfig(): Config {
    return f1Options.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, f1Options, config);
  }
}
export interface F1Score extends F1Score_, TwoArguments {}
/** 2 · precision · recall / (precision + recall), of each class or averaged. */
export const F1Score: Class<F1Args, F1Score> = callable(F1Score_, 'F1Score');
