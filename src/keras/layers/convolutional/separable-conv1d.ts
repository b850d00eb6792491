// SeparableConv1D: a convolution over one axis, such as time, each channel by itself, then a mix of the channels.
// Source: https://keras.io/api/layers/convolution_layers/separable_convolution1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import type { ConvArgs } from './base-conv.ts';
import { BaseSeparableConv, separableDefinitions, separableSettings } from './base-separable-conv.ts';

const options = layerSchema('SeparableConv1D', separableDefinitions(1), separableSettings);
export interface SeparableConv1DOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<SeparableConv1DOptions>;

class SeparableConv1DLayer extends BaseSeparableConv {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface SeparableConv1D extends SeparableConv1DLayer {}
export const SeparableConv1D: Class<Args, SeparableConv1D> = callable(SeparableConv1DLayer, 'SeparableConv1D');
