// How many threads the engine may use.
// Owns: the number that was asked for: CORNU_THREADS, or tf.config.threading. Leaves starting them to the backend.

const environment = (name: string): string | undefined => {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name];
};
const fromEnvironment = (): number => asCount(Number(environment('CORNU_THREADS') ?? 0));
const asCount = (count: number): number => Math.min(MOST_THREADS, Math.max(0, Math.trunc(count) || 0));

/** More would share rows of small batches only. */
export const MOST_THREADS = 64;
/** Where nothing was asked for: beyond this, waiting for one another costs more than most steps win. */
const MOST_UNASKED = 8;

let wanted = fromEnvironment();

/** The number of threads asked for; 0 leaves the choice to the engine. */
export const wantedThreads = (): number => wanted;

/** Sets the number of threads; 0 leaves the choice to the engine. */
export function setWantedThreads(count: number): void {
  wanted = asCount(count);
}

/** How many threads share a program on a machine with so many processors. */
export const threadsFor = (processors: number): number =>
  wanted > 0 ? wanted : Math.max(1, Math.min(processors, MOST_UNASKED));

/** Whether threads are to share everything, and attention is cut into parts, however small (CORNU_SHARE_ALL=1): to test with every program. */
export const sharesAll = (): boolean => environment('CORNU_SHARE_ALL') === '1';
