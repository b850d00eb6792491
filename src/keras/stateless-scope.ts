// keras.StatelessScope: variables with other values than their own for a while, and what is assigned to them kept aside.
// Owns: the scope, and the lists of values that `statelessCall` of layers and `statelessApply` of optimizers take and give.
import { type Class, callable } from '../base/callable.ts';
import { ShapeError, show, ValueError } from '../base/errors.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { convertToTensor } from '../ops/core/convert.ts';
import { cast } from '../ops/math/elementwise.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Options, TensorLike } from '../runtime/tensor-methods.ts';
import { VariableTensor, withVariableHooks } from '../runtime/variable.ts';

export interface StatelessScopeOptions
  extends Options<{
    /** Variables with the values that they have inside. */
    stateMapping: Iterable<readonly [variable: Tensor, value: TensorLike]> | null;
    /** Whether `addLoss` is to keep losses. */
    collectLosses: boolean;
  }> {}

class StatelessScope_ {
  readonly collectLosses: boolean;
  readonly losses: Tensor[] = [];
  readonly #values = new Map<VariableTensor, Tensor>();

  constructor(options: StatelessScopeOptions = {}) {
    this.collectLosses = options.collectLosses ?? false;
    for (const [variable, value] of options.stateMapping ?? []) {
      if (!(variable instanceof VariableTensor))
        throw new ValueError(
          `StatelessScope: stateMapping: found ${show(variable)}, wanted pairs of a variable and a value.`,
        );
      const given = convertToTensor(value, undefined, 'StatelessScope: stateMapping');
      if (!sameShape(given.dims, variable.dims))
        throw new ShapeError(
          `StatelessScope: variable ${variable.path} has shape ${showShape(variable.shape)}, its value ${showShape(given.dims)}; wanted equal shapes.`,
        );
      this.#values.set(variable, given.dtype === variable.dtype ? given : cast(given, variable.dtype));
    }
  }
  /** Runs `f` inside: variables of the mapping have its values, and no assignment reaches a variable itself. */
  run<T>(f: () => T): T {
    return withVariableHooks(
      {
        read: (variable) => this.#values.get(variable) ?? null,
        assign: (variable, value) => {
          this.#values.set(variable, value);
          return true;
        },
      },
      f,
    );
  }
  addLoss(loss: Tensor): void {
    this.losses.push(loss);
  }
  /** Sets the variable's value inside the scope. */
  addUpdate([variable, value]: readonly [variable: Tensor, value: Tensor]): void {
    this.#values.set(variable as VariableTensor, value);
  }
  /** What was given or assigned; null for a variable that has its own value. */
  getCurrentValue(variable: Tensor): Tensor | null {
    return this.#values.get(variable as VariableTensor) ?? null;
  }
}
export interface StatelessScope extends StatelessScope_ {}
/** `const scope = new StatelessScope({ stateMapping }); scope.run(() => …); scope.getCurrentValue(variable)`. */
export const StatelessScope: Class<[options?: StatelessScopeOptions], StatelessScope> = callable(
  StatelessScope_,
  'StatelessScope',
);

/** Pairs each variable with its value; `whose` tells the list in errors. */
export function valuesFor(
  whose: string,
  variables: readonly VariableTensor[],
  values: readonly TensorLike[],
): [VariableTensor, TensorLike][] {
  if (variables.length !== values.length)
    throw new ValueError(`${whose}: found ${values.length} values, wanted ${variables.length}: one for each variable.`);
  return variables.map((variable, i) => [variable, values[i]!]);
}
/** The values of variables after `scope` ran. */
export const currentValues = (scope: StatelessScope, variables: readonly VariableTensor[]): Tensor[] =>
  variables.map((variable) => scope.getCurrentValue(variable) ?? variable.value());
