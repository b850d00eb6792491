// Conv3D: a window of weights moves over three axes: volumes, or pictures over time.
// Source: https://keras.io/api/layers/convolution_layers/convolution3d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseConv, type ConvArgs, convDefinitions, convSettings } from './base-conv.ts';

const options = layerSchema('Conv3D', convDefinitions(3), convSettings);
export interface Conv3DOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<Conv3DOptions>;

/** (batch, depth, height, width, channels), or channels first. */
class Conv3DLayer extends BaseConv {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface Conv3D extends Conv3DLayer {}
export const Conv3D: Class<Args, Conv3D> = callable(Conv3DLayer, 'Conv3D');
