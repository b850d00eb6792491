// tf.random.*CandidateSampler: classes drawn for losses that do not look at all of them.
// Owns: the samplers, which draw TensorFlow's own candidates for its seeds. The losses are nn/sampled-losses.ts.
// Sources: Jean et al. 2015 (sampled softmax), Mikolov et al. 2013 (distortion); Vose 1991 (alias method).
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';
import { PhiloxWords } from '../../base/random/philox.ts';
import { showShape } from '../../base/shape.ts';
import { platform } from '../../platform/platform.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';

/** Sampled classes (sampled,), how often each true class (batch, true) and each sampled one (sampled,) is to be expected. */
export type Candidates = [sampledCandidates: Tensor, trueExpectedCount: Tensor, sampledExpectedCount: Tensor];

interface Distribution {
  sample(words: PhiloxWords): number;
  probability(value: number): number;
}

/** Blocks of four words that a kernel keeps free for a draw of `count` classes. */
const blocksFor = (count: number): number => (2048 * count) / 4;

/** The true classes, (batch, numTrue). */
function truthOf(name: string, trueClasses: TensorLike, width: number): Tensor {
  const truth = convertToTensor(trueClasses, undefined, `${name}: trueClasses`);
  if (truth.dims.length !== 2 || truth.dims[1] !== width)
    throw new ShapeError(
      `${name}: trueClasses has shape ${showShape(truth.dims)}; wanted (batch, ${width}), for numTrue is ${width}.`,
    );
  return truth;
}

function drawn(
  name: string,
  kernel: string,
  trueClasses: TensorLike,
  numTrue: number | Tensor,
  numSampled: number | Tensor,
  unique: boolean,
  range: number,
  seed: number | undefined,
  distribution: Distribution,
): Candidates {
  const [width, count] = [asInteger(numTrue, `${name}: numTrue`), asInteger(numSampled, `${name}: numSampled`)];
  const truth = truthOf(name, trueClasses, width);
  if (unique && count > range)
    throw new ValueError(`${name}: ${count} different classes of ${range}; wanted at most rangeMax, or unique: false.`);
  const labels = Array.from(known(truth, name, 'Call it outside tf.function.') as ArrayLike<number>, Number);
  const words = new PhiloxWords(operationSeeds.reserve(kernel, operationSeeds.pair(seed), blocksFor(count)));
  const chosen: number[] = [];
  const seen = new Set<number>();
  let tries = 0;
  for (; chosen.length < count; tries++) {
    const value = distribution.sample(words);
    if (unique && seen.has(value)) continue;
    seen.add(value);
    chosen.push(value);
  }
  // Drawn until enough differ: the chance that a class was met in so many tries.
  const expected = (value: number): number => {
    const p = distribution.probability(value);
    return tries === count ? p * count : -Math.expm1(tries * Math.log1p(-p));
  };
  return [
    integersTensor(chosen, [count], 'int64'),
    eagerTensor(Float32Array.from(labels, expected), truth.dims, 'float32'),
    eagerTensor(Float32Array.from(chosen, expected), [count], 'float32'),
  ];
}

const word64 = (words: PhiloxWords): bigint => BigInt(words.next()) | (BigInt(words.next()) << 32n);

/** A sampler of classes below `rangeMax`, by the distribution over so many. */
const sampler = (name: string, kernel: string, distributionOver: (range: number) => Distribution) =>
  signature(
    `random.${name}`,
    ['trueClasses', 'numTrue', 'numSampled', 'unique', 'rangeMax', 'seed'],
    (
      trueClasses: TensorLike,
      numTrue: number | Tensor,
      numSampled: number | Tensor,
      unique: boolean,
      rangeMax: number | Tensor,
      seed?: number,
    ): Candidates => {
      const range = asInteger(rangeMax, `${name}: rangeMax`);
      return drawn(name, kernel, trueClasses, numTrue, numSampled, unique, range, seed, distributionOver(range));
    },
  );

/** Classes as Zipf's law has them, when they are sorted by frequency: P(k) = log((k + 2) / (k + 1)) / log(rangeMax + 1). */
export const logUniformCandidateSampler = sampler(
  'logUniformCandidateSampler',
  'LogUniformCandidateSampler',
  (range) => {
    const logRange = Math.log1p(range);
    return {
      sample: (words) => (Math.trunc(Math.exp(words.nextDouble() * logRange)) - 1) % range,
      probability: (value) => Math.log((value + 2) / (value + 1)) / logRange,
    };
  },
);

/** Every class as likely as another. */
export const uniformCandidateSampler = sampler('uniformCandidateSampler', 'UniformCandidateSampler', (range) => ({
  sample: (words) => Number(word64(words) % BigInt(range)),
  probability: () => 1 / range,
}));

/** All classes, each once: for comparing a sampled loss with the whole one. */
export const allCandidateSampler = signature(
  'random.allCandidateSampler',
  ['trueClasses', 'numTrue', 'numSampled', 'unique', 'seed'],
  (
    trueClasses: TensorLike,
    numTrue: number | Tensor,
    numSampled: number | Tensor,
    _unique: boolean,
    _seed?: number,
  ): Candidates => {
    const name = 'allCandidateSampler';
    const [width, count] = [asInteger(numTrue, `${name}: numTrue`), asInteger(numSampled, `${name}: numSampled`)];
    const truth = truthOf(name, trueClasses, width);
    const ones = new Float32Array(truth.dims[0]! * width).fill(1);
    return [
      integersTensor(
        Array.from({ length: count }, (_, i) => i),
        [count],
        'int64',
      ),
      eagerTensor(ones, truth.dims, 'float32'),
      eagerTensor(new Float32Array(count).fill(1), [count], 'float32'),
    ];
  },
);

/** Draws from weights in constant time: every place holds one class and the one that fills it up. */
function aliasTable(weights: readonly number[]): (words: PhiloxWords) => number {
  const n = weights.length;
  const total = weights.reduce((a, b) => a + b, 0);
  const share = weights.map((weight) => (weight * n) / total);
  const other = weights.map((_, i) => i);
  const low: number[] = [];
  const high: number[] = [];
  share.forEach((s, i) => (s < 1 ? low : high).push(i));
  while (high.length > 0 && low.length > 0) {
    const [l, h] = [low.pop()!, high.pop()!];
    other[l] = h;
    share[h] = share[h]! - (1 - share[l]!);
    (share[h]! < 1 ? low : high).push(h);
  }
  for (const i of [...high, ...low]) share[i] = 1;
  const limits = Float32Array.from(share);
  return (words) => {
    const r = (words.next() & 0x7fffff) / 8388608;
    const at = words.next() % n;
    return r < limits[at]! ? at : other[at]!;
  };
}

/** The last field of each line of a vocabulary file: the count of its word. */
function countsIn(path: string, name: string): number[] {
  const bytes = platform().readNow(path);
  if (bytes === undefined)
    throw new ValueError(`${name}: vocabFile ${show(path)} cannot be read at once; give its counts as unigrams.`);
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines
    .filter((line, i) => line !== '' || i < lines.length - 1)
    .map((line, i) => {
      const count = Number(line.slice(line.lastIndexOf(',') + 1));
      if (line === '' || Number.isNaN(count))
        throw new ValueError(
          `${name}: line ${i + 1} of ${path} is ${show(line)}; wanted a word, a comma and its count.`,
        );
      return count;
    });
}

/** Classes by their frequencies to the power of `distortion`; the first `numReservedIds` are never drawn. */
export const fixedUnigramCandidateSampler = signature(
  'random.fixedUnigramCandidateSampler',
  [
    'trueClasses',
    'numTrue',
    'numSampled',
    'unique',
    'rangeMax',
    'vocabFile',
    'distortion',
    'numReservedIds',
    'numShards',
    'shard',
    'unigrams',
    'seed',
  ],
  (
    trueClasses: TensorLike,
    numTrue: number | Tensor,
    numSampled: number | Tensor,
    unique: boolean,
    rangeMax: number | Tensor,
    vocabFile: string = '',
    distortion: number = 1,
    numReservedIds: number = 0,
    numShards: number = 1,
    shard: number = 0,
    unigrams: readonly number[] = [],
    seed?: number,
  ): Candidates => {
    const name = 'fixedUnigramCandidateSampler';
    const range = asInteger(rangeMax, `${name}: rangeMax`);
    if ((vocabFile === '') === (unigrams.length === 0))
      throw new ValueError(
        `${name}: wanted the counts of the classes, either as unigrams or in a vocabFile whose lines end with them.`,
      );
    const counts = vocabFile === '' ? unigrams : countsIn(vocabFile, name);
    const weights = new Array<number>(numReservedIds).fill(0).filter((_, i) => i % numShards === shard);
    // Ids go on from the reserved ones of this shard, and are counted within it afterwards.
    const before = weights.length;
    counts.forEach((n, i) => {
      if ((before + i) % numShards === shard) weights.push(Math.fround(n ** distortion));
    });
    if (weights.length !== range)
      throw new ValueError(
        `${name}: ${counts.length} counts and ${numReservedIds} reserved ids give ${weights.length} classes${numShards > 1 ? ` in shard ${shard} of ${numShards}` : ''}; wanted rangeMax = ${range}.`,
      );
    const total = weights.reduce((a, b) => a + b, 0);
    const distribution: Distribution = {
      sample: aliasTable(weights),
      probability: (value) => (weights[value] ?? 0) / total,
    };
    return drawn(
      name,
      'FixedUnigramCandidateSampler',
      trueClasses,
      numTrue,
      numSampled,
      unique,
      range,
      seed,
      distribution,
    );
  },
);
