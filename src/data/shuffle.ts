// The buffer of tf.data's shuffle, over a source that may be asynchronous.
// Owns: filling and emptying. The order, which is TensorFlow's for the same seeds, is of src/base/random/dataset-shuffle.ts.
import { PassSeeds, ShuffleBuffer } from '../base/random/dataset-shuffle.ts';
import { operationSeeds } from '../base/random/keras-seed.ts';
import { AGAIN, DONE, type Later, type Pull, pulling, settle, whenThere } from './pull.ts';
import { derive, type Pass, type Source } from './source.ts';

export function shuffled(below: Source, size: number, seed: number | undefined, reshuffle: boolean): Source {
  const seeds = new PassSeeds(operationSeeds.pair(seed), reshuffle);
  const draw = (pass: Pass): readonly [number | bigint, number | bigint] => pass.draw(() => seeds.next());
  const made = derive(below, (pull, pass) => fromBuffer(pull, new ShuffleBuffer<unknown>(size, draw(pass))));
  const redraw = (pass: Pass): void => {
    below.redraw?.(pass);
    draw(pass);
  };
  const source = { ...made, redraw };
  shuffles.add(source);
  return source;
}

const shuffles = new WeakSet<Source>();
/** Whether a source is a shuffle itself. */
export const isShuffle = (source: Source): boolean => shuffles.has(source);

function fromBuffer(pull: Pull<unknown>, buffer: ShuffleBuffer<unknown>): Pull<unknown> {
  let ended = false;
  const step = (): Later<unknown> => {
    if (ended || buffer.isFull) return buffer.isEmpty ? DONE : buffer.take();
    return whenThere(pull.next(), (element) => {
      if (element === DONE) ended = true;
      else buffer.add(element);
      return AGAIN;
    });
  };
  return pulling(() => settle(step), pull);
}
