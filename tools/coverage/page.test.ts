// docs/coverage.md lists the names that are missing today. When this fails: npm run api-coverage -- --names.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fingerprintLine } from './page.ts';

it('docs/coverage.md is of the names that are here (else: npm run api-coverage -- --names)', () => {
  expect(readFileSync('docs/coverage.md', 'utf8').split('\n')).toContain(fingerprintLine());
});
