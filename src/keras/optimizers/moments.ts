// Running means, as most optimizers keep them.
// Owns: their one formula, and the floors that keep them from becoming denormal: where a unit is dead its means decay towards 0
// for ever, and processors compute with denormal numbers many times slower. The floors change no result that float32 can show,
// and are so large that their product with 1 − β is no denormal either: from the first step on, not after a dozen.
import { add, multiply, square, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { squaredGradient } from './gradients.ts';

const MEAN_FLOOR = 1e-30;
const SQUARE_FLOOR = 1e-33;

/** mean ← mean + (value − mean)(1 − β); returns it. */
export function movingMean(slot: VariableTensor, value: Tensor, beta: number): Tensor {
  const old = slot.value();
  const mean = add(add(old, multiply(subtract(value, old), 1 - beta)), MEAN_FLOOR);
  slot.set(mean);
  return mean;
}
/** The same of the gradient's square. */
export function movingSquare(slot: VariableTensor, gradient: Tensor, beta: number): Tensor {
  const old = slot.value();
  const mean = add(add(old, multiply(subtract(squaredGradient(gradient), old), 1 - beta)), SQUARE_FLOOR);
  slot.set(mean);
  return mean;
}
/** slot ← ρ slot + (1 − ρ) gradient²; returns it. */
export function decayedSquare(slot: VariableTensor, gradient: Tensor, rho: number): Tensor {
  const mean = add(add(multiply(slot.value(), rho), multiply(squaredGradient(gradient), 1 - rho)), SQUARE_FLOOR);
  slot.set(mean);
  return mean;
}
/** The same of any value's square. */
export function decayedSquareOf(slot: VariableTensor, value: Tensor, rho: number): Tensor {
  const mean = add(add(multiply(slot.value(), rho), multiply(square(value), 1 - rho)), SQUARE_FLOOR);
  slot.set(mean);
  return mean;
}
