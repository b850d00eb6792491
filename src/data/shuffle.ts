// Random positions in a shuffle's buffer.
// Owns: seeds (tf.random.setSeed makes them repeat). The order is not TensorFlow's.
import { operationSeeds } from '../base/random/keras-seed.ts';

/** Makes the random numbers of each pass: the same ones every time, or new ones. */
export function reservoirOrder(seed: number | undefined, reshuffle: boolean): () => () => number {
  const pair = operationSeeds.pair(seed);
  const base =
    (pair ? Math.imul(pair[0] ^ 0x9e3779b9, 0x85ebca6b) ^ pair[1] : Math.floor(Math.random() * 2 ** 32)) >>> 0;
  let pass = 0;
  return () => {
    let state = (base + Math.imul(reshuffle ? pass++ : 0, 0x27d4eb2f)) >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  };
}
