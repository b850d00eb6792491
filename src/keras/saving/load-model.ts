// save, loadModel, saveWeights, loadWeights: models and files of every format.
// Owns: the choice of the format (by the name when writing, by the content when reading), and errors that name the file.

import { FileError, refuseUnknown, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { isRecord } from '../../base/record.ts';
import { expansionLimit, FormatError } from '../../formats/file-error.ts';
import type { LegacyH5 } from '../../formats/keras/legacy-h5.ts';
import { isUrl } from '../../platform/path.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { isUnsafeDeserializationEnabled } from '../config.ts';
import { fromKeras2, fromVersion } from '../keras2-config.ts';
import { InputShapeError } from '../layers/input-spec.ts';
import { OversizedError, whileLoading } from '../loading.ts';
import { withMigrations } from '../migrations.ts';
import type { LoadOptions } from '../models/from-json.ts';
import type { Model } from '../models/functional.ts';
import { ModelBase, type OnnxOptions, setModelFiles } from '../models/model.ts';
import type { Config, Json } from '../schema.ts';
import {
  ConfigError,
  customObjectScope,
  deserializeKerasObject,
  serializeKerasObject,
  withSharing,
} from '../serialization.ts';
import type { Structure } from '../types.ts';
import { assetsOf, loadAssets } from './assets.ts';
import { upgradeCompileConfig } from './compile-config.ts';
import { legacyInput, loadLegacyOptimizer, loadLegacyWeights } from './legacy-file.ts';
import { isPicked, type ModelSource, withPicked } from './picked-files.ts';
import { savedParts } from './state.ts';
import { loadStore, weightEntries } from './weights-file.ts';

// The formats are loaded when the first file is read or written: a program that only trains needs none.
const archives = () => import('../../formats/keras/keras-archive.ts');
const stores = () => import('../../formats/keras/weights-store.ts');
const legacy = () => import('../../formats/keras/legacy-h5.ts');
const onnx = () => import('../onnx/index.ts');

const startsWith = (bytes: Uint8Array, ...signature: number[]): boolean =>
  signature.every((byte, i) => bytes[i] === byte);
const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, 0x50, 0x4b);
const isHdf5 = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 0x89, 0x48, 0x44, 0x46) ||
  [512, 1024, 2048].some((at) => startsWith(bytes.subarray(at), 0x89, 0x48, 0x44, 0x46));

function requirePath(path: unknown, method: string): string {
  if (typeof path === 'string' && path !== '') return path;
  throw new ValueError(`${method}: found ${show(path)}, wanted a path such as 'model.keras'.`);
}
/** How messages name what is read: a path, an address, a file that the user chose. */
function nameOf(source: unknown, method: string): string {
  if (source instanceof URL) return String(source);
  if (typeof Blob !== 'undefined' && source instanceof Blob)
    return 'name' in source && typeof source.name === 'string' ? source.name : 'the given Blob';
  return requirePath(source, method);
}
/** A folder on disk; of an address, or of a path of the page's site, what ends in a slash. */
async function isFolder(source: FileSource): Promise<boolean> {
  if (typeof source === 'string' && !isUrl(source) && !source.endsWith('/'))
    return (await platform().stat(source))?.kind === 'folder';
  return !(typeof Blob !== 'undefined' && source instanceof Blob) && String(source).endsWith('/');
}
function requireBuilt(model: ModelBase, method: string): void {
  if (model.built && model.flattenLayers().every((layer) => layer.built)) return;
  if (model.weights.length === 0 && !model.built)
    throw new ValueError(
      `${method}: model '${model.name}' is not built, so it has no weights yet. Call it on data, fit it, or build(inputShape) first.`,
    );
}

export interface SaveOptions {
  readonly includeOptimizer?: boolean | undefined;
  readonly overwrite?: boolean | undefined;
  /** In a page: gives the user the file as a download, rather than keeping it in the site's own file system. */
  readonly download?: boolean | undefined;
}
const put = async (file: string, bytes: Uint8Array, download = false): Promise<void> => {
  if (download) await platform().saveForUser(file.slice(file.lastIndexOf('/') + 1), bytes);
  else await platform().writeFile(file, bytes);
};

export async function saveModel(model: ModelBase, path: string, options: SaveOptions = {}): Promise<void> {
  const file = requirePath(path, 'save');
  refuseUnknown('save', options, ['includeOptimizer', 'overwrite', 'download']);
  requireBuilt(model, 'save');
  await mayWrite(file, options.overwrite, 'save');
  const optimizer = options.includeOptimizer ?? true;
  if (/\.(h5|hdf5)$/.test(file)) {
    if (!model.graph && model.constructor.name !== 'Sequential')
      throw new ValueError(
        `save: '${file}': a model that is a class of its own cannot be written to HDF5; use a name that ends in .keras, or saveWeights.`,
      );
    const { writeLegacyH5 } = await legacy();
    return put(file, writeLegacyH5(legacyInput(model, { optimizer })), options.download);
  }
  if (isFolderName(file)) {
    const config = model.hasConfig ? (withSharing(() => serializeKerasObject(model)) as Config) : null;
    if (!optimizer) delete config?.compile_config;
    return (await exporter()).exportSavedModel(model, file, { config, optimizer });
  }
  if (!file.endsWith('.keras'))
    throw new ValueError(
      `save: '${file}': the format is chosen by the name's end; wanted '.keras', '.h5', or a name without an end for a folder (SavedModel).`,
    );
  const config = withSharing(() => serializeKerasObject(model)) as Config;
  if (!optimizer) delete config.compile_config;
  const { writeKerasArchive } = await archives();
  const parts = savedParts(model);
  const content = await writeKerasArchive({
    config,
    weights: weightEntries(parts, optimizer),
    assets: assetsOf(parts),
  });
  return put(file, content, options.download);
}
/** A name without an end is a folder's. */
const isFolderName = (path: string): boolean => !/\.[A-Za-z0-9]+$/.test(path.replace(/\/+$/, '').replace(/^.*\//, ''));
const exporter = () => import('./export.ts');

/** Writes the model for serving: a SavedModel with its prediction as the signature, or an ONNX file. */
export async function exportModel(
  model: ModelBase,
  path: string,
  options: {
    readonly format?: string | undefined;
    readonly inputSignature?: unknown;
    readonly verbose?: boolean | undefined;
  } = {},
): Promise<void> {
  const folder = requirePath(path, 'export');
  const format = options.format ?? (/\.onnx$/i.test(folder) ? 'onnx' : 'tf_saved_model');
  if (format === 'onnx')
    return exportOnnx(model, path, options.inputSignature ? { inputSignature: options.inputSignature as never } : {});
  if (format !== 'tf_saved_model')
    throw new ValueError(`export: format: found ${show(format)}, wanted 'tf_saved_model' or 'onnx'.`);
  if (/\.(keras|h5|hdf5)$/.test(folder))
    throw new ValueError(
      `export: '${folder}' is the name of a file with layers: write it with save(). export writes what serves predictions: a folder (SavedModel), or 'model.onnx'.`,
    );
  requireBuilt(model, 'export');
  await (await exporter()).exportSavedModel(model, folder, { inputSignature: options.inputSignature });
  if (options.verbose) platform().print(`Saved the SavedModel at '${folder}', with the signature 'serving_default'.\n`);
}

async function mayWrite(file: string, overwrite: boolean | undefined, method: string): Promise<void> {
  if (overwrite === false && (await platform().exists(file)))
    throw new FileError(`${method}: '${file}' exists; give { overwrite: true } to replace it.`);
}

export async function saveWeights(
  model: ModelBase,
  path: string,
  options: { overwrite?: boolean | undefined } = {},
): Promise<void> {
  const file = requirePath(path, 'saveWeights');
  requireBuilt(model, 'saveWeights');
  await mayWrite(file, options.overwrite, 'saveWeights');
  if (file.endsWith('.weights.h5')) {
    const { writeWeightsH5 } = await stores();
    return platform().writeFile(file, writeWeightsH5(weightEntries(savedParts(model), true)));
  }
  // Keras 2's layout, by the name that its tutorials give such files.
  if (/\.(h5|hdf5)$/.test(file)) {
    const { writeLegacyH5 } = await legacy();
    return platform().writeFile(file, writeLegacyH5(legacyInput(model, null)));
  }
  if (file.endsWith('.safetensors')) {
    const { safetensorsOf } = await import('./safetensors-file.ts');
    return platform().writeFile(file, safetensorsOf(model));
  }
  if (isFolderName(file) || file.endsWith('.ckpt')) {
    const { saveCheckpoint } = await import('./checkpoint-file.ts');
    return saveCheckpoint(model, file);
  }
  throw new ValueError(
    `saveWeights: '${file}': wanted a name that ends in '.weights.h5', in '.h5' for the older layout, in '.safetensors', or a name without an end for a checkpoint of TensorFlow.`,
  );
}

/** Runs `f`, which makes objects of a config, so that its errors name the file. */
function ofFile<T>(file: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    if (error instanceof OversizedError) throw new FormatError('shape_mismatch', file, error.message, { cause: error });
    if (error instanceof InputShapeError)
      throw new FormatError('shape_mismatch', file, error.message, { cause: error });
    if (error instanceof ConfigError) throw new FormatError(error.kind, file, error.message, { cause: error });
    // Whatever a damaged config makes of its layers' options, shapes and dtypes.
    if (error instanceof Error) {
      const own = error.constructor === TypeError || error.constructor === RangeError || error.constructor === Error;
      const message = own ? `the config cannot be made a model: ${error.message}.` : error.message;
      throw new FormatError('bad_config', file, message, { cause: error });
    }
    throw error;
  }
}
function modelOf(file: string, config: Json, bytes: number, options: LoadOptions): ModelBase {
  return ofFile(file, () => {
    const { result: model, migrated } = withMigrations(() =>
      whileLoading(expansionLimit(bytes), () =>
        withSharing(() => deserializeKerasObject(config, { customObjects: options.customObjects })),
      ),
    );
    if (migrated.length > 0) options.onMigrated?.(migrated);
    if (!(model instanceof ModelBase))
      throw new ConfigError('bad_config', `the config describes ${show(model)}, wanted a model.`);
    return model;
  });
}

/** A model from a file, with its weights, compiled as it was saved. */
export const loadModel = guarded(
  'loadModel',
  ['path', 'options'],
  async <O extends Structure = Tensor>(path: ModelSource, options: LoadOptions = {}): Promise<Model<O>> => {
    if (isPicked(path)) return withPicked(path, (place) => loadModel<O>(place, options));
    const file = nameOf(path, 'loadModel');
    const compile = options.compile ?? true;
    if (await isFolder(path)) return (await loadFolder(file, compile, options)) as ModelBase as Model<O>;
    const bytes = await platform().readFile(path);
    if (/\.onnx$/i.test(file)) return (await (await onnx()).loadOnnx(path, file)) as ModelBase as Model<O>;
    if (/\.json$/i.test(file)) {
      const make = (config: Json, settings: LoadOptions) => modelOf(file, fromKeras2(config), bytes.length, settings);
      const { loadTfjsModel } = await import('./tfjs-file.ts');
      return (await loadTfjsModel(file, new TextDecoder().decode(bytes), options, make)) as ModelBase as Model<O>;
    }
    if (isHdf5(bytes)) return (await loadLegacyModel(bytes, file, compile, options)) as ModelBase as Model<O>;
    if (!isZip(bytes) && /\.(h5|hdf5)$/.test(file)) {
      const { readLegacyH5 } = await legacy();
      readLegacyH5(bytes, file);
    }
    const { readKerasArchive } = await archives();
    const archive = await readKerasArchive(bytes, file);
    const { compile_config: compileConfig, ...config } = archive.config as Config;
    // Models that came from ONNX files have a layer that is not loaded otherwise.
    const text = JSON.stringify(config);
    if (text.includes('"cornu>OnnxLayer"')) await onnx();
    if (text.includes('"TFSMLayer"')) {
      const { openSavedModels } = await import('./saved-model-layer.ts');
      await openSavedModels(config as Json, options.safeMode ?? !isUnsafeDeserializationEnabled());
    }
    const model = modelOf(file, fromVersion(archive.metadata.keras_version, config as Json), bytes.length, options);
    if (compile && isRecord(compileConfig)) ofFile(file, () => recompile(model, compileConfig as Config, options));
    await loadStore(model, archive.weights, { skipMismatch: false });
    loadAssets(savedParts(model), archive.assets, file);
    return model as ModelBase as Model<O>;
  },
);
async function loadFolder(path: string, compile: boolean, options: LoadOptions): Promise<ModelBase> {
  const { loadSavedModelFolder } = await import('./saved-model-file.ts');
  return loadSavedModelFolder(
    path,
    compile,
    options,
    (file, config, bytes) => modelOf(file, config, bytes, options),
    (file, model, config) => ofFile(file, () => recompile(model, config, options)),
  );
}
const recompile = (model: ModelBase, config: Config, options: LoadOptions): void =>
  customObjectScope(options.customObjects, () => model.compileFromConfig(upgradeCompileConfig(config)));

async function loadLegacyModel(
  bytes: Uint8Array,
  file: string,
  compile: boolean,
  options: LoadOptions,
): Promise<ModelBase> {
  const { readLegacyH5 } = await legacy();
  const content: LegacyH5 = readLegacyH5(bytes, file);
  if (!content.modelConfig)
    throw new FormatError(
      'missing_config',
      file,
      'the file holds weights alone, no model (no attribute model_config). Make the model, then model.loadWeights(path).',
    );
  const model = modelOf(file, fromVersion(content.kerasVersion, content.modelConfig as Json), bytes.length, options);
  await loadLegacyWeights(model, content, { byName: false, skipMismatch: false });
  const training = content.trainingConfig as Config | undefined;
  if (compile && training) {
    ofFile(file, () => recompile(model, training, options));
    await loadLegacyOptimizer(model, content);
  }
  return model;
}
/** A checkpoint of TensorFlow is named by what its files begin with, or by the folder that it is the latest of. */
const isCheckpoint = async (path: string): Promise<boolean> =>
  (await platform().exists(`${path}.index`)) || (await platform().stat(path))?.kind === 'folder';

async function loadWeightsCheckpoint(model: ModelBase, path: string, skipMismatch: boolean): Promise<void> {
  const { CheckpointReader, latestCheckpoint } = await import('../../saved-model/checkpoint-reader.ts');
  const { loadCheckpoint } = await import('./checkpoint-file.ts');
  const prefix = (await platform().exists(`${path}.index`)) ? path : await prefixIn(path, latestCheckpoint);
  await loadCheckpoint(model, await CheckpointReader.open(prefix), { skipMismatch, optimizer: true });
}
async function prefixIn(folder: string, latest: (folder: string) => Promise<string | null>): Promise<string> {
  const variables = `${folder}/variables/variables`;
  if (await platform().exists(`${variables}.index`)) return variables;
  const prefix = await latest(folder);
  if (prefix !== null) return prefix;
  throw new FormatError('missing_weights', folder, 'the folder holds no checkpoint of TensorFlow and no SavedModel.');
}

export async function loadWeights(
  model: ModelBase,
  path: FileSource,
  options: { byName?: boolean | undefined; skipMismatch?: boolean | undefined } = {},
): Promise<void> {
  const file = nameOf(path, 'loadWeights');
  if (typeof path === 'string' && !isUrl(path) && (await isCheckpoint(file)))
    return loadWeightsCheckpoint(model, file, options.skipMismatch ?? false);
  const bytes = await platform().readFile(path);
  const settings = { byName: options.byName ?? false, skipMismatch: options.skipMismatch ?? false };
  if (file.endsWith('.weights.json')) {
    const { readShards } = await import('./sharded-file.ts');
    return loadStore(model, await readShards(bytes, file), settings);
  }
  if (file.endsWith('.safetensors')) {
    const { loadSafetensorsWeights } = await import('./safetensors-file.ts');
    return loadSafetensorsWeights(model, bytes, file, settings.skipMismatch);
  }
  if (isZip(bytes)) {
    const { readKerasArchive } = await archives();
    return loadStore(model, (await readKerasArchive(bytes, file)).weights, settings);
  }
  const { hdf5Layout, readLegacyH5 } = await legacy();
  if (hdf5Layout(bytes, file) === 'weights') {
    const { readWeightsH5 } = await stores();
    return loadStore(model, readWeightsH5(bytes, file), settings);
  }
  return loadLegacyWeights(model, readLegacyH5(bytes, file), settings);
}

export async function exportOnnx(model: ModelBase, path: string, options: OnnxOptions = {}): Promise<void> {
  const file = requirePath(path, 'exportOnnx');
  requireBuilt(model, 'exportOnnx');
  const { onnxBytes } = await onnx();
  return platform().writeFile(file, onnxBytes(model, options));
}

setModelFiles({ save: saveModel, saveWeights, loadWeights, exportOnnx, export: exportModel });
