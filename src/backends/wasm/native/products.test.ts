import { describe, expect, it } from 'vitest';
import { isMissingForAReason } from '../../../../test/support/missing-addon.ts';
import { nativeAddon } from '../../../platform/native-addon.ts';
import type { Axis, Nest } from '../contract/nest.ts';
import { fillExact, type Generator, generator } from '../testing.ts';
import { planNative } from './plan.ts';

const addon = nativeAddon()?.addon;

/** Offsets of all steps through some loops, of one of the arrays. */
function offsets(axes: readonly Axis[], array: 'a' | 'b' | 'c'): number[] {
  return axes.reduce<number[]>(
    (list, axis) => list.flatMap((at) => Array.from({ length: axis.extent }, (_, i) => at + i * axis[array])),
    [0],
  );
}

function sums({ rows, columns, depth }: Nest, a: Float32Array, b: Float32Array, c: Float32Array): void {
  const [aRows, cRows] = [offsets(rows, 'a'), offsets(rows, 'c')];
  const [bColumns, cColumns] = [offsets(columns, 'b'), offsets(columns, 'c')];
  const [aDepth, bDepth] = [offsets(depth, 'a'), offsets(depth, 'b')];
  for (let i = 0; i < aRows.length; i++) {
    for (let j = 0; j < bColumns.length; j++) {
      let sum = 0;
      for (let k = 0; k < aDepth.length; k++) sum += a[aRows[i]! + aDepth[k]!]! * b[bColumns[j]! + bDepth[k]!]!;
      c[cRows[i]! + cColumns[j]!] = sum;
    }
  }
}

/** Strides of the given loops in a random order; one of them may have to be the innermost. */
function strides(extents: readonly number[], random: Generator, innermost?: number): number[] {
  const order = extents.map((_, i) => i).sort(() => random.uniform() - 0.5);
  if (innermost !== undefined) order.push(...order.splice(order.indexOf(innermost), 1));
  const result: number[] = [];
  let stride = 1;
  for (const i of order.reverse()) {
    result[i] = stride;
    stride *= extents[i]!;
  }
  return result;
}

/** Rows of one or two loops, as those of patches and heads, whose inner one is shorter or longer than a tile. */
function randomNest(random: Generator): Nest {
  const rows = random.pick([[5], [26], [64], [3, 64], [5, 25], [4, 7], [2, 3, 30]]);
  const depth = random.pick([[4], [17], [32], [130], [3, 5], [4, 32], [2, 64]]);
  const columns = random.pick([8, 16, 20, 32, 64, 70]);
  const [m, k] = [rows.length, depth.length];
  const a = strides([...rows, ...depth], random);
  const b = strides([...depth, columns], random);
  const c = strides([...rows, columns], random, m);
  const axis = (extent: number, a: number, b: number, c: number): Axis => ({ extent, a, b, c });
  return {
    batch: [],
    rows: rows.map((extent, i) => axis(extent, a[i]!, 0, c[i]!)),
    columns: [axis(columns, 0, b[k]!, 1)],
    depth: depth.map((extent, i) => axis(extent, a[m + i]!, b[i]!, 0)),
    offsets: [0, 0, 0],
  };
}

const MOST = 1 << 15;
/** Floats that may be read beyond an array. */
const MARGIN = 256;

/** The product by the addon, its rows in pieces of the given size. */
function multiply(instructions: string, nest: Nest, a: Float32Array, b: Float32Array, piece: number): Float32Array {
  const plan = planNative(nest, {}, 0, instructions)!;
  const scratch = plan.scratchBytes / 4;
  const memory = new Float32Array(3 * MOST + scratch + MARGIN).fill(777);
  memory.set(a, 0);
  memory.set(b, MOST);
  memory.fill(0, 3 * MOST, 3 * MOST + 16);
  const run = addon!.bind(addon!.open(new Uint8Array(memory.buffer), instructions), plan.words);
  const [atB, atC, atScratch] = [MOST * 4, MOST * 8, MOST * 12];
  for (let group = 0; group < plan.columnGroups; group++)
    for (let first = 0; first < plan.rowCount; first += piece)
      run(0, 0, atB, atC, atScratch, first, Math.min(piece, plan.rowCount - first), group * 2, 1);
  return memory.slice(2 * MOST, 3 * MOST);
}

if (!addon) isMissingForAReason();

describe.each(addon?.instructions ?? [])('products by %s', (instructions) => {
  it('read rows, terms and columns wherever they lie, from any row on', () => {
    const random = generator(7);
    for (let round = 0; round < 60; round++) {
      const nest = randomNest(random);
      const [a, b] = [new Float32Array(MOST), new Float32Array(MOST)];
      fillExact(a, random, 'f32');
      fillExact(b, random, 'f32');
      const wanted = new Float32Array(MOST).fill(777);
      sums(nest, a, b, wanted);
      const found = multiply(instructions, nest, a, b, random.pick([MOST, 12, 31]));
      const different = wanted.findIndex((x, i) => x !== found[i]);
      expect(different, `${JSON.stringify(nest)}: ${found[different]}, wanted ${wanted[different]}`).toBe(-1);
    }
  });
});
