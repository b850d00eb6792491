// The golden cases of numpy.random.RandomState: ten calls on one generator, every number equal.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NpzArchive } from '../formats/npy/npz.ts';
import { RandomState } from './index.ts';

const golden = (path: string) => readFileSync(new URL(`../../test/golden/${path}`, import.meta.url));
const all = JSON.parse(golden('random.json').toString()) as {
  id: string;
  call: { seed: number };
  expected: string[];
}[];
const cases = all.filter(({ id }) => id.startsWith('numpy'));
const arrays = new NpzArchive(new Uint8Array(golden('random.npz')), 'random.npz');

test('there are cases', () => expect(cases.length).toBeGreaterThan(3));

test.each(cases)('$id', async ({ id, call, expected }) => {
  const random = new RandomState(call.seed);
  const numbers = Float64Array.from({ length: 13 }, (_, i) => i);
  const shuffled = () => {
    random.shuffle(numbers);
    return numbers;
  };
  const drawn: Record<string, Float64Array> = {
    rand: random.rand(3, 4),
    randn: random.randn(7),
    randint: random.randint(0, 10, 20),
    uniform: random.uniform(-2, 5, 6),
    normal: random.normal(1, 2, 5),
    permutation: random.permutation(11),
    shuffle: shuffled(),
    choice: random.choice(10, 4, { replace: false }),
    sample: random.randomSample(3),
    binomial: random.binomial(5, 0.3, 6),
  };
  expect(Object.keys(drawn)).toEqual(expected);
  for (const name of expected) {
    const wanted = await arrays.read(`${id}/${name}`);
    expect(Array.from(drawn[name]!), name).toEqual(Array.from(wanted.data as Float64Array, Number));
  }
});
