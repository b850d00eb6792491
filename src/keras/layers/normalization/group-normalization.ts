// GroupNormalization: groups of channels of each sample get mean 0 and variance 1 (Wu & He, 2018).
// Source: https://keras.io/api/layers/normalization_layers/group_normalization/
import { type Class, callable } from '../../../base/callable.ts';
import { ValueError } from '../../../base/errors.ts';
import { normalizeAxis, type Shape } from '../../../base/shape.ts';
import { reshape } from '../../../ops/core/arrange.ts';
import { cast } from '../../../ops/math/elementwise.ts';
import { batchNormalization, moments } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { addBeta, addGamma, lengthsOf, scaleAndCenter, shaped, wide } from './scale-and-center.ts';

const options = layerSchema(
  'GroupNormalization',
  {
    /** −1: a group for each channel, which is instance normalization. */
    groups: o.optional(o.integer({ min: -1 }), 32),
    axis: o.optional(o.integer(), -1),
    epsilon: o.optional(o.number({ min: 0 }), 1e-3),
    ...scaleAndCenter,
    autocast: o.optional(o.boolean, false, { internal: true }),
  },
  { positional: ['groups', 'axis'] },
);
export interface GroupNormalizationOptions extends LayerOptionsOf<typeof options> {}
type GroupNormalizationArgs =
  | [groups: number, options?: GroupNormalizationOptions]
  | [options?: GroupNormalizationOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class GroupNormalizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  gamma: VariableTensor | null = null;
  beta: VariableTensor | null = null;

  constructor(...args: GroupNormalizationArgs) {
    super(options, args);
    this.supportsMasking = true;
    if (this.groups === 0) throw new ValueError(`layer '${this.name}': found 0 groups, wanted at least 1, or -1.`);
  }
  override build(inputShape: Shape): void {
    const channels = lengthsOf([this.axis], inputShape, this.name)[0]!;
    if (this.groups === -1) Object.assign(this, { groups: channels });
    if (channels < this.groups || channels % this.groups !== 0)
      throw new ValueError(
        `layer '${this.name}': ${this.groups} groups do not divide the ${channels} channels of axis ${this.axis}; wanted a number that does, or -1 for one group a channel.`,
      );
    if (this.scale) this.gamma = addGamma(this, [channels]);
    if (this.center) this.beta = addBeta(this, [channels]);
    this.inputSpec = { ndim: inputShape.length, axes: { [this.axis]: channels } };
  }
  /** (batch, …, channels) as (batch, …, groups, channels / groups), normalized over all but batch and groups. */
  override call(inputs: Tensor): Tensor {
    const at = normalizeAxis(this.axis, inputs.rank, this.name);
    const split = (dims: readonly number[], channels: number): number[] => [
      ...dims.slice(0, at),
      this.groups,
      channels / this.groups,
      ...dims.slice(at + 1),
    ];
    const channels = inputs.dims[at]!;
    const x = reshape(wide(inputs), split(inputs.dims, channels));
    const axes = x.dims.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== at);
    const [mean, variance] = moments(x, axes, { keepdims: true });
    const shape = split(
      inputs.dims.map(() => 1),
      channels,
    );
    const [gamma, beta] = [shaped(this.gamma, x, shape), shaped(this.beta, x, shape)];
    const y = reshape(batchNormalization(x, mean, variance, beta, gamma, this.epsilon), inputs.dims);
    return y.dtype === this.computeDtype ? y : cast(y, this.computeDtype);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    lengthsOf([this.axis], inputShape, this.name);
    return inputShape;
  }
}
interface GroupNormalizationLayer extends LayerValues<typeof options> {}
export interface GroupNormalization extends GroupNormalizationLayer {}
export const GroupNormalization: Class<GroupNormalizationArgs, GroupNormalization> = callable(
  GroupNormalizationLayer,
  'GroupNormalization',
);
