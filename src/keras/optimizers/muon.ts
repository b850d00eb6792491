// Muon: momentum made orthogonal for matrices, Adam for all else (Jordan et al., 2024).
import { callable } from '../../base/callable.ts';
import { transpose } from '../../ops/core/arrange.ts';
import { add, divide, multiply, sqrt, square, subtract } from '../../ops/math/elementwise.ts';
import { matmul } from '../../ops/math/matmul.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { boolean, integer, list, nullable, number, optional, string } from '../schema.ts';
import { movingMean, movingSquare } from './moments.ts';
import { Optimizer_ } from './optimizer.ts';
import { type OptimizerArgs, type OptimizerClass, type OptimizerOptions, optimizerSchema } from './options.ts';

const decay = optional(nullable(number()), 0.004);
const options = optimizerSchema(
  'Muon',
  0.001,
  {
    adamBeta1: optional(number(), 0.9),
    adamBeta2: optional(number(), 0.999),
    epsilon: optional(number(), 1e-7),
    excludeLayers: optional(nullable(list(string)), null),
    muonA: optional(number(), 3.4445),
    muonB: optional(number(), -4.775),
    muonC: optional(number(), 2.0315),
    adamLrRatio: optional(number(), 1),
    momentum: optional(number(), 0.95),
    nsSteps: optional(integer({ min: 0 }), 5),
    nesterov: optional(boolean, true),
    excludeEmbeddings: optional(boolean, true),
    adamWeightDecay: decay,
    rmsRate: optional(nullable(number()), 0.2),
  },
  { weightDecay: decay },
);
export interface MuonOptions
  extends OptimizerOptions,
    Options<{
      adamBeta1: number;
      adamBeta2: number;
      adamWeightDecay: number | null;
      epsilon: number;
      excludeLayers: readonly string[] | null;
      excludeEmbeddings: boolean;
      muonA: number;
      muonB: number;
      muonC: number;
      adamLrRatio: number;
      momentum: number;
      nsSteps: number;
      nesterov: boolean;
      rmsRate: number | null;
    }> {}

class Muon_ extends Optimizer_ {
  declare readonly adamBeta1: number;
  declare readonly adamBeta2: number;
  declare readonly adamWeightDecay: number | null;
  declare readonly epsilon: number;
  declare excludeLayers: readonly string[];
  declare readonly excludeEmbeddings: boolean;
  declare readonly muonA: number;
  declare readonly muonB: number;
  declare readonly muonC: number;
  declare readonly adamLrRatio: number;
  declare readonly momentum: number;
  declare readonly nsSteps: number;
  declare readonly nesterov: boolean;
  declare readonly rmsRate: number | null;
  static override readonly options = options;
  readonly #momentums: VariableTensor[] = [];
  readonly #velocities: (VariableTensor | null)[] = [];

  constructor(...args: OptimizerArgs<MuonOptions>) {
    super(options.parse(args), options);
    this.excludeLayers ??= [];
  }
  #usesAdam(variable: VariableTensor): boolean {
    if (variable.dims.length !== 2) return true;
    if (this.excludeEmbeddings && variable.path.toLowerCase().includes('embedding')) return true;
    return this.excludeLayers.some((pattern) => new RegExp(pattern).test(variable.path));
  }
  override build(variables: readonly VariableTensor[]): void {
    if (this.built) return;
    super.build(variables);
    for (const variable of variables) {
      this.#momentums.push(this.addVariableFromReference(variable, 'momentum'));
      this.#velocities.push(this.#usesAdam(variable) ? this.addVariableFromReference(variable, 'velocity') : null);
    }
  }
  override updateStep(gradient: Tensor, variable: VariableTensor, rate: Tensor): void {
    const at = this.indexOf(variable);
    const [slot, velocity] = [this.#momentums[at]!, this.#velocities[at]];
    if (velocity) this.#adam(gradient, variable, multiply(rate, this.adamLrRatio), slot, velocity);
    else this.#muon(gradient, variable, rate, slot);
  }
  #adam(
    gradient: Tensor,
    variable: VariableTensor,
    rate: Tensor,
    slot: VariableTensor,
    velocity: VariableTensor,
  ): void {
    const { dtype } = variable;
    const alpha = divide(
      multiply(rate, sqrt(subtract(1, this.power(this.adamBeta2, dtype)))),
      subtract(1, this.power(this.adamBeta1, dtype)),
    );
    const m = movingMean(slot, gradient, this.adamBeta1);
    const v = movingSquare(velocity, gradient, this.adamBeta2);
    this.assignSub(variable, divide(multiply(m, alpha), add(sqrt(v), this.epsilon)));
  }
  #muon(gradient: Tensor, variable: VariableTensor, rate: Tensor, slot: VariableTensor): void {
    const m = add(multiply(slot.value(), this.momentum), gradient);
    slot.set(m);
    const step = this.#orthogonal(this.nesterov ? add(gradient, multiply(m, this.momentum)) : m);
    const [rows, columns] = variable.dims as readonly [number, number];
    const scale = this.rmsRate === null ? 1 : Math.sqrt(Math.max(rows, columns)) * this.rmsRate;
    this.assignSub(variable, multiply(multiply(step, rate), scale));
  }
  /** Nearly U Vᵀ of the singular value decomposition U S Vᵀ, by Newton's and Schulz's iteration. */
  #orthogonal(x: Tensor): Tensor {
    const tall = x.dims.at(-2)! > x.dims.at(-1)!;
    let y = tall ? transpose(x) : x;
    y = divide(y, add(sqrt(reduceSum(square(y))), 1e-7));
    for (let i = 0; i < this.nsSteps; i++) {
      const a = matmul(y, y, { transposeB: true });
      const b = add(multiply(a, this.muonB), matmul(multiply(a, this.muonC), a));
      y = add(multiply(y, this.muonA), matmul(b, y));
    }
    return tall ? transpose(y) : y;
  }
  protected override applyWeightDecay(variables: readonly VariableTensor[]): void {
    for (const variable of variables)
      this.decay(variable, this.#usesAdam(variable) ? this.adamWeightDecay : this.weightDecay);
  }
}
export interface Muon extends Muon_ {}
export const Muon: OptimizerClass<MuonOptions, Muon> = callable(Muon_, 'Muon');
