// keras.export.ExportArchive: a SavedModel with endpoints of one's own choice.
// Owns: what is tracked, the endpoints and their arguments. Leaves the files to saving/export.ts, which is loaded when one is written.
// Source: https://keras.io/api/models/model_saving_apis/export/
import { type Class, callable } from '../base/callable.ts';
import { refuseUnknown, show, ValueError } from '../base/errors.ts';
import { requireFunction } from '../base/misuse.ts';
import { isRecord } from '../base/record.ts';
import { parameterNames } from '../ops/control/concrete-function.ts';
import type { SignatureEntry } from '../runtime/function.ts';
import { VariableTensor } from '../runtime/variable.ts';
import type { SaveOptions } from '../saved-model/options.ts';
import { isLayer } from './layers/layer.ts';
import { ModelBase } from './models/model.ts';
import type { Options } from './types.ts';

type EndpointFunction = (...args: never[]) => unknown;
/** A function to be served; without a signature the inputs of a model are known. */
export interface ArchivedEndpoint {
  readonly name: string;
  readonly fn: EndpointFunction;
  readonly signature: readonly unknown[] | null;
  /** Names of its arguments, where its text has them. */
  readonly names: readonly string[];
}

export interface EndpointOptions
  extends Options<{
    /** A tf.TensorSpec for each argument, or lists and records of them. */
    inputSignature: readonly SignatureEntry[];
  }> {}
type EndpointArguments =
  | [name: string, fn: EndpointFunction, options?: EndpointOptions | readonly SignatureEntry[]]
  | [options: EndpointOptions & { readonly name: string; readonly fn: EndpointFunction }];
type WriteArguments = [filepath: string, options?: Options<{ options: SaveOptions; verbose: boolean }>];

class ExportArchiveBase {
  readonly #resources: object[] = [];
  readonly #endpoints: ArchivedEndpoint[] = [];
  readonly #collections = new Map<string, readonly VariableTensor[]>();

  /** Models, layers and modules whose variables go into the files. */
  track(resource: object): void {
    if (
      resource === null ||
      (typeof resource !== 'object' && typeof resource !== 'function') ||
      resource instanceof VariableTensor
    )
      throw new ValueError(`ExportArchive.track: found ${show(resource)}, wanted a model, a layer or a tf.Module.`);
    if (isLayer(resource) && !resource.built)
      throw new ValueError(
        `ExportArchive.track: layer '${resource.name}' was never built, so it has no variables yet. Call it on data first.`,
      );
    if (!this.#resources.includes(resource)) this.#resources.push(resource);
  }

  /**
   * A function to be served under `name`: of one argument for each entry of `inputSignature`. A tf.function with an inputSignature
   * of its own needs none, nor does a model that knows its inputs. Gives the function back.
   */
  addEndpoint(...args: EndpointArguments): EndpointFunction {
    const [first, given, rest] = args;
    const { name, fn, inputSignature } = isRecord(first)
      ? first
      : {
          name: first as string,
          fn: given as EndpointFunction,
          inputSignature: Array.isArray(rest) ? rest : (rest as EndpointOptions)?.inputSignature,
        };
    for (const options of [first, rest])
      if (isRecord(options)) refuseUnknown('ExportArchive.addEndpoint', options, ['name', 'fn', 'inputSignature']);
    if (typeof name !== 'string' || name === '')
      throw new ValueError(`ExportArchive.addEndpoint: name: found ${show(name)}, wanted a name such as 'serve'.`);
    requireFunction('ExportArchive.addEndpoint', fn);
    if (this.#endpoints.some((endpoint) => endpoint.name === name))
      throw new ValueError(`ExportArchive.addEndpoint: there is an endpoint '${name}' already; wanted another name.`);
    const own = (fn as { readonly inputSignature?: readonly unknown[] | null }).inputSignature;
    const signature = inputSignature ?? own ?? null;
    if (signature === null && !(fn instanceof ModelBase))
      throw new ValueError(
        `ExportArchive.addEndpoint: endpoint '${name}' has no inputSignature; wanted { inputSignature: [tf.TensorSpec([null, 3])] }, an entry for each argument.`,
      );
    if (signature !== null && !Array.isArray(signature))
      throw new ValueError(
        `ExportArchive.addEndpoint: inputSignature: found ${show(signature)}, wanted a list with one tf.TensorSpec for each argument.`,
      );
    const python = (fn as { readonly pythonFunction?: EndpointFunction }).pythonFunction;
    if (fn instanceof ModelBase) this.track(fn);
    this.#endpoints.push({ name, fn, signature, names: isLayer(fn) ? [] : parameterNames(python ?? fn) });
    return fn;
  }

  /** Variables under a name of their own in the files, for programs that look them up. */
  addVariableCollection(name: string, variables: readonly VariableTensor[]): void {
    const reserved = ['variables', 'trainable_variables', 'non_trainable_variables'];
    if (typeof name !== 'string' || name === '' || reserved.includes(name))
      throw new ValueError(
        `ExportArchive.addVariableCollection: name: found ${show(name)}, wanted a name, none of ${reserved.join(', ')}.`,
      );
    const wrong = Array.isArray(variables) ? variables.find((one) => !(one instanceof VariableTensor)) : variables;
    if (wrong !== undefined || !Array.isArray(variables))
      throw new ValueError(
        `ExportArchive.addVariableCollection: '${name}': found ${show(wrong)}, wanted a list of variables.`,
      );
    this.#collections.set(name, [...variables]);
  }

  get variables(): VariableTensor[] {
    return this.#list('weights', 'variables');
  }
  get trainableVariables(): VariableTensor[] {
    return this.#list('trainableWeights', 'trainableVariables');
  }
  get nonTrainableVariables(): VariableTensor[] {
    const trainable = new Set(this.trainableVariables);
    return this.variables.filter((variable) => !trainable.has(variable));
  }
  #list(ofLayers: 'weights' | 'trainableWeights', ofModules: 'variables' | 'trainableVariables'): VariableTensor[] {
    const all = this.#resources.flatMap((resource) => {
      const found: unknown = Reflect.get(resource, isLayer(resource) ? ofLayers : ofModules);
      return Array.isArray(found) ? (found as VariableTensor[]) : [];
    });
    return [...new Set(all)];
  }

  /**
   * Writes a SavedModel to the folder, each endpoint a signature; 'serving_default' is the first, unless one is called so.
   * Throws where there is no endpoint.
   */
  async writeOut(...args: WriteArguments): Promise<void> {
    const [filepath, given = {}] = args;
    refuseUnknown('ExportArchive.writeOut', given, ['options', 'verbose']);
    if (typeof filepath !== 'string' || filepath === '')
      throw new ValueError(`ExportArchive.writeOut: filepath: found ${show(filepath)}, wanted the path of a folder.`);
    if (this.#endpoints.length === 0)
      throw new ValueError('ExportArchive.writeOut: no endpoints have been set yet. Call addEndpoint() first.');
    const { writeArchive } = await import('./saving/export.ts');
    await writeArchive(filepath, {
      resources: this.#resources,
      endpoints: this.#endpoints,
      collections: new Map([
        ['variables', this.variables],
        ['trainable_variables', this.trainableVariables],
        ['non_trainable_variables', this.nonTrainableVariables],
        ...this.#collections,
      ]),
      options: given.options ?? {},
    });
    if (given.verbose ?? true)
      console.log(
        `Saved artifact at '${filepath}'. The following endpoints are available: ${this.#endpoints.map(({ name }) => `'${name}'`).join(', ')}.`,
      );
  }
}
export interface ExportArchive extends ExportArchiveBase {}
/**
 * A SavedModel with chosen endpoints.
 *
 * @example
 * const archive = new tf.keras.export.ExportArchive();
 * archive.track(model);
 * archive.addEndpoint('serve', (x: tf.Tensor) => model(x), { inputSignature: [tf.TensorSpec([null, 3])] });
 * await archive.writeOut('folder');
 * @source keras.export.ExportArchive
 */
export const ExportArchive: Class<[], ExportArchive> = callable(ExportArchiveBase, 'ExportArchive');
