// DepthwiseConv2D: a convolution over two axes: pictures, each channel by itself.
// Source: https://keras.io/api/layers/convolution_layers/depthwise_convolution2d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseDepthwiseConv,
  type DepthwiseArgs,
  depthwiseDefinitions,
  depthwiseSettings,
} from './base-depthwise-conv.ts';

const options = layerSchema('DepthwiseConv2D', depthwiseDefinitions(2), depthwiseSettings);
export interface DepthwiseConv2DOptions extends LayerOptionsOf<typeof options> {}
type Args = DepthwiseArgs<DepthwiseConv2DOptions>;

class DepthwiseConv2DLayer extends BaseDepthwiseConv {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface DepthwiseConv2D extends DepthwiseConv2DLayer {}
export const DepthwiseConv2D: Class<Args, DepthwiseConv2D> = callable(DepthwiseConv2DLayer, 'DepthwiseConv2D');
