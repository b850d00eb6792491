// skipgrams and makeSamplingTable: pairs of words that stand near each other, for word vectors.

import { show, ValueError } from '../../../base/errors.ts';
import { guarded } from '../../../base/misuse.ts';
import { pythonRandom } from '../../../base/random/keras-seed.ts';
import { bindArguments } from '../../../ops/core/signature.ts';
import { eagerTensor, Tensor } from '../../../runtime/tensor.ts';
import type { Options } from '../../../runtime/tensor-methods.ts';

export interface SkipgramOptions
  extends Options<{
    windowSize: number;
    negativeSamples: number;
    shuffle: boolean;
    categorical: boolean;
    samplingTable: readonly number[] | Float64Array | Tensor | null;
    seed: number | null;
  }> {}
export type Couple = [word: number, context: number];

/**
 * Pairs [word, word of its window] labelled 1, and `negativeSamples` times as many [word, random word] labelled 0. Zeros in the
 * sequence are no words. Draws from Python's `random`, which `setRandomSeed` seeds.
 */
export function skipgrams(
  sequence: readonly number[],
  vocabularySize: number,
  options: SkipgramOptions & { readonly categorical: true },
): [couples: Couple[], labels: [number, number][]];
export function skipgrams(
  sequence: readonly number[],
  vocabularySize: number,
  options?: SkipgramOptions,
): [couples: Couple[], labels: number[]];
export function skipgrams(
  sequence: readonly number[],
  vocabularySize: number,
  ...rest: [options?: SkipgramOptions]
): [couples: Couple[], labels: (number | [number, number])[]] {
  const names = [
    'sequence',
    'vocabularySize',
    'windowSize',
    'negativeSamples',
    'shuffle',
    'categorical',
    'samplingTable',
    'seed',
  ];
  const [words, size, windowSize = 4, negativeSamples = 1, shuffle = true, categorical = false, table, given] =
    bindArguments('skipgrams', names, [sequence, vocabularySize, ...rest]) as [
      readonly number[],
      number,
      number?,
      number?,
      boolean?,
      boolean?,
      (ArrayLike<number> | Tensor)?,
      number?,
    ];
  if (!Array.isArray(words)) throw new ValueError(`skipgrams: sequence: found ${show(words)}, wanted word numbers.`);
  const keep = table instanceof Tensor ? (table.dataSync() as ArrayLike<number>) : table;
  let couples: Couple[] = [];
  let labels: (number | [number, number])[] = [];
  for (const [i, word] of words.entries()) {
    if (!word || (keep && keep[word]! < pythonRandom.random())) continue;
    for (let j = Math.max(0, i - windowSize); j < Math.min(words.length, i + windowSize + 1); j++) {
      const context = words[j]!;
      if (j === i || !context) continue;
      couples.push([word, context]);
      labels.push(categorical ? [0, 1] : 1);
    }
  }
  if (negativeSamples > 0) {
    const count = Math.trunc(labels.length * negativeSamples);
    const firsts = couples.map(([word]) => word);
    pythonRandom.shuffle(firsts);
    for (let i = 0; i < count; i++) {
      couples.push([firsts[i % firsts.length]!, pythonRandom.randint(1, Math.trunc(size - 1))]);
      labels.push(categorical ? [1, 0] : 0);
    }
  }
  if (shuffle) {
    const seed = given ?? pythonRandom.randint(0, 10_000_000);
    // Seeding the program's generator, as Keras does, puts both lists into one order.
    pythonRandom.seed(seed);
    couples = shuffled(couples);
    pythonRandom.seed(seed);
    labels = shuffled(labels);
  }
  return [couples, labels];
}

function shuffled<T>(list: T[]): T[] {
  pythonRandom.shuffle(list);
  return list;
}

/**
 * The chance of keeping the i-th most frequent word, after Zipf's law: min(1, √f) with
 * f = samplingFactor · (i · (log i + γ) + 1/2 − 1/(12 i)). float64 (size,)
 */
export const makeSamplingTable = guarded(
  'makeSamplingTable',
  ['size', 'samplingFactor'],
  (size: number, samplingFactor: number | { samplingFactor?: number | undefined } = 1e-5): Tensor => {
    const factor = typeof samplingFactor === 'number' ? samplingFactor : (samplingFactor.samplingFactor ?? 1e-5);
    if (!Number.isInteger(size) || size < 1)
      throw new ValueError(`makeSamplingTable: size: found ${show(size)}, wanted a whole number ≥ 1.`);
    const table = Float64Array.from({ length: size }, (_, i) => {
      const rank = Math.max(i, 1);
      const f = factor * (rank * (Math.log(rank) + 0.577) + 0.5 - 1 / (12 * rank));
      return Math.min(1, f / Math.sqrt(f));
    });
    return eagerTensor(table, [size], 'float64');
  },
);
