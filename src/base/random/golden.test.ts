// The golden cases of Python's, TensorFlow's and Keras's random numbers, each against the functions that make them: float64 and
// integers exactly, float32 to two units in the last place, normal deviates to 1e-5 as the cases' README has it.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NpzArchive } from '../../formats/npy/npz.ts';
import { RandomState } from '../../random/index.ts';
import { PassSeeds, ShuffleBuffer } from './dataset-shuffle.ts';
import { orthogonalValues, type VarianceScaling, varianceScalingValues } from './initial-values.ts';
import {
  initialSeedState,
  makeDefaultSeed,
  nextSeed,
  pythonRandom,
  statelessSeed,
  statelessSeedOf,
} from './keras-seed.ts';
import { blocksForElements, blocksForShuffle, OperationSeeds } from './operation-seeds.ts';
import type { PhiloxStream } from './philox.ts';
import { Random } from './python-random.ts';
import { shuffledIndices } from './shuffle.ts';
import { StatefulGenerator } from './stateful-generator.ts';
import {
  drawIntegers,
  drawNormal,
  drawUniform,
  dropoutMask,
  statelessCategorical,
  statelessIntegers,
  statelessNormal,
  statelessTruncatedNormal,
  statelessUniform,
  uniformOrder,
} from './stateless.ts';

interface Case {
  readonly id: string;
  readonly call: { readonly seed: number; readonly class?: string };
  readonly expected: readonly string[];
}
type Values = ArrayLike<number | bigint>;

const golden = (path: string) => readFileSync(new URL(`../../../test/golden/${path}`, import.meta.url));
const cases = JSON.parse(golden('random.json').toString()) as Case[];
const arrays = new NpzArchive(new Uint8Array(golden('random.npz')), 'random.npz');

const times = (n: number, draw: () => number) => Array.from({ length: n }, draw);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const seedOf = (id: string) => id.split('-').slice(1).map(Number);

function python({ call }: Case): Record<string, Values> {
  const random = new Random(call.seed);
  const drawn = { random: times(5, () => random.random()), randint: times(5, () => random.randint(1, 1e9)) };
  const list = range(13);
  random.shuffle(list);
  return { ...drawn, shuffle: list, gauss: times(4, () => random.gauss(0, 1)) };
}

function stateless({ id }: Case): Record<string, Values> {
  const seed = seedOf(id);
  return {
    uniform: statelessUniform(seed, 17),
    normal: statelessNormal(seed, 17),
    truncated: statelessTruncatedNormal(seed, 17),
    integers: statelessIntegers(seed, 17, { minval: 0, maxval: 100 }),
    bits: statelessIntegers(seed, 17, { minval: null, maxval: null }),
  };
}

function tensorflowGlobal({ call }: Case): Record<string, Values> {
  const seeds = new OperationSeeds();
  seeds.set(call.seed);
  const draw = <T>(kernel: string, n: number, from: (stream: PhiloxStream, n: number) => T, seed?: number) =>
    from(seeds.reserve(kernel, seeds.pair(seed), blocksForElements(n)), n);
  const integers = (stream: PhiloxStream, n: number) => drawIntegers(stream, n, { maxval: 10 });
  return {
    uniform: draw('uniform', 5, drawUniform),
    normal: draw('normal', 5, drawNormal),
    integers: draw('integers', 3, integers),
    op_seed: draw('normal', 4, drawNormal, 3),
    square: draw('uniform', 4, drawUniform),
    shuffle: shuffledIndices(seeds.reserve('shuffle', seeds.pair(), blocksForShuffle(9)), 9),
  };
}

function tensorflowGenerator({ call }: Case): Record<string, Values> {
  const generator = StatefulGenerator.fromSeed(call.seed);
  return {
    normal: drawNormal(generator.reserve(6), 6),
    uniform: drawUniform(generator.reserve(6), 6),
    integers: drawIntegers(generator.reserve(4), 4, { maxval: 50 }),
  };
}

const scalings: Record<string, VarianceScaling> = {
  GlorotUniform: { mode: 'fan_avg', distribution: 'uniform' },
  GlorotNormal: { mode: 'fan_avg' },
  HeNormal: { scale: 2 },
  HeUniform: { scale: 2, distribution: 'uniform' },
  LecunNormal: {},
  VarianceScaling: {},
};

function initializer({ call }: Case): Record<string, Values> {
  const seed = statelessSeedOf(call.seed);
  const name = call.class!;
  const values = {
    Orthogonal: () => orthogonalValues(seed, [5, 4]),
    RandomNormal: () => statelessNormal(seed, 20, { stddev: 0.05 }),
    RandomUniform: () => statelessUniform(seed, 20, { minval: -0.05, maxval: 0.05 }),
    TruncatedNormal: () => statelessTruncatedNormal(seed, 20, { stddev: 0.05 }),
  }[name];
  return { values: values ? values() : varianceScalingValues(seed, [5, 4], scalings[name]!) };
}

/** Dense(5, relu), Dropout(0.5), Dense(3) in plain loops; biases are zero. */
function model({ call }: Case): Record<string, Values> {
  pythonRandom.seed(call.seed);
  const kernel = (shape: number[]) =>
    varianceScalingValues(statelessSeedOf(makeDefaultSeed()), shape, { mode: 'fan_avg', distribution: 'uniform' });
  const first = kernel([6, 5]);
  const dropout = initialSeedState();
  const second = kernel([5, 3]);
  const x = Float32Array.from(new RandomState(call.seed).rand(4, 6));
  const dense = (a: ArrayLike<number>, w: ArrayLike<number>, inner: number, outer: number) =>
    Float32Array.from({ length: 4 * outer }, (_, at) =>
      range(inner).reduce((sum, k) => sum + a[Math.floor(at / outer) * inner + k]! * w[k * outer + (at % outer)]!, 0),
    );
  const training = () => {
    const mask = dropoutMask(statelessSeed(nextSeed(dropout)), 20, 0.5);
    const hidden = dense(x, first, 6, 5).map((value, i) => (mask[i] ? Math.max(value, 0) * 2 : 0));
    return dense(hidden, second, 5, 3);
  };
  const weights = { weight0: first, weight1: new Float32Array(5), weight2: second, weight3: new Float32Array(3) };
  return { x, ...weights, training1: training(), training2: training() };
}

function kerasRandom({ call }: Case): Record<string, Values> {
  const state = initialSeedState(call.seed);
  const next = () => statelessSeed(nextSeed(state));
  return {
    uniform: statelessUniform(next(), 5),
    normal: statelessNormal(next(), 5),
    randint: statelessIntegers(next(), 5, { maxval: 10 }),
    categorical: statelessCategorical(next(), new Float32Array(8), [2, 4], 3),
    truncated: statelessTruncatedNormal(next(), 4),
    dropout: Float32Array.from(dropoutMask(next(), 8, 0.5), (kept) => kept * 2),
    shuffle: uniformOrder(next(), 9),
  };
}

function datasetShuffle({ call }: Case): Record<string, Values> {
  // The cases were made right after `keras.utils.set_random_seed(seed)`, so the global seed was not unset, as they say, but set.
  const operations = new OperationSeeds();
  operations.set(call.seed);
  const seeds = new PassSeeds(operations.pair(call.seed));
  const pass = () => {
    const buffer = new ShuffleBuffer<number>(8, seeds.next());
    const order: number[] = [];
    for (let i = 0; ; ) {
      while (!buffer.isFull && i < 20) buffer.add(i++);
      if (buffer.isEmpty) return order;
      order.push(buffer.take());
    }
  };
  return { first: pass(), second: pass() };
}

const kinds: Record<string, (one: Case) => Record<string, Values>> = {
  python,
  stateless,
  'tf-global': tensorflowGlobal,
  'tf-generator': tensorflowGenerator,
  initializer,
  model,
  'keras-random': kerasRandom,
  'dataset-shuffle': datasetShuffle,
};
const kindOf = ({ id }: Case) => Object.keys(kinds).find((kind) => id.startsWith(`${kind}-`));

describe('golden random numbers', () => {
  const known = cases.filter((one) => kindOf(one));
  test('all cases but those of NumPy and scikit-learn are here', () => {
    expect(known.length).toBe(cases.filter(({ id }) => !/^(numpy|sklearn)/.test(id)).length);
    expect(known.length).toBeGreaterThan(30);
  });

  test.each(known)('$id', async (one) => {
    const found = kinds[kindOf(one)!]!(one);
    expect(Object.keys(found).sort()).toEqual([...one.expected].sort());
    for (const name of one.expected) {
      const wanted = await arrays.read(`${one.id}/${name}`);
      const got = Array.from(found[name]!, Number);
      const want = Array.from(wanted.data as Float64Array, Number);
      // Only sums of products and the orthogonal matrix are rounded otherwise than by TensorFlow; all else is equal.
      const close = /^training/.test(name) || one.call.class === 'Orthogonal';
      if (!close) expect(got, name).toEqual(want);
      expect(got.length, name).toBe(want.length);
      for (const [i, value] of got.entries()) {
        expect(Math.abs(value - want[i]!), `${name}[${i}]`).toBeLessThan(1e-5 * (1 + Math.abs(value)));
      }
    }
  });
});
