// What users give to compile, fit, evaluate and predict, and what they get back.
// Owns: types only.
import type { Dataset } from '../../data/dataset.ts';
import type { Callback } from '../callbacks/callback.ts';
import type { History } from '../callbacks/history.ts';
import type * as losses from '../losses/index.ts';
import type * as metrics from '../metrics/index.ts';
import type * as optimizers from '../optimizers/index.ts';
import type { Inputs, Logs, Options, Structure, TensorLike } from '../types.ts';
import type { Sequence } from '../utils/sequence.ts';

export type PerOutput<T> = T | readonly T[] | { readonly [output: string]: T };
export interface CompileOptions
  extends Options<{
    optimizer: optimizers.Like;
    loss: PerOutput<losses.Like | 'crossentropy' | 'ce' | null> | null;
    lossWeights: PerOutput<number> | null;
    metrics: PerOutput<metrics.Like | readonly metrics.Like[]> | null;
    weightedMetrics: PerOutput<metrics.Like | readonly metrics.Like[]> | null;
    runEagerly: boolean;
    stepsPerExecution: number | 'auto';
    jitCompile: boolean | 'auto';
    pssEvaluationShards: number | 'auto';
    autoScaleLoss: boolean;
  }> {}
/** What the `compile` of a class of one's own may take instead: nothing by these names. The symbol keeps TypeScript from refusing it for having nothing in common. */
export type OwnCompileOptions = { readonly [K in keyof CompileOptions]?: never } & { readonly [own: symbol]: never };
/** A batch, as steps get it: x, or `[x, y]`, or `[x, y, sampleWeight]`. */
export type StepData = Structure | readonly (Structure | null | undefined)[];
/** What gives batches by itself. */
export type Source =
  | Dataset
  | Sequence
  | Iterable<readonly [Inputs, Inputs]>
  | AsyncIterable<readonly [Inputs, Inputs]>;
/** What fit and evaluate take first, by name. */
export interface Labelled {
  readonly x: Inputs | Source;
  readonly y?: Inputs | null | undefined;
}
export type Verbose = 'auto' | 0 | 1 | 2;
export interface RunOptions
  extends Options<{
    /** Of a Sequence whose batches wait: how many are kept that were asked for ahead (10). */
    maxQueueSize: number;
    /** Of such a Sequence: how many batches are asked for at once (1); 0 asks for none ahead. */
    workers: number;
    useMultiprocessing: boolean;
    batchSize: number | null;
    verbose: Verbose;
    steps: number | null;
    callbacks: readonly Callback[] | null;
    signal: AbortSignal;
  }> {}
export interface FitOptions
  extends Options<{
    batchSize: number | null;
    epochs: number;
    verbose: Verbose;
    callbacks: readonly Callback[] | null;
    validationSplit: number;
    validationData:
      | Dataset
      | Sequence
      | readonly [x: Inputs, y: Inputs]
      | readonly [x: Inputs, y: Inputs, sampleWeight: TensorLike]
      | null;
    /** 'batch' shuffles the samples of each batch among themselves. */
    shuffle: boolean | 'batch';
    classWeight: Readonly<Record<number, number>> | null;
    sampleWeight: Inputs | null;
    initialEpoch: number;
    stepsPerEpoch: number | null;
    validationSteps: number | null;
    validationBatchSize: number | null;
    validationFreq: number | readonly number[];
    maxQueueSize: number;
    workers: number;
    useMultiprocessing: boolean;
    signal: AbortSignal;
  }> {}
export interface EvaluateOptions extends RunOptions, Options<{ sampleWeight: Inputs | null; returnDict: boolean }> {}
/** The loss, then the metrics in the order compiled; always a list. Its first parts are typed as present, because types
 *  cannot see what compile was given. */
export interface Scores extends Array<number> {
  0: number;
  1: number;
  2: number;
  3: number;
  4: number;
  5: number;
  6: number;
  7: number;
}
/** A promise of the history that can also be read epoch by epoch, and stopped. */
export interface Training extends Promise<History>, AsyncIterable<Logs & { epoch: number }> {
  abort(reason?: unknown): void;
}
