// The options that every layer has, and how a layer's own are declared beside them.
// Owns: name, trainable, dtype, inputShape and the older spellings of these. A built-in layer's file says
//   const options = layerSchema('Dense', { units: required(integer({ min: 1 })), … }, { positional: ['units'] });

import type { Shape } from '../../base/shape.ts';
import { type DTypeLike, type DTypePolicy, getPolicy, policyConfig } from '../dtype-policy.ts';
import * as regularizers from '../regularizers/index.ts';
import {
  any,
  boolean,
  type Definitions,
  integer,
  type Kind,
  nullable,
  type Option,
  optional,
  type Schema,
  type SchemaSettings,
  schema,
  shape,
  string,
  type ValuesOf,
} from '../schema.ts';
import type { TensorLike } from '../types.ts';

const policy: Kind<DTypeLike | null, DTypePolicy | null> = {
  wanted: "a dtype, or a policy such as 'mixed_float16'",
  parse: (value, where) => ({ value: value === null ? null : getPolicy(value, where) }),
  toConfig: (value) => (value === null ? null : policyConfig(value)),
};
const anything = any('anything', (_: unknown): _ is unknown => true);

export const baseDefinitions = {
  name: optional(nullable(string), null, { internal: true }),
  trainable: optional(boolean, true, { internal: true }),
  dtype: optional(policy, null, { internal: true }),
  activityRegularizer: optional(regularizers.kind, null, { internal: true }),
  autocast: optional(boolean, true, { internal: true }),
  /** Of the first layer of a Sequential model: the shape of one sample. */
  inputShape: optional(nullable(shape), null, { internal: true }),
  batchInputShape: optional(nullable(shape), null, { internal: true }),
  inputDim: optional(nullable(integer({ min: 0 })), null, { internal: true }),
  batchSize: optional(nullable(integer({ min: 0 })), null, { internal: true }),
  weights: optional(anything, null, { internal: true }),
} as const satisfies Definitions;
export type BaseDefinitions = typeof baseDefinitions;
export type BaseValues = ValuesOf<Schema<BaseDefinitions>>;

/** What every layer can be given. */
export interface LayerOptions {
  name?: string | null | undefined;
  dtype?: DTypeLike | null | undefined;
  trainable?: boolean | undefined;
  activityRegularizer?: regularizers.Like | null | undefined;
  autocast?: boolean | undefined;
  inputShape?: Shape | null | undefined;
  batchInputShape?: Shape | null | undefined;
  inputDim?: number | null | undefined;
  batchSize?: number | null | undefined;
  /** What the weights are set to when they are made. */
  weights?: readonly TensorLike[] | null | undefined;
}

/** The schema of a layer: its own options after those of all layers. */
export const layerSchema = <D extends Definitions>(
  className: string,
  own: D,
  settings: SchemaSettings<D & Omit<BaseDefinitions, keyof D>> = {},
): Schema<D & Omit<BaseDefinitions, keyof D>> => {
  const ignored = [...(settings.ignored ?? []), 'quantizationConfig', 'quantizationMode', 'sparse', 'ragged'];
  const definitions = { ...baseDefinitions, ...own } as D & Omit<BaseDefinitions, keyof D>;
  return schema(className, definitions, { ...settings, ignored: ignored.filter((name) => !(name in own)) });
};

type OwnDefinitions<S> =
  S extends Schema<infer D>
    ? { [K in keyof D as K extends keyof BaseDefinitions ? (D[K] extends BaseDefinitions[K] ? never : K) : K]: D[K] }
    : never;
/** The values that a layer of this schema has as properties. */
export type LayerValues<S> = {
  readonly [K in keyof OwnDefinitions<S>]: OwnDefinitions<S>[K] extends Option<infer _, infer Out> ? Out : never;
};
/** The options that users may write for a layer of this schema, those of all layers included. */
export type LayerOptionsOf<S> = LayerOptions & {
  [K in keyof OwnDefinitions<S>]?: (OwnDefinitions<S>[K] extends Option<infer In, infer _> ? In : never) | undefined;
};
