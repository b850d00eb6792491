// The buffer of tf.data's shuffle, over a source that may be asynchronous.
// Owns: filling and emptying. The order, which is TensorFlow's for the same seeds, is of src/base/random/dataset-shuffle.ts.
import { PassSeeds, ShuffleBuffer } from '../base/random/dataset-shuffle.ts';
import { operationSeeds } from '../base/random/keras-seed.ts';
import { DONE, type Later, type Pull } from './pull.ts';

/** Shuffles each pass over a source: one of these belongs to each `shuffle`. */
export function shuffler(
  size: number,
  seed: number | undefined,
  reshuffle: boolean,
): (source: Pull<unknown>) => Pull<unknown> {
  const seeds = new PassSeeds(operationSeeds.pair(seed), reshuffle);
  return (source) => {
    const buffer = new ShuffleBuffer<unknown>(size, seeds.next());
    let ended = false;
    const next = (): Later<unknown> => {
      while (!ended && !buffer.isFull) {
        const got = source.next();
        if (got instanceof Promise)
          return got.then((element) => {
            if (element === DONE) ended = true;
            else buffer.add(element);
            return next();
          });
        if (got === DONE) ended = true;
        else buffer.add(got);
      }
      return buffer.isEmpty ? DONE : buffer.take();
    };
    return { next, close: () => source.close?.() };
  };
}
