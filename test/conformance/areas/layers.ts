// Area layers: a saved model around one layer: outputs in both modes, masks, losses, gradients, weights, config.

import type { Case } from '../folder.ts';
import { argument, differentiate, fn, property, result } from '../library.ts';
import type { Area } from '../runner.ts';
import { type ArrayValue, asStored, type Fields, type Json, type Value } from '../values.ts';
import {
  arraysOf,
  describeWeights,
  flatten,
  fromJson,
  loadModel,
  type Model,
  plain,
  results,
  weightRows,
  withDTypes,
} from './loaded.ts';

const isKeras3 = (c: Case) => String(c.json.writer).startsWith('keras');

/** The files of a case: Keras 2 cases have two of the same model. */
const filesOf = (c: Case): string[] =>
  Array.isArray(c.json.files) ? (c.json.files as { path: string }[]).map((file) => file.path) : [String(c.json.file)];

interface GradientSpec {
  readonly cotangents: Json;
  readonly weights: Json;
  readonly inputs: Json;
  readonly training: boolean;
}

function expectedOf(c: Case): Fields {
  const gradients = c.json.gradients as unknown as GradientSpec | null;
  const losses = plain(c.json.losses ?? null) as readonly number[] | null;
  const common: { [key: string]: Value } = {
    outputs: withDTypes(arraysOf(c, c.json.outputs), c.json.output_dtypes),
    output_masks: arraysOf(c, c.json.output_masks),
    losses: losses === null ? null : losses.reduce((a, b) => a + b, 0),
    training_outputs: withDTypes(arraysOf(c, c.json.training_outputs), c.json.output_dtypes),
    weights_after_training: arraysOf(c, c.json.weights_after_training),
    second_outputs: withDTypes(arraysOf(c, c.json.second_outputs), c.json.output_dtypes),
    gradients:
      gradients === null ? null : { weights: arraysOf(c, gradients.weights), inputs: arraysOf(c, gradients.inputs) },
    weights: weightRows(c.json.weights, isKeras3(c)),
  };
  // Keras 2 writes configs of its own form: they are what is read, not what is written.
  if (isKeras3(c)) common.config = plain(c.json.config);
  return Object.fromEntries(filesOf(c).map((path) => [path, common]));
}

/** The mask that an output carries, as Keras keeps it on the tensor. */
function maskOf(output: unknown): Value {
  const { kerasMask } = output as { kerasMask?: unknown };
  return kerasMask === undefined || kerasMask === null ? null : result(kerasMask);
}

function gradientsOf(c: Case, model: Model, inputs: readonly unknown[], spec: GradientSpec): Fields {
  const weights = property(model, 'trainable_weights') as readonly unknown[];
  const floats = inputs.filter((x) => /float/.test((x as { dtype: string }).dtype));
  const cotangents = (arraysOf(c, spec.cotangents) as readonly Value[]).map(argument);
  const { gradients } = differentiate(() => {
    const outputs = flatten(model(inputs.length === 1 ? inputs[0] : inputs, { training: spec.training }));
    const seen = outputs.filter((output) => /float/.test((output as { dtype: string }).dtype));
    const terms = seen.map((output, k) =>
      fn('tf.reduce_sum')(fn('tf.multiply')(fn('tf.cast')(output, 'float32'), cotangents[k])),
    );
    return fn('tf.add_n')(terms);
  }, [...weights, ...floats]);
  const rest = gradients.slice(weights.length);
  const ofInputs = inputs.map((x) => (floats.includes(x) ? result(rest.shift()) : null));
  return { weights: gradients.slice(0, weights.length).map(result).map(asStored), inputs: ofInputs.map(asStored) };
}

async function runFile(c: Case, path: string): Promise<Fields> {
  const model = await loadModel(c, path, { compile: false });
  const given = arraysOf(c, c.json.inputs) as readonly ArrayValue[];
  const inputs = given.map((x) => argument(x));
  const x = inputs.length === 1 ? inputs[0] : inputs;
  const before = fn(model, 'get_weights')();
  const raw = flatten(model(x, { training: false }));
  const losses = (property(model, 'losses') as readonly unknown[]).map((loss) =>
    Number((result(loss) as ArrayValue).data[0]),
  );
  const masks = raw.map(maskOf);
  const out: { [key: string]: Value } = {
    outputs: raw.map(result),
    output_masks: masks.some((mask) => mask !== null) ? masks : null,
    losses: losses.length === 0 ? null : losses.reduce((a, b) => a + b, 0),
    training_outputs: null,
    weights_after_training: null,
    second_outputs: null,
    gradients: null,
    // The rows as the file holds them: a call may have moved a state.
    weights: describeWeights(await loadModel(c, path, { compile: false }), isKeras3(c)),
  };
  if (c.json.second_outputs !== null) out.second_outputs = results(model(x, { training: false }));
  if (c.json.training_outputs !== null) {
    out.training_outputs = results(model(x, { training: true }));
    out.weights_after_training = (property(model, 'weights') as readonly unknown[]).map(result).map(asStored);
    fn(model, 'set_weights')(before);
  }
  if (c.json.gradients !== null)
    out.gradients = gradientsOf(c, model, inputs, c.json.gradients as unknown as GradientSpec);
  if (isKeras3(c)) {
    const layer = fn(model, 'get_layer')((c.json.config as { name: string }).name);
    const serialized = fn('keras.saving.serialize_keras_object')(layer) as { config: unknown };
    out.config = fromJson(serialized.config);
  }
  return out;
}

export const area: Area = {
  expected: expectedOf,
  async run(c) {
    const out: { [key: string]: Value } = {};
    for (const path of filesOf(c)) out[path] = await runFile(c, path);
    return out;
  },
};
