// tf.savedModel.
// Owns: the public names. What reads and writes is loaded with its first use: a program that only trains needs none of it.
import type { LoadSavedModelOptions, SavedModelObject } from './load.ts';
import type { SaveSavedModelOptions } from './save.ts';

export type { SignatureFunction } from './concrete-function.ts';
export type { LoadSavedModelOptions, SavedModelObject } from './load.ts';

/** Loads a SavedModel of TensorFlow 2 or 1: `model.signatures.serving_default({ x })`, `model(x)`, its variables and functions by name. */
export async function load(path: string, options: LoadSavedModelOptions = {}): Promise<SavedModelObject> {
  const { loadSavedModel } = await import('./load.ts');
  return loadSavedModel(path, options);
}

/** Writes a module's functions and variables as a SavedModel. Functions are those made by tf.function with an inputSignature. */
export async function save(object: object, path: string, options: SaveSavedModelOptions = {}): Promise<void> {
  const { saveSavedModel } = await import('./save.ts');
  return saveSavedModel(object, path, options);
}
