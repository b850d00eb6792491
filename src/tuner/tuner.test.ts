// Tuners on small problems with a known best, resumed after a break; spaces, sampling and grids in closed form.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import * as tf from '../index.ts';
import { bestByGaussianProcess } from './gaussian-process.ts';
import { gridOf, shareOf, valueAt } from './hyperparameters.ts';
import { BayesianOptimization, GridSearch, Hyperband, HyperParameters, RandomSearch } from './index.ts';

const { layers, models, optimizers } = tf.keras;
const directory = mkdtempSync(join(tmpdir(), 'cornu-tuner-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => void vi.restoreAllMocks());
let projects = 0;
const project = () => `p${projects++}`;
const x = tf.linspace(-1, 1, 16).reshape([16, 1]);
const y = x.mul(2);
/** One weight from 0: the best rate learns fastest. */
const build = (hp: HyperParameters) => {
  const model = models.Sequential([layers.Dense(1, { useBias: false, kernelInitializer: 'zeros', inputShape: [1] })]);
  const rate = hp.Choice('rate', [0.001, 0.3, 0.01]);
  model.compile({
    optimizer: optimizers.SGD({ learningRate: rate, momentum: hp.Boolean('fast') ? 0.5 : 0 }),
    loss: 'mse',
  });
  return model;
};
const fitOptions = { epochs: 3, batchSize: 8, shuffle: false, validationData: [x, y] } as const;

describe('hyperparameters', () => {
  it('have defaults, scopes and conditions', () => {
    const hp = new HyperParameters();
    expect(hp.Int('units', 32, 128, { step: 32 })).toBe(32);
    expect(hp.Float('rate', { minValue: 1e-4, maxValue: 1, sampling: 'log', default: 0.1 })).toBe(0.1);
    expect(hp.Fixed('kind', 'a')).toBe('a');
    expect(hp.Boolean('wide')).toBe(false);
    expect(hp.nameScope('top', () => hp.Choice('size', [1, 2]))).toBe(1);
    hp.conditionalScope('wide', true, () => hp.Int('width', 3, 5));
    expect(hp.active.map(({ name }) => name)).toEqual(['units', 'rate', 'kind', 'wide', 'top/size']);
    hp.set('wide', true);
    hp.conditionalScope('wide', [true], () => expect(hp.Int('width', 3, 5)).toBe(3));
    expect(hp.active.at(-1)!.name).toBe('width');
    expect(HyperParameters.fromConfig(JSON.parse(JSON.stringify(hp.getConfig()))).values).toEqual(hp.values);
    expect(hp.get('units')).toBe(32);
  });
  it('are sampled evenly over their scale', () => {
    const hp = new HyperParameters();
    hp.Int('step', 10, 50, { step: 20 });
    hp.Float('log', 1e-4, 1, { sampling: 'log' });
    hp.Float('back', 1, 100, { sampling: 'reverse_log' });
    const [step, log, back] = hp.space as [never, never, never];
    expect([0, 0.34, 0.99].map((share) => valueAt(step, share))).toEqual([10, 30, 50]);
    expect(valueAt(log, 0.5)).toBeCloseTo(0.01, 10);
    for (const definition of [log, back]) expect(shareOf(definition, valueAt(definition, 0.3))).toBeCloseTo(0.3, 10);
    expect(gridOf(step)).toEqual([10, 30, 50]);
    // The default, then ten in the middles of tenths.
    expect(gridOf(log)).toHaveLength(11);
  });
  it('say what they cannot be', () => {
    const hp = new HyperParameters();
    expect(() => hp.Int('a', 5, 2)).toThrow(/'a': found the range 5 to 2/);
    expect(() => hp.Float('a', 0, 1, { sampling: 'log' })).toThrow(/wants minValue > 0/);
    expect(() => hp.Int('a', 1, 9, { sampling: 'log', step: 1 })).toThrow(/step: found 1, wanted a whole number > 1/);
    expect(() => hp.Choice('a', [])).toThrow(/at least one/);
    expect(() => hp.conditionalScope('none', 1, () => 0)).toThrow(/no hyperparameter 'none'/);
    expect(() => hp.get('none')).toThrow(/no value for 'none'/);
  });
});

describe('GridSearch', () => {
  it('tries every combination once, and gives the best with its weights', async () => {
    const tuner = GridSearch(build, { objective: 'val_loss', directory, projectName: project() });
    await tuner.search(x, y, fitOptions);
    expect(tuner.trials.map(({ values }) => [values.rate, values.fast])).toEqual(
      [0.001, 0.3, 0.01].flatMap((rate) => [
        [rate, false],
        [rate, true],
      ]),
    );
    const [best] = tuner.getBestHyperparameters();
    expect(best!.get('rate')).toBe(0.3);
    const [model] = await tuner.getBestModels();
    const [score] = await model!.evaluate(x, y, { verbose: 0 });
    expect(score).toBeCloseTo((await tuner.getBestTrials())[0]!.score!, 6);
  });
  it('enters conditional branches only where they count', async () => {
    const branches = (hp: HyperParameters) => {
      const kind = hp.Choice('kind', ['plain', 'deep']);
      if (kind === 'deep') hp.conditionalScope('kind', 'deep', () => hp.Int('depth', 1, 3));
      return build(new HyperParameters());
    };
    const tuner = GridSearch(branches, { directory, projectName: project() });
    await tuner.search(x, y, { ...fitOptions, epochs: 1 });
    expect(tuner.trials.map(({ values }) => values.kind + String(values.depth ?? ''))).toEqual([
      'plain',
      'deep1',
      'deep2',
      'deep3',
    ]);
  });
});

describe('RandomSearch', () => {
  it('goes on where it was cut off, to the same trials as undisturbed', async () => {
    const options = { maxTrials: 5, directory, seed: 3, executionsPerTrial: 2 };
    const whole = RandomSearch(build, { ...options, projectName: project() });
    await whole.search(x, y, fitOptions);
    const projectName = project();
    const cut = RandomSearch(build, { ...options, projectName, maxTrials: 2 });
    await cut.search(x, y, fitOptions);
    // As if the process had ended in the middle of the second trial.
    const path = join(directory, projectName, 'oracle.json');
    const state = JSON.parse(readFileSync(path, 'utf8')) as { trials: Record<string, unknown>[] };
    Object.assign(state.trials[1]!, { status: 'RUNNING', score: null, bestStep: null, metrics: {}, active: [] });
    writeFileSync(path, JSON.stringify(state));
    const again = RandomSearch(build, { ...options, projectName });
    await again.search(x, y, fitOptions);
    expect(again.trials).toEqual(whole.trials);
    expect(readdirSync(join(directory, projectName)).sort()).toEqual([
      'oracle.json',
      ...whole.trials.map(({ id }) => `trial_${id}`),
    ]);
    const anew = RandomSearch(build, { ...options, projectName, overwrite: true, maxTrials: 1 });
    await anew.search(x, y, fitOptions);
    expect(anew.trials).toHaveLength(1);
  });
  it('prints its space and its results', async () => {
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const tuner = RandomSearch(build, {
      maxTrials: 2,
      directory,
      projectName: project(),
      objective: { name: 'loss', direction: 'min' },
    });
    await tuner.search(x, y, { epochs: 1 });
    tuner.searchSpaceSummary();
    tuner.resultsSummary(1);
    const text = print.mock.calls.map(([part]) => String(part)).join('');
    print.mockRestore();
    expect(text).toMatch(/Default search space size: 2\nrate \(Choice\)\n\{.*values: \[0.001,0.3,0.01\]/);
    expect(text).toMatch(/Objective\(name="loss", direction="min"\)\n\nTrial 000\d summary\nHyperparameters:\nrate: /);
  });
  it('names what is wrong', async () => {
    const options = { directory, projectName: project() };
    expect(() => RandomSearch(build, { ...options, maxTrial: 3 } as never)).toThrow(
      /'maxTrial'. Did you mean 'maxTrials'/,
    );
    expect(() => RandomSearch(5 as never)).toThrow(/wanted a function build\(hp\)/);
    expect(() => RandomSearch((() => {}) as never)).toThrow(/RandomSearch: build\(hp\) gave undefined.*return model\?/);
    const wrong = RandomSearch(build, { ...options, objective: 'val_los' });
    await expect(wrong.search(x, y, fitOptions)).rejects.toThrow(
      /'val_los' is not there; wanted one of loss, val_loss. Did you mean 'val_loss'/,
    );
    const failing = RandomSearch((hp) => (hp.values.fast === undefined ? build(hp) : models.Sequential([])), {
      directory,
      projectName: project(),
    });
    await expect(failing.search(x, y, fitOptions)).rejects.toThrow(/3 trials failed one after the other/);
  });
});

describe('Hyperband', () => {
  it('has its brackets, and goes on with the best', async () => {
    const rates = (hp: HyperParameters) => {
      const model = models.Sequential([
        layers.Dense(1, { useBias: false, kernelInitializer: 'zeros', inputShape: [1] }),
      ]);
      model.compile({ optimizer: optimizers.SGD(hp.Float('rate', 1e-4, 0.5, { sampling: 'log' })), loss: 'mse' });
      return model;
    };
    const tuner = Hyperband(rates, { maxEpochs: 9, factor: 3, directory, projectName: project(), seed: 1 });
    await tuner.search(x, y, { ...fitOptions, epochs: 100 });
    // Brackets of 9, 3 and 1 epochs at the start, of the sizes that KerasTuner has.
    const rounds = tuner.trials.map(
      ({ values }) => `${values['tuner/bracket']}.${values['tuner/round']}:${values['tuner/epochs']}`,
    );
    const counted = [...new Set(rounds)].map((round) => [round, rounds.filter((other) => other === round).length]);
    expect(counted).toEqual([
      ['2.0:1', 9],
      ['2.1:3', 3],
      ['2.2:9', 1],
      ['1.0:3', 5],
      ['1.1:9', 2],
      ['0.0:9', 3],
    ]);
    const promoted = tuner.trials.filter(({ values }) => values['tuner/bracket'] === 2 && values['tuner/round'] === 1);
    const first = tuner.trials.filter(({ values }) => values['tuner/bracket'] === 2 && values['tuner/round'] === 0);
    const best = [...first]
      .sort((a, b) => a.score! - b.score!)
      .slice(0, 3)
      .map(({ id }) => id);
    expect(promoted.map(({ values }) => values['tuner/trial_id'])).toEqual(best);
    // It goes on from the weights: three epochs end below where one did.
    for (const trial of promoted)
      expect(trial.score!).toBeLessThan(first.find(({ id }) => id === trial.values['tuner/trial_id'])!.score!);
  });
});

describe('BayesianOptimization', () => {
  it('looks where the scores point', async () => {
    const points = [[0], [0.5], [1]];
    const candidates = Array.from({ length: 101 }, (_, i) => [i / 100]);
    // Without an interest in the unknown, the least of the curve through a parabola's points.
    const at = bestByGaussianProcess(
      points,
      points.map(([v]) => (v! - 0.4) ** 2),
      candidates,
      { alpha: 1e-8, beta: 0 },
    );
    expect(candidates[at]![0]).toBeGreaterThan(0.3);
    expect(candidates[at]![0]).toBeLessThan(0.6);
    const tuner = BayesianOptimization(build, { maxTrials: 5, directory, projectName: project() });
    await tuner.search(x, y, { ...fitOptions, epochs: 1 });
    expect(tuner.trials).toHaveLength(5);
    expect(new Set(tuner.trials.map(({ values }) => JSON.stringify(values))).size).toBe(5);
  });
});
