// The order of samples in an epoch of fit.
// Owns: when a new order is drawn. The order is that of Keras on TensorFlow for the same global seed, which is the same in
// every epoch; without a seed each epoch has its own.
import { fitOrder } from '../../base/random/dataset-shuffle.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';

/** Writes a new order of the samples 0, 1, … into its argument. */
export function makeShuffler(): (order: Uint32Array) => void {
  const seeds = operationSeeds.forFunction().pair();
  return (order) => {
    order.set(fitOrder(seeds, order.length));
  };
}
