// ConvLSTM3D: an LSTM over sequences of volumes, whose products are convolutions.
// Source: https://keras.io/api/layers/recurrent_layers/conv_lstm3d/
import { callable } from '../../../base/callable.ts';
import type { SchemaLike } from '../../schema.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import { BaseConvLSTM, type ConvLSTMArgs, convLSTMLayerDefinitions, convLSTMSettings } from './conv-lstm.ts';

const options = layerSchema('ConvLSTM3D', convLSTMLayerDefinitions(3), convLSTMSettings);
export interface ConvLSTM3DOptions<S extends boolean = boolean>
  extends Omit<LayerOptionsOf<typeof options>, 'returnState'> {
  returnState?: S | undefined;
}
type Args<S extends boolean> = ConvLSTMArgs<ConvLSTM3DOptions<S>>;

class ConvLSTM3DLayer<S extends boolean> extends BaseConvLSTM<S> {
  static override readonly schema: SchemaLike = options;
  constructor(...args: Args<S>) {
    super(3, options, args);
  }
}
export interface ConvLSTM3D<S extends boolean = false> extends ConvLSTM3DLayer<S> {}
export interface ConvLSTM3DClass {
  new <const S extends boolean = false>(...args: Args<S>): ConvLSTM3D<S>;
  <const S extends boolean = false>(...args: Args<S>): ConvLSTM3D<S>;
  readonly prototype: ConvLSTM3D;
}
export const ConvLSTM3D: ConvLSTM3DClass = callable(ConvLSTM3DLayer, 'ConvLSTM3D') as object as ConvLSTM3DClass;
