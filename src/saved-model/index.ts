// tf.savedModel.
// Owns: the public names, and those of the parts of a SavedModel. What reads and writes is loaded with its first use: a program that only trains needs none of it.
import { guarded } from '../base/misuse.ts';
import { platform } from '../platform/platform.ts';
import type { LoadSavedModelOptions, SavedModelObject } from './load.ts';
import { SAVED_MODEL_FILENAME_PB, SAVED_MODEL_FILENAME_PBTXT } from './names.ts';
import type { SaveSavedModelOptions } from './save.ts';

export type { SignatureFunction } from './concrete-function.ts';
export type { LoadSavedModelOptions, SavedModelObject } from './load.ts';
export * from './names.ts';
export { LoadOptions, SaveOptions } from './options.ts';

/** Whether a folder holds a SavedModel. */
export async function containsSavedModel(exportDir: string): Promise<boolean> {
  for (const name of [SAVED_MODEL_FILENAME_PB, SAVED_MODEL_FILENAME_PBTXT])
    if (await platform().exists(`${exportDir}/${name}`)) return true;
  return false;
}

/** Loads a SavedModel of TensorFlow 2 or 1: `model.signatures.serving_default({ x })`, `model(x)`, its variables and functions by name. */
export const load = guarded(
  'savedModel.load',
  ['path', 'options'],
  async (path: string, options: LoadSavedModelOptions = {}): Promise<SavedModelObject> => {
    const { loadSavedModel } = await import('./load.ts');
    return loadSavedModel(path, options);
  },
);

/** Writes a module's functions and variables as a SavedModel. Functions are those made by tf.function with an inputSignature. */
export const save = guarded(
  'savedModel.save',
  ['object', 'path', 'options'],
  async (object: object, path: string, options: SaveSavedModelOptions = {}): Promise<void> => {
    const { saveSavedModel } = await import('./save.ts');
    return saveSavedModel(object, path, options);
  },
);
