// TensorFlow.js layers models as models here.
// Owns: reading the files that model.json names, and which weights belong to which layer: they stand in the layers' order.
import { FormatError } from '../../formats/file-error.ts';
import type { LegacyH5 } from '../../formats/keras/legacy-h5.ts';
import type { StoredArray } from '../../formats/keras/weights-store.ts';
import { readTfjsModel, readTfjsWeights } from '../../formats/tfjs.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import type { LoadOptions } from '../models/from-json.ts';
import type { ModelBase } from '../models/model.ts';
import type { Json } from '../schema.ts';
import { loadLegacyWeights } from './legacy-file.ts';
import { withoutNulls } from './tfjs-config.ts';

/** Loads `model.json` and the weights beside it; `makeModel` builds the model of a Keras 2 config. */
export async function loadTfjsModel(
  path: string,
  text: string,
  options: LoadOptions,
  makeModel: (config: Json, options: LoadOptions) => ModelBase,
): Promise<ModelBase> {
  const { config, groups } = readTfjsModel(text, path);
  const folder = path.replace(/[^/\\]*$/, '');
  const arrays: StoredArray[] = [];
  for (const { paths, specs } of groups) {
    const parts: Uint8Array[] = [];
    for (const name of paths) parts.push(await platform().readFile(`${folder}${name}` as FileSource));
    const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    const found = readTfjsWeights(specs, bytes, path);
    found.forEach((array, i) => {
      const { name } = specs[i]!;
      arrays.push({ name, shape: array.shape, dtype: array.dtype, read: () => Promise.resolve(array) });
    });
  }
  const model = makeModel(withoutNulls(config as Json), options);
  if (!model.built)
    throw new FormatError('bad_config', path, 'no layer says what shape the model takes, so that it has no weights.');
  const layers = byLayer(model, arrays, path);
  const file: LegacyH5 = {
    file: path,
    modelConfig: undefined,
    trainingConfig: undefined,
    kerasVersion: undefined,
    backend: undefined,
    layers,
    topLevelWeights: undefined,
    optimizerWeights: undefined,
  };
  await loadLegacyWeights(model, file, { byName: false, skipMismatch: false });
  return model;
}

/** Weights begin with their layer's name; those without such names are taken in the layers' order. */
function byLayer(model: ModelBase, arrays: readonly StoredArray[], path: string): LegacyH5['layers'] {
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  const groups = layers.map(({ name }) => ({
    name,
    weights: arrays.filter((array) => array.name.startsWith(`${name}/`)),
  }));
  if (groups.every(({ weights }, i) => weights.length === layers[i]!.weights.length)) return groups;
  const total = layers.reduce((n, layer) => n + layer.weights.length, 0);
  if (total !== arrays.length)
    throw new FormatError(
      'missing_weights',
      path,
      `the model has ${total} weights, the files ${arrays.length} (${arrays.map(({ name }) => name).join(', ')}).`,
    );
  let next = 0;
  return layers.map(({ name, weights }) => ({ name, weights: arrays.slice(next, (next += weights.length)) }));
}
