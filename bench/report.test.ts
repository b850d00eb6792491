// The benchmark's arithmetic: medians, ratios within a round, rows that one library lacks.
import { expect, it } from 'vitest';
import type { Result } from './contestants.ts';
import { median, summarize, table } from './report.ts';

const result = (peer: string, value: number, unit = 'msPerStep', workload = 'mlp'): Result => ({
  peer,
  workload,
  unit,
  value,
});

it('takes medians of odd and even numbers of runs', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

it('takes ratios within a round, and the other way round for rates', () => {
  const rounds = [
    [result('cornu', 1), result('jax', 2), result('cornu', 100, 'gflops', 'gemm'), result('jax', 50, 'gflops', 'gemm')],
    [result('cornu', 3), result('jax', 12)],
    [result('cornu', 1), result('torch', 4)],
  ];
  const rows = summarize(rounds);
  const find = (workload: string, peer: string) => rows.find((row) => row.workload === workload && row.peer === peer)!;
  expect(find('mlp', 'jax')).toMatchObject({
    median: 7,
    runs: 2,
    ratio: { lowest: 0.25, highest: 0.5, median: 0.375 },
  });
  expect(find('mlp', 'torch').ratio?.median).toBe(0.25);
  expect(find('gemm', 'jax').ratio?.median).toBe(0.5);
  expect(find('mlp', 'cornu').ratio).toBeNull();
  expect(table(rows).split('\n')).toHaveLength(rows.length + 2);
});
