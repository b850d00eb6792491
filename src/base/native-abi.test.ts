import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { NATIVE_ABI } from './native-abi.ts';

it("is the version in the addon's own sources", () => {
  const header = readFileSync(fileURLToPath(new URL('../../native/plan.h', import.meta.url)), 'utf8');
  expect(/ABI = (\d+);/.exec(header)?.[1]).toBe(String(NATIVE_ABI));
});
