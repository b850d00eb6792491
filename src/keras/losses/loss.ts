// The base of losses: `lossFn(yTrue, yPred, { sampleWeight })`.
// Owns: the call, reduction, config, and classes made of loss functions. The formulas stand in the files beside it.
import { type Class, callable } from '../../base/callable.ts';
import { type DType, isInteger } from '../../base/dtype.ts';
import { StateError } from '../../base/errors.ts';
import { FunctionObject } from '../../base/function-object.ts';
import type { Dims } from '../../base/shape.ts';
import { bindArguments } from '../../ops/core/signature.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { maskOf } from '../annotations.ts';
import { floatx } from '../config.ts';
import { type DTypeLike, getPolicy } from '../dtype-policy.ts';
import { autoName } from '../names.ts';
import { constructFrom, withRecordedArguments } from '../recorded-arguments.ts';
import {
  type Config,
  type Definitions,
  type Json,
  type Kind,
  nullable,
  type OptionsOf,
  optional,
  optionsOfConfig,
  type Schema,
  type SchemaSettings,
  schema,
  string,
  type ValuesOf,
} from '../schema.ts';
import { serializeKerasObject } from '../serialization.ts';
import { asDType, parseReduction, type Reduction, reduceWeighted, squeezeOrExpand } from './reduction.ts';

export interface LossOptions
  extends Options<{ name: string | null; reduction: Reduction | null; dtype: DTypeLike | null }> {}
export interface CallOptions extends Options<{ sampleWeight: TensorLike | null }> {}
/** The loss of each sample, or of the batch. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** A subclass writes `call(yTrue, yPred)`, which gives the loss of each sample. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor makes a function.
export class Loss_ extends FunctionObject {
  readonly reduction: Reduction;
  readonly dtype: DType;

  constructor(options: LossOptions = {}) {
    super(options.name ?? autoName(new.target.name));
    this.reduction = parseReduction(options.reduction === undefined ? 'sum_over_batch_size' : options.reduction);
    this.dtype = getPolicy(options.dtype ?? floatx()).computeDtype;
  }

  protected override invoke(...args: readonly unknown[]): Tensor {
    const where = `loss ${this.name}`;
    const [yTrue, yPred, sampleWeight = null] = bindArguments(where, ['yTrue', 'yPred', 'sampleWeight'], args) as [
      TensorLike,
      TensorLike,
      TensorLike?,
    ];
    const mask = maskOf(yPred);
    const losses = this.call(
      labels(yTrue, this.dtype, `${where}: yTrue`),
      asDType(yPred, this.dtype, `${where}: yPred`),
    );
    const own = maskOf(losses);
    const both = mask && own ? squeezedAnd(mask, own) : (mask ?? own);
    return reduceWeighted(losses, sampleWeight, both, this.reduction, this.dtype, where);
  }

  /** The loss of each sample. */
  call(_yTrue: Tensor, _yPred: Tensor): Tensor {
    throw new StateError(
      `loss ${this.name} has no call(yTrue, yPred) method; write one that gives the loss of each sample.`,
    );
  }

  getConfig(): Config {
    const config = { name: this.name, reduction: this.reduction };
    return this.getConfig === Loss_.prototype.getConfig ? withRecordedArguments(this, config) : config;
  }
  static fromConfig(config: Config): Loss {
    const options = optionsOfConfig(config);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return constructFrom(this, options) as Loss;
  }
}
export interface Loss_ {
  readonly name: string;
  (options: CallOptions & { readonly yTrue: TensorLike; readonly yPred: TensorLike }): Tensor;
  (yTrue: TensorLike, yPred: TensorLike, options?: CallOptions | TensorLike | null): Tensor;
}

/** Labels in the loss's dtype; whole numbers stay usable as such (`tf.oneHot(yTrue, 10)` in a loss of one's own). */
const labels = (yTrue: TensorLike, dtype: DType, where: string): Tensor => {
  const floats = asDType(yTrue, dtype, where);
  if (!(yTrue instanceof Tensor) || !isInteger(yTrue.dtype)) return floats;
  return new Tensor(floats.dtype, floats.shape as Dims, floats.elements, floats.graphValue, true);
};

const squeezedAnd = (a: Tensor, b: Tensor): Tensor => {
  const [x, y] = squeezeOrExpand(a, b);
  return x.logicalAnd(y);
};

export interface Loss extends Loss_ {}
/** The class to extend for losses of one's own. */
export const Loss: Class<[options?: LossOptions], Loss> = callable(Loss_, 'Loss');

/** A loss made of a function; its options go to the function. */
export class LossFunctionWrapper extends Loss_ {
  readonly fn: (yTrue: Tensor, yPred: Tensor, options?: never) => Tensor;
  readonly #kwargs: Readonly<Record<string, unknown>>;

  constructor(
    fn: (yTrue: Tensor, yPred: Tensor, options?: never) => Tensor,
    { name, reduction, dtype, ...kwargs }: LossOptions & Record<string, unknown> = {},
  ) {
    super({ name, reduction, dtype });
    this.fn = fn;
    this.#kwargs = kwargs;
  }
  override call(yTrue: Tensor, yPred: Tensor): Tensor {
    const [t, q] = squeezeOrExpand(yTrue, yPred);
    return Object.keys(this.#kwargs).length === 0 ? this.fn(t, q) : this.fn(t, q, this.#kwargs as never);
  }
  override getConfig(): Config {
    return {
      ...super.getConfig(),
      fn: serializeKerasObject(this.fn),
      ...(serializeKerasObject(this.#kwargs) as Config),
    };
  }
}

const reductionKind: Kind<Reduction | null, Reduction> = {
  wanted: 'a reduction',
  parse: (value) => ({ value: parseReduction(value) }),
};
const dtypeKind: Kind<DTypeLike | null, DTypeLike | null> = {
  wanted: 'a dtype',
  parse: (value, where) => ({ value: value === null ? null : getPolicy(value, where) }),
};
/** The options of all losses; the name is the loss's own unless given. */
const baseDefinitions = (name: string) => ({
  name: optional(nullable(string), name),
  reduction: optional(reductionKind, 'sum_over_batch_size'),
  dtype: optional(dtypeKind, null, { internal: true }),
});

type Function_<D extends Definitions> = (yTrue: Tensor, yPred: Tensor, options: ValuesOf<Schema<D>>) => Tensor;
export type LossClass<D extends Definitions, First extends keyof D = never> = Class<
  | [options?: LossOptions & OptionsOf<Schema<D>>]
  | [
      first: [First] extends [never] ? Reduction : OptionsOf<Schema<D>>[First],
      options?: LossOptions & OptionsOf<Schema<D>>,
    ],
  Loss & { readonly [K in keyof ValuesOf<Schema<D>>]: ValuesOf<Schema<D>>[K] }
>;

/** The class of a loss function: its own options beside those of all losses. `positional`: those that Python takes first. */
export function lossClass<D extends Definitions, const First extends keyof D & string = never>(
  className: string,
  name: string,
  own: D,
  fn: Function_<D>,
  ...positional: readonly First[]
): LossClass<D, First> {
  const options = schema(className, { ...baseDefinitions(name), ...own }, {
    positional: positional.length > 0 ? positional : ['reduction', 'name'],
  } as object as SchemaSettings<ReturnType<typeof baseDefinitions> & D>);
  class FunctionLoss extends Loss_ {
    readonly #values: ValuesOf<Schema<D>>;
    constructor(...args: readonly unknown[]) {
      const { name: given, reduction, dtype, ...rest } = options.parse(args) as ReturnType<typeof options.parse>;
      super({ name: given as string | null, reduction: reduction as Reduction, dtype: dtype as DTypeLike | null });
      this.#values = rest as object as ValuesOf<Schema<D>>;
      for (const [key, value] of Object.entries(rest)) Reflect.set(this, key, value);
    }
    override call(yTrue: Tensor, yPred: Tensor): Tensor {
      return fn(...squeezeOrExpand(yTrue, yPred), this.#values);
    }
    override getConfig(): Config {
      return options.toConfig(this);
    }
    static override fromConfig(config: Config): Loss {
      // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
      return Reflect.construct(this, [options.fromConfig(config)]) as Loss;
    }
  }
  return callable(FunctionLoss, className) as object as LossClass<D, First>;
}
export type { Json };
