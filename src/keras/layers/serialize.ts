// keras.layers.serialize and deserialize: layers as plain data, and back.
import { ValueError } from '../../base/errors.ts';
import type { Json } from '../schema.ts';
import { type DeserializeOptions, deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { LayerBase } from './layer.ts';

/** The layer as plain data: its module, class and config. */
export const serialize = (layer: LayerBase): Json => serializeKerasObject(layer);
/** The layer that the data describes; its class by name, or one of `customObjects`. */
export function deserialize(config: Json, customObjects?: DeserializeOptions['customObjects']): LayerBase {
  const layer = deserializeKerasObject(config, { modules: ['keras.layers', 'keras'], customObjects });
  if (layer instanceof LayerBase) return layer;
  throw new ValueError('layers.deserialize: the config describes no layer.');
}
