// SwapEMAWeights: evaluates and predicts with the optimizer's averages of the weights.
// Source: https://keras.io/api/callbacks/swap_ema_weights/
import { type Class, callable } from '../../base/callable.ts';
import { StateError } from '../../base/errors.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import * as o from '../schema.ts';
import { CallbackBase } from './callback.ts';

const options = o.schema(
  'SwapEMAWeights',
  { swapOnEpoch: o.optional(o.boolean, false) },
  { positional: ['swapOnEpoch'] },
);
export interface SwapEMAWeightsOptions extends o.OptionsOf<typeof options> {}
type Args = [options?: SwapEMAWeightsOptions] | [swapOnEpoch: boolean];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class SwapCallback extends CallbackBase {
  #averaged = false;

  constructor(...args: Args) {
    super();
    options.assign(this, args);
  }
  /** Each weight beside its average. */
  #pairs(): (readonly [weight: VariableTensor, average: VariableTensor])[] {
    const { optimizer } = this.model;
    // An optimizer around another keeps no averages itself.
    const inner = (optimizer as { innerOptimizer?: typeof optimizer } | null)?.innerOptimizer ?? optimizer;
    if (!inner?.useEma)
      throw new StateError(
        'SwapEMAWeights: the optimizer keeps no averages; compile the model with an optimizer made with { useEma: true }.',
      );
    const slots = new Map(inner.variables.map((variable) => [variable.path, variable]));
    return this.model.trainableWeights.flatMap((weight) => {
      const average = slots.get(`${inner.name}/${weight.path.replaceAll('/', '_')}_average`);
      return average ? [[weight, average] as const] : [];
    });
  }
  #swap(averaged: boolean): void {
    if (this.#averaged === averaged) return;
    this.#averaged = averaged;
    for (const [weight, average] of this.#pairs()) {
      const kept = weight.snapshot();
      weight.set(average.snapshot());
      average.set(kept);
    }
  }
  override onEpochBegin(): void {
    if (this.swapOnEpoch) this.#swap(false);
  }
  override onEpochEnd(epoch: number): void {
    if (!this.swapOnEpoch) return;
    this.#swap(true);
    // At the end of training the optimizer puts its averages into the weights: they are there already.
    if (epoch === this.params.epochs - 1) for (const [weight, average] of this.#pairs()) average.set(weight.snapshot());
  }
  override onTestBegin(): void {
    this.#swap(true);
  }
  override onTestEnd(): void {
    this.#swap(false);
  }
  override onPredictBegin(): void {
    this.#swap(true);
  }
  override onPredictEnd(): void {
    this.#swap(false);
  }
}
interface SwapCallback extends o.ValuesOf<typeof options> {}
export interface SwapEMAWeights extends SwapCallback {}
export const SwapEMAWeights: Class<Args, SwapEMAWeights> = callable(SwapCallback, 'SwapEMAWeights');
