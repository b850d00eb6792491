// Conv2D: a window of weights moves over two axes: pictures.
// Source: https://keras.io/api/layers/convolution_layers/convolution2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseConv, type ConvArgs, convDefinitions, convSettings } from './base-conv.ts';

const options = layerSchema('Conv2D', convDefinitions(2), convSettings);
export interface Conv2DOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<Conv2DOptions>;

/** (batch, height, width, channels), or channels first. */
class Conv2DLayer extends BaseConv {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface Conv2D extends Conv2DLayer {}
export const Conv2D: Class<Args, Conv2D> = callable(Conv2DLayer, 'Conv2D');
