// Legacy `.h5` files: whole models and weights alone, in Keras 2's layout.
// Owns: which weight belongs to which variable (trainable ones first), and configs in the older form.
import { isRecord } from '../../base/record.ts';
import { FormatError } from '../../formats/file-error.ts';
import type { LegacyH5, LegacyH5Input, LegacyWeightInput } from '../../formats/keras/legacy-h5.ts';
import { checkArrays } from '../../formats/keras/weights-store.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import type { LayerBase } from '../layers/layer.ts';
import type { ModelBase } from '../models/model.ts';
import type { Config, Json } from '../schema.ts';
import { serializeKerasObject } from '../serialization.ts';
import { buildOptimizer } from '../training/trainer.ts';
import { type Assignment, arrayOf, assignAll } from './assign.ts';
import { buildAfterSteps, optimizerAssignments } from './optimizer-state.ts';

const legacyWeights = (layer: LayerBase): VariableTensor[] => [...layer.trainableWeights, ...layer.nonTrainableWeights];
const inputOf = (variable: VariableTensor): LegacyWeightInput => ({ name: variable.path, array: arrayOf(variable) });
/** Keras's files have functional models' input layers too. */
const layersOf = (model: ModelBase): LayerBase[] => model.layers;

export function legacyInput(model: ModelBase, whole: { optimizer: boolean } | null): LegacyH5Input {
  const layers = layersOf(model).map((layer) => ({ name: layer.name, weights: legacyWeights(layer).map(inputOf) }));
  const topLevelWeights = model.ownWeights.map(inputOf);
  if (!whole) return { layers, topLevelWeights };
  const compiled = model.compiled && whole.optimizer;
  return {
    layers,
    topLevelWeights,
    modelConfig: legacyConfig(serializeKerasObject(model) as Config),
    trainingConfig: compiled ? trainingConfig(model.getCompileConfig()!) : undefined,
    optimizerWeights: compiled
      ? model.optimizer.variables.map((variable) => inputOf(variable as VariableTensor))
      : undefined,
  };
}

/** A config without modules, as Keras 2 had it, for models and the layers directly in them. */
function legacyConfig(config: Config): Config {
  const inner = config.config as Config;
  const layers = Array.isArray(inner.layers)
    ? {
        layers: inner.layers.map((layer): Json => {
          const { name, inbound_nodes: nodes } = layer as Config;
          const legacy = legacyConfig(layer as Config);
          return nodes === undefined ? legacy : { ...legacy, name: name!, inbound_nodes: nodes };
        }),
      }
    : {};
  return { class_name: config.class_name!, config: { ...inner, ...layers } };
}
const bare = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(bare);
  if (!isRecord(json)) return json;
  if (json.class_name === 'function') return json.config as Json;
  if (typeof json.class_name === 'string') return { class_name: json.class_name, config: json.config as Json };
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, bare(value as Json)]));
};
function trainingConfig({ optimizer, ...rest }: Config): Config {
  const config = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, bare(value)]));
  return { ...config, optimizer_config: bare(optimizer ?? null) };
}

/** Puts the weights of a legacy file into the model, by layers in order or by their names. */
export async function loadLegacyWeights(
  model: ModelBase,
  file: LegacyH5,
  options: { byName: boolean; skipMismatch: boolean },
): Promise<void> {
  const assignments: Assignment[] = [];
  const add = (
    owner: string,
    variables: readonly VariableTensor[],
    stored: LegacyH5['layers'][number]['weights'],
  ): void => {
    try {
      checkArrays(
        file.file,
        owner,
        stored,
        variables.map((variable) => ({ name: variable.path, shape: variable.dims })),
      );
    } catch (error) {
      if (!options.skipMismatch || !(error instanceof FormatError)) throw error;
      console.warn(`loadWeights: skipped: ${error.message}`);
      return;
    }
    variables.forEach((variable, i) => void assignments.push({ variable, stored: stored[i]! }));
  };
  if (options.byName) {
    const byName = new Map(layersOf(model).map((layer) => [layer.name, layer]));
    for (const { name, weights } of file.layers) {
      const layer = byName.get(name);
      if (layer) add(`layer '${name}'`, legacyWeights(layer), weights);
    }
  } else {
    const layers = layersOf(model).filter((layer) => layer.weights.length > 0);
    const stored = file.layers.filter((layer) => layer.weights.length > 0);
    if (layers.length !== stored.length) {
      throw new FormatError(
        'missing_weights',
        file.file,
        `the model '${model.name}' has ${layers.length} layers with weights (${layers.map((layer) => layer.name).join(', ')}), the file ${stored.length} (${stored.map((layer) => layer.name).join(', ')}). Is the model built, and the same? { byName: true } loads the layers whose names agree.`,
      );
    }
    layers.forEach((layer, i) => void add(`layer '${layer.name}'`, legacyWeights(layer), stored[i]!.weights));
    const own = model.ownWeights;
    if (own.length > 0 && file.topLevelWeights) add(`model '${model.name}'`, own, file.topLevelWeights);
  }
  await assignAll(assignments, file.file);
}

/** The optimizer's state of a whole-model file, where it fits. */
export async function loadLegacyOptimizer(model: ModelBase, file: LegacyH5): Promise<void> {
  const stored = file.optimizerWeights;
  if (!stored || !model.compiled) return;
  // An optimizer that was saved before its first step makes its variables in the first step.
  if (stored.length > 2) buildOptimizer(model.optimizer, model.trainableVariables);
  const assignments = optimizerAssignments(model.optimizer, stored);
  if (assignments) {
    await assignAll(assignments, file.file);
    return buildAfterSteps(model);
  }
  console.warn(
    `${file.file}: the optimizer's state (${stored.length} arrays) is not that of this optimizer (${model.optimizer.variables.length}): it starts anew.`,
  );
}
