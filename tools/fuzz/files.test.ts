// Damaged files: a fixed part of what `npm run fuzz -- files` runs by the thousand.
import { expect, it } from 'vitest';
import { fuzzFiles } from './files.ts';

it('damaged files are read or refused by an error that names them', async () => {
  const { files, kinds, failures } = await fuzzFiles({ count: 150, seed: 1, log: () => undefined });
  expect(failures).toEqual([]);
  expect(files).toBe(150);
  expect(kinds.size).toBeGreaterThan(15);
}, 60_000);
