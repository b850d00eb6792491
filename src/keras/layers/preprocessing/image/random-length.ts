// A random length of an image's side. It is a shape, so it must be known when the layer is called.
import { known } from '../../../../ops/core/host.ts';
import { type SeedGenerator, uniform } from '../../../random/index.ts';
import type { Range } from './factors.ts';

/** A length from (1 + lower) to (1 + upper) times another one. */
export function randomLength(length: number, [lower, upper]: Range, seed: SeedGenerator, where: string): number {
  const factor = uniform([], { minval: 1 + lower, maxval: 1 + upper, seed });
  const remedy = 'Augment the data set instead: dataset.map((x, y) => [layer(x, { training: true }), y]).';
  return Math.max(1, Math.trunc(length * Number(known(factor, where, remedy)[0])));
}
