// Conv1DTranspose: the way back of a convolution over one axis, such as time: shapes grow where Conv1D's shrink.
// Source: https://keras.io/api/layers/convolution_layers/convolution1d_transpose/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { type ConvArgs, convSettings } from './base-conv.ts';
import { BaseConvTranspose, convTransposeDefinitions } from './base-conv-transpose.ts';

const options = layerSchema('Conv1DTranspose', convTransposeDefinitions(1), { ...convSettings, ignored: ['groups'] });
export interface Conv1DTransposeOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<Conv1DTransposeOptions>;

class Conv1DTransposeLayer extends BaseConvTranspose {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface Conv1DTranspose extends Conv1DTransposeLayer {}
export const Conv1DTranspose: Class<Args, Conv1DTranspose> = callable(Conv1DTransposeLayer, 'Conv1DTranspose');
