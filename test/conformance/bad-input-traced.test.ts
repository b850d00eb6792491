// What ops refuse eagerly they refuse inside tf.function too, while it is traced or when its program runs: every case of
// area ops that ends with an error is run again with its tensors as arguments of a traced function.
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { loadArea } from './folder.ts';
import { argument, fn, invoke, isTensor, loadLibrary } from './library.ts';
import { isRefusal } from './runner.ts';
import type { Value } from './values.ts';

/** Inside programs a label out of range is NaN, as it is on TensorFlow's GPUs; `fit` looks at labels itself. */
const ALLOWED = /^nn\.sparse_softmax_cross_entropy_with_logits/;

const refusedBy = (f: () => unknown): boolean | unknown => {
  try {
    f();
    return false;
  } catch (error) {
    return isRefusal(error) || error;
  }
};

beforeAll(loadLibrary);

it('is refused inside tf.function', async () => {
  const wrong: string[] = [];
  let tried = 0;
  for (const folder of ['../golden', '../fixtures/bad_input', '../fixtures/op_edges', '../fixtures/op_parameters'])
    for (const c of await loadArea(fileURLToPath(new URL(folder, import.meta.url)), 'ops')) {
      const name = String(c.json.op);
      const given = (c.field('args') as readonly Value[]).map(argument);
      const places = [...given.keys()].filter((i) => isTensor(given[i]));
      if (!name.startsWith('tf.') || places.length === 0 || ALLOWED.test(c.id)) continue;
      const call = (args: readonly unknown[]): unknown => invoke(name, args as Value[], c.field('kwargs'));
      if (refusedBy(() => call(given)) !== true) continue;
      tried++;
      const traced = fn('tf.function')((...tensors: unknown[]) => {
        const args = given.slice();
        places.forEach((place, i) => {
          args[place] = tensors[i];
        });
        return call(args);
      }) as (...tensors: unknown[]) => unknown;
      const outcome = refusedBy(() => traced(...places.map((place) => given[place])));
      if (outcome !== true) wrong.push(`${folder} ${c.id}: ${outcome === false ? 'computed' : String(outcome)}`);
    }
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(600);
});
