// rejectionResample: elements left out at random until classes come with given probabilities.
// Owns: the estimate of how classes come, and the acceptance. The draws are Philox's for the seed; TensorFlow's own differ.
import { show, ValueError } from '../../base/errors.ts';
import { PassSeeds } from '../../base/random/dataset-shuffle.ts';
import { operationSeeds } from '../../base/random/keras-seed.ts';
import { PhiloxWords, streamOfSeeds } from '../../base/random/philox.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, pulling, settle, whenThere } from '../pull.ts';
import { callAt, derive, type Source, UNKNOWN } from '../source.ts';

/** Elements after which the estimate of how classes come is trusted as in TensorFlow: a prior of so many. */
const PRIOR = 10;

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
  const seeds = new PassSeeds(operationSeeds.pair(seed));
  return derive(
    below,
    (pull, pass) => {
      const words = new PhiloxWords(streamOfSeeds(...pass.draw(() => seeds.next())));
      const counts = target.map(() => PRIOR / target.length);
      let index = 0;
      const accepts = (label: number): boolean => {
        counts[label]!++;
        const total = counts.reduce((sum, n) => sum + n, 0);
        const present = initial ?? counts.map((n) => n / total);
        const ratios = target.map((wanted, i) => (wanted === 0 ? 0 : wanted / Math.max(present[i]!, 1e-12)));
        return words.nextDouble() < ratios[label]! / Math.max(...ratios);
      };
      const step = (): Later<unknown> =>
        whenThere(pull.next(), (element) =>
          element === DONE
            ? DONE
            : callAt('rejectionResample', classOf, element, index++, (given) => {
                const label = given instanceof Tensor ? given.item() : Number(given);
                if (!(label in target))
                  throw new ValueError(`the class is ${show(given)}; wanted 0 to ${target.length - 1}.`);
                return accepts(label) ? [eagerTensor(Int32Array.of(label), [], 'int32'), element] : AGAIN;
              }),
        );
      return pulling(() => settle(step), pull);
    },
    UNKNOWN,
    () => null,
  );
};
