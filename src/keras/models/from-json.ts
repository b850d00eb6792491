// modelFromJSON: a model with new weights from what toJSON wrote.

import { show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { isRecord } from '../../base/record.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { fromVersion } from '../keras2-config.ts';
import type { Migration } from '../migrations.ts';
import type { Json } from '../schema.ts';
import { deserializeKerasObject, withSharing } from '../serialization.ts';
import type { Options, Structure } from '../types.ts';
import type { Model } from './functional.ts';
import { ModelBase } from './model.ts';

export interface LoadOptions
  extends Options<{
    /** Classes and functions of one's own, by the names in the file. */
    customObjects: Readonly<Record<string, unknown>> | null;
    /** Whether the model is compiled as it was saved, with the optimizer's state. */
    compile: boolean;
    /** Whether SavedModels that a TFSMLayer names stay unopened, as in Keras. Python code in files is refused either way: it cannot be run here. */
    safeMode: boolean;
    /** Gets what was changed in an older file's config. */
    onMigrated: (migrated: readonly Migration[]) => void;
  }> {}

/** The model that the JSON describes. A file's outputs are not known to types: a tensor unless said. */
export const modelFromJSON = guarded(
  'modelFromJSON',
  ['json', 'options'],
  <O extends Structure = Tensor>(json: string, options: LoadOptions = {}): Model<O> => {
    let config: Json;
    try {
      config = JSON.parse(json) as Json;
    } catch (error) {
      throw new ValueError(
        `modelFromJSON: found ${show(json.slice(0, 40))}, which is no JSON: ${(error as Error).message}.`,
      );
    }
    if (isRecord(config)) config = fromVersion(config.keras_version, config);
    const model = withSharing(() => deserializeKerasObject(config, { customObjects: options.customObjects }));
    if (!(model instanceof ModelBase))
      throw new ValueError(`modelFromJSON: the JSON describes ${show(model)}, wanted a model.`);
    return model as ModelBase as Model<O>;
  },
);

/** The model that a config describes: what `toJSON` wrote, as an object. */
export const modelFromConfig = guarded(
  'modelFromConfig',
  ['config', 'options'],
  <O extends Structure = Tensor>(config: Json, options: LoadOptions = {}): Model<O> =>
    modelFromJSON<O>(JSON.stringify(config), options),
);
