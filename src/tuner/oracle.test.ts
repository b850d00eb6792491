// The trials of grids and of Hyperband, beside KerasTuner's (test/fixtures/make_keras_tuner.py): the same scores for the same
// numbers of trials, so that the same ones go on.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HyperParameters, type Value } from './hyperparameters.ts';
import { gridOracle, hyperbandOracle, type Oracle, type Trial } from './oracle.ts';

const path = new URL('../../test/fixtures/keras_tuner.json', import.meta.url);
const { grid, hyperband } = JSON.parse(readFileSync(path, 'utf8')) as {
  grid: Record<string, Value>[];
  hyperband: Record<string, (Value | null)[][]>;
};

function space(hp: HyperParameters, wide: boolean): void {
  hp.begin();
  const kind = hp.Choice('kind', ['dense', 'conv']);
  if (kind === 'dense') hp.conditionalScope('kind', 'dense', () => hp.Int('units', 8, 24, { step: 8 }));
  else
    hp.conditionalScope('kind', 'conv', () => {
      hp.Choice('filters', [4, 8]);
      hp.Boolean('bias');
    });
  hp.Float('rate', 0.25, 0.75, { step: 0.25 });
  if (wide) hp.Float('wide', 0, 1);
  hp.Fixed('note', 'x');
}
function run(oracle: Oracle, wide: boolean): Trial[] {
  const trials: Trial[] = [];
  const known = new HyperParameters();
  const build = (hp: HyperParameters): HyperParameters => {
    space(hp, wide);
    known.learn(hp.space);
    return hp;
  };
  build(known.copy());
  for (;;) {
    const objective = { name: 'val_loss', direction: 'min' } as const;
    const values = oracle.next({ trials, space: known, objective });
    if (!values) return trials;
    const hp = build(known.copy(values));
    trials.push({
      id: String(trials.length).padStart(4, '0'),
      values: { ...hp.values, ...values },
      status: 'COMPLETED',
      score: (((trials.length + 1) * 7919) % 101) / 101,
      bestStep: 0,
      metrics: {},
      message: null,
      active: hp.active.map(({ name }) => name),
    });
  }
}

it('a grid with branches is gone through in the same order', () => {
  expect(run(gridOracle(), false).map(({ values }) => values)).toEqual(grid);
});
it.each(Object.entries(hyperband))(
  'Hyperband of %s has the same brackets, and the same trials go on',
  (sizes, want) => {
    const [maxEpochs, factor, iterations] = sizes.split(',').map(Number) as [number, number, number];
    const trials = run(hyperbandOracle({ maxEpochs, factor, iterations, seed: 1 }), true);
    const places = ['bracket', 'round', 'epochs', 'initial_epoch', 'trial_id'];
    expect(trials.map(({ values }) => places.map((place) => values[`tuner/${place}`] ?? null))).toEqual(want);
  },
);
