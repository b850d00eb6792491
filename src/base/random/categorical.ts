// Classes drawn by unnormalized log-probabilities, as `tf.random.categorical` draws them on processors: by searching the running
// sums of probabilities for a uniform number.
import { ShapeError, show, ValueError } from '../errors.ts';
import { exp } from './c-library/exp-pow.ts';
import { type PhiloxStream, PhiloxWords } from './philox.ts';
import { firstAbove } from './running-sums.ts';

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
    const from = row * classes;
    const largest = largestFinite(logits, from, classes);
    let total = addUp(sums, logits, from, largest, quickExp);
    let exact = false;
    for (let s = 0; s < samples; s++) {
      const unit = words.nextDouble();
      let sought = unit * total;
      let found = firstAbove(sums, sought);
      // So near to a border the last bits decide: then all is added up with the C library's.
      const near = total * NEAR;
      if (
        !exact &&
        !(sought - (found > 0 ? sums[found - 1]! : Number.NEGATIVE_INFINITY) > near && sums[found]! - sought > near)
      ) {
        total = addUp(sums, logits, from, largest, exp);
        exact = true;
        sought = unit * total;
        found = firstAbove(sums, sought);
      }
      out[row * samples + s] = found;
    }
  }
  return out;
}

/** Of a row's total: more than quick sums and exact ones are apart. */
const NEAR = 1e-10;

function largestFinite(logits: ArrayLike<number>, from: number, classes: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let j = from; j < from + classes; j++) {
    const logit = logits[j]!;
    if (logit > largest && logit < Number.POSITIVE_INFINITY) largest = logit;
  }
  return largest;
}

/** Running sums of e^(logit − largest), without those that are not finite; returns the last. */
function addUp(
  sums: Float64Array,
  logits: ArrayLike<number>,
  from: number,
  largest: number,
  power: (x: number) => number,
): number {
  let total = 0;
  for (let j = 0; j < sums.length; j++) {
    const logit = logits[from + j]!;
    if (logit - logit === 0) total += power(logit - largest);
    sums[j] = total;
  }
  return total;
}

const [STEPS, LOWEST] = [32, -700];
interface Powers {
  /** 2^(k/32) by its place. */
  readonly step: Float64Array;
  /** 2^−n. */
  readonly halves: Float64Array;
}
/** Made with the first draw, as most programs have none. */
let powers: Powers | undefined;
const makePowers = (): Powers => ({
  step: Float64Array.from({ length: STEPS }, (_, k) => 2 ** (k / STEPS)),
  halves: Float64Array.from({ length: 1025 }, (_, n) => 2 ** -n),
});
/** e^x for x ≤ 0, within 1e-13 of it; 0 where it is smaller than any that counts. */
function quickExp(x: number): number {
  if (x < LOWEST) return 0;
  const n = Math.floor(x * (STEPS / Math.LN2) + 0.5);
  const r = x - n * (Math.LN2 / STEPS);
  const series = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r / 720)))));
  powers ??= makePowers();
  return powers.step[n & (STEPS - 1)]! * powers.halves[-(n >> 5)]! * series;
}
