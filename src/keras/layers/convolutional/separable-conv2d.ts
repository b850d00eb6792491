// SeparableConv2D: a convolution over two axes: pictures, each channel by itself, then a mix of the channels.
// Source: https://keras.io/api/layers/convolution_layers/separable_convolution2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import type { ConvArgs } from './base-conv.ts';
import { BaseSeparableConv, separableDefinitions, separableSettings } from './base-separable-conv.ts';

const options = layerSchema('SeparableConv2D', separableDefinitions(2), separableSettings);
export interface SeparableConv2DOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<SeparableConv2DOptions>;

class SeparableConv2DLayer extends BaseSeparableConv {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface SeparableConv2D extends SeparableConv2DLayer {}
export const SeparableConv2D: Class<Args, SeparableConv2D> = callable(SeparableConv2DLayer, 'SeparableConv2D');
