// DepthwiseConv1D: a convolution over one axis, such as time, each channel by itself.
// Source: https://keras.io/api/layers/convolution_layers/depthwise_convolution1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseDepthwiseConv,
  type DepthwiseArgs,
  depthwiseDefinitions,
  depthwiseSettings,
} from './base-depthwise-conv.ts';

const options = layerSchema('DepthwiseConv1D', depthwiseDefinitions(1), depthwiseSettings);
export interface DepthwiseConv1DOptions extends LayerOptionsOf<typeof options> {}
type Args = DepthwiseArgs<DepthwiseConv1DOptions>;

class DepthwiseConv1DLayer extends BaseDepthwiseConv {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface DepthwiseConv1D extends DepthwiseConv1DLayer {}
export const DepthwiseConv1D: Class<Args, DepthwiseConv1D> = callable(DepthwiseConv1DLayer, 'DepthwiseConv1D');
