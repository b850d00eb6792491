// The limits that keras.config sets to every run of training, evaluation and prediction.
// Owns: applying them, with Keras's warnings. The settings themselves are of config.ts.
import { maxEpochs, maxStepsPerEpoch } from '../config.ts';

/** The epochs to run: no more than config.setMaxEpochs allows. */
export function limitedEpochs(epochs: number): number {
  const most = maxEpochs();
  if (!most || most >= epochs) return epochs;
  console.warn(`Limiting epochs to ${most}`);
  return most;
}
/** The steps of a pass, null where the data says: no more than config.setMaxStepsPerEpoch allows. */
export function limitedSteps(steps: number | null | undefined): number | null {
  const most = maxStepsPerEpoch();
  if (!most || (steps && steps <= most)) return steps ?? null;
  console.warn(`Limiting steps_per_epoch to ${most}`);
  return most;
}
