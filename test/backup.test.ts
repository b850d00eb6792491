// BackupAndRestore and ModelCheckpoint under kills: a few here, a hundred with `npm run kills`.
import { expect, it } from 'vitest';
import { Random } from '../src/random/index.ts';
import { killRuns } from './support/kill-runs.ts';
import { seed } from './support/seed.ts';

it('a program that is killed ends with the weights of the undisturbed run, and its checkpoints stay whole', async () => {
  console.log(`kills with seed ${seed}`);
  const random = new Random(seed);
  const found = await killRuns(3, () => random.random(), [['4'], []]);
  expect(found).toMatchObject({ kills: 3, different: 0, complaints: [] });
  expect(found.runs).toBeGreaterThan(0);
});
