// Conv2DTranspose: the way back of a convolution over two axes: pictures: shapes grow where Conv2D's shrink.
// Source: https://keras.io/api/layers/convolution_layers/convolution2d_transpose/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { type ConvArgs, convSettings } from './base-conv.ts';
import { BaseConvTranspose, convTransposeDefinitions } from './base-conv-transpose.ts';

const options = layerSchema('Conv2DTranspose', convTransposeDefinitions(2), { ...convSettings, ignored: ['groups'] });
export interface Conv2DTransposeOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<Conv2DTransposeOptions>;

class Conv2DTransposeLayer extends BaseConvTranspose {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface Conv2DTranspose extends Conv2DTransposeLayer {}
export const Conv2DTranspose: Class<Args, Conv2DTranspose> = callable(Conv2DTransposeLayer, 'Conv2DTranspose');
