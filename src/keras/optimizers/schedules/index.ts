// tf.keras.optimizers.schedules: learning rates that change with the step.
// Owns: the base class and all schedules of Keras. They are functions of the step, computed inside the training program.
import { type Class, callable } from '../../../base/callable.ts';
import { StateError, ValueError } from '../../../base/errors.ts';
import { FunctionObject } from '../../../base/function-object.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import {
  add,
  cast,
  ceil,
  cos,
  divide,
  equal,
  floor,
  greater,
  less,
  lessEqual,
  log,
  logicalAnd,
  minimum,
  multiply,
  pow,
  subtract,
  where,
} from '../../../ops/math/elementwise.ts';
import * as p from '../../../primitives/functions.ts';
import { resolve } from '../../../runtime/execute.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { TensorLike } from '../../../runtime/tensor-methods.ts';
import { floatx } from '../../config.ts';
import { toSnakeCase } from '../../names.ts';
import {
  boolean,
  type Config,
  type Definitions,
  type Json,
  list,
  nullable,
  number,
  type OptionsOf,
  optional,
  optionsOfConfig,
  required,
  type Schema,
  schema,
  string,
  type ValuesOf,
} from '../../schema.ts';
import {
  type DeserializeOptions,
  deserializeKerasObject,
  registerModule,
  serializeKerasObject,
} from '../../serialization.ts';

/** A subclass writes `call(step)`, which gives the rate, and `getConfig`. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor makes a function.
export class LearningRateSchedule_ extends FunctionObject {
  constructor(name?: string) {
    super(name ?? toSnakeCase(new.target.name));
  }
  protected override invoke(step: TensorLike): Tensor {
    return this.call(resolve(convertToTensor(step, undefined, 'step')));
  }
  /** The rate at a step, a scalar. */
  call(_step: Tensor): Tensor {
    throw new StateError(`learning rate schedule ${this.constructor.name} has no call(step) method; write one.`);
  }
  getConfig(): Config {
    throw new StateError(
      `learning rate schedule ${this.constructor.name} has no getConfig() method; write one to save a model with it.`,
    );
  }
  static fromConfig(config: Config): LearningRateSchedule {
    const options = optionsOfConfig(config);
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [options]) as LearningRateSchedule;
  }
}
export interface LearningRateSchedule_ {
  readonly name: string;
  (step: TensorLike): Tensor;
}
export interface LearningRateSchedule extends LearningRateSchedule_ {}
/** The class to extend for schedules of one's own. */
export const LearningRateSchedule: Class<[name?: string], LearningRateSchedule> = callable(
  LearningRateSchedule_,
  'LearningRateSchedule',
);

/** The required ones stay required. */
type Given<D extends Definitions> = {
  [K in keyof D as D[K] extends { readonly required: true } ? K : never]: Exclude<OptionsOf<Schema<D>>[K], undefined>;
} & { [K in keyof D as D[K] extends { readonly required: true } ? never : K]?: OptionsOf<Schema<D>>[K] };
type Values<D extends Definitions, Names extends readonly (keyof D)[]> = {
  [I in keyof Names]: Exclude<OptionsOf<Schema<D>>[Names[I]], undefined>;
};
/** Some of the first by position, all others by name. */
type Forms<D extends Definitions, First extends readonly (keyof D)[], Done extends readonly (keyof D)[] = readonly []> =
  | (First extends readonly [infer Next extends keyof D, ...infer Others extends readonly (keyof D)[]]
      ? Forms<D, Others, readonly [...Done, Next]>
      : never)
  | (Record<never, never> extends Omit<Given<D>, Done[number]>
      ? [...Values<D, Done>, options?: Omit<Given<D>, Done[number]>]
      : [...Values<D, Done>, options: Omit<Given<D>, Done[number]>]);
type ScheduleClass<D extends Definitions, First extends readonly (keyof D)[]> = Class<
  Forms<D, First>,
  LearningRateSchedule & ValuesOf<Schema<D>>
>;

/** A schedule made of its options and a formula. */
function scheduleClass<D extends Definitions, const First extends readonly (keyof D & string)[]>(
  className: string,
  own: D,
  positional: First,
  rate: (step: Tensor, values: ValuesOf<Schema<D>>) => Tensor,
  check: (values: ValuesOf<Schema<D>>) => void = () => {},
): ScheduleClass<D, First> {
  const options = schema(className, own, { positional });
  class Schedule extends LearningRateSchedule_ {
    readonly #values: ValuesOf<Schema<D>>;
    constructor(...args: readonly unknown[]) {
      const values = options.parse(args) as ValuesOf<Schema<D>> & { readonly name: string };
      super(values.name);
      check(values);
      this.#values = values;
      for (const [key, value] of Object.entries(values)) if (key !== 'name') Reflect.set(this, key, value);
    }
    override call(step: Tensor): Tensor {
      return rate(step, this.#values);
    }
    override getConfig(): Config {
      return options.toConfig(this);
    }
    static override fromConfig(config: Config): LearningRateSchedule {
      // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
      return Reflect.construct(this, [options.fromConfig(config)]) as LearningRateSchedule;
    }
  }
  return callable(Schedule, className) as object as ScheduleClass<D, First>;
}

const asFloat = (step: Tensor): Tensor => cast(step, floatx());
const constant = (value: number): Tensor => p.scalar(value, floatx()) as Tensor;
const positive = number({ min: 0, open: 'min' });
const staircase = optional(boolean, false);
/** Keras 2 writes null for the class's own name. */
const named = (name: string) =>
  optional(
    { ...string, parse: (value, where) => (value === null ? { value: name } : string.parse(value, where)) },
    name,
  );
const maybeFloor = (x: Tensor, whole: boolean): Tensor => (whole ? floor(x) : x);

/** initial · decayRate^(step / decaySteps). */
export const ExponentialDecay = scheduleClass(
  'ExponentialDecay',
  {
    initialLearningRate: required(number()),
    decaySteps: required(positive),
    decayRate: required(number()),
    staircase,
    name: named('ExponentialDecay'),
  },
  ['initialLearningRate', 'decaySteps', 'decayRate'],
  (step, { initialLearningRate, decaySteps, decayRate, staircase: whole }) => {
    const power = maybeFloor(divide(asFloat(step), decaySteps), whole);
    return multiply(pow(constant(decayRate), power), initialLearningRate);
  },
);

/** initial / (1 + decayRate · step / decaySteps). */
export const InverseTimeDecay = scheduleClass(
  'InverseTimeDecay',
  {
    initialLearningRate: required(number()),
    decaySteps: required(positive),
    decayRate: required(number()),
    staircase,
    name: named('InverseTimeDecay'),
  },
  ['initialLearningRate', 'decaySteps', 'decayRate'],
  (step, { initialLearningRate, decaySteps, decayRate, staircase: whole }) => {
    const fraction = maybeFloor(divide(asFloat(step), decaySteps), whole);
    return divide(initialLearningRate, add(multiply(fraction, decayRate), 1));
  },
);

/** From the initial to the end rate along (1 − step / decaySteps)^power; with `cycle` in ever longer rounds. */
export const PolynomialDecay = scheduleClass(
  'PolynomialDecay',
  {
    initialLearningRate: required(number()),
    decaySteps: required(positive),
    endLearningRate: optional(number(), 0.0001),
    power: optional(number(), 1),
    cycle: optional(boolean, false),
    name: named('PolynomialDecay'),
  },
  ['initialLearningRate', 'decaySteps'],
  (step, { initialLearningRate, decaySteps, endLearningRate, power, cycle }) => {
    let now = asFloat(step);
    let round = constant(decaySteps);
    if (cycle) round = multiply(where(equal(now, 0), 1, ceil(divide(now, decaySteps))), round);
    else now = minimum(now, round);
    const left = pow(subtract(1, divide(now, round)), power);
    return add(multiply(left, initialLearningRate - endLearningRate), endLearningRate);
  },
);

/** values[i] up to and with boundaries[i]. */
export const PiecewiseConstantDecay = scheduleClass(
  'PiecewiseConstantDecay',
  { boundaries: required(list(number())), values: required(list(number())), name: named('PiecewiseConstant') },
  ['boundaries', 'values'],
  (step, { boundaries, values }) => {
    if (boundaries.length === 0) return constant(values[0]!);
    // Boundaries are numbers of the step's dtype: 2.5 counts as 2 for whole steps.
    const whole = !step.dtype.startsWith('float');
    const at = (i: number): number => (whole ? Math.trunc(boundaries[i]!) : boundaries[i]!);
    const last = boundaries.length - 1;
    let rate = where(lessEqual(step, at(0)), constant(values[0]!), 0);
    rate = add(rate, where(greater(step, at(last)), constant(values[last + 1]!), 0));
    for (let i = 0; i < last; i++) {
      const inside = logicalAnd(greater(step, at(i)), lessEqual(step, at(i + 1)));
      rate = add(rate, where(inside, constant(values[i + 1]!), 0));
    }
    return rate;
  },
  ({ boundaries, values }) => {
    if (boundaries.length !== values.length - 1)
      throw new ValueError(
        `PiecewiseConstantDecay: found ${boundaries.length} boundaries and ${values.length} values, wanted one value more than boundaries.`,
      );
  },
);

const halfCosine = (fraction: Tensor): Tensor => multiply(add(cos(multiply(fraction, Math.PI)), 1), 0.5);

/** Along half a cosine from the initial rate to α of it; before that, with `warmupTarget`, straight up to the target. */
export const CosineDecay = scheduleClass(
  'CosineDecay',
  {
    initialLearningRate: required(number()),
    decaySteps: required(positive),
    alpha: optional(number(), 0),
    name: named('CosineDecay'),
    warmupTarget: optional(nullable(number()), null),
    warmupSteps: optional(number(), 0),
  },
  ['initialLearningRate', 'decaySteps'],
  (step, { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps }) => {
    const decayed = (now: Tensor, from: number): Tensor =>
      multiply(add(multiply(halfCosine(divide(now, decaySteps)), 1 - alpha), alpha), from);
    if (warmupTarget === null) return decayed(minimum(asFloat(step), decaySteps), initialLearningRate);
    const now = minimum(asFloat(step), decaySteps + warmupSteps);
    const rising = add(
      multiply(divide(now, warmupSteps || 1), warmupTarget - initialLearningRate),
      initialLearningRate,
    );
    return where(less(now, warmupSteps), rising, decayed(subtract(now, warmupSteps), warmupTarget));
  },
);

/** Half cosines one after the other, each `tMul` times as long and beginning `mMul` times as high as the one before. */
export const CosineDecayRestarts = scheduleClass(
  'CosineDecayRestarts',
  {
    initialLearningRate: required(number()),
    firstDecaySteps: required(positive),
    tMul: optional(number(), 2),
    mMul: optional(number(), 1),
    alpha: optional(number(), 0),
    name: named('SGDRDecay'),
  },
  ['initialLearningRate', 'firstDecaySteps'],
  (step, { initialLearningRate, firstDecaySteps, tMul, mMul, alpha }) => {
    const fraction = divide(asFloat(step), firstDecaySteps);
    let round: Tensor;
    let within: Tensor;
    if (tMul === 1) {
      round = floor(fraction);
      within = subtract(fraction, round);
    } else {
      round = floor(divide(log(subtract(1, multiply(fraction, 1 - tMul))), log(constant(tMul))));
      const length = pow(constant(tMul), round);
      within = divide(subtract(fraction, divide(subtract(1, length), 1 - tMul)), length);
    }
    const height = multiply(halfCosine(within), pow(constant(mMul), round));
    return multiply(add(multiply(height, 1 - alpha), alpha), initialLearningRate);
  },
);

const classes = {
  LearningRateSchedule,
  ExponentialDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
  InverseTimeDecay,
  CosineDecay,
  CosineDecayRestarts,
};
registerModule('keras.optimizers.schedules', classes);

export const serialize = (schedule: LearningRateSchedule): Json => serializeKerasObject(schedule);
export const deserialize = (config: Json, customObjects?: DeserializeOptions['customObjects']): LearningRateSchedule =>
  deserializeKerasObject(config, { modules: ['keras.optimizers.schedules'], customObjects }) as LearningRateSchedule;
