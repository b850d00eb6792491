// cloneModel: the same structure with layers and weights of its own.
import { show, ValueError } from '../../base/errors.ts';
import type { Config, Json } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import type { Structure } from '../types.ts';
import type { Model } from './functional.ts';
import { ModelBase } from './model.ts';

/** A model of the same layers with new weights, compiled as the model is. */
export function cloneModel<O extends Structure>(model: Model<O>): Model<O> {
  if (!(model instanceof ModelBase)) throw new ValueError(`cloneModel: found ${show(model)}, wanted a model.`);
  if (!model.graph && model.constructor.name !== 'Sequential')
    throw new ValueError(
      `cloneModel: '${model.name}' is a class of its own; make another instance with new ${model.constructor.name}(…).`,
    );
  const { compile_config: _, ...config } = serializeKerasObject(model) as Config;
  const clone = deserializeKerasObject(config as Json) as Model<O>;
  clone.compileAs(model);
  return clone;
}
