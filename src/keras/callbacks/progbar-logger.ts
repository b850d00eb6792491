// ProgbarLogger: draws the progress of fit, evaluate and predict.
// Owns: when to draw: it asks for logs only then. Leaves the drawing to ../utils/progbar.ts.
import { type Class, callable } from '../../base/callable.ts';
import { platform } from '../../platform/platform.ts';
import type { Logs } from '../types.ts';
import { Progbar } from '../utils/progbar.ts';
import { CallbackBase, type CallbackParams } from './callback.ts';

class ProgbarLoggerCallback extends CallbackBase {
  #bar: Progbar | null = null;
  #seen = 0;
  #target: number | null = null;
  #inFit = false;

  #begin(): void {
    const { verbose } = this.params;
    this.#seen = 0;
    this.#bar = new Progbar(this.#target, { verbose: verbose === 'auto' ? 1 : verbose, statelessMetrics: [] });
  }
  /** How many steps there are; where nobody knows, the first epoch will tell. */
  override setParams(params: CallbackParams): void {
    super.setParams(params);
    this.#target = params.steps;
  }
  /** Whether a batch's end would be drawn now. */
  due(): boolean {
    return this.#bar?.due() ?? false;
  }
  /** The batch's end; logs are made only if they are drawn. */
  step(batch: number, logs: () => Logs): void {
    this.#seen = batch + 1;
    if (this.due()) this.#bar!.update(this.#seen, Object.entries(logs()), false);
  }
  override onTrainBegin(): void {
    this.#inFit = true;
  }
  override onTrainEnd(): void {
    this.#inFit = false;
  }
  override onEpochBegin(epoch: number): void {
    this.#begin();
    if (this.params.verbose && this.params.epochs > 1) platform().print(`Epoch ${epoch + 1}/${this.params.epochs}\n`);
  }
  override onEpochEnd(_epoch: number, logs: Logs = {}): void {
    this.#finish(logs);
  }
  override onTestBegin(): void {
    if (!this.#inFit) this.#begin();
  }
  override onTestEnd(logs: Logs = {}): void {
    if (!this.#inFit) this.#finish(logs);
  }
  override onPredictBegin(): void {
    this.#begin();
  }
  override onPredictEnd(): void {
    this.#finish({});
  }
  #finish(logs: Logs): void {
    const bar = this.#bar;
    if (!bar) return;
    if (this.#target === null) bar.target = this.#target = this.#seen;
    bar.update(this.#target, Object.entries(logs), true);
    this.#bar = null;
  }
}
export interface ProgbarLogger extends ProgbarLoggerCallback {}
export const ProgbarLogger: Class<[], ProgbarLogger> = callable(ProgbarLoggerCallback, 'ProgbarLogger');
