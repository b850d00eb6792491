// Metrics of true and false positives and negatives: their counts, precision, recall, one at a bound on another.
// Owns: the classes. Counting stands in confusion-matrix.ts, the area under curves in auc.ts.
import { type Class, callable } from '../../base/callable.ts';
import { add, greaterEqual, maximum, where } from '../../ops/math/elementwise.ts';
import { reduceMax } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { divideNoNan } from '../losses/reduction.ts';
import { type Config, either, integer, list, nullable, number, optional, required } from '../schema.ts';
import {
  areEven,
  type Condition,
  evenThresholds,
  NEGATIVE_INFINITY,
  parseThresholds,
  updateCounts,
} from './confusion-matrix.ts';
import { Metric_, type MetricOptions, type UpdateArguments, updateArguments } from './metric.ts';
import { fromSchema, metricSchema } from './options.ts';
import type { TwoArguments } from './reduction.ts';

type Thresholds = number | readonly number[] | null;
const thresholdsOption = optional(nullable(either(number(), list(number()))), null);

/** One number where there is one threshold. */
const single = (counts: Tensor, thresholds: readonly number[]): Tensor =>
  thresholds.length === 1 ? counts.at(0) : counts;

export interface CountOptions extends MetricOptions, Options<{ thresholds: Thresholds }> {}
type CountArgs = [thresholds?: Thresholds, options?: CountOptions] | [options?: CountOptions];
export interface Count extends Metric_, TwoArguments {
  readonly accumulator: VariableTensor;
}

function countClass(className: string, condition: Condition): Class<CountArgs, Count> {
  const options = metricSchema(className, null, { thresholds: thresholdsOption }, ['thresholds']);
  class CountMetric extends Metric_ {
    readonly thresholds: Thresholds;
    readonly accumulator: VariableTensor;
    readonly #list: readonly number[];
    readonly #even: boolean;
    constructor(...args: CountArgs) {
      const { name, dtype, thresholds } = options.parse(args);
      super({ name, dtype });
      this.thresholds = thresholds;
      this.#list = parseThresholds(thresholds, 0.5, className);
      this.#even = areEven(this.#list);
      this.accumulator = this.addVariable({ shape: [this.#list.length], name: 'accumulator' });
    }
    override updateState(...args: UpdateArguments): void {
      const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
      updateCounts({ [condition]: this.accumulator }, yTrue, yPred, {
        thresholds: this.#list,
        even: this.#even,
        sampleWeight,
      });
    }
    override result(): Tensor {
      return single(this.accumulator.value(), this.#list);
    }
    override getConfig(): Config {
      return options.toConfig(this);
    }
    static override fromConfig(config: Config) {
      // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
      return fromSchema(this, options, config);
    }
  }
  return callable(CountMetric, className) as object as Class<CountArgs, Count>;
}
export const TruePositives = countClass('TruePositives', 'tp');
export const TrueNegatives = countClass('TrueNegatives', 'tn');
export const FalsePositives = countClass('FalsePositives', 'fp');
export const FalseNegatives = countClass('FalseNegatives', 'fn');

export interface RatioOptions
  extends MetricOptions,
    Options<{ thresholds: Thresholds; topK: number | null; classId: number | null }> {}
type RatioArgs = [thresholds?: Thresholds, options?: RatioOptions] | [options?: RatioOptions];
export interface Ratio extends Metric_, TwoArguments {
  readonly truePositives: VariableTensor;
}

/** True positives over true positives and another count. */
function ratioClass(className: string, other: 'fp' | 'fn'): Class<RatioArgs, Ratio> {
  const options = metricSchema(
    className,
    null,
    {
      thresholds: thresholdsOption,
      topK: optional(nullable(integer({ min: 1 })), null),
      classId: optional(nullable(integer({ min: 0 })), null),
    },
    ['thresholds', 'topK', 'classId'],
  );
  class RatioMetric extends Metric_ {
    readonly thresholds: Thresholds;
    readonly topK: number | null;
    readonly classId: number | null;
    readonly truePositives: VariableTensor;
    readonly others: VariableTensor;
    readonly #list: readonly number[];
    readonly #even: boolean;
    constructor(...args: RatioArgs) {
      const { name, dtype, thresholds, topK, classId } = options.parse(args);
      super({ name, dtype });
      this.thresholds = thresholds;
      this.topK = topK;
      this.classId = classId;
      this.#list = parseThresholds(thresholds, topK === null ? 0.5 : NEGATIVE_INFINITY, className);
      this.#even = areEven(this.#list);
      const shape = [this.#list.length];
      this.truePositives = this.addVariable({ shape, name: 'true_positives' });
      this.others = this.addVariable({ shape, name: other === 'fp' ? 'false_positives' : 'false_negatives' });
    }
    override updateState(...args: UpdateArguments): void {
      const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
      const counts =
        other === 'fp' ? { tp: this.truePositives, fp: this.others } : { tp: this.truePositives, fn: this.others };
      updateCounts(counts, yTrue, yPred, {
        thresholds: this.#list,
        even: this.#even,
        topK: this.topK,
        classId: this.classId,
        sampleWeight,
      });
    }
    override result(): Tensor {
      const tp = this.truePositives.value();
      return single(divideNoNan(tp, add(tp, this.others)), this.#list);
    }
    override getConfig(): Config {
      return options.toConfig(this);
    }
    static override fromConfig(config: Config) {
      // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
      return fromSchema(this, options, config);
    }
  }
  return callable(RatioMetric, className) as object as Class<RatioArgs, Ratio>;
}
/** TP / (TP + FP). */
export const Precision = ratioClass('Precision', 'fp');
/** TP / (TP + FN). */
export const Recall = ratioClass('Recall', 'fn');

type Bound = 'specificity' | 'sensitivity' | 'recall' | 'precision';
export type BoundOptions<B extends Bound> = MetricOptions &
  Options<{ numThresholds: number; classId: number | null }> & { readonly [K in B]?: number | undefined };
type BoundArgs<B extends Bound> =
  | [bound: number, options?: BoundOptions<B>]
  | [options: BoundOptions<B> & { readonly [K in B]: number }];

interface Rates {
  readonly sensitivity: Tensor;
  readonly recall: Tensor;
  readonly specificity: Tensor;
  readonly precision: Tensor;
}

/** The largest of one rate where another is at least a bound. */
function boundClass<B extends Bound>(
  className: string,
  bound: B,
  wanted: Bound,
): Class<BoundArgs<B>, Metric_ & TwoArguments> {
  const options = metricSchema(
    className,
    null,
    {
      classId: optional(nullable(integer({ min: 0 })), null),
      numThresholds: optional(integer({ min: 1 }), 200),
      [bound as Bound]: required(number({ min: 0, max: 1 })),
    },
    [bound as never, 'numThresholds', 'classId'],
  );
  class BoundMetric extends Metric_ {
    declare readonly classId: number | null;
    declare readonly numThresholds: number;
    readonly truePositives: VariableTensor;
    readonly falsePositives: VariableTensor;
    readonly trueNegatives: VariableTensor;
    readonly falseNegatives: VariableTensor;
    readonly #thresholds: readonly number[];
    constructor(...args: readonly unknown[]) {
      const values = options.parse(args) as MetricOptions & Readonly<Record<string, unknown>>;
      super({ name: values.name, dtype: values.dtype });
      for (const key of ['classId', 'numThresholds', bound]) Reflect.set(this, key, values[key]);
      this.#thresholds = this.numThresholds === 1 ? [0.5] : evenThresholds(this.numThresholds);
      const shape = [this.#thresholds.length];
      this.truePositives = this.addVariable({ shape, name: 'true_positives' });
      this.falsePositives = this.addVariable({ shape, name: 'false_positives' });
      this.trueNegatives = this.addVariable({ shape, name: 'true_negatives' });
      this.falseNegatives = this.addVariable({ shape, name: 'false_negatives' });
    }
    override updateState(...args: UpdateArguments): void {
      const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
      const counts = {
        tp: this.truePositives,
        fp: this.falsePositives,
        tn: this.trueNegatives,
        fn: this.falseNegatives,
      };
      updateCounts(counts, yTrue, yPred, {
        thresholds: this.#thresholds,
        even: this.numThresholds > 1,
        classId: this.classId,
        sampleWeight,
      });
    }
    override result(): Tensor {
      const [tp, fp] = [this.truePositives.value(), this.falsePositives.value()];
      const [tn, fn] = [this.trueNegatives.value(), this.falseNegatives.value()];
      const recall = divideNoNan(tp, add(tp, fn));
      const rates: Rates = {
        sensitivity: recall,
        recall,
        specificity: divideNoNan(tn, add(tn, fp)),
        precision: divideNoNan(tp, add(tp, fp)),
      };
      const feasible = greaterEqual(rates[bound], Reflect.get(this, bound) as number);
      return maximum(reduceMax(where(feasible, rates[wanted], 0)), 0);
    }
    override getConfig(): Config {
      return options.toConfig(this);
    }
    static override fromConfig(config: Config) {
      // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
      return fromSchema(this, options, config);
    }
  }
  return callable(BoundMetric, className) as object as Class<BoundArgs<B>, Metric_ & TwoArguments>;
}
/** The best sensitivity where the specificity is at least the bound. */
export const SensitivityAtSpecificity = boundClass('SensitivityAtSpecificity', 'specificity', 'sensitivity');
/** The best specificity where the sensitivity is at least the bound. */
export const SpecificityAtSensitivity = boundClass('SpecificityAtSensitivity', 'sensitivity', 'specificity');
/** The best precision where the recall is at least the bound. */
export const PrecisionAtRecall = boundClass('PrecisionAtRecall', 'recall', 'precision');
/** The best recall where the precision is at least the bound. */
export const RecallAtPrecision = boundClass('RecallAtPrecision', 'precision', 'recall');
