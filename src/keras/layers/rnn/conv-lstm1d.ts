// ConvLSTM1D: an LSTM over sequences of sequences, whose products are convolutions.
// Source: https://keras.io/api/layers/recurrent_layers/conv_lstm1d/
import { callable } from '../../../base/callable.ts';
import type { SchemaLike } from '../../schema.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseConvLSTM, type ConvLSTMArgs, convLSTMLayerDefinitions, convLSTMSettings } from './conv-lstm.ts';

const options = layerSchema('ConvLSTM1D', convLSTMLayerDefinitions(1), convLSTMSettings);
export interface ConvLSTM1DOptions<S extends boolean = boolean>
  extends Omit<LayerOptionsOf<typeof options>, 'returnState'> {
  returnState?: S | undefined;
}
type Args<S extends boolean> = ConvLSTMArgs<ConvLSTM1DOptions<S>>;

class ConvLSTM1DLayer<S extends boolean> extends BaseConvLSTM<S> {
  static override readonly schema: SchemaLike = options;
  constructor(...args: Args<S>) {
    super(1, options, args);
  }
}
export interface ConvLSTM1D<S extends boolean = false> extends ConvLSTM1DLayer<S> {}
export interface ConvLSTM1DClass {
  new <const S extends boolean = false>(...args: Args<S>): ConvLSTM1D<S>;
  <const S extends boolean = false>(...args: Args<S>): ConvLSTM1D<S>;
  readonly prototype: ConvLSTM1D;
}
export const ConvLSTM1D: ConvLSTM1DClass = callable(ConvLSTM1DLayer, 'ConvLSTM1D') as object as ConvLSTM1DClass;
