// LossScaleOptimizer: scales the loss so that small gradients do not vanish in float16, and finds the scale as it goes.
// Owns: the scale: doubled after a number of good steps, halved where a gradient is not finite; that step is left out.
import { type Class, callable } from '../../base/callable.ts';
import { ValueError } from '../../base/errors.ts';
import { add, divide, equal, isFinite as isFiniteNumber, logicalAnd, multiply } from '../../ops/math/elementwise.ts';
import { reduceAll } from '../../ops/math/reduce.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { Constant } from '../initializers/index.ts';
import {
  any,
  type Config,
  integer,
  type Json,
  nullable,
  number,
  optional,
  required,
  schema,
  string,
} from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { conditionally } from './conditionally.ts';
import { type Gradient, isSlices, mapGradient } from './gradients.ts';
import { type Optimizer, Optimizer_ } from './optimizer.ts';
import type { Rate } from './options.ts';

const options = schema(
  'LossScaleOptimizer',
  {
    name: optional(nullable(string), null),
    innerOptimizer: required(any('an optimizer', (value: unknown): value is Optimizer => value instanceof Optimizer_)),
    initialScale: optional(number({ min: 0, open: 'min' }), 2 ** 15),
    dynamicGrowthSteps: optional(integer({ min: 1 }), 2000),
  },
  { positional: ['innerOptimizer'], ignored: ['dynamic'] },
);
export interface LossScaleOptions
  extends Options<{ name: string | null; initialScale: number; dynamicGrowthSteps: number }> {}
type Args =
  | [innerOptimizer: Optimizer, options?: LossScaleOptions]
  | [options: LossScaleOptions & { readonly innerOptimizer: Optimizer }];

class LossScaleOptimizer_ extends Optimizer_ {
  readonly innerOptimizer: Optimizer;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  #counter: VariableTensor | null = null;
  #scale: VariableTensor | null = null;

  constructor(...args: Args) {
    const values = options.parse(args);
    super({ name: values.name, learningRate: 0 });
    this.innerOptimizer = values.innerOptimizer;
    this.initialScale = values.initialScale;
    this.dynamicGrowthSteps = values.dynamicGrowthSteps;
    this.innerOptimizer.lossScaleFactor = null;
  }

  override get variables(): VariableTensor[] {
    return [...this.ownVariables, ...this.innerOptimizer.variables];
  }
  override get iterations(): Tensor {
    return this.innerOptimizer.iterations;
  }
  override get learningRate(): Tensor {
    return this.innerOptimizer.learningRate;
  }
  override set learningRate(rate: Rate | Tensor) {
    this.innerOptimizer.learningRate = rate;
  }
  /** The scale now. */
  get dynamicScale(): Tensor | null {
    return this.#scale;
  }

  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    this.#counter = this.addVariable({ dtype: 'int64', name: 'step_counter' });
    this.#scale = this.addVariable({
      dtype: 'float32',
      name: 'dynamic_scale',
      initializer: Constant(this.initialScale),
    });
    if (this.scope === null) this.innerOptimizer.build(variables);
    else this.innerOptimizer.buildInStep(variables, `${this.scope}${this.name}/`);
    super.build(variables);
  }

  override apply(gradients: readonly (Gradient | null)[], variables?: readonly Tensor[]): void {
    if (!this.built) {
      if (!variables)
        throw new ValueError(
          `optimizer ${this.name}: apply(gradients) without variables; call build(variables) first.`,
        );
      this.buildInStep(variables as readonly VariableTensor[]);
    }
    const [counter, scale] = [this.#counter!, this.#scale!];
    const finite = gradients
      .filter((gradient) => gradient !== null)
      .map((gradient) => reduceAll(isFiniteNumber(isSlices(gradient) ? gradient.values : gradient)))
      .reduce((all, one) => logicalAnd(all, one), p.scalar(1, 'bool') as Tensor);
    const now = scale.value();
    const targets = (variables ?? this.trainableVariables).filter((variable) => variable instanceof VariableTensor);
    conditionally(
      finite,
      [...targets, ...this.variables],
      () => {
        this.innerOptimizer.apply(
          gradients.map(
            (gradient) => gradient && mapGradient(gradient, (values) => divide(values, now.cast(values.dtype))),
          ),
          variables ?? this.trainableVariables,
        );
        conditionally(
          equal(counter.value(), this.dynamicGrowthSteps - 1),
          [counter, scale],
          () => {
            counter.set(p.zerosLike(counter) as Tensor);
            scale.set(multiply(now, 2));
          },
          () => counter.set(add(counter.value(), 1)),
        );
      },
      () => {
        counter.set(p.zerosLike(counter) as Tensor);
        scale.set(multiply(now, 0.5));
      },
    );
  }
  override scaleLoss(loss: Tensor): Tensor {
    return multiply(loss, this.#scale ? this.#scale.value().cast(loss.dtype) : this.initialScale);
  }
  override finalizeVariableValues(variables?: readonly Tensor[]): void {
    this.innerOptimizer.finalizeVariableValues(variables);
  }
  override getConfig(): Config {
    return {
      name: this.name,
      inner_optimizer: serializeKerasObject(this.innerOptimizer),
      initial_scale: this.initialScale,
      dynamic_growth_steps: this.dynamicGrowthSteps,
    };
  }
  static override fromConfig(config: Config): Optimizer {
    const { inner_optimizer: inner, ...rest } = config;
    const innerOptimizer = deserializeKerasObject(inner as Json, { modules: ['keras.optimizers'] });
    // biome-ignore lint/complexity/noThisInStatic: subclasses inherit it.
    return Reflect.construct(this, [{ ...options.fromConfig(rest), innerOptimizer }]) as Optimizer;
  }
}
export interface LossScaleOptimizer extends LossScaleOptimizer_ {}
/** @example tf.keras.optimizers.LossScaleOptimizer(tf.keras.optimizers.Adam()) */
export const LossScaleOptimizer: Class<Args, LossScaleOptimizer> = callable(LossScaleOptimizer_, 'LossScaleOptimizer');
