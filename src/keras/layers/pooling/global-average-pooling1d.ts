// GlobalAveragePooling1D: the mean of each channel over all steps that are not masked.
// Source: https://keras.io/api/layers/pooling_layers/global_average_pooling1d/
import { type Class, callable } from '../../../base/callable.ts';
import { expandDims } from '../../../ops/core/arrange.ts';
import { cast, divide, where } from '../../../ops/math/elementwise.ts';
import { reduceSum } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions } from '../../types.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';
import {
  BaseGlobalAveragePooling,
  type GlobalPoolingArgs,
  globalPoolingDefinitions,
  globalPoolingSettings,
} from './base-global-pooling.ts';

const options = layerSchema('GlobalAveragePooling1D', globalPoolingDefinitions, globalPoolingSettings);
export interface GlobalAveragePooling1DOptions extends LayerOptionsOf<typeof options> {}
type Args = GlobalPoolingArgs<GlobalAveragePooling1DOptions>;

class GlobalAveragePooling1DLayer extends BaseGlobalAveragePooling {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args, 1);
    this.supportsMasking = true;
  }
  protected override get takesMask(): boolean {
    return true;
  }
  override call(inputs: Tensor, callOptions: CallOptions = {}): Tensor {
    const { mask } = callOptions;
    if (!isTensor(mask)) return super.call(inputs, callOptions);
    // (batch, steps) → (batch, steps, 1)
    const kept = expandDims(cast(mask, 'bool'), this.dataFormat === 'channels_first' ? 1 : 2);
    const settings = { keepdims: this.keepdims };
    const sum = reduceSum(where(kept, inputs, cast(0, inputs.dtype)), this.axes, settings);
    return divide(sum, reduceSum(cast(kept, inputs.dtype), this.axes, settings));
  }
  /** The steps are gone. */
  override computeMask(): null {
    return null;
  }
}
export interface GlobalAveragePooling1D extends GlobalAveragePooling1DLayer {}
export const GlobalAveragePooling1D: Class<Args, GlobalAveragePooling1D> = callable(
  GlobalAveragePooling1DLayer,
  'GlobalAveragePooling1D',
);
