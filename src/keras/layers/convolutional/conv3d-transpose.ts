// Conv3DTranspose: the way back of a convolution over three axes: volumes, or pictures over time: shapes grow where Conv3D's shrink.
// Source: https://keras.io/api/layers/convolution_layers/convolution3d_transpose/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { type ConvArgs, convSettings } from './base-conv.ts';
import { BaseConvTranspose, convTransposeDefinitions } from './base-conv-transpose.ts';

const options = layerSchema('Conv3DTranspose', convTransposeDefinitions(3), { ...convSettings, ignored: ['groups'] });
export interface Conv3DTransposeOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<Conv3DTransposeOptions>;

class Conv3DTransposeLayer extends BaseConvTranspose {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface Conv3DTranspose extends Conv3DTransposeLayer {}
export const Conv3DTranspose: Class<Args, Conv3DTranspose> = callable(Conv3DTransposeLayer, 'Conv3DTranspose');
