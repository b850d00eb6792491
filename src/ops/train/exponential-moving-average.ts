// tf.train.ExponentialMovingAverage: averages of variables beside them.
// Source: https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage
import { type Class, callable } from '../../base/callable.ts';
import { isFloating } from '../../base/dtype.ts';
import { DTypeError, show, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { VariableTensor } from '../../runtime/variable.ts';
import { convertToTensor } from '../core/convert.ts';
import { Variable } from '../core/variable.ts';

export interface ExponentialMovingAverageOptions {
  /** How often was averaged: the decay is then at most (1 + n) / (10 + n). */
  readonly numUpdates?: TensorLike | null | undefined;
  /** Of averages that begin at zero; those of variables begin at the variable. */
  readonly zeroDebias?: boolean | undefined;
  readonly name?: string | undefined;
}

/** average ← decay · average + (1 − decay) · variable, at every `apply`. */
class ExponentialMovingAverageBase {
  readonly name: string;
  readonly #decay: TensorLike;
  readonly #updates: TensorLike | null;
  readonly #averages = new Map<VariableTensor, Variable>();

  constructor(decay: TensorLike, options: ExponentialMovingAverageOptions = {}) {
    this.#decay = decay;
    this.#updates = options.numUpdates ?? null;
    this.name = options.name ?? 'ExponentialMovingAverage';
  }
  #rate(): Tensor {
    const decay = convertToTensor(this.#decay, 'float32', 'ExponentialMovingAverage: decay');
    if (this.#updates === null) return decay;
    const n = convertToTensor(this.#updates, undefined, 'ExponentialMovingAverage: numUpdates').cast('float32');
    return decay.minimum(n.add(1).div(n.add(10)));
  }
  /** Brings the averages up to date; those of new variables begin at the variable's value. */
  apply(varList: readonly VariableTensor[]): void {
    if (!Array.isArray(varList))
      throw new ValueError(
        `ExponentialMovingAverage.apply: varList: found ${show(varList)}, wanted a list of variables, such as model.trainableVariables.`,
      );
    for (const variable of varList) {
      if (!(variable instanceof VariableTensor))
        throw new ValueError(`ExponentialMovingAverage.apply: found ${show(variable)}, wanted variables.`);
      if (!isFloating(variable.dtype))
        throw new DTypeError(
          `ExponentialMovingAverage.apply: '${variable.path}' is ${variable.dtype}, wanted floating point.`,
        );
      if (!this.#averages.has(variable))
        this.#averages.set(
          variable,
          new Variable(variable.snapshot(), { trainable: false, name: this.averageName(variable) }),
        );
    }
    const rest = this.#rate().neg().add(1);
    for (const variable of varList) {
      const average = this.#averages.get(variable)!;
      average.assignSub(average.sub(variable).mul(rest.cast(variable.dtype)));
    }
  }
  /** The average of a variable; null where none is kept. */
  average(variable: VariableTensor): Variable | null {
    return this.#averages.get(variable) ?? null;
  }
  /** The name that the average has, or would have. */
  averageName(variable: VariableTensor): string {
    return this.#averages.get(variable)?.path ?? `${variable.path}/${this.name}`;
  }
  /** Variables by the names under which checkpoints of TensorFlow 1 keep their averages. */
  variablesToRestore(
    movingAvgVariables: readonly VariableTensor[] = [...this.#averages.keys()],
  ): Record<string, VariableTensor> {
    return Object.fromEntries(movingAvgVariables.map((variable) => [this.averageName(variable), variable]));
  }
}
export interface ExponentialMovingAverage extends ExponentialMovingAverageBase {}
export const ExponentialMovingAverage: Class<
  [decay: TensorLike, options?: ExponentialMovingAverageOptions],
  ExponentialMovingAverage
> = callable(ExponentialMovingAverageBase, 'ExponentialMovingAverage');
