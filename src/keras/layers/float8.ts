// Products of 8-bit floats in training: inputs and kernel rounded on the way in, the gradient of the output on the way back.
// Owns: the scales, which follow the largest values of the last steps, and the rounding. Keras calls these weights trainable and has the
// optimizer overwrite them by their "gradients"; here they are state that a training step moves on.
// Source: https://arxiv.org/abs/2209.05433
import { customGradient } from '../../ops/core/gradients.ts';
import type { Variable } from '../../ops/core/variable.ts';
import { add, stopGradient, subtract } from '../../ops/math/elementwise.ts';
import { reduceMax } from '../../ops/math/reduce.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { type DTypePolicy, QuantizedFloat8DTypePolicy } from '../dtype-policy.ts';
import {
  computeFloat8AmaxHistory,
  computeFloat8Scale,
  type Float8,
  largestFloat8,
  quantizeAndDequantize,
} from '../quantizers/numbers.ts';
import type { WeightOptions } from './layer.ts';
import { type SavedWeight, savedAsIs } from './saved-weights.ts';

/** The scale of one operand, and the largest values that it comes from. */
interface Scaled {
  readonly scale: Variable;
  readonly history: Variable;
}

export class Float8Product {
  readonly #inputs: Scaled;
  readonly #kernel: Scaled;
  readonly #gradient: Scaled;

  constructor(layer: { addWeight(options: WeightOptions): Variable }, policy: DTypePolicy) {
    const length = policy instanceof QuantizedFloat8DTypePolicy ? policy.amaxHistoryLength : 1024;
    const make = (name: string): Scaled => {
      const settings = { dtype: 'float32', trainable: false } as const;
      return {
        scale: layer.addWeight({ name: `${name}_scale`, shape: [], initializer: 'ones', ...settings }),
        history: layer.addWeight({ name: `${name}_amax_history`, shape: [length], initializer: 'zeros', ...settings }),
      };
    };
    this.#inputs = make('inputs');
    this.#kernel = make('kernel');
    this.#gradient = make('outputs_grad');
  }
  /** The floats first, then what this product keeps, in Keras's order. */
  saved(saved: readonly SavedWeight[]): SavedWeight[] {
    const own = [this.#inputs, this.#kernel, this.#gradient].flatMap(({ scale, history }) => [scale, history]);
    return [...saved.filter(({ variable }) => !own.includes(variable as Variable)), ...own.map(savedAsIs)];
  }

  apply(inputs: Tensor, kernel: Tensor, training: boolean, product: (x: Tensor, y: Tensor) => Tensor): Tensor {
    const x = rounded(inputs, this.#inputs, training);
    const output = product(x, rounded(kernel, this.#kernel, training));
    const throughGradient = customGradient((y: Tensor) => [y, (upstream: Tensor) => this.#back(upstream, training)]);
    return throughGradient(output) as Tensor;
  }
  #back(upstream: Tensor, training: boolean): Tensor {
    const result = quantizeAndDequantize(upstream, this.#gradient.scale, 'float8_e5m2', upstream.dtype);
    if (training) moveOn(upstream, this.#gradient, 'float8_e5m2');
    return result;
  }
}

/** Rounded to 8 bits; gradients pass as if it were not. */
function rounded(x: Tensor, scaled: Scaled, training: boolean): Tensor {
  const near = quantizeAndDequantize(x, scaled.scale, 'float8_e4m3fn', x.dtype);
  if (training) moveOn(x, scaled, 'float8_e4m3fn');
  return add(x, stopGradient(subtract(near, x)));
}
/** The next step's scale comes from the history before this step, as in Keras. */
function moveOn(x: Tensor, { scale, history }: Scaled, dtype: Float8): void {
  const before = history.value();
  scale.assign(computeFloat8Scale(reduceMax(before, 0), scale.value(), largestFloat8(dtype)));
  history.assign(computeFloat8AmaxHistory(stopGradient(x), before));
}
