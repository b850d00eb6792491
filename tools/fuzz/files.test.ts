// Damaged model files: a fixed part of what `npm run fuzz -- files` runs by the thousand.
import { expect, it } from 'vitest';
import { fuzzFiles } from './files.ts';

it('damaged files load or are refused by an error that names them', async () => {
  const { files, kinds, failures } = await fuzzFiles({ count: 60, seed: 1, log: () => undefined });
  expect(failures).toEqual([]);
  expect(files).toBe(60);
  expect(kinds.size).toBeGreaterThan(3);
}, 60_000);
