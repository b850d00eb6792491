// What compile leaves behind, and single steps: forward, loss, gradients, optimizer, metrics as one compiled function.
// Owns: the compiled state, the step functions and their caches, logs. Leaves loops over data to fit.ts and evaluate.ts.

import { refuseUnknown, StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { flattenTree, mapTree } from '../../base/tree.ts';
import { GradientTape } from '../../ops/core/gradients.ts';
import { add } from '../../ops/math/elementwise.ts';
import { FunctionCache, type NamedGraph } from '../../runtime/function.ts';
import { settled } from '../../runtime/rows.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { withOpenBatch } from '../layers/call-context.ts';
import type { MetricLike } from '../layers/tracking.ts';
import { get as getLoss } from '../losses/index.ts';
import { type Direction, directionOf } from '../metrics/direction.ts';
import { get as getMetric, Mean } from '../metrics/index.ts';
import type { ModelBase } from '../models/model.ts';
import * as optimizers from '../optimizers/index.ts';
import { Optimizer_ } from '../optimizers/optimizer.ts';
import { type Config, camelCase, type Json } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { isTensor, KerasTensor } from '../symbolic/keras-tensor.ts';
import type { Logs, Options, Structure } from '../types.ts';
import { packXYSampleWeight } from '../utils/sample-weights.ts';
import type { Batch } from './batch-source.ts';
import { CompileLoss } from './compile-loss.ts';
import { CompileMetrics } from './compile-metrics.ts';
import { type ModelRun, RunQueue } from './run-queue.ts';
import type { CompileOptions } from './types.ts';

export interface Compiled {
  readonly optimizer: optimizers.Optimizer;
  readonly loss: CompileLoss | null;
  readonly metrics: CompileMetrics | null;
  readonly lossTracker: InstanceType<typeof Mean>;
  readonly runEagerly: boolean;
  readonly stepsPerExecution: number;
  readonly options: CompileOptions;
}
export type StepLogs = Record<string, Tensor> | null;
export interface LossInputs {
  x: Structure;
  y: Structure;
  yPred: Structure;
  sampleWeight?: Tensor | null | undefined;
}

export const COMPILE_OPTIONS = [
  'optimizer',
  'loss',
  'lossWeights',
  'metrics',
  'weightedMetrics',
  'runEagerly',
  'stepsPerExecution',
  'jitCompile',
  'pssEvaluationShards',
  'autoScaleLoss',
];

export class Trainer {
  readonly #model: ModelBase;
  #compiled: Compiled | null = null;
  #train = new FunctionCache('trainStep');
  #test = new FunctionCache('testStep');
  #predict = new FunctionCache('predictStep');
  /** The logs of the last step, when the user's own step made them. */
  #stepLogs: StepLogs = null;
  #ownStepPrepared = false;
  readonly #runs = new RunQueue();
  /** What went wrong when an own step's model was called on shapes. */
  #callError: unknown = null;
  stopTraining = false;
  stopEvaluating = false;
  stopPredicting = false;
  /** Where the run that begins goes on, when a callback has restored an earlier one: the epoch, and its steps that are done. */
  resumeAt: { readonly epoch: number; readonly steps: number } | null = null;
  /** Where to go on, told once. */
  takeResume(): Trainer['resumeAt'] {
    const place = this.resumeAt;
    this.resumeAt = null;
    return place;
  }

  constructor(model: ModelBase) {
    this.#model = model;
  }

  get compiled(): boolean {
    return this.#compiled !== null;
  }
  /** The compiled state, or an error that says what was to be done first. */
  require(method: string): Compiled {
    if (this.#compiled) return this.#compiled;
    throw new StateError(
      `${method}: model '${this.#model.name}' is not compiled. Call model.compile({ optimizer, loss }) first.`,
    );
  }

  compile(options: CompileOptions = {}): void {
    if (!isRecord(options))
      throw new ValueError(
        `compile: found ${show(options)}, wanted one record: compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] }).`,
      );
    refuseUnknown('compile', options, COMPILE_OPTIONS);
    const model = this.#model;
    const names = (): readonly string[] | null => (model.graph ? model.outputNames : null);
    const given = optimizers.get(options.optimizer ?? 'rmsprop');
    if (!given)
      throw new ValueError(`compile: optimizer: found ${show(options.optimizer)}, wanted a name or an optimizer.`);
    // In float16 small gradients vanish, unless the loss is scaled.
    const scales = (options.autoScaleLoss ?? true) && model.dtypePolicy.name === 'mixed_float16';
    const optimizer =
      scales && !(given instanceof optimizers.LossScaleOptimizer)
        ? new optimizers.LossScaleOptimizer(given as optimizers.Optimizer, { name: 'loss_scale_optimizer' })
        : given;
    const { loss = null, lossWeights = null, metrics = null, weightedMetrics = null, stepsPerExecution = 1 } = options;
    if (stepsPerExecution !== 'auto' && !(Number.isInteger(stepsPerExecution) && stepsPerExecution >= 1))
      throw new ValueError(`compile: stepsPerExecution: found ${show(stepsPerExecution)}, wanted a whole number ≥ 1.`);
    checkNames(loss, metrics, weightedMetrics);
    this.forget();
    this.#compiled = {
      optimizer: optimizer as optimizers.Optimizer,
      loss: loss === null ? null : new CompileLoss(loss, lossWeights, names, options.runEagerly),
      metrics:
        metrics === null && weightedMetrics === null ? null : new CompileMetrics(metrics, weightedMetrics, names),
      lossTracker: new Mean({ name: 'loss' }),
      runEagerly: options.runEagerly ?? false,
      stepsPerExecution: stepsPerExecution === 'auto' ? 1 : stepsPerExecution,
      options,
    };
    this.stopTraining = false;
  }
  /** Holds on to the data of the latest batches no longer. */
  forgetBatches(): void {
    for (const cache of [this.#train, this.#test, this.#predict]) cache.forgetCall();
  }
  /** Drops what was compiled of the model: its layers have changed. */
  forget(): void {
    this.#ownStepPrepared = false;
    this.#train = new FunctionCache('trainStep');
    this.#test = new FunctionCache('testStep');
    this.#predict = new FunctionCache('predictStep');
  }

  /** The training step as it was last traced. */
  get tracedStep(): NamedGraph | null {
    return this.#train.latest?.named ?? null;
  }

  // ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The losses that compile named and those that layers added, summed. */
  computeLoss({ y, yPred, sampleWeight }: Options<LossInputs>): Tensor {
    const losses: Tensor[] = [];
    const own =
      this.#compiled?.loss && y !== null && y !== undefined && yPred !== undefined
        ? this.#compiled.loss.call(y, yPred, sampleWeight ?? null)
        : null;
    if (own) losses.push(own);
    for (const loss of this.#model.losses) losses.push(loss);
    if (losses.length === 0) {
      throw new StateError(
        this.#compiled?.loss
          ? 'no target y was given, and the loss needs one. Call fit(x, y), evaluate(x, y), or give batches [x, y].'
          : `fit: there is no loss: compile({ loss }) names none, and no layer adds one with addLoss.`,
      );
    }
    return losses.reduce((total, loss) => add(total, loss));
  }
  #track(loss: Tensor, x: Structure): void {
    this.#compiled!.lossTracker.updateState(loss, { sampleWeight: batchOf(x) });
  }
  /** One update of the weights. */
  trainStep([x, y, sampleWeight]: Batch): StepLogs {
    const model = this.#model;
    const { optimizer } = this.require('fit');
    const tape = new GradientTape();
    let yPred!: Structure;
    const [loss, scaled] = tape.record(() => {
      yPred = model.invoke(x, { training: true }) as Structure;
      const value = model.computeLoss({ x, y: y as Structure, yPred, sampleWeight: sampleWeight as Tensor | null });
      // Before the loss is scaled: the scale is a variable of the optimizer, and not the number that it begins with.
      const weights = model.trainableWeights as readonly VariableTensor[];
      if (optimizer instanceof optimizers.Optimizer && !optimizer.built && weights.length > 0)
        optimizer.buildInStep(weights);
      return [
        value,
        'scaleLoss' in optimizer ? (optimizer as { scaleLoss(loss: Tensor): Tensor }).scaleLoss(value) : value,
      ] as const;
    });
    this.#track(loss, x);
    const weights = model.trainableWeights;
    if (weights.length === 0) console.warn(`fit: model '${model.name}' has no trainable weights.`);
    else {
      const gradients = tape.gradient(scaled, weights as Tensor[]) as (Tensor | null)[];
      if (gradients.every((gradient) => gradient === null))
        throw new ValueError(
          `model '${model.name}': the loss does not depend on any of its trainable weights. Compute it from the model's outputs (yPred), with TensorFlow's operations only.`,
        );
      optimizer.applyGradients(weights.map((weight, i): [Tensor | null, never] => [gradients[i]!, weight as never]));
    }
    return this.#computeMetrics(x, y, yPred, sampleWeight);
  }
  testStep([x, y, sampleWeight]: Batch): StepLogs {
    const model = this.#model;
    const yPred = model.invoke(x, { training: false }) as Structure;
    const loss = model.computeLoss({ x, y: y as Structure, yPred, sampleWeight: sampleWeight as Tensor | null });
    this.#track(loss, x);
    return this.#computeMetrics(x, y, yPred, sampleWeight);
  }
  /** Brings the metrics up to date. */
  updateMetrics({ y, yPred, sampleWeight }: LossInputs): void {
    const metrics = this.#compiled?.metrics;
    if (metrics && y !== null && y !== undefined) metrics.updateState(y, yPred, { sampleWeight: sampleWeight ?? null });
  }
  /** The logs of a class that computes its own; null where they are read from the metrics later. */
  #computeMetrics(x: Structure, y: Structure | null, yPred: Structure, sampleWeight: Structure | null): StepLogs {
    const inputs = { x, y: y as Structure, yPred, sampleWeight: sampleWeight as Tensor | null };
    if (this.#model.hasOwnStep('computeMetrics')) return this.#model.computeMetrics(inputs);
    this.updateMetrics(inputs);
    return null;
  }

  /** Refuses class labels out of range, unless the model's own step may mean something else by y. Gives whether it could tell. */
  checkLabels(y: Structure | null, where: string): boolean {
    const { loss } = this.require(where);
    if (!loss?.labelled || this.#model.hasOwnStep('trainStep') || this.#model.hasOwnStep('testStep')) return true;
    return loss.checkLabels(y, (this.#model.graph?.outputStructure ?? null) as Structure | null, where);
  }
  /** Whether all labels of a run are in range; null where that cannot be told yet. */
  acceptsLabels(y: Structure | null, where: string): boolean | null {
    try {
      return this.checkLabels(y, where) ? true : null;
    } catch {
      // The batch that has them says so.
      return false;
    }
  }
  /** Runs a train step, compiled for the batch's shapes. `isChecked`: its labels are known to be right. */
  runTrain(batch: Batch, where = 'fit', sizesVary = false, isChecked = false): void {
    const { runEagerly } = this.require(where);
    const checked = isChecked || this.checkLabels(batch[1], where);
    const open = sizesVary ? batchOf(batch[0]) : null;
    if (!this.#ownStepPrepared) withOpenBatch(open, () => this.#prepareOwnStep(batch[0]));
    try {
      this.#stepLogs = withOpenBatch(open, () =>
        runEagerly ? this.#trainBody(batch) : this.#train.call(this.#trainBody, [batch], batch),
      ) as StepLogs;
    } catch (error) {
      throw this.#withCause(error);
    }
    if (!checked) this.checkLabels(batch[1], where);
  }
  /** Whether `trainInTurn` may follow the train step that this batch was given to. */
  trainsInTurn(batch: Batch): boolean {
    return this.#train.takesTurns(batch);
  }
  /** As many train steps on the batch's rows and those that follow, in one call of the engine; their labels are known to be right. */
  trainInTurn(count: number): void {
    this.#stepLogs = this.#train.callInTurn(count) as StepLogs;
  }
  /** A step of the user's own may ask for the weights before it calls the model: makes them, where `call` can run on shapes alone. */
  #prepareOwnStep(x: Structure): void {
    this.#ownStepPrepared = true;
    const model = this.#model;
    if (!model.hasOwnStep('trainStep') || model.flattenLayers().every((layer) => layer.built)) return;
    const inputs = mapTree(x, (leaf) => (isTensor(leaf) ? new KerasTensor(leaf.shape, leaf.dtype) : leaf), isTensor);
    try {
      model.invoke(inputs as Structure, { training: true });
    } catch (error) {
      // A model without `call`, as of a GAN, or one that needs values: its step calls the parts. Another error belongs to the
      // step too, if it calls the model: it is kept for that.
      if (!(error instanceof StateError)) this.#callError = error;
    }
  }
  /** An error of a step, with what went wrong before when the model's `call` was tried on shapes. */
  #withCause(error: unknown): unknown {
    const cause = this.#callError;
    this.#callError = null;
    if (cause && error instanceof Error && error.cause === undefined && String(cause) !== String(error))
      error.cause = cause;
    return error;
  }
  readonly #trainBody = (batch: unknown): StepLogs => {
    const model = this.#model;
    let logs: StepLogs = null;
    if (model.hasOwnStep('trainStep')) logs = flatLogs(model.trainStep(packXYSampleWeight(...(batch as Batch))));
    else logs = this.trainStep(batch as Batch);
    model.clearLosses();
    return logs;
  };
  /** The same of steps that only count. */
  testsInTurn(batch: Batch): boolean {
    return this.#test.takesTurns(batch);
  }
  testInTurn(count: number): void {
    this.#stepLogs = this.#test.callInTurn(count) as StepLogs;
  }
  runTest(batch: Batch, where = 'evaluate', sizesVary = false, isChecked = false): void {
    const { runEagerly } = this.require(where);
    const checked = isChecked || this.checkLabels(batch[1], where);
    this.#stepLogs = withOpenBatch(sizesVary ? batchOf(batch[0]) : null, () =>
      runEagerly ? this.#testBody(batch) : this.#test.call(this.#testBody, [batch], batch),
    ) as StepLogs;
    if (!checked) this.checkLabels(batch[1], where);
  }
  readonly #testBody = (batch: unknown): StepLogs => {
    const model = this.#model;
    let logs: StepLogs = null;
    if (model.hasOwnStep('testStep')) logs = flatLogs(model.testStep(packXYSampleWeight(...(batch as Batch))));
    else logs = this.testStep(batch as Batch);
    model.clearLosses();
    return logs;
  };
  /** The outputs for a batch, which may be the same object as before with other rows in its tensors. */
  runPredict(x: Structure, batch?: Batch): Structure {
    // What runs op by op may give back what it got.
    const eagerly = () => this.#predictBody(settled(x)) as Structure;
    if (this.#compiled?.runEagerly || this.#model.needsValues) return eagerly();
    try {
      return this.#predict.call(this.#predictBody, [x], batch) as Structure;
    } catch (error) {
      // It is known now that its shapes follow from values: it runs op by op from here on.
      if (this.#model.needsValues) return eagerly();
      throw error;
    }
  }
  predictsInTurn(batch: Batch): boolean {
    return this.#predict.takesTurns(batch, 'all');
  }
  /** The outputs for so many batches, one after another. */
  predictInTurn(count: number): Structure {
    return this.#predict.callInTurn(count, 'all') as Structure;
  }
  readonly #predictBody = (x: unknown): unknown => {
    const model = this.#model;
    const outputs = model.predictStep(x as Structure);
    model.clearLosses();
    return outputs;
  };

  // ── Logs ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Every metric: the loss, those compiled, those in layers' fields. */
  collectMetrics(): MetricLike[] {
    const compiled = this.#compiled;
    const own = this.#model.flattenLayers().flatMap((layer) => layer.ownMetrics);
    if (!compiled) return own;
    return [
      compiled.lossTracker,
      ...(compiled.metrics ? [compiled.metrics] : []),
      ...(compiled.loss?.metrics ?? []),
      ...own,
    ];
  }
  /** Which way a log is better, where a metric compiled or of a layer's field says so. */
  directionOf(log: string): Direction {
    const found = this.#compiled?.metrics?.directionOf(log);
    if (found) return found;
    const own = this.#model.flattenLayers().flatMap((layer) => layer.ownMetrics);
    const metric = own.find(({ name }) => name === log);
    return metric ? directionOf(metric) : null;
  }
  resetMetrics(): void {
    this.#stepLogs = null;
    for (const metric of this.collectMetrics()) metric.resetState();
  }
  /**
   * Runs what counts in the metrics: behind the run of this model that is under way, or, called from user code for which that run
   * waits (a callback), at once, and then the metrics are afterwards as that run left them.
   */
  inTurn<T>(task: (run: ModelRun) => Promise<T>): Promise<T> {
    return this.#runs.run(async (run, isWithin) => {
      if (!isWithin) return task(run);
      const restore = this.#metricsNow();
      try {
        return await task(run);
      } finally {
        restore();
      }
    });
  }
  /** The same for a single step, which cannot wait: a run under way finds its metrics as it left them. */
  besideRun<T>(step: () => T): T {
    if (this.#runs.isIdle) return step();
    const restore = this.#metricsNow();
    try {
      return step();
    } finally {
      restore();
    }
  }
  /** Keeps what the metrics hold; gives what sets it again. */
  #metricsNow(): () => void {
    const logs = this.#stepLogs;
    const values = this.collectMetrics().flatMap(({ variables }) =>
      variables.map((variable) => [variable, variable.snapshot()] as const),
    );
    return () => {
      // What a metric made of itself in between starts at its beginning.
      this.resetMetrics();
      for (const [variable, value] of values) variable.set(value);
      this.#stepLogs = logs;
    };
  }
  /** Names and results as tensors, the loss first, then in the order compiled. */
  results(): [string, unknown][] {
    const compiled = this.#compiled;
    if (!compiled) return [];
    const named: [string, unknown][] = [['loss', compiled.lossTracker.result()]];
    if (compiled.metrics) named.push(...compiled.metrics.results());
    for (const metric of compiled.loss?.metrics ?? []) named.push([metric.name, metric.result()]);
    for (const layer of this.#model.flattenLayers())
      for (const metric of layer.ownMetrics) named.push([metric.name, metric.result()]);
    return inLogs(named);
  }
  /** The scores of `evaluate`: the loss, the metrics as compiled, the losses of several outputs, then what else there is by name. */
  inOrder(logs: Logs): number[] {
    const compiled = this.#compiled;
    const names = [
      'loss',
      ...(compiled?.metrics?.plainNames ?? []),
      ...(compiled?.loss?.metrics ?? []).map(({ name }) => name),
      ...this.#model.flattenLayers().flatMap((layer) => layer.ownMetrics.map(({ name }) => name)),
    ];
    const known = [...new Set(names)].filter((name) => Object.hasOwn(logs, name));
    const rest = Object.keys(logs).filter((name) => !names.includes(name));
    return [...known, ...rest.sort()].map((name) => logs[name]!);
  }
  /** The logs now, as numbers: this copies them out of the engine. */
  readLogs(): Logs {
    const entries = this.#stepLogs ? Object.entries(this.#stepLogs) : this.results();
    return Object.fromEntries(entries.map(([name, value]) => [name, asNumber(value)]));
  }

  // ── Config ──────────────────────────────────────────────────────────────────────────────────────────────────────

  getCompileConfig(): Config {
    const compiled = this.#compiled;
    if (!compiled) return {};
    const { options, optimizer } = compiled;
    const write = (name: keyof CompileOptions, fallback: Json): Json => {
      const value = options[name];
      if (value === undefined || value === null) return fallback;
      try {
        return serializeKerasObject(value);
      } catch {
        console.warn(
          `compile: ${name} cannot be written to the model's config; compile the model again after loading it.`,
        );
        return null;
      }
    };
    return {
      optimizer: serializeKerasObject(optimizer),
      loss: write('loss', null),
      loss_weights: write('lossWeights', null),
      metrics: write('metrics', null),
      weighted_metrics: write('weightedMetrics', null),
      run_eagerly: compiled.runEagerly,
      steps_per_execution: compiled.stepsPerExecution,
      jit_compile: options.jitCompile === true,
    };
  }
  compileFromConfig(config: Config): void {
    if (Object.keys(config).length === 0 || this.#model.ownCompile) return;
    const options: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(config)) {
      const name = camelCase(key);
      if (!COMPILE_OPTIONS.includes(name)) continue;
      options[name] = revive(value);
    }
    this.#model.compile(options as CompileOptions);
  }
  /** Compiles as another model is, with an optimizer and metrics of its own; functions that no config can name are shared. */
  compileAs({ options, optimizer }: Compiled): void {
    const renewed = (value: unknown): unknown => {
      try {
        return revive(serializeKerasObject(value));
      } catch {
        return value;
      }
    };
    const { loss, metrics, weightedMetrics } = options;
    this.#model.compile({
      ...options,
      optimizer: renewed(optimizer),
      loss: renewed(loss ?? null),
      metrics: renewed(metrics ?? null),
      weightedMetrics: renewed(weightedMetrics ?? null),
    } as CompileOptions);
  }
  get state(): Compiled | null {
    return this.#compiled;
  }
}

/** Objects in a compile config made; names and lists stay. */
function revive(value: Json): unknown {
  if (Array.isArray(value)) return value.map(revive);
  return isRecord(value) ? deserializeKerasObject(value as Json) : value;
}
export function buildOptimizer(optimizer: object, variables: readonly VariableTensor[]): void {
  if (optimizer instanceof Optimizer_) optimizer.buildInStep(variables);
  else if ('build' in optimizer) (optimizer as { build(variables: readonly VariableTensor[]): void }).build(variables);
}
function batchOf(x: Structure): number {
  const first = x instanceof Tensor ? x : flattenTree(x, isTensor).find(isTensor);
  return (first as Tensor | undefined)?.dims[0] ?? 1;
}
function asNumber(value: unknown): number {
  if (!(value instanceof Tensor)) return value as number;
  return value.rank === 0 ? value.item() : (value.numpy() as number);
}

/** Unknown names are found when compiling, not in the middle of the first step. */
/** A metric with several results is several logs. */
const inLogs = (named: readonly (readonly [string, unknown])[]): [string, unknown][] =>
  named.flatMap(([name, value]): [string, unknown][] =>
    isRecord(value) ? inLogs(Object.entries(value)) : [[name, value]],
  );
const flatLogs = (logs: StepLogs): StepLogs =>
  isRecord(logs) ? (Object.fromEntries(inLogs(Object.entries(logs))) as StepLogs) : logs;

function checkNames(loss: unknown, metrics: unknown, weightedMetrics: unknown): void {
  const leaves = (value: unknown): unknown[] =>
    flattenTree(value, (item) => typeof item !== 'object').filter((item) => typeof item === 'string');
  for (const [option, given] of Object.entries({ loss, metrics, weightedMetrics }))
    for (const item of flattenTree(given, (part) => typeof part !== 'object'))
      if (typeof item === 'number' || typeof item === 'boolean')
        throw new ValueError(`compile: ${option}: found ${show(item)}, wanted names, functions or instances.`);
  for (const name of leaves(loss)) if (!/^(crossentropy|ce)$/i.test(String(name))) lossNamed(name);
  for (const name of [...leaves(metrics), ...leaves(weightedMetrics)])
    if (!/^(accuracy|acc|crossentropy|ce)$/i.test(String(name))) metricNamed(name);
}
const lossNamed = (name: unknown): unknown => prefixed('compile: loss: ', () => getLoss(name as never));
const metricNamed = (name: unknown): unknown => prefixed('compile: metrics: ', () => getMetric(name as never));
function prefixed<T>(prefix: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(prefix + error.message);
    throw error;
  }
}
