// tf.data.Options: how data sets are run.
// Owns: the settings and their merging. Those that tune TensorFlow's own runtime are kept and have no effect here.

import { type Class, callable } from '../base/callable.ts';
import { ValueError } from '../base/errors.ts';

class Settings {
  /** This one's settings, with those of `other` that are set. */
  merge(other: this): this {
    const merged: Record<string, unknown> = Object.fromEntries(Object.entries(this));
    for (const [key, value] of Object.entries(other)) {
      if (value === null || value === undefined) continue;
      const own = merged[key];
      merged[key] = own instanceof Settings && value instanceof Settings ? own.merge(value) : value;
    }
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, merged);
  }
}

class ThreadingOptions_ extends Settings {
  maxIntraOpParallelism: number | null = null;
  privateThreadpoolSize: number | null = null;
}
export interface ThreadingOptions extends ThreadingOptions_ {}
export const ThreadingOptions: Class<[], ThreadingOptions> = callable(ThreadingOptions_, 'ThreadingOptions');

export const AutotuneAlgorithm = {
  DEFAULT: 0,
  HILL_CLIMB: 1,
  GRADIENT_DESCENT: 2,
  MAX_PARALLELISM: 3,
  STAGE_BASED: 4,
} as const;
export const AutoShardPolicy = { OFF: -1, AUTO: 0, FILE: 1, DATA: 2, HINT: 3 } as const;
export const ExternalStatePolicy = { WARN: 0, IGNORE: 1, FAIL: 2 } as const;
/** In an index of `shard`: the worker's own number. */
export const SHARD_HINT = -1;

class AutotuneOptions_ extends Settings {
  enabled: boolean | null = null;
  cpuBudget: number | null = null;
  ramBudget: number | null = null;
  autotuneAlgorithm: number | null = null;
  initialParallelism: number | null = null;
  minParallelism: number | null = null;
}
export interface AutotuneOptions extends AutotuneOptions_ {}
export const AutotuneOptions: Class<[], AutotuneOptions> = callable(AutotuneOptions_, 'AutotuneOptions');

class DistributeOptions_ extends Settings {
  autoShardPolicy: number = AutoShardPolicy.AUTO;
  numDevices: number | null = null;
}
export interface DistributeOptions extends DistributeOptions_ {}
export const DistributeOptions: Class<[], DistributeOptions> = callable(DistributeOptions_, 'DistributeOptions');

class OptimizationOptions_ extends Settings {
  applyDefaultOptimizations: boolean | null = null;
  filterFusion: boolean | null = null;
  filterParallelization: boolean | null = null;
  injectPrefetch: boolean | null = null;
  mapAndBatchFusion: boolean | null = null;
  mapAndFilterFusion: boolean | null = null;
  mapFusion: boolean | null = null;
  mapParallelization: boolean | null = null;
  noopElimination: boolean | null = null;
  parallelBatch: boolean | null = null;
  seqInterleavePrefetch: boolean | null = null;
  shuffleAndRepeatFusion: boolean | null = null;
}
export interface OptimizationOptions extends OptimizationOptions_ {}
export const OptimizationOptions: Class<[], OptimizationOptions> = callable(
  OptimizationOptions_,
  'OptimizationOptions',
);

class ServiceOptions_ extends Settings {
  pinned: boolean | null = null;
}
export interface ServiceOptions extends ServiceOptions_ {}
export const ServiceOptions: Class<[], ServiceOptions> = callable(ServiceOptions_, 'ServiceOptions');

class Options_ extends Settings {
  /** Whether `map` and `interleave` keep the order of elements where nothing is said there; true otherwise. */
  deterministic: boolean | null = null;
  datasetName: string | null = null;
  frameworkType: readonly string[] = [];
  experimentalSlack: boolean | null = null;
  experimentalSymbolicCheckpoint: boolean | null = null;
  experimentalWarmStart: boolean | null = null;
  experimentalExternalStatePolicy: number | null = null;
  autotune: AutotuneOptions = new AutotuneOptions_();
  threading: ThreadingOptions = new ThreadingOptions_();
  experimentalDistribute: DistributeOptions = new DistributeOptions_();
  experimentalOptimization: OptimizationOptions = new OptimizationOptions_();
  experimentalService: ServiceOptions = new ServiceOptions_();

  get experimentalDeterministic(): boolean | null {
    return this.deterministic;
  }
  set experimentalDeterministic(value: boolean | null) {
    this.deterministic = value;
  }
  get experimentalThreading(): ThreadingOptions {
    return this.threading;
  }
  set experimentalThreading(value: ThreadingOptions) {
    this.threading = value;
  }
}
export interface DataOptions extends Options_ {}
export const DataOptions: Class<[], DataOptions> = callable(Options_, 'Options');

/** Checks what `withOptions` is given. */
export function requireOptions(given: unknown): DataOptions {
  if (given instanceof Options_) return given;
  throw new ValueError('Dataset.withOptions: wanted tf.data.Options(), with its properties set.');
}
