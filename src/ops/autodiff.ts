// tf.autodiff.
import { type Class, callable } from '../base/callable.ts';
import { ForwardAccumulator_ } from './core/forward.ts';

export interface ForwardAccumulator extends ForwardAccumulator_ {}
/** Derivatives along directions, carried forward: `acc.record(() => …)`, then `acc.jvp(y)`. */
export const ForwardAccumulator: Class<[primals: unknown, tangents: unknown], ForwardAccumulator> = callable(
  ForwardAccumulator_,
  'ForwardAccumulator',
);
