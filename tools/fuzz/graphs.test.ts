// A few random programs with every run of the tests; `npm run fuzz -- graphs` runs as many as wanted.
import { expect, it } from 'vitest';
import { fuzzGraphs } from './graphs.ts';

it('runs random programs alike on the reference, simplified, compiled, and compiled without fusion', () => {
  // Always the same programs here: finite differences near a kink differ by right. New seeds are for npm run fuzz.
  const seed = 259_418_408;
  console.log(`fuzz graphs: seed ${seed}`);
  const report = fuzzGraphs({ count: 60, seed });
  expect(report.failures.join('\n\n')).toBe('');
  expect(report.nodes).toBeGreaterThan(500);
});
