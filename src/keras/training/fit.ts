// The loops of fit, evaluate and predict.
// Owns: epochs and batches, when callbacks are called and logs read, turns of the event loop, stopping in order.
// Leaves single steps to trainer.ts, data to arrays.ts and batch-source.ts.
import { annotated, KeyboardInterrupt, StateError, ValueError } from '../../base/errors.ts';
import { type Later, thenClose } from '../../data/pull.ts';
import { platform } from '../../platform/platform.ts';
import { History } from '../callbacks/history.ts';
import { ProgbarLogger } from '../callbacks/progbar-logger.ts';
import { flattenCallbacks, RunCallbacks } from '../callbacks/run-callbacks.ts';
import { TerminateOnNaN } from '../callbacks/terminate-on-nan.ts';
import type { ModelBase } from '../models/model.ts';
import type { Inputs, Logs, Structure } from '../types.ts';
import { type Batch, type BatchIterator, type BatchSource, requireEnd } from './batch-source.ts';
import { limitedEpochs, limitedSteps } from './limits.ts';
import { checkOptions, evaluationSource, planFit, wholeNumber } from './options.ts';
import { concatenateBatches } from './predictions.ts';
import { ModelRun } from './run-queue.ts';
import { Stride } from './stride.ts';
import { Pace, type RunControl, TrainingRun, turn } from './training-run.ts';
import type { EvaluateOptions, FitOptions, RunOptions, Scores, Training, Verbose } from './types.ts';

interface Run {
  readonly model: ModelBase;
  readonly callbacks: RunCallbacks;
  readonly progress: ProgbarLogger | null;
  readonly control: RunControl | null;
  /** This run in the order of the model's runs. */
  readonly own: ModelRun;
  readonly pace: Pace;
  /** How many steps of fit make one call of the engine. */
  readonly stride?: Stride;
  readonly labels?: Labels;
  /** The pass over the training data that is open. */
  pass?: BatchIterator | null;
  /** Whether a generator has come to its end, and so training with it. */
  dataEnded?: boolean;
  /** Whether it was at its end before the epoch began. */
  isEmptyEpoch?: boolean;
  /** Whether an epoch has passed. */
  hasTrained?: boolean;
}
/** Whether batches need not be looked at for labels out of range, as those of all have been. */
class Labels {
  readonly #ask: () => boolean | null;
  #known: boolean | null = null;

  constructor({ trainer }: ModelBase, { targets }: BatchSource, where: string) {
    this.#ask = () => (targets === undefined ? false : trainer.acceptsLabels(targets, where));
  }
  /** Of models that are built by their first step it is known after that. */
  areRight(): boolean {
    this.#known ??= this.#ask();
    return this.#known === true;
  }
}

const verbosity = (verbose: Verbose | undefined): number => (verbose === undefined || verbose === 'auto' ? 1 : verbose);

function callbacksFor(
  model: ModelBase,
  given: unknown,
  verbose: Verbose | undefined,
  epochs: number,
  steps: number | null,
  history: History | null,
) {
  const list = flattenCallbacks(given);
  const level = verbosity(verbose);
  let progress = (list.find((callback) => callback instanceof ProgbarLogger) as ProgbarLogger | undefined) ?? null;
  const all = [...list];
  if (!progress && level > 0) {
    progress = new ProgbarLogger();
    all.push(progress);
  }
  if (history) all.push(history);
  return { callbacks: new RunCallbacks(all, model, { verbose: level, epochs, steps }), progress };
}

/** Fits the model; what `model.fit` does. */
export function fit(model: ModelBase, x: unknown, y: Inputs | null | undefined, options: FitOptions): Training {
  checkOptions('fit', options);
  const compiled = model.trainer.require('fit');
  const epochs = limitedEpochs(wholeNumber(options.epochs ?? 1, 'fit: epochs', 0));
  const initialEpoch = wholeNumber(options.initialEpoch ?? 0, 'fit: initialEpoch', 0);
  const plan = planFit(x, y, options, !compiled.runEagerly);
  if (options.stepsPerEpoch !== undefined && options.stepsPerEpoch !== null)
    wholeNumber(options.stepsPerEpoch, 'fit: stepsPerEpoch', 1);
  const stepsPerEpoch = limitedSteps(options.stepsPerEpoch);
  requireEnd(plan.train, stepsPerEpoch, 'fit', 'stepsPerEpoch');
  if (plan.validation)
    requireEnd(plan.validation, limitedSteps(options.validationSteps), 'fit: validationData', 'validationSteps');
  const history = new History();
  const { callbacks, progress } = callbacksFor(
    model,
    options.callbacks,
    options.verbose,
    epochs,
    stepsPerEpoch ?? plan.train.steps,
    history,
  );
  model.trainer.checkLabels(plan.y, 'fit');
  const begin = async (control: RunControl, own: ModelRun): Promise<History> => {
    model.history = history;
    callbacks.run = own;
    let isInterrupted = false;
    const noLonger = platform().onInterrupt(() => {
      isInterrupted = true;
      control.stopped = true;
    });
    control.checkInterrupt = () => {
      if (isInterrupted) throw new KeyboardInterrupt('fit: interrupted by Ctrl-C');
    };
    const labels = new Labels(model, plan.train, 'fit');
    const run = { model, callbacks, progress, control, own, pace: new Pace(), stride: new Stride(), labels };
    try {
      await runFit(run, plan, options, {
        epochs,
        initialEpoch,
        stepsPerEpoch,
      });
    } catch (error) {
      throw annotated(error, keptAfter(history));
    } finally {
      noLonger();
      plan.train.close?.();
      model.trainer.forgetBatches();
    }
    return history;
  };
  return new TrainingRun((control) => model.trainer.inTurn((own) => begin(control, own)), options.signal);
}

/** What is left of a run that ended in an error. */
function keptAfter({ epoch }: History): string {
  const range = epoch.length > 1 ? `epochs ${epoch[0]! + 1} to ${epoch.at(-1)! + 1}` : `epoch ${epoch[0]! + 1}`;
  return `fit ended here; the weights are kept as they are by now, and model.history has ${epoch.length === 0 ? 'no epoch' : range}`;
}

interface FitSizes {
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly stepsPerEpoch: number | null;
}

async function runFit(
  run: Run,
  plan: { train: BatchSource; validation: BatchSource | null },
  options: FitOptions,
  sizes: FitSizes,
): Promise<void> {
  const { model, callbacks } = run;
  const { trainer } = model;
  trainer.stopTraining = false;
  trainer.resumeAt = null;
  // The promise exists before training begins: a callback may look at it.
  await null;
  await callbacks.call('onTrainBegin');
  const logs = await thenClose(
    () => runEpochs(run, plan, options, sizes),
    () => closePass(run.own, run.pass, 'fit'),
  );
  const { optimizer } = trainer.require('fit');
  if ('finalizeVariableValues' in optimizer && sizes.epochs > 0)
    (optimizer as { finalizeVariableValues(variables: unknown): void }).finalizeVariableValues(model.trainableWeights);
  await callbacks.call('onTrainEnd', logs);
}

/** The epochs, each with its validation; gives the last one's logs and leaves the last pass open. */
async function runEpochs(
  run: Run,
  plan: { train: BatchSource; validation: BatchSource | null },
  options: FitOptions,
  sizes: FitSizes,
): Promise<Logs> {
  const { model, callbacks } = run;
  const { trainer } = model;
  const control = run.control!;
  let logs: Logs = {};
  const resumed = trainer.takeResume();
  const firstEpoch = resumed?.epoch ?? sizes.initialEpoch;
  if (resumed) {
    const every = trainer.require('fit').stepsPerExecution;
    const steps = sizes.stepsPerEpoch === null ? null : Math.ceil(sizes.stepsPerEpoch / every) * every;
    run.pass = await passOver(run, plan.train, firstEpoch - sizes.initialEpoch, steps);
  }
  for (let epoch = firstEpoch; epoch < sizes.epochs && !control.stopped; epoch++) {
    trainer.resetMetrics();
    await callbacks.callAt('onEpochBegin', epoch);
    // With a number of steps the passes go on from epoch to epoch.
    if (sizes.stepsPerEpoch === null) run.pass = null;
    const done = resumed?.epoch === epoch ? resumed.steps : 0;
    run.pass ??= openPass(run.own, plan.train, 'fit');
    if (await runEpoch(run, plan.train, sizes.stepsPerEpoch, epoch, done)) run.pass = null;
    control.checkInterrupt();
    // The generator was at its end before the epoch began.
    if (run.isEmptyEpoch) break;
    logs = sorted(trainer.readLogs());
    warnOfNaN(run, logs, epoch);
    plan.train.onEpochEnd?.();
    if (plan.validation && validates(options.validationFreq ?? 1, epoch) && !control.stopped) {
      const found = sorted(await runEvaluate(run, plan.validation, limitedSteps(options.validationSteps)));
      for (const [name, value] of Object.entries(found)) logs[`val_${name}`] = value;
      control.checkInterrupt();
    }
    const waiting = callbacks.callAt('onEpochEnd', epoch, logs);
    if (waiting) await waiting;
    control.epoch(epoch, logs);
    // Whoever reads the epochs may evaluate the model now, between two of them.
    if (control.isWatched) await run.own.waitFor(turn, 'fit: the loop over its epochs');
    if (trainer.stopTraining || run.dataEnded) break;
    if (run.pace.due()) await turn();
    control.checkInterrupt();
  }
  return logs;
}

const validates = (frequency: number | readonly number[], epoch: number): boolean =>
  typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1);

/**
 * What the first epochs of a run that was cut off did to the data: their passes draw orders and random numbers, and with a
 * number of steps the next epoch goes on in the midst of a pass. Gives that pass.
 */
async function passOver(
  run: Run,
  source: BatchSource,
  epochs: number,
  limit: number | null,
): Promise<BatchIterator | null> {
  const open = (): BatchIterator => {
    run.pass = openPass(run.own, source, 'fit');
    return run.pass;
  };
  let pass: BatchIterator | null = null;
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (limit === null) {
      source.skip?.();
      continue;
    }
    let step = 0;
    pass ??= open();
    while (step < limit && (await pass.next()) !== null) step++;
    // An epoch ends with its pass, unless there was nothing left of the pass.
    if (step === 0) {
      pass = open();
      while (step < limit && (await pass.next()) !== null) step++;
    }
    if (step < limit) pass = null;
    source.onEpochEnd?.();
  }
  return pass;
}

/** Begins a pass: the data is code of the user's, and may evaluate the model. */
function openPass(own: ModelRun, source: BatchSource, where: string): BatchIterator {
  const pass = source.open();
  const next = () => pass.next();
  const { advance } = pass;
  return { next: () => own.waitForData(next, where), ...(advance && { advance }), close: () => pass.close?.() };
}
/** Ends a pass, also one in its midst. */
const closePass = (own: ModelRun, pass: BatchIterator | null | undefined, where: string): Later<void> =>
  pass?.close && own.waitForData(() => pass.close!(), where);

/** One epoch; says whether the pass was read to its end. */
async function runEpoch(
  run: Run,
  source: BatchSource,
  limit: number | null,
  epoch: number,
  finished = 0,
): Promise<boolean> {
  const { model, callbacks, progress, pace } = run;
  const control = run.control!;
  const { stride, labels } = run as Required<Run>;
  const { trainer } = model;
  const every = trainer.require('fit').stepsPerExecution;
  const begins = callbacks.listens('onTrainBatchBegin');
  const ends = callbacks.listens('onTrainBatchEnd');
  const isSeen = begins || ends;
  const readLogs = (): Logs => sorted(trainer.readLogs());
  let step = 0;
  let last = false;
  for (; step < finished; step++) await run.pass!.next();
  while (!last && (limit === null || step < limit) && !control.stopped) {
    let done = 0;
    const begun = step;
    const start = performance.now();
    // As in Keras an execution is whole: an epoch of 3 steps, 2 at a time, has 4.
    while (done < every) {
      const got = run.pass!.next();
      let batch = got instanceof Promise ? await got : got;
      if (batch === null && limit !== null && step < limit) {
        if (step === 0 && !source.isReadOnce) {
          // The epoch before took the last batch of its pass.
          run.pass = openPass(run.own, source, 'fit');
          const again = run.pass.next();
          batch = again instanceof Promise ? await again : again;
        } else if (step > 0) warnOfEnd(run, source, step, limit, epoch);
      }
      if (batch === null) {
        if (source.isReadOnce && (limit !== null || step === 0)) run.dataEnded = true;
        last = true;
        break;
      }
      if (begins && done === 0) await callbacks.callAt('onTrainBatchBegin', begun);
      trainer.runTrain(batch, 'fit', source.sizesVary ?? true, labels.areRight());
      done++;
      step++;
      // Between these steps nobody looks, so that nothing can happen but them.
      const most = Math.min(stride.count, isSeen || every > 1 ? every - done : (limit ?? Infinity) - step);
      const count = most > 0 && labels.areRight() && trainer.trainsInTurn(batch) ? run.pass!.advance!(most) : 0;
      if (count > 0) trainer.trainInTurn(count);
      done += count;
      step += count;
    }
    // The end of the data takes no time, which says nothing of steps.
    if (done > 0) {
      stride.took(performance.now() - start);
      if (ends) {
        const waiting = callbacks.callAt('onTrainBatchEnd', step - 1, readLogs());
        if (waiting) await waiting;
      }
      progress?.step(step - 1, readLogs);
    }
    if (pace.due(done)) await turn();
    if (trainer.stopTraining) break;
  }
  if (step === 0 && run.dataEnded && run.hasTrained) {
    warnOfEnd(run, source, 0, limit, epoch);
    run.isEmptyEpoch = true;
  } else if (step === 0 && !control.stopped)
    throw new ValueError(
      `fit: the data gave no batches in epoch ${epoch + 1}.${source.isReadOnce ? ' A generator is read once over all epochs: give stepsPerEpoch, or one that goes on.' : ''}`,
    );
  run.hasTrained = true;
  return last;
}

/** The logs of a pass over data without training. */
async function runEvaluate(run: Run, source: BatchSource, limit: number | null): Promise<Logs> {
  const { model, callbacks, progress, control, own, pace } = run;
  const { trainer } = model;
  trainer.stopEvaluating = false;
  trainer.resetMetrics();
  await callbacks.call('onTestBegin');
  const begins = callbacks.listens('onTestBatchBegin');
  const ends = callbacks.listens('onTestBatchEnd');
  const readLogs = (): Logs => sorted(trainer.readLogs());
  const where = control ? 'fit: validationData' : 'evaluate';
  const pass = openPass(own, source, where);
  const [stride, labels] = [new Stride(), new Labels(model, source, where)];
  let step = 0;
  const steps = async (): Promise<void> => {
    while ((limit === null || step < limit) && !control?.stopped) {
      const begun = step;
      const start = performance.now();
      const got = pass.next();
      const batch = got instanceof Promise ? await got : got;
      if (batch === null) break;
      if (begins) await callbacks.callAt('onTestBatchBegin', step);
      trainer.runTest(batch, where, source.sizesVary ?? true, labels.areRight());
      step++;
      const most = begins || ends ? 0 : Math.min(stride.count, (limit ?? Infinity) - step);
      const count = most > 0 && labels.areRight() && trainer.testsInTurn(batch) ? pass.advance!(most) : 0;
      if (count > 0) trainer.testInTurn(count);
      step += count;
      stride.took(performance.now() - start);
      if (ends) await callbacks.callAt('onTestBatchEnd', step - 1, readLogs());
      if (!control) progress?.step(step - 1, readLogs);
      if (pace.due(step - begun)) await turn();
      if (trainer.stopEvaluating) break;
    }
  };
  await thenClose(steps, () => {
    source.close?.();
    trainer.forgetBatches();
    return closePass(own, pass, where);
  });
  if (step === 0 && !control?.stopped) throw new ValueError('evaluate: the data gave no batches.');
  const logs = trainer.readLogs();
  await callbacks.call('onTestEnd', sorted(logs));
  return logs;
}

export async function evaluate(
  model: ModelBase,
  x: unknown,
  y: Inputs | null | undefined,
  options: EvaluateOptions,
): Promise<Scores | Logs> {
  checkOptions('evaluate', options);
  const compiled = model.trainer.require('evaluate');
  const source = evaluationSource(
    x,
    y,
    options.sampleWeight ?? null,
    options.batchSize ?? 32,
    !compiled.runEagerly,
    'evaluate',
    options,
  );
  const steps = limitedSteps(options.steps);
  requireEnd(source, steps, 'evaluate', 'steps');
  const { callbacks, progress } = callbacksFor(
    model,
    options.callbacks,
    options.verbose,
    1,
    steps ?? source.steps,
    null,
  );
  const logs = await model.trainer.inTurn(async (own) => {
    callbacks.run = own;
    // What the same lines of the program ask for next does not come from the data.
    await null;
    return runEvaluate({ model, callbacks, progress, control: null, own, pace: new Pace() }, source, steps);
  });
  return options.returnDict ? logs : (model.trainer.inOrder(logs) as object as Scores);
}

export async function predict(model: ModelBase, x: unknown, options: RunOptions): Promise<Structure> {
  checkOptions('predict', options);
  if (x === undefined || x === null)
    throw new ValueError(`predict: found ${String(x)}, wanted x: arrays of samples, or a data set.`);
  const batchSize = wholeNumber(options.batchSize ?? 32, 'predict: batchSize', 1);
  const runsEagerly = model.trainer.state?.runEagerly || model.needsValues;
  const source = evaluationSource(x, null, null, batchSize, !runsEagerly, 'predict', options);
  const limit = limitedSteps(options.steps);
  requireEnd(source, limit, 'predict', 'steps');
  const { callbacks, progress } = callbacksFor(
    model,
    options.callbacks,
    options.verbose,
    1,
    limit ?? source.steps,
    null,
  );
  const begins = callbacks.listens('onPredictBatchBegin');
  const ends = callbacks.listens('onPredictBatchEnd');
  const pace = new Pace();
  const { trainer } = model;
  trainer.stopPredicting = false;
  // It counts in no metrics, and so waits for no other run.
  const own = new ModelRun();
  callbacks.run = own;
  await callbacks.call('onPredictBegin');
  const pass = openPass(own, source, 'predict');
  const stride = new Stride();
  const results: Structure[] = [];
  const steps = async (): Promise<void> => {
    for (let step = 0; limit === null || step < limit; ) {
      if (options.signal?.aborted) throw new StateError('predict: aborted by its signal.');
      const begun = step;
      const start = performance.now();
      const got = pass.next();
      const batch: Batch | null = got instanceof Promise ? await got : got;
      if (batch === null) break;
      if (begins) await callbacks.callAt('onPredictBatchBegin', step);
      const outputs = trainer.runPredict(batch[0], batch);
      results.push(outputs);
      step++;
      const most = begins || ends ? 0 : Math.min(stride.count, (limit ?? Infinity) - step);
      const count = most > 0 && trainer.predictsInTurn(batch) ? pass.advance!(most) : 0;
      if (count > 0) results.push(trainer.predictInTurn(count));
      step += count;
      stride.took(performance.now() - start);
      if (ends) await callbacks.callAt('onPredictBatchEnd', step - 1, { outputs } as object as Logs);
      progress?.step(step - 1, () => ({}));
      if (pace.due(step - begun)) await turn();
      if (trainer.stopPredicting) break;
    }
  };
  await thenClose(steps, () => {
    source.close?.();
    trainer.forgetBatches();
    return closePass(own, pass, 'predict');
  });
  await callbacks.call('onPredictEnd');
  if (results.length === 0) throw new ValueError('predict: the data gave no batches.');
  return concatenateBatches(results);
}

/** By name, as Keras shows them. */
const sorted = (logs: Logs): Logs => Object.fromEntries(Object.entries(logs).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Says once in a run that its epochs are shorter than was asked. */
function warnOfEnd({ control }: Run, source: BatchSource, step: number, limit: number | null, epoch: number): void {
  if (!control || shortened.has(control)) return;
  shortened.add(control);
  const next = source.isReadOnce ? ', and training with it' : '; the next epoch begins with the data anew';
  const remedy = source.isReadOnce ? 'or a generator that goes on' : 'for example by repeat()';
  const place = limit === null ? `before epoch ${epoch + 1}` : `after ${step} of ${limit} steps of epoch ${epoch + 1}`;
  console.warn(
    `fit: the data ended ${place}, which ends here${next}. Give at least stepsPerEpoch * epochs batches, ${remedy}.`,
  );
}
const shortened = new WeakSet<object>();
const warned = new WeakSet<object>();
/** Says once in a run that the loss is no number any more; TerminateOnNaN says so itself. */
function warnOfNaN({ control, callbacks }: Run, logs: Logs, epoch: number): void {
  if (!control || logs.loss === undefined || !Number.isNaN(logs.loss) || warned.has(control)) return;
  warned.add(control);
  if (callbacks.callbacks.some((callback) => callback instanceof TerminateOnNaN)) return;
  console.warn(
    `fit: the loss of epoch ${epoch + 1} is NaN. Usual reasons: too large a learning rate, NaN or infinite numbers in x or y, logarithms or divisions of 0 in a loss of your own. callbacks.TerminateOnNaN() stops training then.`,
  );
}
