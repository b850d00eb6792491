// Oracles: which values to try next.
// Owns: random search, the grid, Hyperband's brackets, Bayesian optimization; their state as JSON. Leaves trials' running
// to tuner.ts.
// Source: https://keras.io/keras_tuner/api/oracles/
import { Random } from '../random/index.ts';
import { bestByGaussianProcess } from './gaussian-process.ts';
import {
  type Definition,
  gridOf,
  type HyperParameters,
  shareOf,
  type Value,
  type Values,
  valueAt,
} from './hyperparameters.ts';

export interface Trial {
  readonly id: string;
  readonly values: Values;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  score: number | null;
  bestStep: number | null;
  /** The mean of each log at the best step. */
  metrics: Record<string, number>;
  message: string | null;
  /** Names that the build asked for. */
  active: string[];
}
export interface Objective {
  readonly name: string;
  readonly direction: 'min' | 'max';
}

export interface Situation {
  readonly trials: readonly Trial[];
  /** The space as far as it is known. */
  readonly space: HyperParameters;
  readonly objective: Objective;
}
/** Gives the values of the next trial, or null when there are no more. */
export interface Oracle {
  next(situation: Situation): Values | null;
}

const isFixed = ({ kind }: Definition): boolean => kind === 'Fixed';
const key = (values: Values): string => JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
/** Without what Hyperband notes among the values. */
const plain = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('tuner/')));
/** Only the values that matter for a trial: those of its active hyperparameters. */
const activeKey = ({ values, active }: Trial): string =>
  key(Object.fromEntries(Object.entries(values).filter(([name]) => active.includes(name))));

/** A random number generator that goes on from the number of trials: a search resumed draws what it would have drawn. */
const generatorFor = (seed: number, trials: number): Random => new Random(seed + 7919 * trials);

export function sample(space: HyperParameters, random: Random): Values {
  const made = space.copy({});
  for (const definition of space.space) {
    const applies = definition.conditions.every(({ name, values }) => values.includes(made.values[name] as Value));
    const share = random.random();
    if (applies) made.set(definition.name, isFixed(definition) ? definition.default : valueAt(definition, share));
  }
  return made.values;
}

/** Values that no trial had yet, or null after many tries. */
function unseen(
  { trials, space }: Situation,
  seed: number,
  draw = (random: Random): Values => sample(space, random),
): Values | null {
  const known = new Set(trials.map(({ values }) => key(plain(values))));
  const random = generatorFor(seed, trials.length);
  for (let i = 0; i < 100; i++) {
    const values = draw(random);
    if (!known.has(key(plain(values)))) return values;
  }
  return null;
}

export const randomOracle = (seed: number): Oracle => ({ next: (situation) => unseen(situation, seed) });

/** Every combination, the hyperparameter that was met last changing fastest; conditional ones only where they count. */
export const gridOracle = (): Oracle => ({
  next({ trials, space }) {
    const last = trials.at(-1);
    if (!last)
      return Object.fromEntries(
        space.space.filter(({ conditions }) => conditions.length === 0).map((d) => [d.name, gridOf(d)[0]!]),
      );
    const known = new Set(trials.map(activeKey));
    const order = space.copy(last.values);
    const names = new Set(space.space.map(({ name }) => name));
    const active = [...names].filter((name) => last.active.includes(name)).map((name) => definitionFor(order, name));
    for (let i = active.length - 1; i >= 0; i--) {
      const values = gridOf(active[i]!);
      const at = values.indexOf(last.values[active[i]!.name]!);
      if (at + 1 >= values.length) continue;
      const kept = active.slice(0, i).map(({ name }): [string, Value] => [name, last.values[name]!]);
      const next = Object.fromEntries([...kept, [active[i]!.name, values[at + 1]!] as const]);
      // What follows begins again; what is not known yet is found by the build, which takes its default.
      for (const definition of space.space)
        if (
          !(definition.name in next) &&
          definition.conditions.every(({ name, values: v }) => v.includes(next[name] as Value))
        )
          next[definition.name] = gridOf(definition)[0]!;
      if (!known.has(key(next))) return next;
    }
    return null;
  },
});
const definitionFor = (hp: HyperParameters, name: string): Definition =>
  hp.space.find((d) => d.name === name && d.conditions.every((c) => c.values.includes(hp.values[c.name] as Value)))!;

export interface HyperbandOptions {
  readonly maxEpochs: number;
  readonly factor: number;
  readonly iterations: number;
  readonly seed: number;
}
/** Brackets of successive halving: many short trials, the best of which go on for longer. */
export function hyperbandOracle({ maxEpochs, factor, iterations, seed }: HyperbandOptions): Oracle {
  let brackets = 0;
  for (let epochs = maxEpochs; epochs >= 1; epochs /= factor) brackets++;
  // A whole power of the factor must not become the next number by rounding.
  const atEnd = Math.ceil(1 + Math.log(maxEpochs) / Math.log(factor) - 1e-9);
  const size = (bracket: number, round: number) => Math.ceil((atEnd / (bracket + 1)) * factor ** (bracket - round));
  const epochs = (bracket: number, round: number) => Math.ceil(maxEpochs / factor ** (bracket - round));
  const tag = (iteration: number, bracket: number, round: number) => ({
    'tuner/iteration': iteration,
    'tuner/bracket': bracket,
    'tuner/round': round,
    'tuner/epochs': epochs(bracket, round),
    'tuner/initial_epoch': round === 0 ? 0 : epochs(bracket, round - 1),
  });
  return {
    next(situation) {
      const { trials, objective } = situation;
      for (let iteration = 0; iteration < iterations; iteration++)
        for (let bracket = brackets - 1; bracket >= 0; bracket--)
          for (let round = 0; round <= bracket; round++) {
            const here = (one: Trial, r = round) =>
              one.values['tuner/iteration'] === iteration &&
              one.values['tuner/bracket'] === bracket &&
              one.values['tuner/round'] === r;
            const done = trials.filter((one) => here(one));
            if (done.length >= size(bracket, round)) continue;
            const about = tag(iteration, bracket, round);
            if (round === 0) {
              const values = unseen(situation, seed, (random) => ({ ...sample(situation.space, random), ...about }));
              return values ?? null;
            }
            const before = ranked(
              trials.filter((one) => here(one, round - 1)),
              objective,
            );
            const best = before[done.length];
            // Fewer came through than there is room for: the next bracket.
            if (!best) continue;
            return { ...best.values, ...about, 'tuner/trial_id': best.id };
          }
      return null;
    },
  };
}
/** Trials that have a score, best first. */
export const ranked = (trials: readonly Trial[], { direction }: Objective): Trial[] =>
  trials
    .filter(({ status, score }) => status === 'COMPLETED' && score !== null)
    .sort((a, b) => (direction === 'max' ? b.score! - a.score! : a.score! - b.score!));

export interface BayesianOptions {
  readonly initialPoints: number;
  readonly alpha: number;
  readonly beta: number;
  readonly seed: number;
}
/** Random points first; then where a Gaussian process through the scores promises most. */
export const bayesianOracle = ({ initialPoints, alpha, beta, seed }: BayesianOptions): Oracle => ({
  next(situation) {
    const { trials, space, objective } = situation;
    const done = ranked(trials, objective);
    const free = space.space.filter((definition) => !isFixed(definition));
    if (done.length < initialPoints || free.length === 0) return unseen(situation, seed);
    const place = (values: Values) =>
      free.map((definition) => (definition.name in values ? shareOf(definition, values[definition.name]!) : 0.5));
    const sign = objective.direction === 'max' ? -1 : 1;
    const random = generatorFor(seed, trials.length);
    const candidates = Array.from({ length: 500 }, () => sample(space, random));
    const known = new Set(trials.map(({ values }) => key(values)));
    const fresh = candidates.filter((values) => !known.has(key(values)));
    if (fresh.length === 0) return null;
    const at = bestByGaussianProcess(
      done.map(({ values }) => place(values)),
      done.map(({ score }) => sign * score!),
      fresh.map(place),
      { alpha, beta },
    );
    return fresh[at]!;
  },
});
