// The small layers that Keras defines beside its applications: scaled sums, scaled channels, dropped ways.
// Owns: CustomScaleLayer (Inception-ResNet), LayerScale and StochasticDepth (ConvNeXt), under the modules that files name.
import type { Shape } from '../../base/shape.ts';
import type { Variable } from '../../ops/core/variable.ts';
import { add, divide, floor, multiply } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { Constant } from '../initializers/index.ts';
import { LayerBase } from '../layers/layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layers/layer-options.ts';
import { uniform } from '../random/index.ts';
import * as o from '../schema.ts';
import { registerModule } from '../serialization.ts';
import type { CallOptions } from '../types.ts';

const scaleOptions = layerSchema('CustomScaleLayer', { scale: o.required(o.number()) });
/** `a + scale · b` of two inputs. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export class CustomScaleLayer extends LayerBase<Tensor> {
  static override readonly schema = scaleOptions;
  constructor(given: LayerOptionsOf<typeof scaleOptions>) {
    super(scaleOptions, [given]);
  }
  override call(inputs: Tensor[]): Tensor {
    return add(inputs[0]!, multiply(inputs[1]!, this.scale));
  }
}
export interface CustomScaleLayer extends LayerValues<typeof scaleOptions> {}

const channelOptions = layerSchema('LayerScale', {
  initValues: o.required(o.number()),
  projectionDim: o.required(o.integer({ min: 1 })),
});
/** A learned factor for each channel. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export class LayerScale extends LayerBase<Tensor> {
  static override readonly schema = channelOptions;
  gamma!: Variable;
  constructor(given: LayerOptionsOf<typeof channelOptions>) {
    super(channelOptions, [given]);
  }
  override build(_inputShape: Shape): void {
    this.gamma = this.addWeight({ shape: [this.projectionDim], initializer: Constant(this.initValues) });
  }
  override call(x: Tensor): Tensor {
    return multiply(x, this.gamma);
  }
}
export interface LayerScale extends LayerValues<typeof channelOptions> {}

const depthOptions = layerSchema('StochasticDepth', { dropPathRate: o.required(o.number({ min: 0 })) });
/** In training, whole samples are set to 0 at that rate, and the others grow for it. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export class StochasticDepth extends LayerBase<Tensor> {
  static override readonly schema = depthOptions;
  constructor(given: LayerOptionsOf<typeof depthOptions>) {
    super(depthOptions, [given]);
  }
  override call(x: Tensor, { training }: CallOptions = {}): Tensor {
    if (!training) return x;
    const kept = 1 - this.dropPathRate;
    const chance = uniform([x.dims[0]!, ...x.dims.slice(1).map(() => 1)], { minval: 0, maxval: 1 });
    return multiply(divide(x, kept), floor(add(chance, kept)));
  }
}
export interface StochasticDepth extends LayerValues<typeof depthOptions> {}

for (const [layer, name] of [
  [CustomScaleLayer, 'CustomScaleLayer'],
  [LayerScale, 'LayerScale'],
  [StochasticDepth, 'StochasticDepth'],
] as const)
  Object.defineProperty(layer, 'name', { value: name });
registerModule('keras.src.applications.inception_resnet_v2', { CustomScaleLayer });
registerModule('keras.src.applications.convnext', { LayerScale, StochasticDepth });
