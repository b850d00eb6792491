// Bad input, op by op: incompatible shapes, axes and places out of range, mixed dtypes, empty reductions, negative sizes.
// test/fixtures/bad_input says what TensorFlow does with each, an error or a value; here it is the same, but for the cases below.
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadArea } from './folder.ts';
import { loadLibrary } from './library.ts';
import { adapterOf, runCase } from './runner.ts';

const folder = fileURLToPath(new URL('../fixtures/bad_input', import.meta.url));

/** TensorFlow computes something that nobody can have meant; here it is an error. */
const refused: Readonly<Record<string, RegExp>> = {
  'an axis named twice': /^squeeze\.7$/,
  'a negative number of repeats': /^repeat\.6$/,
  'batch axes behind the axis that is gathered': /^gather\.11$/,
  'a mask of numbers': /^boolean_mask\.3$/,
  'true as a number': /^(?:add|multiply|maximum|equal|less|math\.floormod)\.12$|^(?:pow|math\.squared_difference)\.11$/,
  'a number that the dtype does not hold': /^constant\.3$/,
  'pictures without pixels': /^image\.total_variation\.[34]$/,
  'frames of no length': /^signal\.frame$/,
};
/** TensorFlow refuses what has a meaning; here it is computed. */
const taken: Readonly<Record<string, RegExp>> = {
  'vectors of two dtypes, each of which makes its own grid': /^meshgrid$/,
  'begin and size for the first axes only': /^slice\.6$/,
  'no pictures at all': /^image\.sobel_edges\.5$/,
};
const isOf = (table: Readonly<Record<string, RegExp>>, id: string): boolean =>
  Object.values(table).some((ids) => ids.test(id));

beforeAll(loadLibrary);

describe('bad input', () => {
  it('has TensorFlow’s outcome', async () => {
    const area = await adapterOf('ops');
    const cases = await loadArea(folder, 'ops');
    expect(cases.length).toBeGreaterThan(900);
    const wrong: string[] = [];
    for (const c of cases) {
      if (isOf(refused, c.id) || isOf(taken, c.id)) continue;
      for (const { path, message } of (await runCase(area, c, false)).differences)
        wrong.push(`${c.id} ${path}: ${message}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is an error where TensorFlow’s outcome means nothing', async () => {
    const area = await adapterOf('ops');
    const cases = (await loadArea(folder, 'ops')).filter((c) => isOf(refused, c.id));
    expect(cases.length).toBeGreaterThanOrEqual(Object.keys(refused).length);
    for (const c of cases) {
      const { differences } = await runCase(area, c, false);
      expect([c.id, differences[0]?.message]).toEqual([c.id, expect.stringMatching(/^threw \w+: /)]);
    }
  });
});
