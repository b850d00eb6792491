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

/** `shuffle: 'batch'`: batches stay in their order, and the samples of each are shuffled among themselves. */
export function makeBatchShuffler(batchSize: number): (order: Uint32Array) => void {
  const shufflers: ((order: Uint32Array) => void)[] = [];
  return (order) => {
    for (let start = 0, i = 0; start < order.length; start += batchSize, i++) {
      const part = order.subarray(start, start + batchSize);
      shufflers[i] ??= makeShuffler();
      shufflers[i]!(part);
      for (let k = 0; k < part.length; k++) part[k]! += start;
    }
  };
}
