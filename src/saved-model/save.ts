// tf.savedModel.save: modules with functions, as SavedModels.
// Owns: which functions are written and with which inputs. Leaves Keras models to src/keras/saving, which writes its own.

import type { DType } from '../base/dtype.ts';
import { show, ValueError } from '../base/errors.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { ObjectGraph } from './object-graph.ts';
import { TensorPlace } from './structure.ts';
import { addObjects } from './trackable.ts';
import type { InputSpec } from './write/trace-sizes.ts';
import { writeFolder } from './write/write-folder.ts';
import { type Endpoint, writeSavedModel } from './write/write-saved-model.ts';

/** Shape and dtype of an input: a tf.TensorSpec, or a plain object. */
export interface SignatureSpec {
  readonly shape: readonly (number | null)[] | { asList(): (number | null)[] };
  readonly dtype?: DType | undefined;
  readonly name?: string | null | undefined;
}
export interface SaveSavedModelOptions {
  /** The function that serving programs call. Without it the only function with an inputSignature. */
  readonly signatures?:
    | ((...args: never[]) => unknown)
    | Readonly<Record<string, (...args: never[]) => unknown>>
    | undefined;
}
/** A Keras model writes itself. */
interface Exporting {
  export(path: string): Promise<void>;
}
const exportsItself = (object: object): object is Exporting =>
  'export' in object && typeof object.export === 'function';

interface WithSignature {
  (...args: never[]): unknown;
  readonly inputSignature?: readonly SignatureSpec[] | null;
}
const specOf = (spec: SignatureSpec, i: number): InputSpec => {
  const shape = Array.isArray(spec.shape) ? spec.shape : (spec.shape as { asList(): (number | null)[] }).asList();
  return { name: spec.name ?? (i === 0 ? 'inputs' : `inputs_${i}`), shape, dtype: spec.dtype ?? 'float32' };
};

export async function saveSavedModel(object: object, path: string, options: SaveSavedModelOptions = {}): Promise<void> {
  if (exportsItself(object) && options.signatures === undefined) return object.export(path);
  const functions = new Map<string, WithSignature>();
  for (const key of Object.keys(object)) {
    const value: unknown = Reflect.get(object, key);
    if (typeof value === 'function' && (value as WithSignature).inputSignature)
      functions.set(key, value as WithSignature);
  }
  const { signatures } = options;
  if (typeof signatures === 'function') functions.set('serving_default', signatures as WithSignature);
  else for (const [name, f] of Object.entries(signatures ?? {})) functions.set(name, f as WithSignature);
  if (functions.size === 0)
    throw new ValueError(
      `savedModel.save: ${show(object)} has no function to save. Give it a field made by tf.function(f, { inputSignature: [new tf.TensorSpec([null, 4])] }).`,
    );
  const endpoints = [...functions].map(([name, f]): Endpoint => {
    if (!f.inputSignature)
      throw new ValueError(
        `savedModel.save: the function '${name}' has no inputSignature. Make it by tf.function(f, { inputSignature: [new tf.TensorSpec([null, 4])] }).`,
      );
    const inputs = f.inputSignature.map(specOf);
    const places = inputs.map((spec) => new TensorPlace(spec.name, spec.shape, spec.dtype));
    return {
      name,
      f: (tensors: readonly Tensor[]) => Reflect.apply(f, object, tensors as never),
      inputs,
      arguments: places,
      positional: true,
    };
  });
  const objects = new ObjectGraph();
  objects.add();
  addObjects(objects, 0, object);
  const signature = functions.has('serving_default') ? 'serving_default' : endpoints[0]!.name;
  const graph = writeSavedModel({ endpoints, signature, objects });
  const { index, data } = objects.checkpoint();
  await writeFolder(
    path,
    new Map([
      ['variables/variables.data-00000-of-00001', data],
      ['variables/variables.index', index],
      ['saved_model.pb', graph],
    ]),
    'saved_model.pb',
  );
}
