// How the generators are called: options, shapes, states, the functions of the whole program, and what bad arguments are told.
import { describe, expect, test } from 'vitest';
import * as np from './index.ts';
import { defaultRng, Generator, Random, RandomState } from './index.ts';

describe('calling', () => {
  test('arguments in order and by name are the same', () => {
    const pairs: [unknown, unknown][] = [
      [new RandomState(1).normal(2, 3, [2, 2]), new RandomState(1).normal({ loc: 2, scale: 3, size: [2, 2] })],
      [new RandomState(1).normal(0, 1, 4), new RandomState(1).normal({ size: 4 })],
      [new RandomState(1).uniform(-1, 1, 3), new RandomState(1).uniform(-1, { high: 1, size: 3 })],
      [new RandomState(1).randint(0, 10, 5), new RandomState(1).randint(10, { size: 5 })],
      [new RandomState(1).choice(9, 4, false), new RandomState(1).choice(9, { size: 4, replace: false })],
    ];
    for (const [ordered, byName] of pairs) expect(byName).toEqual(ordered);
  });

  test('no size gives a number, a size gives an array with that shape', () => {
    const random = new RandomState(0);
    expect(typeof random.rand()).toBe('number');
    expect(typeof random.randint(5)).toBe('number');
    expect(random.rand(2, 3, 4).shape).toEqual([2, 3, 4]);
    expect(random.randn(2, 0)).toHaveLength(0);
    expect(random.random([]).shape).toEqual([]);
    expect(random.normal([0, 10, 20], [1, 1, 1], [2, 3]).shape).toEqual([2, 3]);
  });

  test('a state put back continues where it was taken, also in the middle of a pair of deviates', () => {
    const random = new RandomState(7);
    random.randn(3);
    const state = random.getState();
    const first = random.randn(5);
    random.setState(state);
    expect(random.randn(5)).toEqual(first);
    const rng = defaultRng(7);
    rng.integers(0, 10, 3);
    const saved = rng.getState();
    const drawn = rng.integers(0, 10, 7);
    rng.setState(saved);
    expect(rng.integers(0, 10, 7)).toEqual(drawn);
  });

  test('without a seed every generator is its own', () => {
    expect(new RandomState().rand(4)).not.toEqual(new RandomState().rand(4));
    expect(defaultRng().random(4)).not.toEqual(defaultRng().random(4));
    expect(new Random().random()).not.toBe(new Random().random());
  });

  test('the functions of the module share one generator', () => {
    np.seed(42);
    const drawn = [np.rand(2), np.randn(2), np.randint(0, 9, 2), np.permutation(5)];
    const random = new RandomState(42);
    expect(drawn).toEqual([random.rand(2), random.randn(2), random.randint(0, 9, 2), random.permutation(5)]);
  });

  test('shuffle moves rows of arrays and elements of lists', () => {
    const rows = new RandomState(3).permutation([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(rows.shape).toEqual([3, 2]);
    expect(new Set([rows[0], rows[2], rows[4]])).toEqual(new Set([1, 3, 5]));
    for (const i of [0, 2, 4]) expect(rows[i + 1]).toBe(rows[i]! + 1);
    const words = ['a', 'b', 'c', 'd'];
    new RandomState(3).shuffle(words);
    expect([...words].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(new RandomState(3).choice(['x', 'y'], 3)).toHaveLength(3);
  });

  test('defaultRng passes a generator on', () => {
    const rng = defaultRng(1);
    expect(defaultRng(rng)).toBe(rng);
    expect(rng).toBeInstanceOf(Generator);
  });
});

describe('multivariateNormal', () => {
  const close = (found: np.NDArray, wanted: readonly number[]) => {
    expect(found).toHaveLength(wanted.length);
    for (const [i, value] of wanted.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-14);
  };

  test("is NumPy's", () => {
    const pair = [
      [1, 0.5],
      [0.5, 1],
    ];
    const wanted = [-1.7672526211788304, 1.6692572293331591, 0.8481770929310082, 1.9846843895665172];
    close(new RandomState(3).multivariateNormal([0, 3], pair, 2), wanted);
    const three = [
      [2, 0.5, 0.1],
      [0.5, 1, 0.2],
      [0.1, 0.2, 3],
    ];
    const triple = new RandomState(3).multivariateNormal([1, 2, 3], three);
    close(triple, [1.1264609517699964, 1.7305591506482136, -0.17332695293752343]);
    const drawn = defaultRng(3).multivariateNormal([0, 3], pair, { size: [1, 2] });
    expect(drawn.shape).toEqual([1, 2, 2]);
    close(drawn, [-0.48965529053189316, -0.04532032184607537, -0.0781994194935358, 2.354030974378534]);
  });

  test('has the covariance that was asked for, also where an axis is flat', () => {
    const cov = [
      [4, 1, 0, 2],
      [1, 3, 1, 0.5],
      [0, 1, 2, 0],
      [2, 0.5, 0, 1],
    ];
    const n = 40000;
    const drawn = new RandomState(1).multivariateNormal([1, 2, 3, 4], cov, n);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += (drawn[4 * k + i]! - i - 1) * (drawn[4 * k + j]! - j - 1);
        expect(Math.abs(sum / n - cov[i]![j]!)).toBeLessThan(0.12);
      }
    }
    const flat = defaultRng(1).multivariateNormal(
      [0, 0],
      [
        [1, 1],
        [1, 1],
      ],
    );
    expect(Math.abs(flat[0]! - flat[1]!)).toBeLessThan(1e-12);
  });
});

describe('bad arguments', () => {
  const random = new RandomState(0);
  /** A call as JavaScript may make it: the compiler would not let it pass. */
  const untyped = (method: 'normal' | 'uniform', ...args: unknown[]) => Reflect.apply(random[method], random, args);
  test.each<[string, () => unknown, RegExp]>([
    ['a negative seed', () => new RandomState(-1), /seed: found -1, wanted an integer from 0 to 2\^32/],
    ['a fraction as seed', () => new RandomState(0.5), /seed: found 0.5/],
    ['no seeds', () => new RandomState([]), /at least one/],
    ['a negative seed of the new generator', () => defaultRng(-3), /seed: found -3, wanted an integer ≥ 0/],
    ['an empty range', () => random.randint(5, 5), /low: found 5, which leaves no integer up to 4/],
    [
      'a range beyond the dtype',
      () => random.randint(0, 300, { size: 1, dtype: 'int8' }),
      /at most 127 for dtype int8/,
    ],
    ['a negative size', () => random.rand(-1), /size \[-1\], wanted an integer ≥ 0/],
    ['a negative deviation', () => random.normal(0, -1), /normal: found scale = -1, wanted a number ≥ 0/],
    ['an unknown option', () => untyped('normal', { scal: 2 }), /unknown option 'scal'. Did you mean 'scale'\?/],
    ['a probability above 1', () => random.binomial(3, 1.5), /p = 1.5, wanted a number between 0 and 1/],
    ['probabilities that do not sum to 1', () => random.choice(2, 1, { p: [0.5, 0.6] }), /sum to 1.1/],
    ['too many without replacement', () => random.choice(3, 4, { replace: false }), /at most the 3 there are/],
    ['shapes that do not broadcast', () => random.normal([1, 2], [1, 2, 3], 2), /do not broadcast/],
    ['too many arguments', () => untyped('normal', 1, 2, 3, 4), /at most 3: loc, scale, size/],
    ['a cov of another shape', () => random.multivariateNormal([0, 0], [[1]]), /shapes \[2\] and \[1, 1\]/],
    [
      'a cov that is none',
      () =>
        random.multivariateNormal(
          [0, 0],
          [
            [1, 2],
            [2, 1],
          ],
        ),
      /not symmetric and positive/,
    ],
    ['text as a parameter', () => untyped('uniform', 'a'), /found low = 'a'/],
    ['more than there is to sample', () => new Random(1).sample([1, 2], 3), /k = 3/],
    ['nothing to choose from', () => new Random(1).choice([]), /nothing to choose from/],
    ['an empty range of Python', () => new Random(1).randrange(5, 5), /empty/],
  ])('%s', (_, call, message) => expect(call).toThrow(message));
});
