// Normalization: (x − mean) / standard deviation, with the moments of data or given ones.
// Owns: `adapt` and the moments' shapes.
// Source: https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, StateError, show, ValueError } from '../../../base/errors.ts';
import { type Dims, type Shape, showShape, sizeOf } from '../../../base/shape.ts';
import { broadcastTo, reshape } from '../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { add, cast, divide, maximum, multiply, sqrt, subtract } from '../../../ops/math/elementwise.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { eagerTensor, Tensor } from '../../../runtime/tensor.ts';
import { epsilon } from '../../config.ts';
import type { Config, Json } from '../../schema.ts';
import * as o from '../../schema.ts';
import type { TensorLike } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { type AdaptData, adaptTo, type Batch } from './adapt.ts';

const axes: o.Kind<number | readonly number[] | null, readonly number[]> = {
  wanted: 'a whole number, a list of them, or null',
  parse: (value) => {
    const list: unknown = value === null ? [] : typeof value === 'number' ? [value] : value;
    return Array.isArray(list) && list.every(Number.isInteger) ? { value: list as number[] } : null;
  },
};
const moment: o.Kind<TensorLike | null> = {
  wanted: 'a number, numbers in a list, or null',
  parse: (value) => ({ value: value as TensorLike | null }),
  toConfig: (value) => (value === null ? null : (convertToTensor(value).arraySync() as Json)),
};
const options = layerSchema(
  'Normalization',
  {
    axis: o.optional(axes, -1),
    invert: o.optional(o.boolean, false),
    givenMean: o.optional(moment, null, { key: 'mean' }),
    givenVariance: o.optional(moment, null, { key: 'variance' }),
  },
  { positional: ['axis', 'givenMean', 'givenVariance'], renamed: { mean: 'givenMean', variance: 'givenVariance' } },
);
export interface NormalizationOptions extends Omit<LayerOptionsOf<typeof options>, 'givenMean' | 'givenVariance'> {
  /** The mean, if it is known; with it the variance. */
  mean?: TensorLike | null | undefined;
  variance?: TensorLike | null | undefined;
}
type NormalizationArgs =
  | [options?: NormalizationOptions]
  | [axis: number | readonly number[] | null, options?: NormalizationOptions];

interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly count: number;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class NormalizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  adaptMean: Variable | null = null;
  adaptVariance: Variable | null = null;
  count: Variable | null = null;
  #keptShape: Dims = [];
  #keptAxes: readonly number[] = [];
  #builtShape: Shape | null = null;

  constructor(...args: NormalizationArgs) {
    super(options, args);
    this.supportsMasking = true;
    const where = `Normalization '${this.name}'`;
    if ((this.givenMean === null) !== (this.givenVariance === null))
      throw new ValueError(`${where}: found one of mean and variance; wanted both or none.`);
    if (this.givenMean === null) return;
    const [mean, variance] = [convertToTensor(this.givenMean), convertToTensor(this.givenVariance!)];
    if (showShape(mean.dims) !== showShape(variance.dims) || mean.rank > this.axis.length)
      throw new ShapeError(
        `${where}: mean has shape ${showShape(mean.dims)} and variance ${showShape(variance.dims)}; wanted equal shapes with at most ${this.axis.length} axes.`,
      );
  }
  override build(inputShape: Shape): void {
    const rank = inputShape.length;
    const where = `Normalization '${this.name}'`;
    if (this.axis.some((a) => a < -rank || a >= rank))
      throw new ShapeError(`${where}: axis ${show(this.axis)} for inputs with ${rank} axes.`);
    this.#keptAxes = this.axis.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
    const kept = this.#keptAxes.map((axis) => {
      const n = inputShape[axis];
      if (n === null || n === undefined)
        throw new ShapeError(
          `${where}: axis ${axis} of inputs ${showShape(inputShape)} must be known, for it is kept.`,
        );
      return n;
    });
    this.#builtShape = inputShape;
    this.#keptShape = inputShape.map((n, axis) => (this.#keptAxes.includes(axis) ? n! : 1));
    if (this.givenMean !== null || this.adaptMean) return;
    this.adaptMean = this.addWeight({ name: 'mean', shape: kept, initializer: 'zeros', trainable: false });
    this.adaptVariance = this.addWeight({ name: 'variance', shape: kept, initializer: 'ones', trainable: false });
    this.count = this.addWeight({ name: 'count', shape: [], dtype: 'int64', initializer: 'zeros', trainable: false });
  }
  /** The mean as it is subtracted: 1 where axes are reduced. */
  get mean(): Tensor | null {
    return this.#moment(this.givenMean, this.adaptMean);
  }
  get variance(): Tensor | null {
    return this.#moment(this.givenVariance, this.adaptVariance);
  }
  #moment(given: TensorLike | null, adapted: Variable | null): Tensor | null {
    if (!this.#builtShape) return null;
    if (given === null) return adapted ? cast(reshape(adapted, this.#keptShape), this.computeDtype) : null;
    const value = cast(convertToTensor(given), this.computeDtype);
    if (value.rank === 0) return broadcastTo(value, this.#keptShape);
    const dims = this.#keptShape.map(() => 1);
    for (let i = 1; i <= value.rank; i++) dims[this.#keptAxes.at(-i)!] = value.dims.at(-i)!;
    return broadcastTo(reshape(value, dims), this.#keptShape);
  }

  /** Takes mean and variance from data. */
  adapt(data: AdaptData, settings: { readonly steps?: number | null } = {}): Promise<void> {
    const where = `Normalization '${this.name}'`;
    if (this.givenMean !== null)
      throw new StateError(`${where}: a layer with a given mean cannot be adapted; leave mean and variance out.`);
    let total: Moments | null = null;
    const update = (batch: Batch): void => {
      if (batch instanceof RaggedTensor) throw new ShapeError(`${where}: adapt takes no ragged tensors.`);
      const rows =
        !this.built && batch.rank === 1 && this.axis.length > 0 && !whole ? reshape(batch, [1, batch.size]) : batch;
      total = combine(total, this.#momentsOf(rows));
      this.#set(total);
    };
    const whole = data instanceof Tensor || Array.isArray(data) || ArrayBuffer.isView(data);
    return adaptTo(data, settings.steps, where, update, update);
  }
  #momentsOf(batch: Tensor): Moments {
    if (!this.built)
      this.build([null, ...batch.dims.slice(1)].map((n, i) => (this.axis.includes(i) ? batch.dims[i]! : n)));
    const { dims } = batch;
    const axesKept = this.#keptAxes;
    if (dims.length !== this.#builtShape!.length || axesKept.some((axis) => dims[axis] !== this.#keptShape[axis]))
      throw new ShapeError(
        `Normalization '${this.name}': adapt found data of shape ${showShape(dims)}; the layer was built for ${showShape(this.#builtShape!)}.`,
      );
    const elements = batch.elements as ArrayLike<number | bigint>;
    const size = sizeOf(this.#keptShape);
    const groups = groupsOf(dims, axesKept);
    const count = batch.size / size;
    const [mean, variance] = [new Float64Array(size), new Float64Array(size)];
    groups.forEach((group, i) => {
      mean[group]! += Number(elements[i]) / count;
    });
    groups.forEach((group, i) => {
      variance[group]! += (Number(elements[i]) - mean[group]!) ** 2 / count;
    });
    return { mean, variance, count };
  }
  #set({ mean, variance }: Moments): void {
    const kept = this.adaptMean!.dims;
    this.adaptMean!.assign(cast(eagerTensor(mean, kept, 'float64'), this.adaptMean!.dtype));
    this.adaptVariance!.assign(cast(eagerTensor(variance, kept, 'float64'), this.adaptVariance!.dtype));
  }

  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, this.computeDtype);
    const [mean, variance] = [this.mean!, this.variance!];
    const deviation = maximum(sqrt(variance), epsilon());
    return this.invert ? add(mean, multiply(x, deviation)) : divide(subtract(x, mean), deviation);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
  override getBuildConfig(): Config | null {
    return this.#builtShape ? { input_shape: [...this.#builtShape] } : null;
  }
}

/** For every element the number of the group that it belongs to: its position along the kept axes. */
function groupsOf(dims: Dims, kept: readonly number[]): Int32Array {
  const strides = dims.map(() => 0);
  let stride = 1;
  for (const axis of [...kept].reverse()) {
    strides[axis] = stride;
    stride *= dims[axis]!;
  }
  const groups = new Int32Array(sizeOf(dims));
  const at = dims.map(() => 0);
  let group = 0;
  for (let i = 0; i < groups.length; i++) {
    groups[i] = group;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at[axis]!++;
      group += strides[axis]!;
      if (at[axis]! < dims[axis]!) break;
      group -= strides[axis]! * dims[axis]!;
      at[axis] = 0;
    }
  }
  return groups;
}
/** The moments of two sets together. */
function combine(a: Moments | null, b: Moments): Moments {
  if (!a) return b;
  const count = a.count + b.count;
  const [u, v] = [a.count / count, b.count / count];
  const mean = a.mean.map((m, i) => u * m + v * b.mean[i]!);
  const variance = a.variance.map(
    (s, i) => u * (s + (a.mean[i]! - mean[i]!) ** 2) + v * (b.variance[i]! + (b.mean[i]! - mean[i]!) ** 2),
  );
  return { mean, variance, count };
}
interface NormalizationLayer extends LayerValues<typeof options> {}
export interface Normalization extends NormalizationLayer {}
export const Normalization: Class<NormalizationArgs, Normalization> = callable(NormalizationLayer, 'Normalization');
