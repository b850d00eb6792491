// The order of samples in an epoch.
// Owns: permutations in place. The seed comes from tf.random.setSeed where one was set; the order is not Python's.
import { reservoirOrder } from '../../data/shuffle.ts';

/** A generator of permutations for one run of fit. */
export function makeShuffler(): (order: Uint32Array) => void {
  const passes = reservoirOrder(undefined, true);
  return (order) => {
    const random = passes();
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
  };
}
