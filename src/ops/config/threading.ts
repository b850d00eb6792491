// tf.config.threading: how many threads share one operation.
// Owns: the names. The engine runs whole programs, one after the other: there is nothing between operations to set.
import { show, ValueError } from '../../base/errors.ts';
import { setWantedThreads, wantedThreads } from '../../base/threads.ts';

const checked = (name: string, numThreads: number): number => {
  if (!Number.isInteger(numThreads) || numThreads < 0)
    throw new ValueError(
      `config.threading.${name}: numThreads must be a whole number from 0 on (0 leaves the choice to the engine), got ${show(numThreads)}.`,
    );
  return numThreads;
};

/** How many threads share each program, from the next one on; 0 leaves the choice to the engine. CORNU_THREADS sets it too. */
export const setIntraOpParallelismThreads = (numThreads: number): void =>
  setWantedThreads(checked('setIntraOpParallelismThreads', numThreads));
/** The number that was set; 0 while the engine chooses. */
export const getIntraOpParallelismThreads = (): number => wantedThreads();

let inter = 0;
export const setInterOpParallelismThreads = (numThreads: number): void => {
  inter = checked('setInterOpParallelismThreads', numThreads);
};
export const getInterOpParallelismThreads = (): number => inter;
