// How models were compiled, from files of all versions: as compileFromConfig of today takes it.
// Owns: the differences of Keras 2: the optimizer under its own key, wrapped functions, metrics in lists of lists, nulls.
import { isRecord } from '../../base/record.ts';
import { recordMigration } from '../migrations.ts';
import type { Config, Json } from '../schema.ts';

const WRAPPERS = new Set(['MeanMetricWrapper', 'LossFunctionWrapper', 'SumOverBatchSizeMetricWrapper']);
/** Settings of compile for which Keras 2 wrote null where it meant the default. */
const NULL_IS_DEFAULT = ['run_eagerly', 'steps_per_execution', 'jit_compile', 'pss_evaluation_shards'];

/** The `compile_config` of a `.keras` file, or the `training_config` of an HDF5 file. */
export function upgradeCompileConfig(given: Config): Config {
  if (Object.keys(given).length === 0) return given;
  const { optimizer_config: legacyOptimizer, sample_weight_mode: _, ...rest } = given;
  const config: Config = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutFunctions(value)]));
  // Keras 2 wrote a list of lists for one output.
  for (const key of ['metrics', 'weighted_metrics']) {
    const list = config[key];
    if (Array.isArray(list) && list.length === 1 && Array.isArray(list[0])) {
      config[key] = list[0];
      recordMigration('metrics-in-a-list', key);
    }
  }
  for (const key of NULL_IS_DEFAULT) if (config[key] === null) delete config[key];
  if (legacyOptimizer !== undefined) config.optimizer = legacyOptimizer;
  return config;
}

/** A loss or metric names the function that it wraps, which says no more than its class. */
function withoutFunctions(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (!isRecord(value)) return value;
  const record = value as Config;
  const { class_name: name, config } = record;
  if (typeof name !== 'string')
    return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, withoutFunctions(item)]));
  if (!isRecord(config)) return record;
  const changed = { ...(config as Config) };
  if ('fn' in changed && !WRAPPERS.has(name)) {
    delete changed.fn;
    recordMigration('function-of-a-wrapper', name);
  }
  if (changed.reduction === 'auto') {
    changed.reduction = 'sum_over_batch_size';
    recordMigration('changed-option', `${name}: reduction 'auto' → 'sum_over_batch_size'`);
  }
  return { ...record, config: changed };
}
