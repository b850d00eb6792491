// tf.keras.regularizers: penalties on weights and outputs, added to the loss.
// Owns: L1, L2, their sum, the orthogonal regularizer, and the names.
import { type Class, callable } from '../../base/callable.ts';
import { ShapeError, StateError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import { showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { eye } from '../../ops/core/create.ts';
import { abs, add, minimum, multiply, rsqrt, square, subtract } from '../../ops/math/elementwise.ts';
import { matmul } from '../../ops/math/matmul.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { epsilon } from '../config.ts';
import { family } from '../family.ts';
import { toSnakeCase } from '../names.ts';
import { type Config, type Json, nullable, number, oneOf, optional, optionsOfConfig, schema } from '../schema.ts';
import { type DeserializeOptions, kerasObject } from '../serialization.ts';

export type RegularizerFunction = (x: Tensor) => Tensor;

/** A subclass writes `call(x)`, which gives a scalar, and `getConfig`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor makes a function.
export class Regularizer_ extends FunctionObject {
  constructor() {
    super(toSnakeCase(new.target.name) || 'regularizer');
  }
  protected override invoke(x: TensorLike): Tensor {
    return this.call(resolve(convertToTensor(x, undefined, this.constructor.name)));
  }
  call(_x: Tensor): Tensor {
    throw new StateError(`regularizer ${this.constructor.name} has no call(x) method; write one that gives a scalar.`);
  }
  getConfig(): Config {
    return {};
  }
  static fromConfig(config: Config): Regularizer {
    const options = optionsOfConfig(config);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [options]) as Regularizer;
  }
}
export interface Regularizer_ {
  readonly name: string;
  (x: TensorLike): Tensor;
}
export interface Regularizer extends Regularizer_ {}
/** The class to extend for regularizers of one's own. */
export const Regularizer: Class<[], Regularizer> = callable(Regularizer_, 'Regularizer');

// Where Python takes None for the default.
const factor = (fallback: number) => optional(nullable(number({ min: 0, max: Number.MAX_VALUE })), fallback);
const sumOfAbs = (x: Tensor, by: number): Tensor => multiply(reduceSum(abs(x)), by);
const sumOfSquares = (x: Tensor, by: number): Tensor => multiply(reduceSum(square(x)), by);

const l1Options = schema('L1', { l1: factor(0.01) }, { positional: ['l1'] });
type L1Args = [l1?: number | null] | [options: Options<{ l1: number | null }>];
class L1_ extends Regularizer_ {
  readonly l1: number;
  constructor(...args: L1Args) {
    super();
    // Keras keeps it as a float32.
    this.l1 = Math.fround(l1Options.parse(args).l1 ?? 0.01);
  }
  override call(x: Tensor): Tensor {
    return sumOfAbs(x, this.l1);
  }
  override getConfig(): Config {
    return l1Options.toConfig(this);
  }
}
export interface L1 extends L1_ {}
/** l1 · Σ |x|. */
export const L1: Class<L1Args, L1> = callable(L1_, 'L1');

const l2Options = schema('L2', { l2: factor(0.01) }, { positional: ['l2'] });
type L2Args = [l2?: number | null] | [options: Options<{ l2: number | null }>];
class L2_ extends Regularizer_ {
  readonly l2: number;
  constructor(...args: L2Args) {
    super();
    this.l2 = l2Options.parse(args).l2 ?? 0.01;
  }
  override call(x: Tensor): Tensor {
    return sumOfSquares(x, this.l2);
  }
  override getConfig(): Config {
    return l2Options.toConfig(this);
  }
}
export interface L2 extends L2_ {}
/** l2 · Σ x². */
export const L2: Class<L2Args, L2> = callable(L2_, 'L2');

const l1l2Options = schema('L1L2', { l1: factor(0), l2: factor(0) }, { positional: ['l1', 'l2'] });
type L1L2Args = [l1?: number | null, l2?: number | null] | [options: Options<{ l1: number | null; l2: number | null }>];
class L1L2_ extends Regularizer_ {
  readonly l1: number;
  readonly l2: number;
  constructor(...args: L1L2Args) {
    super();
    const { l1, l2 } = l1l2Options.parse(args);
    this.l1 = l1 ?? 0;
    this.l2 = l2 ?? 0;
  }
  override call(x: Tensor): Tensor {
    let sum = p.scalar(0, x.dtype) as Tensor;
    if (this.l1 !== 0) sum = add(sum, sumOfAbs(x, this.l1));
    if (this.l2 !== 0) sum = add(sum, sumOfSquares(x, this.l2));
    return sum;
  }
  override getConfig(): Config {
    return l1l2Options.toConfig(this);
  }
}
export interface L1L2 extends L1L2_ {}
/** l1 · Σ |x| + l2 · Σ x². */
export const L1L2: Class<L1L2Args, L1L2> = callable(L1L2_, 'L1L2');

const orthogonalOptions = schema(
  'OrthogonalRegularizer',
  {
    factor: optional(number({ min: 0, max: Number.MAX_VALUE }), 0.01),
    mode: optional(oneOf('rows', 'columns'), 'rows'),
  },
  { positional: ['factor', 'mode'] },
);
export interface OrthogonalOptions extends Options<{ factor: number; mode: 'rows' | 'columns' }> {}
type OrthogonalArgs = [factor?: number, mode?: 'rows' | 'columns'] | [options: OrthogonalOptions];
class OrthogonalRegularizer_ extends Regularizer_ {
  readonly factor: number;
  readonly mode: 'rows' | 'columns';
  constructor(...args: OrthogonalArgs) {
    super();
    const values = orthogonalOptions.parse(args);
    this.factor = Math.fround(values.factor);
    this.mode = values.mode;
  }
  override call(x: Tensor): Tensor {
    if (x.dims.length !== 2)
      throw new ShapeError(`OrthogonalRegularizer: found shape ${showShape(x.dims)}, wanted two dimensions.`);
    const axis = this.mode === 'rows' ? 1 : 0;
    const size = x.dims[1 - axis]!;
    const norms = minimum(rsqrt(reduceSum(square(x), { axis, keepdims: true })), 1 / epsilon());
    const unit = multiply(x, norms);
    const products = axis === 1 ? matmul(unit, unit, { transposeB: true }) : matmul(unit, unit, { transposeA: true });
    const others = multiply(products, subtract(1, eye(size, { dtype: x.dtype })));
    const pairs = (size * (size - 1)) / 2;
    return multiply(reduceSum(abs(others)), (this.factor * 0.5) / pairs);
  }
  override getConfig(): Config {
    return orthogonalOptions.toConfig(this);
  }
}
export interface OrthogonalRegularizer extends OrthogonalRegularizer_ {}
/** The mean of |cosines| between the rows (or columns) of a matrix, times the factor. */
export const OrthogonalRegularizer: Class<OrthogonalArgs, OrthogonalRegularizer> = callable(
  OrthogonalRegularizer_,
  'OrthogonalRegularizer',
);
export { L1 as l1, L1L2 as l1L2, L1L2 as l1l2, L2 as l2, OrthogonalRegularizer as orthogonalRegularizer };

const classes = { Regularizer, L1, L2, L1L2, OrthogonalRegularizer };
const own = family<RegularizerFunction>({
  what: 'regularizer',
  module: 'keras.regularizers',
  base: Regularizer_,
  members: classes,
  aliases: {
    ...Object.fromEntries(Object.entries(classes).map(([name, entry]) => [toSnakeCase(name), entry])),
    l1_l2: L1L2,
  },
  functions: true,
});

/** The names that options take. */
export type Name =
  | 'l1'
  | 'l2'
  | 'l1_l2'
  | 'l1l2'
  | 'orthogonal_regularizer'
  | 'L1'
  | 'L2'
  | 'L1L2'
  | 'OrthogonalRegularizer';
/** What regularizer options take: a name, a regularizer, or a function from a tensor to a scalar. */
export type Like = Name | RegularizerFunction;

/** The regularizer of a name, a config or a function; null for null. */
export function get(identifier: null | undefined): null;
export function get(identifier: Like | string | { [name: string]: Json }): RegularizerFunction;
export function get(identifier: Like | string | Json | null | undefined): RegularizerFunction | null;
export function get(identifier: Like | string | Json | null | undefined): RegularizerFunction | null {
  return own.get(identifier);
}
export const { serialize } = own;
export const deserialize = (config: Json, customObjects?: DeserializeOptions['customObjects']): RegularizerFunction =>
  own.deserialize(config, customObjects);

/** The kind of options that take a regularizer. */
export const kind = kerasObject<Like | null, RegularizerFunction | null>(
  'the name of a regularizer, a regularizer, a function, or null',
  (value) => get(value),
);
