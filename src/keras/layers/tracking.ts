// What belongs to a layer: the variables, layers, metrics and seed generators in its fields, arrays and plain objects.
// Owns: the walk over own keys, done when the lists are asked for.
import { isRecord } from '../../base/record.ts';
import type { Variable } from '../../ops/core/variable.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { Weight } from './weight.ts';

export interface Tracked<L> {
  readonly trainable: Variable[];
  readonly nonTrainable: Variable[];
  readonly layers: L[];
  readonly metrics: MetricLike[];
  readonly seeds: SeedGeneratorLike[];
}
/** What tracking needs of a metric; the class itself is in ../metrics. */
export interface MetricLike {
  readonly name: string;
  readonly variables: VariableTensor[];
  updateState(...args: never[]): unknown;
  result(): unknown;
  resetState(): void;
}
export interface SeedGeneratorLike {
  readonly state: Variable;
  next(): unknown;
}

const isMetric = (value: object): value is MetricLike =>
  'updateState' in value && 'resetState' in value && 'result' in value;
const isSeedGenerator = (value: object): value is SeedGeneratorLike =>
  'state' in value && value.state instanceof VariableTensor && 'next' in value;

/** The parts of `holder`, in the order in which they were put there. `created` are variables made by addWeight. */
export function trackedParts<L extends object>(
  holder: object,
  created: readonly Variable[],
  isLayer: (value: object) => value is L,
): Tracked<L> {
  const found: Tracked<L> = { trainable: [], nonTrainable: [], layers: [], metrics: [], seeds: [] };
  const seen = new Set<object>([holder]);
  const variables: Variable[] = [];
  const visit = (value: unknown): void => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || ArrayBuffer.isView(value))
      return;
    if (Array.isArray(value)) {
      // An array of numbers may be a whole data set.
      if (value.length === 0 || typeof value[0] === 'number' || seen.has(value)) return;
      seen.add(value);
      value.forEach(visit);
      return;
    }
    if (seen.has(value)) return;
    if (isRecord(value)) {
      seen.add(value);
      for (const key of Object.keys(value)) visit(value[key]);
    } else if (value instanceof VariableTensor) {
      seen.add(value);
      variables.push(value as Variable);
    } else if (isLayer(value)) {
      seen.add(value);
      found.layers.push(value);
    } else if (value instanceof Map || value instanceof Set) {
      seen.add(value);
      for (const item of value.values()) visit(item);
    } else if (isSeedGenerator(value)) {
      seen.add(value);
      found.seeds.push(value);
    } else if (isMetric(value)) {
      seen.add(value);
      found.metrics.push(value);
    }
  };
  for (const variable of created) {
    seen.add(variable);
    variables.push(variable);
  }
  for (const key of Object.keys(holder)) visit(Reflect.get(holder, key));
  // Fields are declared before they are filled: the order is that of creation.
  if (variables.length > created.length) variables.sort((a, b) => a.id - b.id);
  for (const variable of variables)
    (variable instanceof Weight ? variable.madeTrainable : variable.trainable)
      ? found.trainable.push(variable)
      : found.nonTrainable.push(variable);
  return found;
}
