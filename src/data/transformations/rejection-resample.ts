// rejectionResample: elements left out at random until classes come with given probabilities.
// Owns: the estimate of how classes come, and the acceptance; elements and draws are TensorFlow's for the same seed.
import { show, ValueError } from '../../base/errors.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';
import { blocksForElements, KernelStream } from '../../base/random/operation-seeds.ts';
import { uniformFloats } from '../../base/random/uniform.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, pulling, settle, whenThere } from '../pull.ts';
import { call, callAt, derive, INFINITE, type Source, UNKNOWN } from '../source.ts';
import { specThrough } from '../spec.ts';
import { componentsToTensors } from '../structure.ts';
import { directed, sampledNumbers } from './choose.ts';

/** How often each class is taken to have been seen before the first element. */
const SEEN_BEFORE = 10;
/** The estimate of how classes come is brought up to date after so many elements. */
const ESTIMATE_EVERY = 32;
/** Stands in for a probability of 0 in quotients: float32's smallest normal number. */
const TINY = 2 ** -126;

/** With which probability an element of each class is kept, and an element is taken without asking. */
interface Acceptance {
  readonly byClass: Float32Array;
  readonly unasked: number;
}

/** In float32, as TensorFlow computes it. */
function acceptanceOf(present: readonly number[], target: readonly number[]): Acceptance {
  const ratios = Float32Array.from(target, (wanted, i) => Math.fround(wanted) / Math.fround(present[i]! + TINY));
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  const range = Math.fround(most - least);
  return { byClass: ratios.map((ratio) => Math.fround(ratio - least) / range), unasked: least };
}

/** The acceptance at each element, by the classes seen up to the end of its run of ESTIMATE_EVERY. */
const estimated = (classified: Source, target: readonly number[]): Source =>
  derive(classified, (pull) => {
    const seen = target.map(() => SEEN_BEFORE);
    let left = 0;
    let read = 0;
    let acceptance: Acceptance | null = null;
    const renew = (): typeof AGAIN => {
      const total = seen.reduce((sum, n) => sum + n, 0);
      acceptance = acceptanceOf(
        seen.map((n) => Math.fround(n / total)),
        target,
      );
      left = ESTIMATE_EVERY;
      read = 0;
      return AGAIN;
    };
    const step = (): Later<unknown> => {
      if (left > 0) {
        left--;
        return acceptance;
      }
      return whenThere(pull.next(), (element) => {
        if (element === DONE) return read === 0 ? DONE : renew();
        seen[((element as readonly Tensor[])[0] as Tensor).item()]!++;
        return ++read === ESTIMATE_EVERY ? renew() : AGAIN;
      });
    };
    return pulling(() => settle(step), pull);
  });

export const resampled = (
  below: Source,
  classOf: (...args: never) => unknown,
  target: readonly number[],
  initial: readonly number[] | undefined,
  seed: number | undefined,
): Source => {
  const where = 'Dataset.rejectionResample';
  if (target.length === 0 || (initial && initial.length !== target.length))
    throw new ValueError(`${where}: targetDist ${show(target)}, initialDist ${show(initial)}; wanted equal lengths.`);
  const toClass = (given: unknown): Tensor => {
    const label = given instanceof Tensor ? given : eagerTensor(Int32Array.of(Number(given)), [], 'int32');
    if (!(label.item() in target))
      throw new ValueError(`the class is ${show(given)}; wanted 0 to ${target.length - 1}.`);
    return label;
  };
  /** Every element beside its class. */
  const classified = derive(
    below,
    (pull) => {
      let index = 0;
      return pulling(
        () =>
          whenThere(
            pull.next(),
            (element): Later<unknown> =>
              element === DONE
                ? DONE
                : callAt('rejectionResample', classOf, element, index++, (given) => [toClass(given), element]),
          ),
        pull,
      );
    },
    below.cardinality,
    () => {
      const spec = below.spec();
      const label = specThrough(spec, (element) => componentsToTensors(call(classOf, element), where));
      return spec && [label ?? new TensorSpec([], 'int32'), spec];
    },
  );
  const fixed = initial && acceptanceOf(initial.map(Math.fround), target);
  const acceptances: Source = fixed
    ? { open: () => ({ next: () => fixed }), cardinality: INFINITE, spec: () => null }
    : estimated(classified, target);
  const filterSeeds = operationSeeds.pair(seed);
  const filtered = derive(
    classified,
    (pull, pass) => {
      const rates = acceptances.open(pass);
      const draws = new KernelStream(filterSeeds);
      const step = (): Later<unknown> =>
        whenThere(rates.next(), (rate) => {
          if (rate === DONE) return DONE;
          return whenThere(pull.next(), (pair) => {
            if (pair === DONE) return DONE;
            const [draw] = uniformFloats(draws.reserve(blocksForElements(1)), 1);
            const label = ((pair as readonly Tensor[])[0] as Tensor).item();
            return draw! < (rate as Acceptance).byClass[label]! ? pair : AGAIN;
          });
        });
      return pulling(() => settle(step), rates, pull);
    },
    UNKNOWN,
  );
  if (fixed?.unasked === 1) return classified;
  if (fixed?.unasked === 0) return filtered;
  const weights = derive(acceptances, (pull) =>
    pulling(
      () =>
        whenThere(pull.next(), (rate) => {
          if (rate === DONE) return DONE;
          const { unasked } = rate as Acceptance;
          return eagerTensor(Float32Array.of(unasked, 1 - unasked), [2], 'float32');
        }),
      pull,
    ),
  );
  return directed([classified, filtered], sampledNumbers(weights, seed, false), true, where);
};
