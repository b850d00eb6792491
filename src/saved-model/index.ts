// tf.savedModel.
// Owns: the public names. What reads and writes is loaded with its first use: a program that only trains needs none of it.
import type { LoadSavedModelOptions, SavedModelObject } from './load.ts';

export type { SignatureFunction } from './concrete-function.ts';
export type { LoadSavedModelOptions, SavedModelObject } from './load.ts';

/** Loads a SavedModel of TensorFlow 2 or 1: `model.signatures.serving_default({ x })`, `model(x)`, its variables and functions by name. */
export async function load(path: string, options: LoadSavedModelOptions = {}): Promise<SavedModelObject> {
  const { loadSavedModel } = await import('./load.ts');
  return loadSavedModel(path, options);
}
