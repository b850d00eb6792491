// SavedModels as Keras models: those of Keras 2 become their layers again by what it wrote beside the graph; all others are
// models whose call runs the saved graph.
// Owns: that choice, and the class of the latter. Leaves graphs to src/saved-model.

import { ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { FormatError } from '../../formats/file-error.ts';
import { isJsonObject, parsePythonJson } from '../../formats/keras/python-json.ts';
import type { KerasMetadata } from '../../formats/tensorflow/saved-model-proto.ts';
import { readIfThere } from '../../platform/read-if-there.ts';
import type { SavedModelObject } from '../../saved-model/load.ts';
import type { SavedModelFolder } from '../../saved-model/read-folder.ts';
import { fromKeras2 } from '../keras2-config.ts';
import type { LoadOptions } from '../models/from-json.ts';
import { ModelBase } from '../models/model.ts';
import type { Config, Json } from '../schema.ts';
import { ConfigError } from '../serialization.ts';
import type { CallOptions, Structure } from '../types.ts';
import { loadCheckpoint } from './checkpoint-file.ts';
import { CONFIG_FILE } from './config-file.ts';
import { SavedModelLayer } from './saved-model-layer.ts';

/** How a config becomes a model, with errors that name the file. */
export type MakeModel = (file: string, config: Json, bytes: number) => ModelBase;

/** A model that runs a saved graph. */
class GraphModel extends ModelBase<Structure> {
  readonly graphLayer: SavedModelLayer;
  constructor(object: SavedModelObject, name: string) {
    super({ name });
    this.graphLayer = new SavedModelLayer(object, { trainable: false });
    this.built = true;
  }
  protected override convertInputs(inputs: unknown): unknown {
    return inputs;
  }
  override call(inputs: Structure, options: CallOptions = {}): Structure {
    return this.graphLayer.call(inputs, options);
  }
  override get needsValues(): boolean {
    return this.graphLayer.needsValues;
  }
  override getConfig(): Config {
    throw new ValueError(
      `model '${this.name}' is a graph without layers: it cannot be written to .keras or .h5. Keep the SavedModel it came from.`,
    );
  }
}

/** What Keras 2 wrote of the whole model; null where it is no Keras model or a class of one's own. */
function rootMetadata(keras: KerasMetadata | null, file: string): Config | null {
  const root = keras?.nodes.find((node) => node.nodePath === 'root');
  if (!root) return null;
  const json = parsePythonJson(root.metadata, file, 'the metadata of root');
  if (!isJsonObject(json)) throw new FormatError('bad_config', file, 'the metadata of root is no JSON object.');
  return json as Config;
}
/** Lists that were tuples in Python. */
export function withoutTuples(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutTuples);
  if (!isRecord(json)) return json;
  const record = json as Config;
  if (record.class_name === '__tuple__' && Array.isArray(record.items)) return record.items.map(withoutTuples);
  if (record.class_name === 'TensorShape' && Array.isArray(record.items)) return record.items.map(withoutTuples);
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, withoutTuples(value)]));
}

/** The config of a Keras model in a SavedModel, and how it was compiled; nulls where the folder has none. */
export async function savedModelConfig(
  folder: SavedModelFolder,
): Promise<{ file: string; config: Config | null; compiled: Config | null; name: string | null; buildShape: Json }> {
  const configFile = `${folder.path}/${CONFIG_FILE}`;
  const content = await readIfThere(configFile);
  if (content) {
    const json = parsePythonJson(new TextDecoder().decode(content), configFile, CONFIG_FILE);
    if (!isJsonObject(json)) throw new FormatError('bad_config', configFile, 'it holds no JSON object.');
    const { compile_config: compiled, ...config } = json as Config;
    return {
      file: configFile,
      config,
      compiled: isRecord(compiled) ? (compiled as Config) : null,
      name: null,
      buildShape: null,
    };
  }
  const file = `${folder.path}/keras_metadata.pb`;
  const metadata = rootMetadata(folder.keras, file);
  const isKnown = metadata && isRecord(metadata.config);
  const training = metadata?.training_config ?? null;
  return {
    file,
    config: isKnown
      ? (fromKeras2(withoutTuples({ class_name: metadata.class_name!, config: metadata.config! })) as Config)
      : null,
    compiled: isRecord(training) ? (withoutTuples(training as Json) as Config) : null,
    name: typeof metadata?.name === 'string' ? metadata.name : null,
    buildShape: withoutTuples(metadata?.build_input_shape ?? null),
  };
}

export async function loadSavedModelFolder(
  path: string,
  compile: boolean,
  options: LoadOptions,
  make: MakeModel,
  recompile: (file: string, model: ModelBase, config: Config) => void,
): Promise<ModelBase> {
  const { readSavedModel } = await import('../../saved-model/read-folder.ts');
  const folder = await readSavedModel(path);
  const { file, config, compiled, name, buildShape } = await savedModelConfig(folder);
  // A class of one's own is known by its layers only if it is given.
  const isKnown = config && (Array.isArray((config.config as Config).layers) || options.customObjects);
  if (isKnown) {
    const { variables } = folder;
    const size = (variables?.keys ?? []).reduce(
      (bytes, key) => bytes + 8 * (variables!.entry(key)?.shape ?? []).reduce((a, b) => a * b, 1),
      0,
    );
    try {
      const model = make(file, config, size);
      if (!model.built && buildShape !== null) model.build(buildShape as never);
      if (compile && compiled) recompile(file, model, compiled);
      if (variables) await loadCheckpoint(model, variables, { skipMismatch: false, optimizer: compile });
      return model;
    } catch (error) {
      const unknown = error instanceof FormatError && error.kind === 'unknown_layer';
      if (!unknown && !(error instanceof ConfigError)) throw error;
      console.warn(
        `${path}: ${(error as Error).message} The saved graph is run instead: it predicts, and cannot be changed.`,
      );
    }
  }
  const { SavedModelLoader, objectOf } = await import('../../saved-model/load.ts');
  return new GraphModel(await objectOf(new SavedModelLoader(folder)), name ?? 'saved_model');
}
