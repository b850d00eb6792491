// Conv1D: a window of weights moves over one axis, such as time.
// Source: https://keras.io/api/layers/convolution_layers/convolution1d/
import { type Class, callable } from '../../../base/callable.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseConv, type ConvArgs, causalConvDefinitions, convSettings } from './base-conv.ts';

const options = layerSchema('Conv1D', causalConvDefinitions(), convSettings);
export interface Conv1DOptions extends LayerOptionsOf<typeof options> {}
type Args = ConvArgs<Conv1DOptions>;

/** (batch, steps, channels), or channels first. */
class Conv1DLayer extends BaseConv {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
}
export interface Conv1D extends Conv1DLayer {}
export const Conv1D: Class<Args, Conv1D> = callable(Conv1DLayer, 'Conv1D');
