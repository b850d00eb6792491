// Gamma, Poisson and binomial deviates as TensorFlow's processor kernels draw them, by rejection. Owns the three methods; every
// output begins at a block of its own, so that how many numbers one of them takes does not move the others.
//
// Outputs lie as (samples, parameters), row-major; output (sample s, parameter p) begins at block 256 · (p · samples + s).
import { exp, pow } from './c-library/exp-pow.ts';
import { log } from './c-library/log.ts';
import { logGamma } from './log-gamma.ts';
import { BLOCKS_PER_ELEMENT, bitsToNormal } from './normal.ts';
import { type PhiloxStream, philoxBits, skipBlocks } from './philox.ts';
import { bitsToUniform, type FloatArray } from './uniform.ts';

/** Draws from one stream by turns; of the numbers of each block the last comes first. */
function sources(stream: PhiloxStream) {
  let place = stream;
  const source = (convert: (words: Uint32Array) => FloatArray) => {
    let numbers: FloatArray = new Float64Array(0);
    let left = 0;
    return () => {
      if (left === 0) {
        numbers = convert(philoxBits(place, 4));
        place = skipBlocks(place, 1);
        left = numbers.length;
      }
      return numbers[--left]!;
    };
  };
  return {
    uniform: source((words) => bitsToUniform(words, 'float64')),
    normal: source((words) => bitsToNormal(words, 2, 'float64')),
  };
}

/** Draws every output from the place where it begins. */
function forEach(
  stream: PhiloxStream,
  parameters: number,
  samples: number,
  draw: (at: PhiloxStream, parameter: number) => number,
  blocks: (parameter: number) => number = () => BLOCKS_PER_ELEMENT,
): Float64Array {
  const out = new Float64Array(parameters * samples);
  for (let p = 0; p < parameters; p++) {
    for (let s = 0; s < samples; s++) {
      out[s * parameters + p] = draw(skipBlocks(stream, blocks(p) * (p * samples + s)), p);
    }
  }
  return out;
}

/** Gamma deviates of scale 1 with the given shapes (Marsaglia and Tsang, 2000), shape (samples, shapes). */
export function gammaSamples(stream: PhiloxStream, shapes: ArrayLike<number>, samples: number): Float64Array {
  return forEach(stream, shapes.length, samples, (at, p) => gamma(at, shapes[p]!));
}

function gamma(stream: PhiloxStream, shape: number): number {
  const { uniform, normal } = sources(stream);
  if (shape === 1) return -Math.log1p(-uniform());
  const small = shape < 1;
  const d = shape + (small ? 2 / 3 : -1 / 3);
  const c = 1 / 3 / Math.sqrt(d);
  for (;;) {
    const x = normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = uniform();
    if (u < 1 - 0.0331 * (x * x) * (x * x) || log(u) < 0.5 * x * x + d * (1 - v + log(v))) {
      return small ? d * v * pow(uniform(), 1 / shape) : d * v;
    }
  }
}

/** Poisson deviates with the given means: Knuth's method below 10, Hörmann's from there (1993), shape (samples, means). */
export function poissonSamples(stream: PhiloxStream, means: ArrayLike<number>, samples: number): Float64Array {
  return forEach(stream, means.length, samples, (at, p) => poisson(sources(at).uniform, means[p]!));
}

function poisson(uniform: () => number, mean: number): number {
  // TensorFlow never comes back from these.
  if (!Number.isFinite(mean)) return Number.NaN;
  if (mean < 10) {
    const limit = exp(-mean);
    let product = uniform();
    let count = 0;
    while (product > limit) {
      count++;
      product *= uniform();
    }
    return count;
  }
  const logMean = log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const bound = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= bound) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (log((v * inverseAlpha) / (a / (us * us) + b)) <= -mean + k * logMean - logGamma(k + 1)) return k;
  }
}

/** Successes in `counts` trials of the given probabilities, of one length each, shape (samples, parameters). */
export function binomialSamples(
  stream: PhiloxStream,
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  samples: number,
): Float64Array {
  const few = (p: number) => counts[p]! * Math.min(probabilities[p]!, 1 - probabilities[p]!) < 10;
  const draw = (at: PhiloxStream, p: number) => {
    const [n, probability] = [counts[p]!, probabilities[p]!];
    if (n <= 0 || probability <= 0) return 0;
    if (probability >= 1) return n;
    if (Number.isNaN(probability) || !Number.isFinite(n)) return Number.NaN;
    const { uniform } = sources(at);
    const smaller = Math.min(probability, 1 - probability);
    const successes = few(p) ? binomialByGeometric(uniform, n, smaller) : binomialByRejection(uniform, n, smaller);
    return probability <= 0.5 ? successes : n - successes;
  };
  // Where few successes are expected, TensorFlow reserves fewer blocks.
  return forEach(stream, counts.length, samples, draw, (p) => (few(p) ? 42 : BLOCKS_PER_ELEMENT));
}

/** How many waiting times fit into the trials. */
function binomialByGeometric(uniform: () => number, n: number, p: number): number {
  let sum = 0;
  for (let successes = 0; ; successes++) {
    sum += Math.ceil(log(uniform()) / Math.log1p(-p));
    if (sum > n) return successes;
  }
}

// biome-ignore format: a table
const STIRLING_TAILS = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
  0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
];

function stirlingTail(k: number): number {
  if (k <= 9) return STIRLING_TAILS[k]!;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

/** Hörmann's transformed rejection (1993). */
function binomialByRejection(uniform: () => number, n: number, p: number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const bound = 0.92 - 4.2 / b;
  const odds = p / (1 - p);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const m = Math.floor((n + 1) * p);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (us >= 0.07 && v <= bound) return k;
    if (k < 0 || k > n) continue;
    const upper =
      (m + 0.5) * log((m + 1) / (odds * (n - m + 1))) +
      (n + 1) * log((n - m + 1) / (n - k + 1)) +
      (k + 0.5) * log((odds * (n - k + 1)) / (k + 1)) +
      stirlingTail(m) +
      stirlingTail(n - m) -
      stirlingTail(k) -
      stirlingTail(n - k);
    if (log((v * alpha) / (a / (us * us) + b)) <= upper) return k;
  }
}
