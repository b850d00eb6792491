// Identity: the input as it is.
// Source: https://keras.io/api/layers/core_layers/identity/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema('Identity', {});
export interface IdentityOptions extends LayerOptionsOf<typeof options> {}
type IdentityArgs = [options?: IdentityOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class IdentityLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: IdentityArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    return inputs;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface IdentityLayer extends LayerValues<typeof options> {}
export interface Identity extends IdentityLayer {}
export const Identity: Class<IdentityArgs, Identity> = callable(IdentityLayer, 'Identity');
