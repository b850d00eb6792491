// Gamma, Poisson and binomial numbers as TensorFlow's processor kernels draw them: by rejection, every number from a place of its
// own in the stream. Owns the three algorithms on single numbers; truncated normal ones are in truncated-normal.ts.
// Sources: Marsaglia & Tsang (2000); Knuth; Hörmann's PTRS and BTRS (1993).
import { BLOCKS_PER_ELEMENT, normalFloats } from '../../base/random/normal.ts';
import { type PhiloxStream, skipBlocks } from '../../base/random/philox.ts';
import { uniformFloats } from '../../base/random/uniform.ts';
import { lgamma } from '../math/special/gamma.ts';

/** Doubles from one place on: both kinds come in pairs from one block, of which the second is taken first. */
class Place {
  #stream: PhiloxStream;
  #uniforms: number[] = [];
  #normals: number[] = [];

  constructor(stream: PhiloxStream, index: number, blocks = BLOCKS_PER_ELEMENT) {
    this.#stream = skipBlocks(stream, index * blocks);
  }
  #next(make: (stream: PhiloxStream) => ArrayLike<number>): number[] {
    const pair = Array.from(make(this.#stream));
    this.#stream = skipBlocks(this.#stream, 1);
    return pair;
  }
  uniform(): number {
    if (this.#uniforms.length === 0) this.#uniforms = this.#next((stream) => uniformFloats(stream, 2, 'float64'));
    return this.#uniforms.pop()!;
  }
  normal(): number {
    if (this.#normals.length === 0) this.#normals = this.#next((stream) => normalFloats(stream, 2, 'float64'));
    return this.#normals.pop()!;
  }
}

function gamma(place: Place, alpha: number): number {
  if (alpha === 1) return -Math.log1p(-place.uniform());
  const small = alpha < 1;
  const d = alpha + (small ? 2 / 3 : -1 / 3);
  const c = 1 / 3 / Math.sqrt(d);
  for (;;) {
    const x = place.normal();
    let v = 1 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    const u = place.uniform();
    if (u < 1 - 0.0331 * x ** 4 || Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
      const result = d * v;
      return small ? result * place.uniform() ** (1 / alpha) : result;
    }
  }
}

function poisson(place: Place, rate: number): number {
  if (!Number.isFinite(rate) || rate < 0) return Number.NaN;
  if (rate < 10) {
    const limit = Math.exp(-rate);
    let product = 1;
    for (let x = 0; ; x++) {
      product *= place.uniform();
      if (product <= limit) return x;
    }
  }
  const logRate = Math.log(rate);
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  for (;;) {
    const u = place.uniform() - 0.5;
    const v = place.uniform();
    const shifted = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / shifted + b) * u + rate + 0.43);
    if (shifted >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
    if (k < 0 || (shifted < 0.013 && v > shifted)) continue;
    const s = Math.log((v * inverse) / (a / (shifted * shifted) + b));
    if (s <= -rate + k * logRate - lgamma(k + 1)) return k;
  }
}

const TAIL = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];
/** log k! less Stirling's approximation of it. */
function tail(k: number): number {
  if (k <= 9) return TAIL[k]!;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}
function smallBinomial(place: Place, count: number, prob: number): number {
  let [sum, successes] = [0, 0];
  for (;;) {
    sum += Math.ceil(Math.log(place.uniform()) / Math.log1p(-prob));
    if (sum > count) return successes;
    successes++;
  }
}
function largeBinomial(place: Place, count: number, prob: number): number {
  const deviation = Math.sqrt(count * prob * (1 - prob));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * prob;
  const c = count * prob + 0.5;
  const limit = 0.92 - 4.2 / b;
  const r = prob / (1 - prob);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const m = Math.floor((count + 1) * prob);
  for (;;) {
    const u = place.uniform() - 0.5;
    const v = place.uniform();
    const shifted = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / shifted + b) * u + c);
    if (shifted >= 0.07 && v <= limit) return k;
    if (k < 0 || k > count) continue;
    const bound =
      (m + 0.5) * Math.log((m + 1) / (r * (count - m + 1))) +
      (count + 1) * Math.log((count - m + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((r * (count - k + 1)) / (k + 1)) +
      tail(m) +
      tail(count - m) -
      tail(k) -
      tail(count - k);
    if (Math.log((v * alpha) / (a / (shifted * shifted) + b)) <= bound) return k;
  }
}
function binomial(place: Place, count: number, prob: number): number {
  if (!(count >= 0 && prob >= 0 && prob <= 1)) return Number.NaN;
  if (prob === 0 || count === 0) return 0;
  if (prob === 1) return count;
  const draw = (p: number): number =>
    count * p >= 10 ? largeBinomial(place, count, p) : smallBinomial(place, count, p);
  return prob <= 0.5 ? draw(prob) : count - draw(1 - prob);
}

/** (samples, parameters) numbers in row-major order: those of one parameter follow each other in the stream. */
function byParameter(
  stream: PhiloxStream,
  samples: number,
  parameters: number,
  draw: (place: Place, parameter: number) => number,
  blocks: (parameter: number) => number = () => BLOCKS_PER_ELEMENT,
): Float64Array {
  const out = new Float64Array(samples * parameters);
  for (let parameter = 0; parameter < parameters; parameter++)
    for (let sample = 0; sample < samples; sample++)
      out[sample * parameters + parameter] = draw(
        new Place(stream, parameter * samples + sample, blocks(parameter)),
        parameter,
      );
  return out;
}
export const gammaNumbers = (stream: PhiloxStream, samples: number, alpha: ArrayLike<number>): Float64Array =>
  byParameter(stream, samples, alpha.length, (place, i) => gamma(place, alpha[i]!));
export const poissonNumbers = (stream: PhiloxStream, samples: number, rate: ArrayLike<number>): Float64Array =>
  byParameter(stream, samples, rate.length, (place, i) => poisson(place, rate[i]!));
export const binomialNumbers = (
  stream: PhiloxStream,
  samples: number,
  counts: ArrayLike<number>,
  probs: ArrayLike<number>,
): Float64Array => {
  // TensorFlow reserves fewer blocks where few successes are expected.
  const few = (i: number): boolean => counts[i]! * Math.min(probs[i]!, 1 - probs[i]!) < 10;
  return byParameter(
    stream,
    samples,
    counts.length,
    (place, i) => binomial(place, counts[i]!, probs[i]!),
    (i) => (few(i) ? 42 : BLOCKS_PER_ELEMENT),
  );
};
