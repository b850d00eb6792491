// Activation: a function of every element, or of an axis.
// Source: https://keras.io/api/layers/core_layers/activation/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type * as activations from '../../activations/index.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { activation } from '../kinds.ts';
import { LayerBase } from '../layer.ts';
import type { LayerOptions } from '../layer-options.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema('Activation', { activation: o.required(activation) }, { positional: ['activation'] });
export interface ActivationOptions extends LayerOptionsOf<typeof options> {}
type ActivationArgs =
  | [activation: activations.Like, options?: LayerOptions]
  | [options: With<ActivationOptions, 'activation'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ActivationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: ActivationArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    return this.activation(inputs);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface ActivationLayer extends LayerValues<typeof options> {}
export interface Activation extends ActivationLayer {}
export const Activation: Class<ActivationArgs, Activation> = callable(ActivationLayer, 'Activation');
