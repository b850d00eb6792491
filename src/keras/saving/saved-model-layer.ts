// A layer whose call runs a function of a SavedModel.
// Owns: the choice of the function, its variables as weights, the layer in files. Leaves graphs to src/saved-model; users make
// it by layers.TFSMLayer.
// Source: https://keras.io/api/layers/backend_specific_layers/tfsm_layer/

import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Variable } from '../../ops/core/variable.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { NeedsValues } from '../../saved-model/graph/operands.ts';
import { loadSavedModel, type SavedModelObject } from '../../saved-model/load.ts';
import { LayerBase } from '../layers/layer.ts';
import type { LayerOptions } from '../layers/layer-options.ts';
import type { Config, Json } from '../schema.ts';
import { registerModule } from '../serialization.ts';
import type { CallOptions, Structure } from '../types.ts';

export interface SavedModelLayerOptions extends LayerOptions {
  /** Where the SavedModel lies; configs have it. */
  readonly filepath?: string | undefined;
  /** The function or signature that a call runs; null: `serve`, or else `serving_default`. */
  readonly callEndpoint?: string | null | undefined;
  /** The one that a call in training runs; null: the same. */
  readonly callTrainingEndpoint?: string | null | undefined;
}

type Endpoint = ((...args: unknown[]) => unknown) & { readonly variables?: readonly VariableTensor[] };

/** The endpoint by its name: a function of the model, or a signature. */
function endpointOf(object: SavedModelObject, argument: string, name: string | null): { name: string; call: Endpoint } {
  const functions = object as { readonly [name: string]: unknown };
  const candidates = name === null ? ['serve', 'serving_default'] : [name];
  for (const candidate of candidates) {
    const own = functions[candidate];
    if (typeof own === 'function') return { name: candidate, call: own as Endpoint };
    const signature = object.signatures[candidate];
    if (signature) return { name: candidate, call: signature as Endpoint };
  }
  const known = [
    ...new Set([
      ...Object.keys(object.signatures),
      ...Object.keys(functions).filter((key) => typeof functions[key] === 'function'),
    ]),
  ];
  throw new ValueError(
    `TFSMLayer: ${argument}: no endpoint ${show(name ?? 'serve')}; the model has ${known.join(', ') || 'none'}.`,
  );
}

export class SavedModelLayer extends LayerBase<Structure> {
  readonly filepath: string | null;
  readonly callEndpoint: string;
  readonly callTrainingEndpoint: string | null;
  readonly #endpoint: Endpoint;
  readonly #trainingEndpoint: Endpoint;
  readonly #trainable: readonly Variable[];
  readonly #nonTrainable: readonly Variable[];
  /** Whether shapes follow from values (words of texts), so that no program can be made of the call; known after the first attempt. */
  needsValues = false;

  constructor(object: SavedModelObject, options: SavedModelLayerOptions = {}) {
    const { filepath = null, callEndpoint = null, callTrainingEndpoint = null, ...rest } = options;
    super(rest);
    const { name, call } = endpointOf(object, 'callEndpoint', callEndpoint);
    this.filepath = filepath;
    this.callEndpoint = name;
    this.callTrainingEndpoint = callTrainingEndpoint;
    this.#endpoint = call;
    this.#trainingEndpoint =
      callTrainingEndpoint === null ? call : endpointOf(object, 'callTrainingEndpoint', callTrainingEndpoint).call;
    const used = new Set([call, this.#trainingEndpoint].flatMap(({ variables = object.allVariables }) => variables));
    const variables = [...used] as Variable[];
    this.#trainable = variables.filter(({ trainable }) => trainable);
    this.#nonTrainable = variables.filter(({ trainable }) => !trainable);
    if (!this.trainable) this.trainable = false; // the variables, too
    this.built = true;
  }
  protected override tracked(): ReturnType<LayerBase['tracked']> {
    return { ...super.tracked(), trainable: [...this.#trainable], nonTrainable: [...this.#nonTrainable] };
  }
  protected override convertInputs(inputs: unknown): unknown {
    return inputs;
  }
  override call(inputs: Structure, options: CallOptions = {}): Structure {
    const { training } = options;
    const endpoint = training ? this.#trainingEndpoint : this.#endpoint;
    const withTraining = training === undefined || training === null ? [] : [{ training }];
    try {
      return endpoint(inputs) as Structure;
    } catch (error) {
      if (error instanceof NeedsValues) this.needsValues = true;
      if (!(error instanceof ValueError) || withTraining.length === 0) throw error;
      return endpoint(inputs, ...withTraining) as Structure;
    }
  }
  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filepath: this.filepath,
      call_endpoint: this.callEndpoint,
      call_training_endpoint: this.callTrainingEndpoint,
    };
  }
  static override fromConfig(config: Config): SavedModelLayer {
    const { filepath, call_endpoint, call_training_endpoint, name, trainable, dtype } = config;
    const object = opened.get(String(filepath))?.shift();
    if (!object)
      throw new ValueError(
        `TFSMLayer: a config alone does not make the layer, as its SavedModel is read from disk: await layers.TFSMLayer(${show(filepath)}).`,
      );
    const options = { filepath, callEndpoint: call_endpoint, callTrainingEndpoint: call_training_endpoint };
    return new SavedModelLayer(object, { ...options, name, trainable, dtype } as SavedModelLayerOptions);
  }
}
Object.defineProperty(SavedModelLayer, 'name', { value: 'TFSMLayer' });
registerModule('keras.layers', { TFSMLayer: SavedModelLayer });

/** SavedModels that a file's layers are about to take, by their paths. */
const opened = new Map<string, SavedModelObject[]>();

/** Reads the SavedModels that the layers of a config run, so that these can be made of it. */
export async function openSavedModels(config: Json, safeMode: boolean): Promise<void> {
  if (Array.isArray(config)) for (const item of config) await openSavedModels(item, safeMode);
  if (!isRecord(config)) return;
  const { class_name: className, config: inner } = config as Config;
  if (className !== 'TFSMLayer' || !isRecord(inner)) {
    for (const item of Object.values(config as Config)) await openSavedModels(item, safeMode);
    return;
  }
  const { filepath } = inner as Config;
  if (typeof filepath !== 'string')
    throw new ValueError(`TFSMLayer: filepath: found ${show(filepath)}, wanted the folder of a SavedModel.`);
  if (safeMode)
    throw new ValueError(
      `TFSMLayer: the file has a layer that runs the SavedModel at ${show(filepath)}, which is not opened unasked. If you trust it: loadModel(path, { safeMode: false }).`,
    );
  opened.set(filepath, [...(opened.get(filepath) ?? []), await loadSavedModel(filepath)]);
}
