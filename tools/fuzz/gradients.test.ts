// A few gradients of random graphs with every run of the tests; `npm run fuzz -- gradients` takes as many as wanted.
import { expect, it } from 'vitest';
import { fuzzGradients } from './gradients.ts';

it('agrees on gradients: eager tape, compiled tape, finite differences', () => {
  // Always the same programs here: finite differences near a kink differ by right. New seeds are for npm run fuzz.
  const seed = 421_337;
  console.log(`fuzz gradients: seed ${seed}`);
  const report = fuzzGradients({ count: 40, seed });
  expect(report.failures.join('\n\n')).toBe('');
  expect(report.nodes).toBeGreaterThan(200);
});
