// Draws of a thousand numbers and calls with state, against TensorFlow 2.21 on a processor: of the long ones the CRC-32 of the
// bytes that TensorFlow returned (16-bit floats converted to float32), for the seeds [1, 2] and [-5, 2^31 − 1].
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../formats/checksum.ts';
import type { DType } from '../dtype.ts';
import { categoricalSamples } from './categorical.ts';
import { fitOrder, PassSeeds, ShuffleBuffer } from './dataset-shuffle.ts';
import { binomialSamples, gammaSamples, poissonSamples } from './deviates.ts';
import { initialSeedState, nextSeed, statelessSeed } from './keras-seed.ts';
import {
  blocksForCategorical,
  blocksForElements,
  blocksForShuffle,
  FunctionSeeds,
  KernelStream,
  OperationSeeds,
} from './operation-seeds.ts';
import { indexShuffle, shuffledIndices } from './shuffle.ts';
import { StatefulGenerator } from './stateful-generator.ts';
import * as stateless from './stateless.ts';
import { foldIn, splitSeed, statelessStream } from './tensorflow-seed.ts';
import { fullRangeIntegers } from './uniform.ts';

type Drawn = Float32Array | Float64Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array;
type Row = readonly [kind: string, dtype: DType, parameters: readonly number[], first: number, second: number];

// biome-ignore format: a table
const rows: readonly Row[] = [
  ['uniform', 'float32', [-2.3, 3.7], 0x7d4fe6db, 0x935d7178],
  ['normal', 'float32', [1.5, 0.3], 0x8f696275, 0x6cb63bd4],
  ['truncated', 'float32', [-1, 2], 0x8f4aa1d7, 0x97dd86b8],
  ['uniform', 'float64', [-2.3, 3.7], 0x27f3c3d2, 0x65b0d9c5],
  ['normal', 'float64', [1.5, 0.3], 0x1446a38a, 0xc3c34e79],
  ['truncated', 'float64', [-1, 2], 0xb73531a8, 0xec0c5b75],
  ['uniform', 'float16', [-2.3, 3.7], 0x42552f4c, 0x54353ec8],
  ['normal', 'float16', [1.5, 0.3], 0x7e346453, 0x06acaf8f],
  ['truncated', 'float16', [-1, 2], 0x0959c780, 0x02e8afd6],
  ['uniform', 'bfloat16', [-2.3, 3.7], 0x79f75d2f, 0xa80cffc6],
  ['normal', 'bfloat16', [1.5, 0.3], 0x707580c1, 0x37646fc6],
  ['truncated', 'bfloat16', [-1, 2], 0x2d718bb7, 0xd74b566a],
  ['integers', 'int32', [-7, 100], 0x0677e057, 0x21a90bfd],
  ['integers', 'int32', [-(2 ** 31), 2 ** 31 - 1], 0x187667b6, 0x4d05c2ec],
  ['integers', 'int64', [-7, 100], 0x32dd5e38, 0x28569b7e],
  ['integers', 'int64', [-(2 ** 31), 2 ** 31 - 1], 0xbd331f45, 0x9c8eeebd],
  ['full', 'int32', [], 0x3962d2ce, 0x6c117794],
  ['full', 'int64', [], 0xa2834967, 0xa6aab614],
  ['full', 'uint32', [], 0x3962d2ce, 0x6c117794],
  ['full', 'uint64', [], 0xa2834967, 0xa6aab614],
  ['split', 'int32', [3], 0x6ab37ae0, 0x0fc285b1],
  ['fold', 'int32', [5], 0x5c40ad0c, 0x94c1cfbe],
  ['split', 'int64', [3], 0xf922eb96, 0xa2771d79],
  ['fold', 'int64', [5], 0x6a912d87, 0x61effcc8],
  ['shuffle', 'int32', [], 0xc2471741, 0x9fa63ed0],
  ['index', 'int32', [], 0xbb98ff7a, 0x29175f43],
  ['categorical', 'int64', [11], 0xe2b252c8, 0x9cf1ef31],
  ['poisson', 'float32', [3.5], 0x0b266dc1, 0x65c77064],
  ['poisson', 'float32', [33.3], 0xf4ed8297, 0xb2e7aecc],
  ['gamma', 'float32', [0.5], 0x409653de, 0x3003b034],
  ['gamma', 'float32', [1], 0x0866fcba, 0xf57734de],
  ['gamma', 'float32', [4.2], 0x5793ce0d, 0xbc2d4672],
  ['gamma', 'float64', [4.2], 0x88378870, 0xab668c57],
  ['binomial', 'float32', [10, 0.3], 0xd2cb1c33, 0xa2c99671],
  ['binomial', 'float32', [100, 0.7], 0x272e8e02, 0xb2557641],
];

const COUNT = 1001;
const logits = Float32Array.from({ length: 21 }, (_, i) => i / 8 - 1);

function draw(kind: string, seed: readonly number[], dtype: DType, [a = 0, b = 0]: readonly number[]): Drawn {
  const stream = statelessStream(seed);
  const floats = (numbers: Float64Array) => (dtype === 'float64' ? numbers : Float32Array.from(numbers));
  const wide = dtype === 'int64' ? 'int64' : 'int32';
  const kinds: Record<string, () => Drawn> = {
    uniform: () => stateless.statelessUniform(seed, COUNT, { minval: a, maxval: b, dtype }),
    normal: () => stateless.statelessNormal(seed, COUNT, { mean: a, stddev: b, dtype }),
    truncated: () => stateless.statelessTruncatedNormal(seed, COUNT, { mean: a, stddev: b, dtype }),
    integers: () => stateless.statelessIntegers(seed, COUNT, { minval: a, maxval: b, dtype }),
    full: () => stateless.statelessIntegers(seed, COUNT, { minval: null, maxval: null, dtype }),
    split: () => splitSeed(seed, a, wide),
    fold: () => foldIn(seed, a, wide),
    shuffle: () => stateless.statelessShuffle(seed, COUNT),
    index: () => Int32Array.from({ length: COUNT }, (_, i) => indexShuffle(i, seed, COUNT - 1)),
    categorical: () => BigInt64Array.from(stateless.statelessCategorical(seed, logits, [3, 7], a), BigInt),
    poisson: () => floats(poissonSamples(stream, [a], COUNT)),
    gamma: () => floats(gammaSamples(stream, [dtype === 'float64' ? a : Math.fround(a)], COUNT)),
    binomial: () => floats(binomialSamples(stream, [a], [Math.fround(b)], COUNT)),
  };
  return kinds[kind]!();
}

test.each(rows)('%s %s %j', (kind, dtype, parameters, first, second) => {
  for (const [seed, wanted] of [[[1, 2], first] as const, [[-5, 2 ** 31 - 1], second] as const]) {
    const drawn = draw(kind, seed, dtype, parameters);
    expect(crc32(new Uint8Array(drawn.buffer, drawn.byteOffset, drawn.byteLength)), String(seed)).toBe(wanted);
  }
});

describe('ops with state', () => {
  const program = (seed: number | null) => {
    const seeds = new OperationSeeds();
    seeds.set(seed);
    const uniform = (n: number, opSeed?: number, dtype: DType = 'float32') =>
      Array.from(
        stateless.drawUniform(seeds.reserve(`uniform ${dtype}`, seeds.pair(opSeed), blocksForElements(n)), n, {
          dtype,
        }),
      );
    return { seeds, uniform };
  };

  test('a kernel goes on where it stopped; another dtype has another kernel; a new global seed begins anew', () => {
    const { seeds, uniform } = program(1);
    const first = uniform(2, 3);
    expect(first).toEqual([0.7787855863571167, 0.8011977672576904]);
    expect(uniform(3, 3)).toEqual([0.24208664894104004, 0.8160603046417236, 0.5053533315658569]);
    expect(uniform(2, 3, 'float64')).toEqual([0.23028551377579154, 0.7949972231516509]);
    expect(uniform(2)).toEqual([0.1651308536529541, 0.9014812707901001]);
    seeds.set(1);
    expect(uniform(2, 3)).toEqual(first);
    const classes = () => {
      const stream = seeds.reserve('categorical', seeds.pair(4), blocksForCategorical(3, 5));
      return Array.from(categoricalSamples(stream, logits, [3, 7], 5));
    };
    expect(classes()).toEqual([0, 4, 4, 1, 5, 0, 5, 6, 5, 4, 6, 0, 3, 5, 4]);
    expect(classes()).toEqual([1, 3, 5, 4, 6, 5, 4, 0, 3, 1, 6, 2, 6, 6, 2]);
    const order = () => Array.from(shuffledIndices(seeds.reserve('shuffle', seeds.pair(5), blocksForShuffle(6)), 6));
    expect([order(), order()]).toEqual([
      [2, 5, 4, 1, 3, 0],
      [2, 4, 0, 3, 1, 5],
    ]);
    const truncated = stateless.drawTruncatedNormal(seeds.reserve('truncated', seeds.pair(6), 3 * 256), 3);
    expect(Array.from(truncated)).toEqual([-0.40043893456459045, 1.0692124366760254, 1.39250910282135]);
  });

  test('global seed 0, and an op seed without a global one', () => {
    const { uniform } = program(0);
    expect(uniform(2)).toEqual([0.29197514057159424, 0.2065664529800415]);
    expect(uniform(2, 0)).toEqual([0.01975703239440918, 0.0070421695709228516]);
    const unset = program(null);
    expect(unset.uniform(2, 9)).toEqual([0.45490562915802, 0.31397736072540283]);
    expect(unset.uniform(2, 9)).toEqual([0.7763392925262451, 0.24920356273651123]);
    expect(unset.uniform(2)).not.toEqual(unset.uniform(2));
  });

  test('the ops of a traced function count from 0 and keep their streams between calls', () => {
    const seeds = new FunctionSeeds(1n);
    const [first, second] = [seeds.pair(), seeds.pair()].map((pair) => new KernelStream(pair));
    const call = () => [
      Array.from(stateless.drawUniform(first!.reserve(512), 2)),
      Array.from(stateless.drawNormal(second!.reserve(512), 2)),
    ];
    expect([call(), call()]).toEqual([
      [
        [0.8126964569091797, 0.07857465744018555],
        [0.2818339467048645, 2.3878283500671387],
      ],
      [
        [0.8489425182342529, 0.09832477569580078],
        [1.0040135383605957, -0.301073282957077],
      ],
    ]);
  });
});

describe('tf.random.Generator', () => {
  test('state, skips, splits', () => {
    const generator = StatefulGenerator.fromSeed(-3);
    expect(generator.state).toEqual(BigInt64Array.of(-3n, -1n, -1n));
    expect(Array.from(stateless.drawUniform(generator.reserve(3), 3))).toEqual([
      0.24850070476531982, 0.3110557794570923, 0.7473585605621338,
    ]);
    expect(generator.state).toEqual(BigInt64Array.of(765n, 0n, -1n));
    generator.skip(5);
    expect(generator.state).toEqual(BigInt64Array.of(2045n, 0n, -1n));
    expect(generator.makeSeeds(2)).toEqual(BigInt64Array.of(61559296693020111n, 3758287425127742749n, 0n, 0n));
    expect(generator.split(2).map((part) => part.key)).toEqual([2779865985689683277n, 3947173698775331638n]);
    const truncated = stateless.drawTruncatedNormal(generator.reserve(2), 2);
    expect(Array.from(truncated)).toEqual([1.566115140914917, 0.47366446256637573]);
    expect(fullRangeIntegers(generator.reserve(2), 2, 'uint64')).toEqual(
      BigUint64Array.of(8811330295595278036n, 15288704449500086943n),
    );
  });

  test('seeds of every kind', () => {
    expect(StatefulGenerator.fromSeed(2n ** 70n + 5n).state).toEqual(BigInt64Array.of(5n, 64n, 0n));
    expect(StatefulGenerator.fromSeed([1, 2]).state).toEqual(BigInt64Array.of(0n, 1n, 2n));
    expect(StatefulGenerator.fromKeyCounter(7, [8, 9]).state).toEqual(BigInt64Array.of(8n, 9n, 7n));
    expect(StatefulGenerator.fromNonDeterministicState().state).not.toEqual(
      StatefulGenerator.fromNonDeterministicState().state,
    );
  });
});

describe('the order of samples', () => {
  const passes = (seeds: PassSeeds, samples: number, size: number, count: number) =>
    Array.from({ length: count }, () => {
      const buffer = new ShuffleBuffer<number>(size, seeds.next());
      const order: number[] = [];
      for (let i = 0; ; ) {
        while (!buffer.isFull && i < samples) buffer.add(i++);
        if (buffer.isEmpty) return order.join('');
        order.push(buffer.take());
      }
    });

  test('tf.data: anew in each pass, or the same', () => {
    const seeds = new OperationSeeds();
    expect(passes(new PassSeeds(seeds.pair(1)), 10, 4, 3)).toEqual(['0451279863', '2134687950', '3104659827']);
    expect(passes(new PassSeeds(seeds.pair(1), false), 10, 4, 2)).toEqual(['3405278916', '3405278916']);
    seeds.set(7);
    expect(passes(new PassSeeds(seeds.pair()), 10, 5, 2)).toEqual(['3526719048', '1463089275']);
    const unseeded = () => passes(new PassSeeds(null), 10, 10, 1)[0];
    expect(new Set([unseeded(), unseeded(), unseeded()]).size).toBeGreaterThan(1);
  });

  test('fit: the same in every epoch where there is a global seed', () => {
    expect(Array.from(fitOrder(new FunctionSeeds(42n).pair(), 10))).toEqual([3, 8, 7, 5, 2, 0, 1, 6, 9, 4]);
    expect(Array.from(fitOrder(new FunctionSeeds(0n).pair(), 10))).toEqual([2, 0, 5, 8, 7, 1, 9, 6, 3, 4]);
    const unseeded = () => fitOrder(new FunctionSeeds(null).pair(), 20).join();
    expect(unseeded()).not.toBe(unseeded());
  });
});

test("Keras's seeds count up, or move on unordered", () => {
  const state = initialSeedState(1337);
  expect(statelessSeed(nextSeed(state))).toEqual([1337, 0]);
  expect(state).toEqual(BigInt64Array.of(1337n, 1n));
  nextSeed(state, false);
  expect(state).toEqual(BigInt64Array.of(BigInt((1338 * 5387) % 933199), BigInt((2 * 5387) % 933199)));
  expect(statelessSeed(initialSeedState(2 ** 31 - 2))).toEqual([0, 0]);
  expect(statelessSeed(initialSeedState(-1))).toEqual([2147483645, 0]);
});

describe('bad arguments', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['a seed of one number', () => statelessStream([1]), /seed: found 1 numbers, wanted two/],
    ['a fraction as seed', () => statelessStream([1, 0.5]), /found 0.5, wanted integers/],
    [
      'limits in the wrong order',
      () => stateless.statelessIntegers([1, 2], 3, { minval: 5, maxval: 5 }),
      /more than minval/,
    ],
    ['one limit only', () => stateless.statelessIntegers([1, 2], 3, { minval: 5, maxval: null }), /wanted both/],
    [
      'limits beyond int32',
      () => stateless.statelessIntegers([1, 2], 3, { maxval: 2 ** 40 }),
      /does not fit into int32/,
    ],
    [
      'integers as normal deviates',
      () => stateless.statelessNormal([1, 2], 3, { dtype: 'int32' }),
      /found dtype 'int32'/,
    ],
    ['a rate of 1', () => stateless.dropoutMask([1, 2], 3, 1), /rate: found 1/],
    ['a state of two numbers', () => new StatefulGenerator([1n, 2n]), /wanted three/],
    ['a fraction as global seed', () => new OperationSeeds().set(0.5), /seed: found 0.5/],
    ['an index beyond the last', () => indexShuffle(9, [1, 2], 8), /index: found 9/],
    [
      'logits of one dimension',
      () => stateless.statelessCategorical([1, 2], logits, [21], 2),
      /wanted \(batch, classes\)/,
    ],
    ['a fraction as the seed of a SeedGenerator', () => initialSeedState(1.5), /seed: found 1.5/],
  ])('%s', (_, call, message) => expect(call).toThrow(message));
});
