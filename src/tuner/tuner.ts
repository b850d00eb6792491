// Tuners: they build, fit and compare models, and remember it in a folder.
// Owns: trials and their executions, checkpoints of the best epochs, summaries, going on after a break. Leaves the choice
// of values to oracle.ts.
// Source: https://keras.io/keras_tuner/api/tuners/

import { type Class, callable } from '../base/callable.ts';
import { didYouMean, refuseUnknown, StateError, show, ValueError } from '../base/errors.ts';
import { pythonRepr } from '../base/python-format.ts';
import { isRecord } from '../base/record.ts';
import * as tf from '../index.ts';
import { joinPath } from '../platform/path.ts';
import { platform } from '../platform/platform.ts';
import { type Definition, HyperParameters, type Value, type Values } from './hyperparameters.ts';
import {
  bayesianOracle,
  gridOracle,
  hyperbandOracle,
  type Objective,
  type Oracle,
  randomOracle,
  ranked,
  type Trial,
} from './oracle.ts';

type Model = tf.keras.Model;
type FitArgs = Parameters<Model['fit']>;
type FitOptions = NonNullable<FitArgs[2]>;
/** A function of the hyperparameters, or an object with `build` and, where training shall differ, `fit`. */
export type HyperModel =
  | ((hp: HyperParameters) => Model)
  | {
      build(hp: HyperParameters): Model;
      fit?(hp: HyperParameters, model: Model, ...args: unknown[]): Promise<tf.keras.callbacks.History>;
    };

export interface TunerOptions {
  /** What is watched: a log's name, or with the direction in which it is better. */
  objective?: string | Objective | undefined;
  maxTrials?: number | undefined;
  executionsPerTrial?: number | undefined;
  seed?: number | undefined;
  directory?: string | undefined;
  projectName?: string | undefined;
  /** Whether to begin anew where the folder holds a search. */
  overwrite?: boolean | undefined;
  hyperparameters?: HyperParameters | undefined;
  tuneNewEntries?: boolean | undefined;
  allowNewEntries?: boolean | undefined;
  maxRetriesPerTrial?: number | undefined;
  maxConsecutiveFailedTrials?: number | undefined;
}
const names: readonly string[] = [
  'objective',
  'maxTrials',
  'executionsPerTrial',
  'seed',
  'directory',
  'projectName',
  'overwrite',
  'hyperparameters',
  'tuneNewEntries',
  'allowNewEntries',
  'maxRetriesPerTrial',
  'maxConsecutiveFailedTrials',
];

/** The build function first, or by name among the options. */
type Arguments<O> = [hypermodel: HyperModel, options?: O] | [options: O & { readonly hypermodel: HyperModel }];
function splitArguments<O extends object>(args: Arguments<O>): [hypermodel: HyperModel, options: O] {
  const [first, options] = args;
  if (args.length > 1 || typeof first !== 'object' || first === null || !('hypermodel' in first))
    return [first as HyperModel, options ?? ({} as O)];
  const { hypermodel, ...rest } = first;
  return [hypermodel, rest as object as O];
}

/** Whether larger is better, by the name. */
function objectiveOf(given: TunerOptions['objective']): Objective {
  if (given === undefined) return { name: 'val_loss', direction: 'min' };
  if (typeof given === 'string') {
    const grows = /acc|auc|precision|recall|f1|fbeta|iou|r2|score|true_(pos|neg)/i.test(given) && !/loss/i.test(given);
    return { name: given, direction: grows ? 'max' : 'min' };
  }
  if (typeof given?.name === 'string' && (given.direction === 'min' || given.direction === 'max')) return given;
  throw new ValueError(
    `objective: found ${show(given)}, wanted a log's name such as 'val_loss', or { name, direction: 'min' }.`,
  );
}

interface State {
  readonly trials: Trial[];
  readonly space: Definition[];
}

/** Remembers the weights of the best epoch. */
class BestEpoch extends tf.keras.callbacks.Callback {
  readonly #objective: Objective;
  readonly #path: string | null;
  best: { value: number; epoch: number; logs: Record<string, number> } | null = null;
  constructor(objective: Objective, path: string | null) {
    super();
    this.#objective = objective;
    this.#path = path;
  }
  override async onEpochEnd(epoch: number, logs: tf.keras.Logs = {}): Promise<void> {
    const { name, direction } = this.#objective;
    const value = logs[name];
    if (value === undefined)
      throw new ValueError(
        `objective: the log '${name}' is not there; wanted one of ${Object.keys(logs).join(', ')}.${didYouMean(name, Object.keys(logs))} Give validation data for val_ logs.`,
      );
    const { best } = this;
    if (best && !(direction === 'max' ? value > best.value : value < best.value)) return;
    this.best = { value, epoch, logs: { ...(logs as Record<string, number>) } };
    if (this.#path) await this.model.saveWeights(this.#path);
  }
}

class TunerBase {
  readonly objective: Objective;
  readonly #hypermodel: HyperModel;
  readonly #oracle: Oracle;
  readonly #folder: string;
  readonly #maxTrials: number;
  readonly #executions: number;
  readonly #maxFailures: number;
  readonly #retries: number;
  readonly #overwrite: boolean;
  readonly #tunesNew: boolean;
  readonly #given: HyperParameters;
  #space: HyperParameters;
  #trials: Trial[] = [];
  #loading: Promise<void> | null = null;

  constructor(hypermodel: HyperModel, options: TunerOptions, oracle: Oracle, known: readonly string[]) {
    if (typeof hypermodel !== 'function' && typeof (hypermodel as { build?: unknown } | null)?.build !== 'function')
      throw new ValueError(
        `${new.target.name}: found ${show(hypermodel)}, wanted a function build(hp) that gives a compiled model.`,
      );
    refuseUnknown(new.target.name, options, known);
    this.#hypermodel = hypermodel;
    this.objective = objectiveOf(options.objective);
    this.#oracle = oracle;
    this.#folder = joinPath(options.directory ?? '.', options.projectName ?? 'untitled_project');
    this.#maxTrials = options.maxTrials ?? Number.POSITIVE_INFINITY;
    this.#executions = options.executionsPerTrial ?? 1;
    this.#maxFailures = options.maxConsecutiveFailedTrials ?? 3;
    this.#retries = options.maxRetriesPerTrial ?? 0;
    this.#overwrite = options.overwrite ?? false;
    this.#tunesNew = options.tuneNewEntries ?? true;
    this.#given = options.hyperparameters ?? new HyperParameters();
    this.#space = this.#given.copy();
    this.#learn(this.#space.copy());
  }
  /** Builds once, for the names and ranges that it asks for; conditional branches are learnt as trials reach them. */
  #learn(hp: HyperParameters): Model {
    hp.begin();
    const model = typeof this.#hypermodel === 'function' ? this.#hypermodel(hp) : this.#hypermodel.build(hp);
    if (!(model instanceof tf.keras.Model))
      throw new ValueError(
        `${this.constructor.name}: build(hp) gave ${show(model)}, wanted a compiled model.${model === undefined ? ' Does it end with return model?' : ''}`,
      );
    if (this.#tunesNew) this.#space.learn(hp.space);
    return model;
  }
  get projectDir(): string {
    return this.#folder;
  }
  get trials(): readonly Trial[] {
    return this.#trials;
  }

  // ── Searching ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** Tries values until the oracle has no more; the arguments are those of fit. */
  async search(...args: FitArgs): Promise<void> {
    await this.#load();
    let failures = 0;
    for (;;) {
      let trial = this.#trials.find(({ status }) => status === 'RUNNING');
      if (!trial) {
        if (this.#trials.length >= this.#maxTrials) return;
        const values = this.#oracle.next({ trials: this.#trials, space: this.#space, objective: this.objective });
        if (!values) return;
        trial = {
          id: String(this.#trials.length).padStart(4, '0'),
          values,
          status: 'RUNNING',
          score: null,
          bestStep: null,
          metrics: {},
          message: null,
          active: [],
        };
        this.#trials.push(trial);
        await this.save();
      }
      for (let attempt = 0; ; attempt++) {
        try {
          await this.#run(trial, args);
          failures = 0;
          break;
        } catch (error) {
          if (error instanceof ValueError && error.message.startsWith('objective:')) throw error;
          trial.message = error instanceof Error ? error.message : String(error);
          if (attempt < this.#retries) continue;
          trial.status = 'FAILED';
          await this.save();
          if (++failures >= this.#maxFailures)
            throw new StateError(
              `search: ${failures} trials failed one after the other, the last with: ${trial.message} What was found so far is in ${this.#folder}.`,
              { cause: error },
            );
          break;
        }
      }
      await this.save();
    }
  }
  async #run(trial: Trial, args: FitArgs): Promise<void> {
    const runs: NonNullable<BestEpoch['best']>[] = [];
    for (let execution = 0; execution < this.#executions; execution++) {
      const hp = this.#space.copy(trial.values);
      const model = this.#learn(hp);
      if (execution === 0) {
        trial.active = hp.active.map(({ name }) => name);
        Object.assign(trial, { values: { ...hp.values, ...trial.values } });
      }
      // What a hyperband round goes on from.
      const from = trial.values['tuner/trial_id'];
      if (typeof from === 'string') await model.loadWeights(this.#checkpoint(from));
      const best = new BestEpoch(this.objective, execution === 0 ? this.#checkpoint(trial.id) : null);
      const history = await this.#fit(hp, model, this.#withCallback(args, best, trial.values));
      if (!best.best) throw new ValueError(`trial ${trial.id}: fit ran no epoch (${history.epoch.length}).`);
      runs.push(best.best);
    }
    const mean = (of: (run: (typeof runs)[number]) => number) =>
      runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
    trial.score = mean(({ value }) => value);
    trial.bestStep = runs[0]!.epoch;
    trial.metrics = Object.fromEntries(
      Object.keys(runs[0]!.logs).map((name) => [name, mean(({ logs }) => logs[name]!)]),
    );
    if (!Number.isFinite(trial.score)) throw new ValueError(`trial ${trial.id}: the objective came to ${trial.score}.`);
    trial.status = 'COMPLETED';
    trial.message = null;
  }
  async #fit(hp: HyperParameters, model: Model, args: FitArgs): Promise<tf.keras.callbacks.History> {
    const hypermodel = this.#hypermodel;
    if (typeof hypermodel === 'object' && hypermodel.fit) return hypermodel.fit(hp, model, ...args);
    return model.fit(...args);
  }
  /** The arguments of fit with one callback more, and the epochs that hyperband wants. */
  #withCallback(args: FitArgs, callback: BestEpoch, values: Values): FitArgs {
    const list: unknown[] = [...args];
    const last = list.at(-1);
    const isOptions = list.length > 1 && isRecord(last);
    const given = (isOptions ? list.pop() : {}) as FitOptions;
    const epochs = values['tuner/epochs'];
    const limits = typeof epochs === 'number' ? { epochs, initialEpoch: values['tuner/initial_epoch'] as number } : {};
    list.push({ verbose: 0, ...given, ...limits, callbacks: [...(given.callbacks ?? []), callback] });
    return list as object as FitArgs;
  }
  #checkpoint(id: string): string {
    return joinPath(this.#folder, `trial_${id}`, 'checkpoint.weights.h5');
  }

  // ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #load(): Promise<void> {
    this.#loading ??= this.#overwrite ? platform().remove(this.#folder) : this.reload();
    return this.#loading;
  }
  /** Reads a search that is in the folder; one that was cut off begins its last trial again. */
  async reload(): Promise<void> {
    const path = joinPath(this.#folder, 'oracle.json');
    if (!(await platform().exists(path))) return;
    const state = JSON.parse(new TextDecoder().decode(await platform().readFile(path))) as State;
    this.#trials = state.trials.map((trial) => ({ ...trial }));
    this.#space.learn(state.space);
  }
  async save(): Promise<void> {
    const state: State = { trials: this.#trials, space: this.#space.space };
    await platform().writeFile(joinPath(this.#folder, 'oracle.json'), `${JSON.stringify(state, null, 1)}\n`);
  }

  // ── Results ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #best(count: number): Trial[] {
    return ranked(this.#trials, this.objective).slice(0, count);
  }
  async getBestTrials(numTrials = 1): Promise<Trial[]> {
    await this.#load();
    return this.#best(numTrials);
  }
  /** Values of the best trials, best first. */
  getBestHyperparameters(numTrials = 1): HyperParameters[] {
    return this.#best(numTrials).map(({ values }) => this.#space.copy(values));
  }
  /** The best models, with the weights of their best epochs. */
  async getBestModels(numModels = 1): Promise<Model[]> {
    await this.#load();
    const models: Model[] = [];
    for (const trial of this.#best(numModels)) {
      const model = this.#learn(this.#space.copy(trial.values));
      await model.loadWeights(this.#checkpoint(trial.id));
      models.push(model);
    }
    return models;
  }
  /** Prints the names and ranges. */
  searchSpaceSummary(): void {
    const list = this.#space.space;
    const lines = list.map(({ kind, name, conditions, ...rest }) => {
      const about = Object.entries(rest).map(([what, value]) => `${what}: ${JSON.stringify(value)}`);
      const when = conditions.map((c) => `${c.name} in ${JSON.stringify(c.values)}`).join(' and ');
      return `${name} (${kind})\n{${about.join(', ')}${when ? `, when ${when}` : ''}}\n`;
    });
    platform().print(`Search space summary\nDefault search space size: ${list.length}\n${lines.join('')}`);
  }
  /** A value as KerasTuner prints it. */
  #written(name: string, value: Value): string {
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    const isFloat = this.#space.space.some((definition) => definition.name === name && definition.kind === 'Float');
    return isFloat ? pythonRepr(value as number) : String(value);
  }
  /** Prints the best trials. */
  resultsSummary(numTrials = 10): void {
    const { name, direction } = this.objective;
    const best = this.#best(numTrials).map(({ id, values, score }) => {
      const rows = Object.entries(values).map(([key, value]) => `${key}: ${this.#written(key, value)}\n`);
      return `\nTrial ${id} summary\nHyperparameters:\n${rows.join('')}Score: ${pythonRepr(score!)}\n`;
    });
    platform().print(
      `Results summary\nResults in ${this.#folder}\nShowing ${numTrials} best trials\nObjective(name="${name}", direction="${direction}")\n${best.join('')}`,
    );
  }
}
export interface Tuner extends TunerBase {}

class RandomSearchTuner extends TunerBase {
  constructor(...args: Arguments<TunerOptions>) {
    const [hypermodel, options] = splitArguments<TunerOptions>(args);
    super(hypermodel, { maxTrials: 10, ...options }, randomOracle(options.seed ?? 0), names);
  }
}
export interface RandomSearch extends RandomSearchTuner {}
/** Values drawn at random. */
export const RandomSearch: Class<Arguments<TunerOptions>, RandomSearch> = callable(RandomSearchTuner, 'RandomSearch');

class GridSearchTuner extends TunerBase {
  constructor(...args: Arguments<TunerOptions>) {
    const [hypermodel, options] = splitArguments<TunerOptions>(args);
    super(hypermodel, options, gridOracle(), names);
  }
}
export interface GridSearch extends GridSearchTuner {}
/** Every combination of values. */
export const GridSearch: Class<Arguments<TunerOptions>, GridSearch> = callable(GridSearchTuner, 'GridSearch');

export interface HyperbandOptions extends Omit<TunerOptions, 'maxTrials'> {
  maxEpochs?: number | undefined;
  factor?: number | undefined;
  hyperbandIterations?: number | undefined;
}
class HyperbandTuner extends TunerBase {
  constructor(...args: Arguments<HyperbandOptions>) {
    const [hypermodel, options] = splitArguments<HyperbandOptions>(args);
    const { maxEpochs = 100, factor = 3, hyperbandIterations = 1, ...rest } = options;
    if (!(factor >= 2)) throw new ValueError(`Hyperband: factor: found ${show(factor)}, wanted a number ≥ 2.`);
    if (!(Number.isInteger(maxEpochs) && maxEpochs >= 1))
      throw new ValueError(`Hyperband: maxEpochs: found ${show(maxEpochs)}, wanted a whole number ≥ 1.`);
    const known = [...names.filter((name) => name !== 'maxTrials'), 'maxEpochs', 'factor', 'hyperbandIterations'];
    const oracle = hyperbandOracle({ maxEpochs, factor, iterations: hyperbandIterations, seed: options.seed ?? 0 });
    super(hypermodel, rest, oracle, known);
  }
}
export interface Hyperband extends HyperbandTuner {}
/** Many short trials, the best of which go on for longer. Source: Li and others, Hyperband, 2018 */
export const Hyperband: Class<Arguments<HyperbandOptions>, Hyperband> = callable(HyperbandTuner, 'Hyperband');

export interface BayesianOptions extends TunerOptions {
  numInitialPoints?: number | undefined;
  alpha?: number | undefined;
  beta?: number | undefined;
}
class BayesianTuner extends TunerBase {
  constructor(...args: Arguments<BayesianOptions>) {
    const [hypermodel, options] = splitArguments<BayesianOptions>(args);
    const { numInitialPoints = 3, alpha = 1e-4, beta = 2.6, ...rest } = options;
    const oracle = bayesianOracle({ initialPoints: numInitialPoints, alpha, beta, seed: options.seed ?? 0 });
    super(hypermodel, { maxTrials: 10, ...rest }, oracle, [...names, 'numInitialPoints', 'alpha', 'beta']);
  }
}
export interface BayesianOptimization extends BayesianTuner {}
/** Values where a Gaussian process through the scores so far promises most. */
export const BayesianOptimization: Class<Arguments<BayesianOptions>, BayesianOptimization> = callable(
  BayesianTuner,
  'BayesianOptimization',
);
