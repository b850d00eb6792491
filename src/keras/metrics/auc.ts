// The area under the curve: ROC, precision-recall, and precision-recall-gain.
// Owns: thresholds, summation, several labels. Counting stands in confusion-matrix.ts.
import { type Class, callable } from '../../base/callable.ts';
import type { DType } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import {
  add,
  divide,
  equal,
  greater,
  log,
  logicalAnd,
  maximum,
  minimum,
  multiply,
  sigmoid,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { reduceMean, reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { epsilon } from '../config.ts';
import { asFloat, divideNoNan } from '../losses/reduction.ts';
import { boolean, type Config, integer, type Kind, list, nullable, number, oneOf, optional } from '../schema.ts';
import { areEven, evenThresholds, updateCounts } from './confusion-matrix.ts';
import { Metric_, type MetricOptions, type UpdateArguments, updateArguments } from './metric.ts';
import { fromSchema, metricSchema } from './options.ts';
import type { TwoArguments } from './reduction.ts';

type Curve = 'ROC' | 'PR' | 'PRGAIN';
type Summation = 'interpolation' | 'majoring' | 'minoring';
export interface AUCOptions
  extends MetricOptions,
    Options<{
      numThresholds: number;
      curve: Curve;
      summationMethod: Summation;
      thresholds: readonly number[] | null;
      multiLabel: boolean;
      numLabels: number | null;
      labelWeights: readonly number[] | null;
      fromLogits: boolean;
    }> {}
type AUCArgs = [numThresholds: number, options?: AUCOptions] | [options?: AUCOptions];

const curve: Kind<Curve> = {
  wanted: "'ROC', 'PR' or 'PRGAIN'",
  parse: (value) => {
    const upper = typeof value === 'string' ? value.toUpperCase() : '';
    return upper === 'ROC' || upper === 'PR' || upper === 'PRGAIN' ? { value: upper } : null;
  },
};
const options = metricSchema(
  'AUC',
  null,
  {
    numThresholds: optional(integer({ min: 2 }), 200),
    curve: optional(curve, 'ROC'),
    summationMethod: optional(oneOf('interpolation', 'majoring', 'minoring'), 'interpolation'),
    multiLabel: optional(boolean, false),
    numLabels: optional(nullable(integer({ min: 1 })), null),
    labelWeights: optional(nullable(list(number())), null),
    fromLogits: optional(boolean, false),
    thresholds: optional(nullable(list(number())), null),
  },
  ['numThresholds', 'curve', 'summationMethod'],
);

class AUC_ extends Metric_ {
  readonly curve: Curve;
  readonly summationMethod: Summation;
  readonly multiLabel: boolean;
  readonly numLabels: number | null;
  readonly labelWeights: readonly number[] | null;
  readonly fromLogits: boolean;
  readonly numThresholds: number;
  readonly thresholds: readonly number[];
  readonly #givenThresholds: boolean;
  readonly #even: boolean;
  #state: { tp: VariableTensor; fp: VariableTensor; tn: VariableTensor; fn: VariableTensor } | null = null;

  constructor(...args: AUCArgs) {
    const values = options.parse(args);
    super({ name: values.name, dtype: values.dtype });
    this.curve = values.curve;
    this.summationMethod = values.summationMethod;
    this.multiLabel = values.multiLabel;
    this.numLabels = values.numLabels;
    this.labelWeights = values.labelWeights;
    this.fromLogits = values.fromLogits;
    this.#givenThresholds = values.thresholds !== null;
    if (values.thresholds) {
      const inner = [...values.thresholds].sort((a, b) => a - b);
      this.thresholds = [-epsilon(), ...inner, 1 + epsilon()];
      this.#even = areEven([0, ...inner, 1]);
    } else {
      this.thresholds = evenThresholds(values.numThresholds, epsilon());
      this.#even = true;
    }
    this.numThresholds = this.thresholds.length;
    if (!this.multiLabel && this.numLabels !== null)
      throw new ValueError(
        `AUC: numLabels is ${this.numLabels}, but multiLabel is false; numLabels belongs to multiLabel.`,
      );
    if (!this.multiLabel) this.#build(null);
    else if (this.numLabels !== null) this.#build([null, this.numLabels]);
  }

  #build(shape: Shape | null): NonNullable<typeof this.counts> {
    if (this.#state) return this.#state;
    if (shape && shape.length !== 2)
      throw new ShapeError(
        `metric ${this.name}: yPred has shape ${showShape(shape)}, wanted (batch, labels) with multiLabel.`,
      );
    const dims = shape ? [this.numThresholds, shape[1]!] : [this.numThresholds];
    const variable = (name: string): VariableTensor => this.addVariable({ shape: dims, name });
    this.#state = {
      tp: variable('true_positives'),
      fp: variable('false_positives'),
      tn: variable('true_negatives'),
      fn: variable('false_negatives'),
    };
    return this.#state;
  }
  /** The four counts at each threshold; null before the number of labels is known. */
  get counts(): { tp: VariableTensor; fp: VariableTensor; tn: VariableTensor; fn: VariableTensor } | null {
    return this.#state;
  }

  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    let prediction = asFloat(yPred, 'yPred');
    const counts = this.#build(this.multiLabel ? prediction.dims : null);
    if (this.fromLogits) prediction = sigmoid(prediction);
    updateCounts(counts, yTrue, prediction, {
      thresholds: this.thresholds,
      even: this.#even,
      sampleWeight,
      multiLabel: this.multiLabel,
      labelWeights: this.multiLabel ? null : this.#weights(this.dtype),
    });
  }
  #weights(dtype: DType): Tensor | null {
    return this.labelWeights ? convertToTensor([...this.labelWeights], dtype) : null;
  }

  /** The sum of pieces; of several labels the (weighted) mean of their sums. */
  #total(pieces: Tensor): Tensor {
    if (!this.multiLabel) return reduceSum(pieces);
    const each = reduceSum(pieces, 0);
    const weights = this.#weights(each.dtype);
    return weights ? divideNoNan(reduceSum(multiply(each, weights)), reduceSum(weights)) : reduceMean(each);
  }

  override result(): Tensor {
    const state = this.#state;
    if (!state)
      throw new ValueError(
        `metric ${this.name}: result() was asked before the number of labels is known; give numLabels, or update it first.`,
      );
    const [tp, fp, tn, fn] = [state.tp.value(), state.fp.value(), state.tn.value(), state.fn.value()];
    if (this.curve === 'PR' && this.summationMethod === 'interpolation') return this.#interpolated(tp, fp, fn);
    const [x, y] = this.#points(tp, fp, tn, fn);
    const [high, low] = [before(y), after(y)];
    const heights =
      this.summationMethod === 'interpolation'
        ? divide(add(high, low), 2)
        : this.summationMethod === 'minoring'
          ? minimum(high, low)
          : maximum(high, low);
    return this.#total(multiply(subtract(before(x), after(x)), heights));
  }
  #points(tp: Tensor, fp: Tensor, tn: Tensor, fn: Tensor): [x: Tensor, y: Tensor] {
    const recall = divideNoNan(tp, add(tp, fn));
    if (this.curve === 'ROC') return [divideNoNan(fp, add(fp, tn)), recall];
    if (this.curve === 'PR') return [recall, divideNoNan(tp, add(tp, fp))];
    const scale = divideNoNan(add(tp, fn), add(tn, fp));
    const none = equal(tp, 0);
    const recallGain = where(none, 0, subtract(1, multiply(scale, divideNoNan(fn, tp))));
    const precisionGain = where(none, 1, subtract(1, multiply(scale, divideNoNan(fp, tp))));
    return [maximum(recallGain, 0), precisionGain];
  }
  /** Between two thresholds the precision is interpolated by counts, not linearly (Davis & Goadrich, 2006). */
  #interpolated(tp: Tensor, fp: Tensor, fn: Tensor): Tensor {
    const positives = add(tp, fp);
    const dtp = subtract(before(tp), after(tp));
    const dp = subtract(before(positives), after(positives));
    const slope = divideNoNan(dtp, maximum(dp, 0));
    const intercept = subtract(after(tp), multiply(slope, after(positives)));
    const ratio = where(
      logicalAnd(greater(before(positives), 0), greater(after(positives), 0)),
      divideNoNan(before(positives), maximum(after(positives), 0)),
      1,
    );
    const area = multiply(slope, add(dtp, multiply(intercept, log(ratio))));
    return this.#total(divideNoNan(area, maximum(add(after(tp), after(fn)), 0)));
  }

  override getConfig(): Config {
    const { thresholds, ...config } = options.toConfig(this);
    if (this.#givenThresholds) return { ...config, thresholds: this.thresholds.slice(1, -1) } as Config;
    return config;
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, options, config);
  }
}
const before = (x: Tensor): Tensor => x.at(':-1');
const after = (x: Tensor): Tensor => x.at('1:');

export interface AUC extends AUC_, TwoArguments {}
/** The area under the ROC or precision-recall curve, from counts at thresholds. */
export const AUC: Class<AUCArgs, AUC> = callable(AUC_, 'AUC');
