// chooseFromDatasets, sampleFromDatasets, Dataset.random, rejectionResample: elements by chance or by another data set's choice.
// Owns: TensorFlow's draws for the same seeds.
import { show, ValueError } from '../../base/errors.ts';
import { PassSeeds } from '../../base/random/dataset-shuffle.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';
import { PhiloxWords, streamOfSeeds } from '../../base/random/philox.ts';
import { statelessCategorical } from '../../base/random/stateless.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, pulling, settle, whenThere } from '../pull.ts';
import { INFINITE, type Source, UNKNOWN } from '../source.ts';
import { int64Scalar, requireSameKind, sharedSpec } from './order.ts';

/** 32 random bits after the other, as int64, without end. */
export function randomSource(seed: number | undefined, rerandomize: boolean): Source {
  const seeds = new PassSeeds(operationSeeds.pair(seed), rerandomize);
  return {
    open: (pass) => {
      const words = new PhiloxWords(streamOfSeeds(...pass.draw(() => seeds.next())));
      return { next: () => int64Scalar(words.next()) };
    },
    cardinality: INFINITE,
    spec: () => new TensorSpec([], 'int64'),
  };
}

/** Whether it has no end is all that is known of data sets from which others choose. */
const directedCardinality = (sources: readonly Source[], selector: Source): number =>
  [...sources, selector].every(({ cardinality }) => cardinality === INFINITE) ? INFINITE : UNKNOWN;

/** The next element of the data set whose number the selector gives. */
export function directed(sources: readonly Source[], selector: Source, stopOnEmpty: boolean, where: string): Source {
  if (sources.length === 0) throw new ValueError(`${where}: found no data sets.`);
  const check = requireSameKind(sources, where);
  return {
    open: (pass) => {
      const checked = check();
      const choices = selector.open(pass);
      const pulls = sources.map((source) => source.open(pass));
      const open = new Set(pulls);
      const step = (): Later<unknown> => {
        if (open.size === 0) return DONE;
        return whenThere(choices.next(), (choice) => {
          if (choice === DONE) return DONE;
          const at = choice instanceof Tensor ? choice.item() : Number(choice);
          const pull = pulls[at];
          if (!pull) throw new ValueError(`${where}: the choice is ${show(choice)}; wanted 0 to ${pulls.length - 1}.`);
          if (!open.has(pull)) return AGAIN;
          return whenThere(pull.next(), (element) => {
            if (element !== DONE) {
              checked(at, element);
              return element;
            }
            open.delete(pull);
            return stopOnEmpty ? DONE : AGAIN;
          });
        });
      };
      return pulling(() => settle(step), choices, ...pulls);
    },
    cardinality: directedCardinality(sources, selector),
    spec: () => sharedSpec(sources),
  };
}

/** One class by unnormalized log-probabilities, for two seeds. */
const drawn = (logits: readonly number[], seeds: readonly [number, number]): number =>
  statelessCategorical(seeds, Float64Array.from(logits), [1, logits.length], 1)[0]!;

/** Numbers of data sets, drawn with weights that may change from element to element. */
export function sampledNumbers(
  weights: readonly number[] | Source,
  seed: number | undefined,
  rerandomize: boolean,
): Source {
  const random = randomSource(seed, rerandomize);
  const logits = Array.isArray(weights) ? weights.map((weight) => Math.fround(Math.log(Math.fround(weight)))) : null;
  return {
    open: (pass) => {
      const changing = logits ? null : (weights as Source).open(pass);
      const words = random.open(pass);
      const word = (): number => (words.next() as Tensor).item();
      const next = (): Later<unknown> => {
        if (logits) return int64Scalar(drawn(logits, [word(), word()]));
        return whenThere(changing!.next(), (element) => {
          if (element === DONE) return DONE;
          const row = Array.from((element as Tensor).dataSync() as Float32Array, (x) => Math.fround(Math.log(x)));
          return int64Scalar(drawn(row, [word(), word()]));
        });
      };
      return changing ? pulling(next, changing) : { next };
    },
    cardinality: logits ? INFINITE : (weights as Source).cardinality,
    spec: () => new TensorSpec([], 'int64'),
  };
}
