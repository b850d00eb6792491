// tf.keras.constraints: what is done to weights after every step of the optimizer.
// Owns: the norms and signs that Keras has, and the names.
import { type Class, callable } from '../../base/callable.ts';
import { add, clipByValue, divide, maximum, multiply, sqrt, square } from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { epsilon } from '../config.ts';
import { family } from '../family.ts';
import { toSnakeCase } from '../names.ts';
import { type Config, either, integer, integers, type Json, nullable, number, optional, schema } from '../schema.ts';
import { type DeserializeOptions, kerasObject } from '../serialization.ts';
import { Constraint, Constraint_ } from './constraint.ts';
import { RadialConstraint } from './radial.ts';

export type ConstraintFunction = (w: Tensor) => Tensor;
type Axes = number | readonly number[] | null;

export { Constraint, Constraint_ };

const axisOption = optional(nullable(either(integer(), integers())), 0);
const normsOf = (w: Tensor, axis: Axes): Tensor => sqrt(reduceSum(square(w), { axis, keepdims: true }));
const rescaled = (w: Tensor, norms: Tensor, desired: Tensor): Tensor =>
  multiply(w, divide(desired, add(norms, epsilon())));

const maxNormOptions = schema(
  'MaxNorm',
  { maxValue: optional(number(), 2), axis: axisOption },
  { positional: ['maxValue', 'axis'] },
);
type MaxNormArgs = [maxValue?: number, axis?: Axes] | [options: Options<{ maxValue: number; axis: Axes }>];
class MaxNorm_ extends Constraint_ {
  readonly maxValue: number;
  readonly axis: Axes;
  constructor(...args: MaxNormArgs) {
    super();
    const values = maxNormOptions.parse(args);
    this.maxValue = values.maxValue;
    this.axis = values.axis;
  }
  override call(w: Tensor): Tensor {
    const norms = normsOf(w, this.axis);
    return rescaled(w, norms, clipByValue(norms, 0, this.maxValue));
  }
  override getConfig(): Config {
    return maxNormOptions.toConfig(this);
  }
}
export interface MaxNorm extends MaxNorm_ {}
/** Norms along an axis at most `maxValue`. */
export const MaxNorm: Class<MaxNormArgs, MaxNorm> = callable(MaxNorm_, 'MaxNorm');

class NonNeg_ extends Constraint_ {
  override call(w: Tensor): Tensor {
    return maximum(w, 0);
  }
}
export interface NonNeg extends NonNeg_ {}
/** Nothing below 0. */
export const NonNeg: Class<[], NonNeg> = callable(NonNeg_, 'NonNeg');

const unitNormOptions = schema('UnitNorm', { axis: axisOption }, { positional: ['axis'] });
type UnitNormArgs = [axis?: Axes] | [options: Options<{ axis: Axes }>];
class UnitNorm_ extends Constraint_ {
  readonly axis: Axes;
  constructor(...args: UnitNormArgs) {
    super();
    this.axis = unitNormOptions.parse(args).axis;
  }
  override call(w: Tensor): Tensor {
    return divide(w, add(normsOf(w, this.axis), epsilon()));
  }
  override getConfig(): Config {
    return unitNormOptions.toConfig(this);
  }
}
export interface UnitNorm extends UnitNorm_ {}
/** Norm 1 along an axis. */
export const UnitNorm: Class<UnitNormArgs, UnitNorm> = callable(UnitNorm_, 'UnitNorm');

const minMaxNormOptions = schema(
  'MinMaxNorm',
  {
    minValue: optional(number(), 0),
    maxValue: optional(number(), 1),
    rate: optional(number(), 1),
    axis: axisOption,
  },
  { positional: ['minValue', 'maxValue', 'rate', 'axis'] },
);
export interface MinMaxNormOptions extends Options<{ minValue: number; maxValue: number; rate: number; axis: Axes }> {}
type MinMaxNormArgs =
  | [minValue?: number, maxValue?: number, options?: MinMaxNormOptions]
  | [options: MinMaxNormOptions];
class MinMaxNorm_ extends Constraint_ {
  declare readonly minValue: number;
  declare readonly maxValue: number;
  declare readonly rate: number;
  declare readonly axis: Axes;
  constructor(...args: MinMaxNormArgs) {
    super();
    minMaxNormOptions.assign(this, args);
  }
  override call(w: Tensor): Tensor {
    const norms = normsOf(w, this.axis);
    const clipped = multiply(clipByValue(norms, this.minValue, this.maxValue), this.rate);
    return rescaled(w, norms, add(clipped, multiply(norms, 1 - this.rate)));
  }
  override getConfig(): Config {
    return minMaxNormOptions.toConfig(this);
  }
}
export interface MinMaxNorm extends MinMaxNorm_ {}
/** Norms along an axis between two bounds, or moved towards them by a rate. */
export const MinMaxNorm: Class<MinMaxNormArgs, MinMaxNorm> = callable(MinMaxNorm_, 'MinMaxNorm');

export {
  MaxNorm as maxNorm,
  MinMaxNorm as minMaxNorm,
  NonNeg as nonNeg,
  RadialConstraint,
  RadialConstraint as radialConstraint,
  UnitNorm as unitNorm,
};

const classes = { Constraint, MaxNorm, MinMaxNorm, NonNeg, RadialConstraint, UnitNorm };
const own = family<ConstraintFunction>({
  what: 'constraint',
  module: 'keras.constraints',
  base: Constraint_,
  members: classes,
  aliases: Object.fromEntries(Object.entries(classes).map(([name, entry]) => [toSnakeCase(name), entry])),
  functions: true,
});

/** The names that options take. */
export type Name =
  | 'max_norm'
  | 'min_max_norm'
  | 'non_neg'
  | 'radial_constraint'
  | 'unit_norm'
  | 'MaxNorm'
  | 'MinMaxNorm'
  | 'NonNeg'
  | 'RadialConstraint'
  | 'UnitNorm';
/** What constraint options take: a name, a constraint, or a function from a weight to a weight. */
export type Like = Name | ConstraintFunction;

/** The constraint of a name, a config or a function; null for null. */
export function get(identifier: null | undefined): null;
export function get(identifier: Like | string | { [name: string]: Json }): ConstraintFunction;
export function get(identifier: Like | string | Json | null | undefined): ConstraintFunction | null;
export function get(identifier: Like | string | Json | null | undefined): ConstraintFunction | null {
  return own.get(identifier);
}
export const { serialize } = own;
export const deserialize = (config: Json, customObjects?: DeserializeOptions['customObjects']): ConstraintFunction =>
  own.deserialize(config, customObjects);

/** The kind of options that take a constraint. */
export const kind = kerasObject<Like | null, ConstraintFunction | null>(
  'the name of a constraint, a constraint, a function, or null',
  (value) => get(value),
);
