// Intersection over union, from a confusion matrix.
// Owns: the five classes of Keras.
import { type Class, callable } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { broadcastTo, gather, reshape } from '../../ops/core/arrange.ts';
import {
  add,
  cast,
  divide,
  greater,
  greaterEqual,
  less,
  logicalAnd,
  multiply,
  notEqual,
  subtract,
  where,
} from '../../ops/math/elementwise.ts';
import { argmax, reduceSum } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { epsilon } from '../config.ts';
import { asDType } from '../losses/reduction.ts';
import { boolean, type Config, integer, integers, nullable, number, optional, required } from '../schema.ts';
import { Metric_, type MetricOptions, type UpdateArguments, updateArguments } from './metric.ts';
import { fromSchema, metricSchema } from './options.ts';
import type { TwoArguments } from './reduction.ts';

interface Settings extends MetricOptions {
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass?: number | null;
  readonly sparseYTrue?: boolean;
  readonly sparseYPred?: boolean;
  readonly axis?: number;
}

class IoUBase extends Metric_ {
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass: number | null;
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly axis: number;
  readonly totalConfusionMatrix: VariableTensor;

  constructor(settings: Settings) {
    super({ name: settings.name, dtype: settings.dtype ?? 'int64' });
    this.numClasses = settings.numClasses;
    this.targetClassIds = settings.targetClassIds;
    this.ignoreClass = settings.ignoreClass ?? null;
    this.sparseYTrue = settings.sparseYTrue ?? true;
    this.sparseYPred = settings.sparseYPred ?? true;
    this.axis = settings.axis ?? -1;
    const far = this.targetClassIds.find((id) => id >= this.numClasses || id < 0);
    if (far !== undefined)
      throw new ValueError(
        `${this.constructor.name}: targetClassIds has ${far}, wanted numbers from 0 to ${this.numClasses - 1}.`,
      );
    this.totalConfusionMatrix = this.addVariable({
      name: 'total_confusion_matrix',
      shape: [this.numClasses, this.numClasses],
      dtype: this.dtype,
    });
  }

  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    const classes = (x: TensorLike, sparse: boolean, name: string): Tensor => {
      const tensor = sparse ? asDType(x, 'int32', name) : argmax(x, this.axis, { outputType: 'int32' });
      return reshape(tensor, [sizeOf(tensor.dims)]);
    };
    const t = classes(yTrue, this.sparseYTrue, 'yTrue');
    const q = classes(yPred, this.sparseYPred, 'yPred');
    const given = asDType(sampleWeight ?? 1, this.dtype, 'sampleWeight');
    const weight = broadcastTo(given.rank > 1 ? reshape(given, [-1]) : given, t.dims);
    const inside = (x: Tensor): Tensor => logicalAnd(greaterEqual(x, 0), less(x, this.numClasses));
    let counted = logicalAnd(inside(t), inside(q));
    if (this.ignoreClass !== null) counted = logicalAnd(counted, notEqual(t, this.ignoreClass));
    const place = where(counted, add(multiply(t, this.numClasses), q), 0);
    const empty = p.zerosLike({ dims: [this.numClasses ** 2], dtype: this.dtype });
    const counts = p.scatterRows(empty, place, where(counted, weight, 0), 'add');
    const matrix = this.totalConfusionMatrix;
    matrix.set(p.add(matrix.value(), p.reshape(counts, matrix.dims)) as Tensor);
  }

  override result(): Tensor {
    const matrix = this.totalConfusionMatrix.value();
    const n = this.numClasses;
    const diagonal = p.compare('equal', p.iota([n, n], 0, 'int32'), p.iota([n, n], 1, 'int32')) as Tensor;
    const both = reduceSum(where(diagonal, matrix, 0), 1);
    const either = subtract(add(reduceSum(matrix, 0), reduceSum(matrix, 1)), both);
    const of = (counts: Tensor): Tensor => cast(gather(counts, [...this.targetClassIds]), 'float32');
    const [intersection, union] = [of(both), of(either)];
    const present = greater(union, 1e-9);
    const iou = where(present, divide(intersection, add(union, epsilon())), 0);
    return divide(reduceSum(iou, -1), add(reduceSum(cast(present, 'float32')), epsilon()));
  }
}

const numClasses = required(integer({ min: 1 }));
const targetClassIds = required(integers({ min: 0 }));
const ignoreClass = optional(nullable(integer()), null);
const flag = (value: boolean) => optional(boolean, value);
const axis = optional(integer(), -1);

interface Shared extends MetricOptions, Options<{ ignoreClass: number | null; axis: number }> {}
export interface Sparse extends Shared, Options<{ sparseYTrue: boolean; sparseYPred: boolean }> {}

const iouOptions = metricSchema(
  'IoU',
  null,
  { numClasses, targetClassIds, ignoreClass, sparseYTrue: flag(true), sparseYPred: flag(true), axis },
  ['numClasses', 'targetClassIds'],
);
type WithTargets<O> =
  | [numClasses: number, targetClassIds: readonly number[], options?: O]
  | [options: O & { readonly numClasses: number; readonly targetClassIds: readonly number[] }];
type WithClasses<O> = [numClasses: number, options?: O] | [options: O & { readonly numClasses: number }];

class IoU_ extends IoUBase {
  constructor(...args: WithTargets<Sparse>) {
    super(iouOptions.parse(args));
  }
  override getConfig(): Config {
    return iouOptions.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, iouOptions, config);
  }
}
export interface IoU extends IoU_, TwoArguments {}
/** The mean over the target classes of intersection over union. */
export const IoU: Class<WithTargets<Sparse>, IoU> = callable(IoU_, 'IoU');

const meanOptions = metricSchema(
  'MeanIoU',
  null,
  { numClasses, ignoreClass, sparseYTrue: flag(true), sparseYPred: flag(true), axis },
  ['numClasses'],
);
const allClasses = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
class MeanIoU_ extends IoUBase {
  constructor(...args: WithClasses<Sparse>) {
    const values = meanOptions.parse(args);
    super({ ...values, targetClassIds: allClasses(values.numClasses) });
  }
  override getConfig(): Config {
    return meanOptions.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, meanOptions, config);
  }
}
export interface MeanIoU extends MeanIoU_, TwoArguments {}
/** The mean over all classes that occur. */
export const MeanIoU: Class<WithClasses<Sparse>, MeanIoU> = callable(MeanIoU_, 'MeanIoU');

export interface OneHot extends Shared, Options<{ sparseYPred: boolean }> {}
const oneHotOptions = metricSchema(
  'OneHotIoU',
  null,
  { numClasses, targetClassIds, ignoreClass, sparseYPred: flag(false), axis },
  ['numClasses', 'targetClassIds'],
);
class OneHotIoU_ extends IoUBase {
  constructor(...args: WithTargets<OneHot>) {
    super({ ...oneHotOptions.parse(args), sparseYTrue: false });
  }
  override getConfig(): Config {
    return oneHotOptions.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, oneHotOptions, config);
  }
}
export interface OneHotIoU extends OneHotIoU_, TwoArguments {}
/** IoU of one-hot labels. */
export const OneHotIoU: Class<WithTargets<OneHot>, OneHotIoU> = callable(OneHotIoU_, 'OneHotIoU');

const oneHotMeanOptions = metricSchema(
  'OneHotMeanIoU',
  null,
  { numClasses, ignoreClass, sparseYPred: flag(false), axis },
  ['numClasses'],
);
class OneHotMeanIoU_ extends IoUBase {
  constructor(...args: WithClasses<OneHot>) {
    const values = oneHotMeanOptions.parse(args);
    super({ ...values, sparseYTrue: false, targetClassIds: allClasses(values.numClasses) });
  }
  override getConfig(): Config {
    return oneHotMeanOptions.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, oneHotMeanOptions, config);
  }
}
export interface OneHotMeanIoU extends OneHotMeanIoU_, TwoArguments {}
/** MeanIoU of one-hot labels. */
export const OneHotMeanIoU: Class<WithClasses<OneHot>, OneHotMeanIoU> = callable(OneHotMeanIoU_, 'OneHotMeanIoU');

export interface BinaryIoUOptions
  extends MetricOptions,
    Options<{ targetClassIds: readonly number[]; threshold: number }> {}
type BinaryArgs = [targetClassIds: readonly number[], options?: BinaryIoUOptions] | [options?: BinaryIoUOptions];
const binaryOptions = metricSchema(
  'BinaryIoU',
  null,
  { targetClassIds: optional(integers({ min: 0, max: 1 }), [0, 1]), threshold: optional(number(), 0.5) },
  ['targetClassIds', 'threshold'],
);
class BinaryIoU_ extends IoUBase {
  readonly threshold: number;
  constructor(...args: BinaryArgs) {
    const values = binaryOptions.parse(args);
    super({ ...values, numClasses: 2 });
    this.threshold = values.threshold;
  }
  override updateState(...args: UpdateArguments): void {
    const [yTrue, yPred, sampleWeight] = updateArguments(this, args);
    super.updateState(
      yTrue,
      cast(greaterEqual(asDType(yPred, 'float32', 'yPred'), this.threshold), 'int32'),
      sampleWeight,
    );
  }
  override getConfig(): Config {
    return binaryOptions.toConfig(this);
  }
  static override fromConfig(config: Config) {
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return fromSchema(this, binaryOptions, config);
  }
}
export interface BinaryIoU extends BinaryIoU_, TwoArguments {}
/** IoU of two classes, predictions cut at a threshold. */
export const BinaryIoU: Class<BinaryArgs, BinaryIoU> = callable(BinaryIoU_, 'BinaryIoU');
