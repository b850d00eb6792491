// ConvLSTM2D: an LSTM over sequences of pictures, whose products are convolutions.
// Source: https://keras.io/api/layers/recurrent_layers/conv_lstm2d/
import { callable } from '../../../base/callable.ts';
import type { SchemaLike } from '../../schema.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseConvLSTM, type ConvLSTMArgs, convLSTMLayerDefinitions, convLSTMSettings } from './conv-lstm.ts';

const options = layerSchema('ConvLSTM2D', convLSTMLayerDefinitions(2), convLSTMSettings);
export interface ConvLSTM2DOptions<S extends boolean = boolean>
  extends Omit<LayerOptionsOf<typeof options>, 'returnState'> {
  returnState?: S | undefined;
}
type Args<S extends boolean> = ConvLSTMArgs<ConvLSTM2DOptions<S>>;

class ConvLSTM2DLayer<S extends boolean> extends BaseConvLSTM<S> {
  static override readonly schema: SchemaLike = options;
  constructor(...args: Args<S>) {
    super(2, options, args);
  }
}
export interface ConvLSTM2D<S extends boolean = false> extends ConvLSTM2DLayer<S> {}
export interface ConvLSTM2DClass {
  new <const S extends boolean = false>(...args: Args<S>): ConvLSTM2D<S>;
  <const S extends boolean = false>(...args: Args<S>): ConvLSTM2D<S>;
  readonly prototype: ConvLSTM2D;
}
export const ConvLSTM2D: ConvLSTM2DClass = callable(ConvLSTM2DLayer, 'ConvLSTM2D') as object as ConvLSTM2DClass;
