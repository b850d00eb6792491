// The public Layer class: what users extend.
import type { Tensor } from '../../runtime/tensor.ts';
import { registerModule } from '../serialization.ts';
import type { CallOptions, Inputs, Structure } from '../types.ts';
import { LayerBase, type Result } from './layer.ts';
import type { LayerOptions } from './layer-options.ts';

export interface Layer<out O extends Structure = Tensor> extends LayerBase<O> {
  (inputs: Inputs, options?: CallOptions): Result<this>;
  /** Where `call` takes several tensors by position. */
  (inputs: Inputs, second: Tensor, ...more: readonly (Tensor | CallOptions)[]): Result<this>;
  /** What a class of the user's own computes: of its inputs, of further tensors that it is called with, and of the options last. */
  call(inputs: Structure, ...rest: readonly unknown[]): O;
}
/** `extends Layer` may give any structure from `call`; the name alone, as a type, is a layer that gives a tensor. */
export interface LayerClass {
  new (options?: LayerOptions): Layer<Structure>;
  readonly prototype: Layer<Structure>;
}
Object.defineProperty(LayerBase, 'name', { value: 'Layer' });
export const Layer: LayerClass = LayerBase as object as LayerClass;
registerModule('keras.layers', { Layer });
registerModule('keras', { Layer });
