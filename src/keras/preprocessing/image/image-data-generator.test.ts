// ImageDataGenerator and the augmentations beside it against Keras's (test/fixtures/make_generators.py): the same numbers drawn,
// the same pictures.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constant } from '../../../ops/core/create.ts';
import { seed as setNumpySeed } from '../../../random/global-state.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import '../../../index.ts';
import * as image from './index.ts';

const fixture = new URL('../../../../test/fixtures/generators.json', import.meta.url);
interface Fixture {
  readonly cases: readonly {
    readonly config: Readonly<Record<string, unknown>>;
    readonly seed: number;
    readonly flow_seed: number | null;
    readonly x: readonly (readonly number[])[];
    readonly y: readonly (readonly number[])[];
  }[];
  readonly singles: readonly {
    readonly name: string;
    readonly args: readonly unknown[];
    readonly kwargs: Readonly<Record<string, unknown>>;
    readonly first: boolean;
    readonly value: readonly number[];
  }[];
}
const { cases, singles } = JSON.parse(readFileSync(fixture, 'utf8')) as Fixture;

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const named = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));

function pictures(n: number, first = false): Tensor {
  const [h, w, c] = [6, 7, 3];
  const data = new Float32Array(n * h * w * c);
  for (let i = 0; i < n; i++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++)
        for (let k = 0; k < c; k++)
          data[first ? ((i * c + k) * h + y) * w + x : ((i * h + y) * w + x) * c + k] =
            (i * 37 + y * y * 11 + x * 29 + y * x * 5 + k * 41) % 256;
  return constant(data, { shape: first ? [n, c, h, w] : [n, h, w, c] });
}

function near(got: Tensor, want: readonly number[], tolerance: number): void {
  const numbers = got.dataSync() as Float32Array;
  const bad = want.findIndex((x, i) => !(Math.abs(numbers[i]! - x) <= tolerance * (1 + Math.abs(x))));
  expect(bad < 0 ? 'equal' : `element ${bad}: ${numbers[bad]} instead of ${want[bad]}`).toBe('equal');
}

describe('ImageDataGenerator', () => {
  it.each(cases.map((c, i) => [JSON.stringify(c.config), i, c] as const))('%s (%i)', async (_name, _i, c) => {
    setNumpySeed(c.seed);
    const generator = image.ImageDataGenerator(named(c.config));
    if ('zca_whitening' in c.config || 'featurewise_std_normalization' in c.config)
      generator.fit(pictures(5), { seed: c.seed });
    const flow = generator.flow(pictures(5), [0, 1, 2, 3, 4], { batchSize: 2, seed: c.flow_seed });
    for (let k = 0; k < 4; k++) {
      const [x, y] = await flow.next();
      expect(Array.from(y!.dataSync() as ArrayLike<number>)).toEqual(c.y[k]);
      near(x, c.x[k]!, 'zca_whitening' in c.config ? 5e-3 : 2e-5);
    }
  });
});

describe('single augmentations', () => {
  it.each(singles.map((s, i) => [s.name, i, s] as const))('%s (%i)', (name, _i, s) => {
    setNumpySeed(17);
    const f = (image as unknown as Record<string, (...args: unknown[]) => Tensor>)[camelCase(name)]!;
    near(f(pictures(1, s.first).at(0), ...s.args, named(s.kwargs)), s.value, 2e-5);
  });
});
