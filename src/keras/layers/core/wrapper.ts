// Wrapper: the base of layers around another layer.
// Owns: the wrapped layer as an option, and its building. Source: https://keras.io/api/layers/core_layers/wrapper/

import { type Class, callable } from '../../../base/callable.ts';
import { show, ValueError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/record.ts';
import type { Shape } from '../../../base/shape.ts';
import * as o from '../../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../../serialization.ts';
import type { Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

/** The kind of options that are layers. */
export const layerKind: o.Kind<LayerBase> = {
  wanted: 'a layer',
  parse: (value, where) => {
    if (value instanceof LayerBase) return { value };
    throw new ValueError(`${where}: found ${show(value)}, wanted a layer, such as Dense(10).`);
  },
  toConfig: serializeKerasObject,
  fromConfig: (value) => {
    if (!isRecord(value)) return value;
    // The layer around it builds it, so that its weights get their full paths.
    const { build_config: _, ...config } = value;
    return deserializeKerasObject(config as o.Json, { modules: ['keras.layers', 'keras'] });
  },
};
export const wrapperDefinitions = { layer: o.required(layerKind) } as const;
export type WrapperArgs<O> = [layer: LayerBase, options?: O] | [options: O & { layer: LayerBase }];

const options = layerSchema('Wrapper', wrapperDefinitions, { positional: ['layer'] });
export interface WrapperOptions extends LayerOptionsOf<typeof options> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseWrapper<out O extends Structure = Structure> extends LayerBase<O> {
  override build(inputShape: Shape): void {
    if (!this.layer.built) this.layer.build(inputShape);
  }
}
// biome-ignore lint/correctness/noUnusedVariables: the parameters of both declarations must be the same.
export interface BaseWrapper<out O extends Structure = Structure> extends LayerValues<typeof options> {}

class WrapperLayer extends BaseWrapper {
  static override readonly schema = options;
  constructor(...args: WrapperArgs<WrapperOptions>) {
    super(options, args);
  }
}
export interface Wrapper extends WrapperLayer {}
/** The class to extend for wrappers of one's own; it has no `call`. */
export const Wrapper: Class<WrapperArgs<WrapperOptions>, Wrapper> = callable(WrapperLayer, 'Wrapper');
