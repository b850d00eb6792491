// Classes drawn by unnormalized log-probabilities, as `tf.random.categorical` draws them on processors: by searching the running
// sums of probabilities for a uniform number.
import { ShapeError, show, ValueError } from '../errors.ts';
import { exp } from './c-library/exp-pow.ts';
import { type PhiloxStream, PhiloxWords } from './philox.ts';

/**
 * `samples` classes for each row of `logits`, row-major, shape (rows, samples).
 *
 * Every sample takes the two words of one float64; rows follow each other in the stream, as TensorFlow has it where it does
 * not split the rows among threads.
 */
export function categoricalSamples(
  stream: PhiloxStream,
  logits: ArrayLike<number>,
  shape: readonly number[],
  samples: number,
): Int32Array {
  const [rows = 0, classes = 0] = shape;
  if (shape.length !== 2) throw new ShapeError(`logits: found shape ${show(shape)}, wanted (batch, classes).`);
  if (classes === 0) throw new ShapeError('logits: found no classes, wanted at least one.');
  if (!Number.isInteger(samples) || samples < 0) {
    throw new ValueError(`numSamples: found ${show(samples)}, wanted an integer ≥ 0.`);
  }
  const words = new PhiloxWords(stream);
  const sums = new Float64Array(classes);
  const out = new Int32Array(rows * samples);
  for (let row = 0; row < rows; row++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < classes; j++) {
      const logit = logits[row * classes + j]!;
      if (Number.isFinite(logit) && logit > largest) largest = logit;
    }
    let total = 0;
    for (let j = 0; j < classes; j++) {
      const logit = logits[row * classes + j]!;
      if (Number.isFinite(logit)) total += exp(logit - largest);
      sums[j] = total;
    }
    for (let s = 0; s < samples; s++) {
      const sought = words.nextDouble() * total;
      let low = 0;
      let high = classes;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! <= sought) low = middle + 1;
        else high = middle;
      }
      out[row * samples + s] = low;
    }
  }
  return out;
}
