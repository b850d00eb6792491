// The handle that fit returns: a promise of the history, an iterator over epochs, a way to stop.
// Owns: these three faces of one run. Leaves the run to fit.ts.
import type { History } from '../callbacks/history.ts';
import type { Logs } from '../types.ts';
import type { Training } from './types.ts';

type EpochLogs = Logs & { epoch: number };
export interface RunControl {
  /** Set when the run shall end after the running batch. */
  stopped: boolean;
  /** Throws if Ctrl-C was pressed: unlike `abort`, it ends the program's way through fit. */
  checkInterrupt(): void;
  /** Whether someone reads the epochs as they come. */
  isWatched: boolean;
  /** Called with the logs of every epoch. */
  epoch(epoch: number, logs: Logs): void;
}

export class TrainingRun implements Training {
  readonly [Symbol.toStringTag] = 'Training';
  readonly #control: RunControl;
  readonly #promise: Promise<History>;
  readonly #queue: EpochLogs[] = [];
  #wake: (() => void) | null = null;
  #finished = false;

  constructor(start: (control: RunControl) => Promise<History>, signal: AbortSignal | undefined) {
    this.#control = {
      stopped: signal?.aborted ?? false,
      checkInterrupt: () => {},
      isWatched: false,
      epoch: (epoch, logs) => {
        this.#queue.push({ ...logs, epoch });
        this.#wake?.();
      },
    };
    const abort = (): void => this.abort();
    signal?.addEventListener('abort', abort, { once: true });
    this.#promise = start(this.#control).finally(() => {
      signal?.removeEventListener('abort', abort);
      this.#finished = true;
      this.#wake?.();
    });
  }
  /** Ends training in order after the running batch; weights and history stay. */
  abort(_reason?: unknown): void {
    this.#control.stopped = true;
  }
  then<A = History, B = never>(
    fulfilled?: ((value: History) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(fulfilled, rejected);
  }
  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<History | B> {
    return this.#promise.catch(rejected);
  }
  finally(settled?: (() => void) | null): Promise<History> {
    return this.#promise.finally(settled);
  }
  async *[Symbol.asyncIterator](): AsyncIterator<EpochLogs> {
    // An error surfaces in the loop: it is not also one that nobody handled.
    this.#promise.catch(() => {});
    this.#control.isWatched = true;
    try {
      for (;;) {
        const logs = this.#queue.shift();
        if (logs) {
          yield logs;
          continue;
        }
        if (this.#finished) break;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      await this.#promise;
    } finally {
      this.#control.isWatched = false;
      // Leaving the loop early stops training.
      this.abort();
      await this.#promise.catch(() => {});
    }
  }
}

type Immediate = (f: () => void) => unknown;
const immediate: Immediate = (globalThis as { setImmediate?: Immediate }).setImmediate ?? ((f) => setTimeout(f, 0));
/** Lets the event loop turn. */
export const turn = (): Promise<void> => new Promise((resolve) => void immediate(() => resolve()));

/** Milliseconds of work after which the event loop gets its turn. */
const SLICE = 16;
/** Steps after which the clock is looked at. */
const OFTEN = 8;
/** Says when it is time for a turn of the event loop. */
export class Pace {
  #last = performance.now();
  #steps = OFTEN;
  /** Looks at the clock only every few steps: a step may take some microseconds. */
  due(steps = 1): boolean {
    this.#steps += steps;
    if (this.#steps <= OFTEN) return false;
    this.#steps = 0;
    const now = performance.now();
    if (now - this.#last < SLICE) return false;
    this.#last = now;
    return true;
  }
}
