// Adafactor: means of squared gradients of rows and columns instead of every element (Shazeer & Stern, 2018).
import { callable } from '../../base/callable.ts';
import { expandDims } from '../../ops/core/arrange.ts';
import {
  add,
  divide,
  maximum,
  minimum,
  multiply,
  pow,
  rsqrt,
  sqrt,
  square,
  subtract,
} from '../../ops/math/elementwise.ts';
import { reduceMean } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { boolean, number, optional } from '../schema.ts';
import { squaredGradient, squaredProduct } from './gradients.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const options = optimizerSchema('Adafactor', 0.001, {
  beta2Decay: optional(number(), -0.8, { key: 'beta_2_decay' }),
  epsilon1: optional(number(), 1e-30),
  epsilon2: optional(number(), 1e-3),
  clipThreshold: optional(number(), 1),
  relativeStep: optional(boolean, true),
});
export interface AdafactorOptions
  extends OptimizerOptions,
    Options<{
      beta2Decay: number;
      epsilon1: number;
      epsilon2: number;
      clipThreshold: number;
      relativeStep: boolean;
    }> {}

const rootMeanSquare = (x: Tensor): Tensor => sqrt(reduceMean(square(x)));

class Adafactor_ extends Optimizer_ {
  declare readonly beta2Decay: number;
  declare readonly epsilon1: number;
  declare readonly epsilon2: number;
  declare readonly clipThreshold: number;
  declare readonly relativeStep: boolean;
  static override readonly options = options;
  readonly #rows: VariableTensor[] = [];
  readonly #columns: VariableTensor[] = [];
  readonly #velocities: VariableTensor[] = [];

  constructor(...args: OptimizerArgs<AdafactorOptions>) {
    super(options.parse(args), options);
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    for (const variable of variables) {
      const { dims, dtype, name } = variable;
      if (dims.length < 2) {
        // Keras keeps two zeros in the place of rows and columns.
        this.#rows.push(this.addUnscopedVariable(0, 'int32', name));
        this.#columns.push(this.addUnscopedVariable(0, 'int32', name));
      } else {
        this.#rows.push(this.addVariable({ shape: dims.slice(0, -1), dtype, name }));
        this.#columns.push(this.addVariable({ shape: [...dims.slice(0, -2), dims.at(-1)!], dtype, name }));
      }
      this.#velocities.push(this.addVariableFromReference(variable, 'velocity'));
    }
  }
  /** Keras 2 does not list what it keeps in the place of rows and columns. */
  override variablesOfKeras2(): VariableTensor[] {
    const unused = (of: readonly VariableTensor[]) => of.filter((_, i) => this.#velocities[i]!.dims.length < 2);
    const without = new Set([...unused(this.#rows), ...unused(this.#columns)]);
    return super.variablesOfKeras2().filter((variable) => !without.has(variable));
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const at = this.indexOf(variable);
    const step = this.step(variable.dtype);
    const slower = rsqrt(step);
    const lr = this.relativeStep && !this.schedule ? minimum(rate, slower) : rate;
    const alpha = multiply(maximum(rootMeanSquare(variable.value()), this.epsilon2), minimum(lr, slower));
    const squares = add(squaredGradient(gradient), this.epsilon1);
    const beta = subtract(1, pow(step, this.beta2Decay));
    const mixed = (slot: VariableTensor, value: Tensor): Tensor => {
      const mean = add(multiply(beta, slot.value()), multiply(subtract(1, beta), value));
      slot.set(mean);
      return mean;
    };
    const velocity = this.#velocities[at]!;
    let v: Tensor;
    if (variable.dims.length >= 2) {
      const row = mixed(this.#rows[at]!, reduceMean(squares, -1));
      const column = mixed(this.#columns[at]!, reduceMean(squares, -2));
      const share = divide(row, reduceMean(row, { axis: -1, keepdims: true }));
      v = multiply(expandDims(share, -1), expandDims(column, -2));
      velocity.set(v);
    } else v = mixed(velocity, squares);
    const factor = rsqrt(v);
    const size = sqrt(reduceMean(squaredProduct(factor, gradient)));
    const clipped = divide(multiply(gradient, factor), maximum(divide(size, this.clipThreshold), 1));
    this.assignSub(variable, multiply(clipped, alpha));
  }
}
export interface Adafactor extends Adafactor_ {}
export const Adafactor: OptimizerClass<AdafactorOptions, Adafactor> = callable(Adafactor_, 'Adafactor');
