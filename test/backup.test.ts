// BackupAndRestore under kills: a few here, a hundred with `npm run kills`.
import { describe, expect, it } from 'vitest';
import { Random } from '../src/random/index.ts';
import { killRuns } from './support/kill-runs.ts';

describe('BackupAndRestore, killed', () => {
  it.each([
    ['every epoch', []],
    ['every 5 batches', ['5']],
  ] as const)('%s: ends with the weights of the undisturbed run', async (_, saveFreq) => {
    const seed = Date.now() % 100000;
    console.log(`kills with seed ${seed}`);
    const random = new Random(seed);
    const found = await killRuns(2, () => random.random(), saveFreq);
    expect(found).toEqual({ kills: 2, runs: found.runs, different: 0, complaints: [] });
    expect(found.runs).toBeGreaterThan(0);
  });
});
