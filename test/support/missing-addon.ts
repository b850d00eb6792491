// For tests of the addon: why there is none.
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Stands in place of the tests that need the addon: it may be missing where it is switched off or there is no compiler. */
export function isMissingForAReason(): void {
  it('is off, or there is no compiler', () => {
    const found = ['c++', 'g++', 'clang++'].filter((name) => spawnSync(name, ['--version']).status === 0);
    if (process.env.CORNU_NATIVE !== '0') expect(found).toEqual([]);
  });
}
