// The options that all metrics have, and how a metric's own are declared beside them.

import { type DTypeLike, getPolicy } from '../dtype-policy.ts';
import {
  type Config,
  type Definitions,
  type Kind,
  nullable,
  type Option,
  optional,
  type Schema,
  type SchemaSettings,
  schema,
  string,
} from '../schema.ts';
import type { Metric, Metric_ } from './metric.ts';

const dtypeKind: Kind<DTypeLike | null, DTypeLike | null> = {
  wanted: 'a dtype',
  parse: (value, where) => ({ value: value === null ? null : getPolicy(value, where) }),
};
type Base = {
  readonly name: Option<string | null, string | null, false>;
  readonly dtype: Option<DTypeLike | null, DTypeLike | null, false>;
};

/** A metric's schema: its name unless given, the dtype, its own options. */
export const metricSchema = <D extends Definitions>(
  className: string,
  name: string | null,
  own: D,
  positional: SchemaSettings<Base & D>['positional'] = [],
): Schema<Base & D> =>
  schema<Base & D>(
    className,
    { name: optional(nullable(string), name), dtype: optional(dtypeKind, null), ...own },
    // After its own, as Python has them.
    { positional: [...positional, 'name', 'dtype'] },
  );

/** An object of the class with the options of a config. */
export function fromSchema(
  target: unknown,
  options: { fromConfig(config: Config): Record<string, unknown> },
  config: Config,
): Metric {
  return Reflect.construct(target as new (...args: unknown[]) => Metric_, [options.fromConfig(config)]) as Metric;
}
