// tf.savedModel.save: modules with functions, as SavedModels.
// Owns: which functions are written and with which inputs. Leaves Keras models to src/keras/saving, which writes its own.

import type { DType } from '../base/dtype.ts';
import { show, ValueError } from '../base/errors.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { ObjectGraph } from './object-graph.ts';
import type { SaveOptions } from './options.ts';
import { TensorPlace } from './structure.ts';
import { addObjects } from './trackable.ts';
import type { Endpoint } from './write/endpoint.ts';
import type { InputSpec } from './write/trace-sizes.ts';
import { writeFolder } from './write/write-folder.ts';
import { writeSavedModel } from './write/write-saved-model.ts';

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
    | null
    | undefined;
  readonly options?: SaveOptions | null | undefined;
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
  if (exportsItself(object) && !options.signatures) return object.export(path);
  const functions = new Map<string, WithSignature>();
  for (const key of Object.keys(object)) {
    const value: unknown = Reflect.get(object, key);
    if (typeof value === 'function' && (value as WithSignature).inputSignature)
      functions.set(key, value as WithSignature);
  }
  const { signatures: given } = options;
  const signatures = new Map<string, string>();
  for (const [key, f] of Object.entries(typeof given === 'function' ? { serving_default: given } : (given ?? {}))) {
    const known = [...functions].find(([, other]) => other === f)?.[0];
    signatures.set(key, known ?? key);
    if (known === undefined) functions.set(key, f as WithSignature);
  }
  if (functions.size === 0)
    throw new ValueError(
      `savedModel.save: ${show(object)} has no function to save. Give it a field made by tf.function(f, { inputSignature: [new tf.TensorSpec([null, 4])] }).`,
    );
  if (signatures.size === 0)
    signatures.set('serving_default', functions.has('serving_default') ? 'serving_default' : [...functions.keys()][0]!);
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
  const aliases = Object.entries(options.options?.functionAliases ?? {}).map(([alias, f]): [string, string] => {
    const name = [...functions].find(([, other]) => other === f)?.[0];
    if (name !== undefined) return [alias, name];
    throw new ValueError(
      `savedModel.save: functionAliases: '${alias}' is none of the functions that are saved: ${[...functions.keys()].join(', ')}.`,
    );
  });
  const extraTags = options.options?.extraTags ?? [];
  const graph = writeSavedModel({ endpoints, signatures, objects, extraTags, aliases: new Map(aliases) });
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
