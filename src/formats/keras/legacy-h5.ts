// Legacy Keras HDF5 files: a whole model (`model.save('m.h5')` of Keras 2 and 3) or weights alone
// (`save_weights('w.h5')` of Keras 2), told apart by what stands at the root.
// Owns: their structure: model_config, training_config, model_weights, optimizer_weights. Leaves which weight belongs to
// which variable (the legacy order: trainable ones first) to the saving code above.
import type { ArrayData } from '../array-data.ts';
import { FormatError } from '../file-error.ts';
import { attributeText, type H5Group, openHdf5 } from '../hdf5/hdf5-read.ts';
import { H5Builder } from '../hdf5/hdf5-write.ts';
import { KERAS_VERSION } from './keras-archive.ts';
import { isJsonObject, type JsonObject, parsePythonJson, printPythonJson } from './python-json.ts';
import { getNames, setNames } from './split-attribute.ts';
import { type StoredArray, storedArray } from './weights-store.ts';

export interface LegacyLayer {
  readonly name: string;
  /** In the order of `weight_names`: trainable weights first, then the others. */
  readonly weights: readonly StoredArray[];
}

export interface LegacyH5 {
  readonly file: string;
  /** Absent in a file of weights alone. */
  readonly modelConfig: JsonObject | undefined;
  /** Absent where the model was not compiled. */
  readonly trainingConfig: JsonObject | undefined;
  readonly kerasVersion: string | undefined;
  readonly backend: string | undefined;
  /** Every layer, also those without weights, in the model's order. */
  readonly layers: readonly LegacyLayer[];
  /** Weights of the model itself; undefined in old files. */
  readonly topLevelWeights: readonly StoredArray[] | undefined;
  /** In the optimizer's order; undefined where none were saved. */
  readonly optimizerWeights: readonly StoredArray[] | undefined;
}

/**
 * Opens a legacy `.h5` file, of a whole model or of weights alone; `file` is its name for error messages.
 *
 * Throws FormatError of kind `bad_hdf5`, `bad_config` or `missing_weights`.
 */
export function readLegacyH5(bytes: Uint8Array, file: string): LegacyH5 {
  const root = openHdf5(bytes, file);
  const isWeightsAlone = getNames(root, 'layer_names') !== undefined;
  const weights = isWeightsAlone ? root : root.group('model_weights');
  if (!weights) {
    const isNew = root.group('layers') ?? root.group('vars') ?? root.group('_layer_checkpoint_dependencies');
    throw new FormatError(
      'missing_weights',
      file,
      isNew
        ? "the file has the layout of '.weights.h5'; load it under a name with that ending."
        : 'the file has neither layer_names nor model_weights: it is no Keras model.',
    );
  }
  const optimizer = isWeightsAlone ? undefined : root.group('optimizer_weights');
  return {
    file,
    modelConfig: readConfig(root, 'model_config', file),
    trainingConfig: readConfig(root, 'training_config', file),
    kerasVersion: attributeText(root, 'keras_version') ?? attributeText(weights, 'keras_version'),
    backend: attributeText(root, 'backend') ?? attributeText(weights, 'backend'),
    layers: readLayers(weights, file),
    topLevelWeights: readOptional(weights.group('top_level_model_weights'), file),
    optimizerWeights: readOptional(optimizer, file),
  };
}

function readConfig(root: H5Group, name: string, file: string): JsonObject | undefined {
  const text = attributeText(root, name);
  if (text === undefined) return undefined;
  const value = parsePythonJson(text, file, name);
  if (!isJsonObject(value)) throw new FormatError('bad_config', file, `${name} holds no JSON object.`);
  return value;
}

function readLayers(weights: H5Group, file: string): LegacyLayer[] {
  const names = getNames(weights, 'layer_names');
  if (!names)
    throw new FormatError(
      'missing_weights',
      file,
      `/${weights.path} does not say which layers it holds (layer_names).`,
    );
  return names.map((name) => {
    const group = weights.group(name);
    if (!group) throw new FormatError('missing_weights', file, `the weights of layer '${name}' are missing.`);
    return { name, weights: readWeights(group, `layer '${name}'`, file) };
  });
}

function readWeights(group: H5Group, owner: string, file: string): StoredArray[] {
  return (getNames(group, 'weight_names') ?? []).map((name) => {
    const dataset = group.dataset(name);
    if (!dataset) throw new FormatError('missing_weights', file, `weight '${name}' of ${owner} is missing.`);
    return storedArray(file, name, dataset);
  });
}

const readOptional = (group: H5Group | undefined, file: string) => group && readWeights(group, `'${group.path}'`, file);

export interface LegacyWeightInput {
  /** `mlp/dense/kernel`, as Keras names the variable's path. */
  readonly name: string;
  readonly array: ArrayData;
}
export interface LegacyLayerInput {
  readonly name: string;
  readonly weights: readonly LegacyWeightInput[];
}
export interface LegacyH5Input {
  readonly layers: readonly LegacyLayerInput[];
  readonly topLevelWeights?: readonly LegacyWeightInput[];
  /** With it the file holds a whole model; without, weights alone. */
  readonly modelConfig?: object | undefined;
  readonly trainingConfig?: object | undefined;
  readonly optimizerWeights?: readonly LegacyWeightInput[] | undefined;
}

const BACKEND = 'tensorflow';

/** A legacy `.h5` file as Keras 3 writes it: a whole model, or weights alone where `modelConfig` is absent. */
export function writeLegacyH5(input: LegacyH5Input): Uint8Array {
  const root = new H5Builder();
  const isWhole = input.modelConfig !== undefined;
  if (isWhole) {
    root.setAttribute('keras_version', KERAS_VERSION).setAttribute('backend', BACKEND);
    root.setAttribute('model_config', printPythonJson(input.modelConfig));
    if (input.trainingConfig) root.setAttribute('training_config', printPythonJson(input.trainingConfig));
  }
  const weights = isWhole ? root.group('model_weights') : root;
  setNames(
    weights,
    'layer_names',
    input.layers.map(({ name }) => name),
  );
  weights.setAttribute('backend', BACKEND).setAttribute('keras_version', KERAS_VERSION);
  for (const layer of input.layers) writeGroup(weights.group(layer.name), layer.weights);
  writeGroup(weights.group('top_level_model_weights'), input.topLevelWeights ?? []);
  if (isWhole && input.optimizerWeights?.length) writeGroup(root.group('optimizer_weights'), input.optimizerWeights);
  return root.finish();
}

function writeGroup(group: H5Builder, weights: readonly LegacyWeightInput[]): void {
  setNames(
    group,
    'weight_names',
    weights.map(({ name }) => name),
  );
  for (const { name, array } of weights) group.dataset(name, array);
}

/** Which of the Keras HDF5 layouts a file has, judged by its root. */
export function hdf5Layout(bytes: Uint8Array, file: string): 'whole model' | 'legacy weights' | 'weights' {
  const root = openHdf5(bytes, file);
  if (getNames(root, 'layer_names') !== undefined) return 'legacy weights';
  return root.group('model_weights') ? 'whole model' : 'weights';
}
