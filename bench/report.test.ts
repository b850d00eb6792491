// The benchmark's arithmetic: medians, ratios within a turn, rows that one library lacks; and who runs how often.
import { expect, it } from 'vitest';
import type { Contestant, Result } from './contestants.ts';
import { median, summarize, table } from './report.ts';
import { alternate } from './sitting.ts';

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

it('takes ratios within a turn, and the other way round for rates', () => {
  const turns = [
    [result('cornu', 1), result('jax', 2), result('cornu', 100, 'gflops', 'gemm'), result('jax', 50, 'gflops', 'gemm')],
    [result('cornu', 3), result('jax', 12)],
    [result('cornu', 1), result('torch', 4)],
  ];
  const rows = summarize(turns);
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

it('gives five turns to what is over in seconds, and one a round to the rest', async () => {
  const seconds: Record<string, number> = {
    'cornu gemm': 1,
    'slow gemm': 9,
    'quick gemm': 2,
    'cornu cnn': 20,
    'quick cnn': 1,
  };
  const contestant = (name: string): Contestant => ({
    name,
    workloads: ['gemm', 'cnn'].filter((workload) => `${name} ${workload}` in seconds || name === 'broken'),
    command: () => ({ file: '', args: [] }),
  });
  const contestants = ['cornu', 'slow', 'broken', 'quick'].map(contestant);
  const sit = async (rounds: number) => {
    let clock = 0;
    const said: string[] = [];
    const run = async ({ name }: Contestant, workload: string) => {
      if (name === 'broken') throw new Error(`${name} ${workload}`);
      clock += seconds[`${name} ${workload}`]!;
      return result(name, 1, 'gflops', workload);
    };
    const { turns, failed } = await alternate({
      rounds,
      workloads: ['gemm', 'cnn'],
      contestants,
      run,
      seconds: () => clock,
      say: (text) => said.push(text),
    });
    expect([...failed]).toEqual(['broken gemm', 'broken cnn']);
    expect(said).toHaveLength(2);
    return Object.fromEntries(summarize(turns).map((row) => [`${row.peer} ${row.workload}`, row.runs]));
  };
  expect(await sit(1)).toEqual({
    'cornu gemm': 5,
    'slow gemm': 1,
    'quick gemm': 5,
    'cornu cnn': 1,
    'quick cnn': 1,
  });
  expect(await sit(3)).toEqual({
    'cornu gemm': 6,
    'slow gemm': 3,
    'quick gemm': 6,
    'cornu cnn': 3,
    'quick cnn': 3,
  });
});
