// ELU: x above 0, alpha · (exp(x) − 1) below.
// Source: https://keras.io/api/layers/activation_layers/elu/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { elu } from '../../activations/index.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

const options = layerSchema('ELU', { alpha: o.optional(o.number(), 1) }, { positional: ['alpha'] });
export interface ELUOptions extends LayerOptionsOf<typeof options> {}
type ELUArgs = [alpha: number, options?: ELUOptions] | [options?: ELUOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ELULayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: ELUArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  override call(inputs: Tensor): Tensor {
    return elu(inputs, this.alpha);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape;
  }
}
interface ELULayer extends LayerValues<typeof options> {}
export interface ELU extends ELULayer {}
export const ELU: Class<ELUArgs, ELU> = callable(ELULayer, 'ELU');
