// The metrics that compile was given, for each output, plain and weighted.
// Owns: choosing what 'accuracy' means by the shapes, names in logs. Leaves the metrics to ../metrics.
import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { type Direction, directionOf } from '../metrics/direction.ts';
import * as metrics from '../metrics/index.ts';
import { toSnakeCase } from '../names.ts';
import type { Structure } from '../types.ts';
import { targetsOf, weightsOf } from './compile-loss.ts';
import { type OutputNames, type Outputs, outputsOf, perOutput } from './outputs.ts';

export type MetricInstance = InstanceType<typeof metrics.Metric>;
interface Entry {
  readonly metric: MetricInstance;
  /** Its name without that of its output. */
  readonly own: string;
  readonly name: string;
  readonly output: number;
  readonly weighted: boolean;
}

/** What kind of labels and predictions these are. */
function kindOf(yTrue: Tensor, yPred: Tensor): 'binary' | 'sparse' | 'categorical' {
  const last = yPred.shape.at(-1);
  if (last === 1 || (yPred.rank === 1 && yTrue.rank === 1)) return 'binary';
  return yTrue.rank < yPred.rank || (yTrue.shape.at(-1) === 1 && last !== 1) ? 'sparse' : 'categorical';
}

/** The metric of an identifier, for an output of this kind. */
export function metricOf(identifier: unknown, yTrue: Tensor, yPred: Tensor): MetricInstance {
  if (identifier instanceof metrics.Metric) return identifier as MetricInstance;
  const lower = typeof identifier === 'string' ? identifier.toLowerCase() : '';
  if (lower === 'accuracy' || lower === 'acc') {
    const name = identifier as string;
    const kind = kindOf(yTrue, yPred);
    if (kind === 'binary') return new metrics.BinaryAccuracy({ name });
    return kind === 'sparse'
      ? new metrics.SparseCategoricalAccuracy({ name })
      : new metrics.CategoricalAccuracy({ name });
  }
  if (lower === 'crossentropy' || lower === 'ce') {
    const name = identifier as string;
    const kind = kindOf(yTrue, yPred);
    if (kind === 'binary') return new metrics.BinaryCrossentropy({ name });
    return kind === 'sparse'
      ? new metrics.SparseCategoricalCrossentropy({ name })
      : new metrics.CategoricalCrossentropy({ name });
  }
  const found: unknown = metrics.get(identifier as metrics.Like);
  if (found instanceof metrics.Metric) return found as MetricInstance;
  if (typeof found !== 'function')
    throw new ValueError(`compile: metrics: found ${show(identifier)}, wanted a name, a function or a Metric.`);
  const name = typeof identifier === 'string' ? identifier : toSnakeCase(found.name || 'metric');
  return new metrics.MeanMetricWrapper(found as metrics.MetricFunction, { name });
}

/** One metric that is all of them, as a program's own step meets it in `model.metrics`: its result is a record. */
export class CompileMetrics extends metrics.Metric {
  readonly given: unknown;
  readonly weighted: unknown;
  readonly #names: OutputNames;
  #entries: readonly Entry[] | null = null;

  constructor(given: unknown, weighted: unknown, names: OutputNames) {
    super({ name: 'compile_metrics' });
    this.given = given;
    this.weighted = weighted;
    this.#names = names;
  }
  /** The metrics' names without those of their outputs. */
  get plainNames(): string[] {
    return (this.#entries ?? []).map((entry) => entry.own);
  }
  get metrics(): MetricInstance[] {
    return (this.#entries ?? []).map((entry) => entry.metric);
  }

  #build(targets: readonly (Tensor | null)[], { list: predictions, names, metricNames, flat }: Outputs): Entry[] {
    const used = new Map<string, number>();
    const entries: Entry[] = [];
    for (const weighted of [false, true]) {
      const given = weighted ? this.weighted : this.given;
      if (given === null || given === undefined) continue;
      lists(flat ? flat(given) : given, predictions.length, names, weighted ? 'weightedMetrics' : 'metrics').forEach(
        (list, output) => {
          for (const identifier of list) {
            const target = targets[output];
            if (!target)
              throw new ValueError(
                `compile: output ${names[output] ?? output} has a metric, but no target was given for it in y.`,
              );
            const metric = metricOf(identifier, target, predictions[output]!);
            // A metric found by its name goes by that name: 'mae', not 'mean_absolute_error'.
            const own = typeof identifier === 'string' ? identifier : metric.name;
            const prefix = predictions.length > 1 && metricNames[output] !== null ? `${metricNames[output]}_` : '';
            let name = `${prefix}${own}`;
            if (used.has(name) && weighted) name = `${prefix}weighted_${own}`;
            const count = used.get(name) ?? 0;
            used.set(name, count + 1);
            entries.push({ metric, own, name: count === 0 ? name : `${name}_${count}`, output, weighted });
          }
        },
      );
    }
    return entries;
  }

  override get variables(): VariableTensor[] {
    return this.metrics.flatMap((metric) => metric.variables);
  }
  override updateState(yTrue: Structure, yPred: Structure, options: Structure | WeightOption | null = null): void {
    const sampleWeight = isWeightOption(options) ? (options.sampleWeight ?? null) : options;
    const outputs = outputsOf(yPred, this.#names);
    const targets = targetsOf(yTrue, outputs);
    this.#entries ??= this.#build(targets, outputs);
    const weights = weightsOf(sampleWeight, outputs);
    for (const { metric, output, weighted } of this.#entries) {
      metric.updateState(targets[output]!, outputs.list[output]!, {
        sampleWeight: weighted ? (weights[output] ?? null) : null,
      });
    }
  }
  /** Which way the metric of a log is better, if the log is a metric's and the metric says so. */
  directionOf(log: string): Direction {
    const found = (this.#entries ?? []).find(({ name, metric }) => name === log || metric.name === log);
    return found ? directionOf(found.metric) : null;
  }
  override resetState(): void {
    for (const { metric } of this.#entries ?? []) metric.resetState();
  }
  /** Names and results, in the order compiled. */
  results(): [name: string, value: unknown][] {
    return (this.#entries ?? []).map(({ name, metric }) => [name, metric.result()]);
  }
  /** The results by name. Logs hold them one by one. */
  override result(): Tensor {
    return Object.fromEntries(this.results()) as object as Tensor;
  }
}

interface WeightOption {
  readonly sampleWeight?: Structure | null | undefined;
}
const isWeightOption = (value: unknown): value is WeightOption =>
  isRecord(value) && Object.keys(value).every((key) => key === 'sampleWeight');

/** A list of metrics for each output. */
function lists(given: unknown, count: number, names: readonly (string | null)[], argument: string): unknown[][] {
  const asList = (value: unknown): unknown[] =>
    value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (count === 1) return [isRecord(given) ? Object.values(given).flatMap(asList) : asList(given).flat()];
  if (isRecord(given)) return perOutput(given, count, names, argument, false).map(asList);
  if (Array.isArray(given) && given.length === count) return given.map(asList);
  if (Array.isArray(given) && given.length === 0) return Array.from({ length: count }, () => []);
  throw new ValueError(
    `compile: ${argument}: the model has ${count} outputs; wanted a list with the metrics of each output, or a record by output name (${names.map((name) => name ?? '?').join(', ')}).`,
  );
}
