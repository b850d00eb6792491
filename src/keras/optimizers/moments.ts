// Running means, as most optimizers keep them.
// Owns: their one formula, and the floors that keep them from becoming denormal: where a unit is dead its means decay towards 0
// for ever, and processors compute with denormal numbers many times slower. The floors change no result that float32 can show,
// and are so large that their product with 1 − β is no denormal either: from the first step on, not after a dozen.
import { type DType, roundInPlace } from '../../base/dtype.ts';
import { add, multiply, subtract } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { squaredGradient } from './gradients.ts';

const MEAN_FLOOR = 1e-30;
const SQUARE_FLOOR = 1e-33;

/**
 * β as a variable's dtype holds it. Nadam, Lion and ScheduleFreeAdamW of Keras take 1 − β from that, which for 0.999 in float32 is
 * 1.3e-5 off 0.001, and so is what they compare it with; the others take 1 − β in double precision.
 */
export function heldIn(dtype: DType, beta: number): number {
  if (dtype === 'float64') return beta;
  const held = Float32Array.of(beta);
  roundInPlace(dtype, held);
  return held[0]!;
}
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
/** slot ← ρ slot + (1 − ρ) square; returns it. */
export function decayedMean(slot: VariableTensor, square: Tensor, rho: number): Tensor {
  const mean = add(add(multiply(slot.value(), rho), multiply(square, 1 - rho)), SQUARE_FLOOR);
  slot.set(mean);
  return mean;
}
/** The same of the gradient's square. */
export const decayedSquare = (slot: VariableTensor, gradient: Tensor, rho: number): Tensor =>
  decayedMean(slot, squaredGradient(gradient), rho);
