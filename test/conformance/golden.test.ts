// The areas of golden cases that cornu covers whole: every case passes, and the self-test notices every wrong expectation.
// An area is added here when it is complete, and never taken out.
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { areasIn, loadArea } from './folder.ts';
import { loadLibrary } from './library.ts';
import { adapterOf, runCase } from './runner.ts';

const golden = fileURLToPath(new URL('../golden', import.meta.url));
/** Cases of our own in the same format, made by test/fixtures/make_more_ops.py, make_more_layers.py and make_more_training.py. */
const more = fileURLToPath(new URL('../fixtures/more_ops', import.meta.url));
const moreLayers = fileURLToPath(new URL('../fixtures/more_layers', import.meta.url));
/** What variants of the generators brought to light, made by test/fixtures/make_more_golden.py. */
const moreGolden = fileURLToPath(new URL('../fixtures/more_golden', import.meta.url));
const moreTraining = fileURLToPath(new URL('../fixtures/more_training', import.meta.url));
/** Every op with every dtype, made by test/fixtures/make_ops_by_dtype.py. */
const byDtype = fileURLToPath(new URL('../fixtures/ops_by_dtype', import.meta.url));
const parameters = fileURLToPath(new URL('../fixtures/op_parameters', import.meta.url));
/** The parameters that were left, of tf.* and of keras.ops, made by test/fixtures/make_named_parameters.py. */
const namedParameters = fileURLToPath(new URL('../fixtures/named_parameters', import.meta.url));
/** Empty windows, NaN and infinity, 16-bit sums, complex numbers, made by test/fixtures/make_op_edges.py. */
const edges = fileURLToPath(new URL('../fixtures/op_edges', import.meta.url));
/** Ragged and sparse tensors in ops of all namespaces, made by test/fixtures/make_composite_ops.py. */
const composite = fileURLToPath(new URL('../fixtures/composite_ops', import.meta.url));
/** Parameters of losses, metrics and layers, made by test/fixtures/make_keras_parameters.py. */
const kerasParameters = fileURLToPath(new URL('../fixtures/keras_parameters', import.meta.url));
const kinds = new Map([
  [golden, ''],
  [parameters, ', parameters'],
  [namedParameters, ', parameters by name'],
  [edges, ', edges'],
  [kerasParameters, ', parameters'],
  [composite, ', ragged and sparse'],
  [byDtype, ', by dtype'],
]);
/** Areas, and which of their cases: all, unless a pattern of ids stands beside the name. */
const covered: Readonly<Record<string, RegExp>> = {
  activations: /./,
  initializers: /./,
  regularizers_constraints: /./,
  losses: /./,
  metrics: /./,
  optimizers: /./,
  schedules: /./,
  preprocessing: /./,
  layers: /./,
  random: /./,
  ops: /./,
};

beforeAll(loadLibrary);

describe('golden cases', () => {
  const sets = [
    ...Object.entries(covered).map(([name, ids]) => [golden, name, ids] as const),
    [more, 'ops', /./] as const,
    [moreLayers, 'layers', /./] as const,
    [moreTraining, 'training', /./] as const,
    [byDtype, 'ops', /./] as const,
    [parameters, 'ops', /./] as const,
    [namedParameters, 'ops', /./] as const,
    [edges, 'ops', /./] as const,
    [composite, 'ops', /./] as const,
    ...[moreGolden, kerasParameters].flatMap((folder) => areasIn(folder).map((name) => [folder, name, /./] as const)),
  ];
  for (const [folder, name, ids] of sets) {
    it(`${name}${kinds.get(folder) ?? ', more cases'}`, async () => {
      const area = await adapterOf(name);
      const cases = (await loadArea(folder, name)).filter((c) => ids.test(c.id));
      expect(cases.length).toBeGreaterThan(0);
      const wrong: string[] = [];
      for (const c of cases) {
        const { differences, unnoticed } = await runCase(area, c, true);
        for (const { path, message } of differences) wrong.push(`${c.id} ${path}: ${message}`);
        for (const change of unnoticed) wrong.push(`${c.id}: ${change} went unnoticed`);
      }
      expect(wrong).toEqual([]);
    });
  }
});
