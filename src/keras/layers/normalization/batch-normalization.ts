// BatchNormalization: each channel gets mean 0 and variance 1: those of the batch in training, averages of them afterwards.
// Owns: the moving statistics, masked moments, and batch renormalization (Ioffe, 2017).
// Source: https://keras.io/api/layers/normalization_layers/batch_normalization/

import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, ValueError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/record.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { broadcastTo, expandDims, reshape } from '../../../ops/core/arrange.ts';
import {
  add,
  cast,
  clipByValue,
  divide,
  maximum,
  minimum,
  multiply,
  sqrt,
  square,
  stopGradient,
  subtract,
  where,
} from '../../../ops/math/elementwise.ts';
import { reduceSum } from '../../../ops/math/reduce.ts';
import { batchNormalization, moments } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import { epsilon as smallNumber } from '../../config.ts';
import type * as initializers from '../../initializers/index.ts';
import * as o from '../../schema.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions } from '../../types.ts';
import { initializer } from '../kinds.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { addBeta, addGamma, lengthsOf, scaleAndCenter, shaped, wide } from './scale-and-center.ts';

interface RenormClipping {
  readonly rmin?: number | null;
  readonly rmax?: number | null;
  readonly dmax?: number | null;
}
const isClipping = (value: unknown): value is RenormClipping =>
  isRecord(value) && Object.keys(value).every((key) => key === 'rmin' || key === 'rmax' || key === 'dmax');

const options = layerSchema(
  'BatchNormalization',
  {
    axis: o.optional(o.integer(), -1),
    momentum: o.optional(o.number(), 0.99),
    epsilon: o.optional(o.number({ min: 0 }), 1e-3),
    ...scaleAndCenter,
    movingMeanInitializer: o.optional(initializer, 'zeros'),
    movingVarianceInitializer: o.optional(initializer, 'ones'),
    synchronized: o.optional(o.boolean, false),
    renorm: o.optional(o.boolean, false),
    renormClipping: o.optional(o.nullable(o.any('a record of rmin, rmax and dmax', isClipping)), null),
    renormMomentum: o.optional(o.number(), 0.99),
  },
  {
    positional: ['axis'],
    ignored: ['fused', 'virtualBatchSize', 'adjustment'],
    upgrade: (given) => {
      // Keras 2 writes the axis as a list of one.
      if (Array.isArray(given.axis) && given.axis.length === 1) given.axis = given.axis[0];
    },
  },
);
export interface BatchNormalizationOptions extends LayerOptionsOf<typeof options> {}
type BatchNormalizationArgs =
  | [axis: number, options?: BatchNormalizationOptions]
  | [options?: BatchNormalizationOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class BatchNormalizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  gamma: VariableTensor | null = null;
  beta: VariableTensor | null = null;
  movingMean!: VariableTensor;
  movingVariance!: VariableTensor;
  movingStddev: VariableTensor | null = null;
  renormMean: VariableTensor | null = null;
  renormStddev: VariableTensor | null = null;

  constructor(...args: BatchNormalizationArgs) {
    super(options, args);
    this.supportsMasking = true;
    const { rmin, rmax, dmax } = this.renormClipping ?? {};
    if (typeof rmin === 'number' && typeof rmax === 'number' && rmax < rmin)
      throw new ValueError(`layer '${this.name}': renormClipping has rmax ${rmax} below rmin ${rmin}.`);
    if (typeof dmax === 'number' && dmax < 0)
      throw new ValueError(`layer '${this.name}': renormClipping has dmax ${dmax}, wanted none or one ≥ 0.`);
  }
  override build(inputShape: Shape): void {
    const shape = lengthsOf([this.axis], inputShape, this.name);
    const statistic = (name: string, initial: initializers.InitializerFunction): VariableTensor =>
      this.addWeight({ name, shape, initializer: initial, trainable: false });
    if (this.scale) this.gamma = addGamma(this, shape);
    if (this.center) this.beta = addBeta(this, shape);
    this.movingMean = statistic('moving_mean', this.movingMeanInitializer);
    this.movingVariance = statistic('moving_variance', this.movingVarianceInitializer);
    if (this.renorm) {
      const stddev: initializers.InitializerFunction = (dims, given) =>
        sqrt(this.movingVarianceInitializer(dims, given));
      this.movingStddev = statistic('moving_stddev', stddev);
      this.renormMean = statistic('renorm_mean', this.movingMeanInitializer);
      this.renormStddev = statistic('renorm_stddev', stddev);
    }
    this.inputSpec = { ndim: inputShape.length, axes: { [this.axis]: shape[0]! } };
  }
  protected override get takesMask(): boolean {
    return true;
  }
  /** (x − mean) / √(variance + ε) · gamma + beta, along the axis. A frozen layer works as in inference. */
  override call(inputs: Tensor, { training, mask }: CallOptions = {}): Tensor {
    const x = wide(inputs);
    const as = (weight: Tensor | null): Tensor | null => shaped(weight, x, null);
    let [gamma, beta] = [as(this.gamma), as(this.beta)];
    let [mean, variance] = [as(this.movingMean)!, as(this.movingVariance)!];
    if (training && this.trainable) {
      [mean, variance] = this.#batchMoments(x, isTensor(mask) ? mask : null);
      if (this.renorm) [gamma, beta] = this.#renormalize(mean, variance, gamma, beta);
      else {
        this.#move(this.movingMean, mean, this.momentum);
        this.#move(this.movingVariance, variance, this.momentum);
      }
    }
    const at = this.axis < 0 ? x.rank + this.axis : this.axis;
    const shape = at === x.rank - 1 ? null : x.dims.map((n, axis) => (axis === at ? n : 1));
    const over = (value: Tensor | null): Tensor | null => shaped(value, x, shape);
    const y = batchNormalization(x, over(mean)!, over(variance)!, over(beta), over(gamma), this.epsilon);
    return y.dtype === this.computeDtype ? y : cast(y, this.computeDtype);
  }
  /** Mean and variance of the batch for each channel, of positions that are not masked. */
  #batchMoments(x: Tensor, mask: Tensor | null): [mean: Tensor, variance: Tensor] {
    const at = this.axis < 0 ? x.rank + this.axis : this.axis;
    const axes = x.dims.map((_, axis) => axis).filter((axis) => axis !== at);
    if (!mask) return moments(x, axes);
    if (mask.rank !== x.rank - 1)
      throw new ShapeError(
        `layer '${this.name}': the mask has shape ${showShape(mask.shape)} for an input of shape ${showShape(x.shape)}; wanted one axis less.`,
      );
    const kept = broadcastTo(expandDims(cast(mask, 'bool'), -1), x.dims);
    const sum = (value: Tensor): Tensor => reduceSum(where(kept, value, cast(0, x.dtype)), axes, { keepdims: true });
    const count = add(reduceSum(cast(kept, x.dtype), axes, { keepdims: true }), smallNumber());
    const mean = divide(sum(x), count);
    const variance = divide(sum(square(subtract(x, mean))), count);
    return [reshape(mean, [-1]), reshape(variance, [-1])];
  }
  /** average · momentum + value · (1 − momentum) */
  #move(average: VariableTensor, value: Tensor, momentum: number): void {
    const old = average.dtype === value.dtype ? average.value() : cast(average, value.dtype);
    const moved = add(multiply(old, momentum), multiply(stopGradient(value), 1 - momentum));
    average.set(moved.dtype === average.dtype ? moved : cast(moved, average.dtype));
  }
  /** gamma and beta such that the result is normalized by the moving statistics, as far as the clipping allows. */
  #renormalize(mean: Tensor, variance: Tensor, gamma: Tensor | null, beta: Tensor | null): [Tensor, Tensor] {
    const stddev = sqrt(add(variance, this.epsilon));
    const [oldMean, oldStddev] = [shaped(this.renormMean, mean, null)!, shaped(this.renormStddev, mean, null)!];
    const base = maximum(oldStddev, Math.sqrt(this.epsilon));
    let r = divide(stddev, base);
    let d = divide(subtract(mean, oldMean), base);
    const { rmin = null, rmax = null, dmax = null } = this.renormClipping ?? {};
    if (rmin !== null) r = maximum(r, rmin);
    if (rmax !== null) r = minimum(r, rmax);
    if (dmax !== null) d = clipByValue(d, -dmax, dmax);
    [r, d] = [stopGradient(r), stopGradient(d)];
    this.#move(this.renormMean!, mean, this.renormMomentum);
    this.#move(this.renormStddev!, stddev, this.renormMomentum);
    this.#move(this.movingMean, mean, this.momentum);
    this.#move(this.movingStddev!, stddev, this.momentum);
    const squares = maximum(subtract(square(this.movingStddev!.value()), this.epsilon), 0);
    this.movingVariance.set(squares);
    const shift = gamma ? multiply(d, gamma) : d;
    return [gamma ? multiply(r, gamma) : r, beta ? add(shift, beta) : shift];
  }
  override computeOutputShape(inputShape: Shape): Shape {
    lengthsOf([this.axis], inputShape, this.name);
    return inputShape;
  }
}
interface BatchNormalizationLayer extends LayerValues<typeof options> {}
export interface BatchNormalization extends BatchNormalizationLayer {}
export const BatchNormalization: Class<BatchNormalizationArgs, BatchNormalization> = callable(
  BatchNormalizationLayer,
  'BatchNormalization',
);
