import { describe, expect, it } from 'vitest';
import { keptPoints } from './simplify.ts';

const identity = (value: number) => value;

describe('keptPoints', () => {
  it('keeps every point of a short line', () => {
    const x = Float64Array.from({ length: 2000 }, (_, i) => i / 1000);
    expect(keptPoints(x, x, identity)).toHaveLength(2000);
  });

  it('keeps what a long line covers: in each column its ends and its extremes', () => {
    const n = 50_000;
    const x = Float64Array.from({ length: n }, (_, i) => (i / n) * 500);
    let seed = 7;
    const y = Float64Array.from({ length: n }, () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    });
    const kept = keptPoints(x, y, identity);
    expect(kept.length).toBeLessThan(4 * 1000 + 4);
    const range = (indices: readonly number[]) => {
      const columns = new Map<number, [number, number]>();
      for (const i of indices) {
        const column = Math.floor(x[i]! * 2);
        const [low, high] = columns.get(column) ?? [Infinity, -Infinity];
        columns.set(column, [Math.min(low, y[i]!), Math.max(high, y[i]!)]);
      }
      return columns;
    };
    expect(range(kept)).toEqual(range([...x.keys()]));
    expect([kept[0], kept.at(-1)]).toEqual([0, n - 1]);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
  });

  it('keeps gaps', () => {
    const n = 4000;
    const x = new Float64Array(n);
    const y = Float64Array.from({ length: n }, (_, i) => (i === 2000 ? Number.NaN : i));
    expect(keptPoints(x, y, identity)).toEqual([0, 1999, 2000, 2001, 3999]);
  });
});
