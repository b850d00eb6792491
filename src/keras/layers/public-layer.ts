// The public Layer class: what users extend.
import type { Tensor } from '../../runtime/tensor.ts';
import { registerModule } from '../serialization.ts';
import type { Structure } from '../types.ts';
import { LayerBase } from './layer.ts';
import type { LayerOptions } from './layer-options.ts';

export interface Layer<out O extends Structure = Tensor> extends LayerBase<O> {}
/** `extends Layer` may give any structure from `call`; the name alone, as a type, is a layer that gives a tensor. */
export interface LayerClass {
  new (options?: LayerOptions): Layer<Structure>;
  readonly prototype: Layer<Structure>;
}
Object.defineProperty(LayerBase, 'name', { value: 'Layer' });
export const Layer: LayerClass = LayerBase as object as LayerClass;
registerModule('keras.layers', { Layer });
registerModule('keras', { Layer });
