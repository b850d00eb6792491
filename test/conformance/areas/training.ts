// Area training: whole trajectories of fit from a saved, compiled model, and the regression from first principles.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from '../folder.ts';
import {
  argument,
  camelCase,
  construct,
  differentiate,
  fn,
  options,
  property,
  result,
  withoutArrays,
} from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, asStored, type Fields, isFields, type Json, type Value } from '../values.ts';
import { arraysOf, feed, loadModel, plain } from './loaded.ts';

interface CallbackSpec {
  readonly class_name: string;
  readonly config: { readonly [key: string]: Json };
}

function makeCallback({ class_name: name, config }: CallbackSpec, folder: string): unknown {
  const given = options(config as Fields);
  if (name === 'LearningRateScheduler') {
    const rule = config.schedule as unknown as { kind: string; values: number[]; factor: number };
    given.schedule = (epoch: number, rate: number) => (rule.kind === 'table' ? rule.values[epoch] : rate * rule.factor);
  }
  for (const name of ['filepath', 'filename', 'backupDir', 'logDir'])
    if (typeof given[name] === 'string') given[name] = join(folder, given[name]);
  return construct(`keras.callbacks.${name}`, given);
}

const fields = [
  'history',
  'history_epochs',
  'weight_paths',
  'optimizer_paths',
  'evaluate',
  'checkpoint_files',
  'stop_training',
];

function expectedOf(c: Case): Fields {
  if (c.json.kind === 'by_hand')
    return Object.fromEntries(['losses', 'w', 'b', 'final'].map((name) => [name, c.array(name)]));
  return {
    ...Object.fromEntries(fields.map((name) => [name, plain(c.json[name])])),
    ...Object.fromEntries(
      ['final_weights', 'optimizer_variables', 'predictions'].map((name) => [name, arraysOf(c, c.json[name])]),
    ),
  };
}

/** Numbers of a history or of logs: scalars as numbers, lists as lists. */
function numbers(x: unknown): Value {
  const value = withoutArrays(result(x));
  if (Array.isArray(value)) return value.map((part) => numbers(part));
  return isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, numbers(part)])) : value;
}

/**
 * Paths of variables as the case recorded them. The model of a case that goes on training (`resume_…`) was itself loaded
 * from its file, and Keras names the variables of a loaded Sequential without the model (`hidden/kernel`); all others were
 * recorded from the model as it was built (`mlp/hidden/kernel`), which is how this library names them in both cases.
 */
function recordedPaths(c: Case, model: unknown, paths: readonly string[]): string[] {
  const name = String(property(model, 'name'));
  const isLoaded = c.id.startsWith('resume_') && property(property(model, 'constructor'), 'name') === 'Sequential';
  if (!isLoaded) return [...paths];
  return paths.map((path) => path.replace(`${name}/`, '').replace(`/${name}_`, '/'));
}

async function trajectory(c: Case): Promise<Fields> {
  const model = await loadModel(c, String(c.json.file));
  const folder = mkdtempSync(join(tmpdir(), 'cornu-training-'));
  try {
    const data = (name: string) => arraysOf(c, c.json[name]);
    const [x, y] = [feed(data('x')), feed(data('y'))];
    const weight = data('sample_weight') === null ? {} : { sampleWeight: argument(data('sample_weight')) };
    const extra: { [key: string]: unknown } = {
      ...weight,
      verbose: 0,
      callbacks: (c.json.callbacks as unknown as CallbackSpec[]).map((spec) => makeCallback(spec, folder)),
    };
    if (data('validation') !== null)
      extra.validationData = (data('validation') as readonly Value[]).map((part) => feed(part));
    if (c.json.class_weight !== null) extra.classWeight = c.json.class_weight;
    for (const [key, value] of Object.entries(c.json.fit as { [key: string]: Json })) extra[camelCase(key)] = value;

    const history = await fn(model, 'fit')(x, y, extra);
    const written = readdirSync(folder).sort();
    const { batch_size: batchSize } = c.json.fit as { batch_size: number };
    const evaluation = await fn(model, 'evaluate')(x, y, { ...weight, batchSize, verbose: 0, returnDict: true });
    const predictions = await fn(model, 'predict')(x, { batchSize, verbose: 0 });
    const weights = property(model, 'weights') as readonly { readonly path: string }[];
    const slots = property(property(model, 'optimizer'), 'variables') as readonly { readonly path: string }[];
    return {
      history: numbers(property(history, 'history')),
      history_epochs: numbers(property(history, 'epoch')),
      weight_paths: recordedPaths(
        c,
        model,
        weights.map((variable) => variable.path),
      ),
      optimizer_paths: recordedPaths(
        c,
        model,
        slots.map((variable) => variable.path),
      ),
      evaluate: numbers(evaluation),
      checkpoint_files: written.length === 0 ? null : written,
      stop_training: Boolean(property(model, 'stop_training')),
      final_weights: weights.map(result).map(asStored),
      optimizer_variables: slots.map(result).map(asStored),
      predictions: asStored(result(predictions)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function byHand(c: Case): Fields {
  const tf = (name: string, ...args: unknown[]) => fn(`tf.${name}`)(...args);
  const {
    start,
    epochs,
    learning_rate: rate,
  } = c.json as unknown as { start: { w: number; b: number }; epochs: number; learning_rate: number };
  const [x, y] = [argument(c.array('x')), argument(c.array('y'))];
  const [w, b] = [start.w, start.b].map((value) => construct('tf.Variable', value, { dtype: 'float32' }));
  const item = (tensor: unknown) => Number(fn(tensor, 'item')());
  const kept: Record<'losses' | 'w' | 'b', number[]> = { losses: [], w: [], b: [] };
  for (let epoch = 0; epoch < epochs; epoch++) {
    kept.w.push(item(w));
    kept.b.push(item(b));
    const loss = () => tf('reduce_mean', tf('square', tf('subtract', y, tf('add', tf('multiply', w, x), b))));
    const { value, gradients } = differentiate(loss, [w, b]);
    kept.losses.push(item(value));
    for (const [i, variable] of [w, b].entries()) fn(variable, 'assign_sub')(tf('multiply', gradients[i], rate));
  }
  const array = (values: readonly number[]) => new ArrayValue('float32', [values.length], Float32Array.from(values));
  return { losses: array(kept.losses), w: array(kept.w), b: array(kept.b), final: array([item(w), item(b)]) };
}

export const area: Area = {
  expected: expectedOf,
  run: (c) => (c.json.kind === 'by_hand' ? byHand(c) : trajectory(c)),
};
