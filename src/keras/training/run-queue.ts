// Runs of one model, one after another: fit and evaluate count in the model's own metrics, so two at once would spoil each other's logs.
// Owns: who runs, who waits, and what a callback starts while its run waits for it. Leaves the runs to fit.ts, keeping metrics to trainer.ts.
import { turn } from './training-run.ts';

/** A run under way. */
export class ModelRun {
  /** What user code starts on the same model while this run waits for that code: it would wait for ever behind this run. */
  readonly within = new RunQueue(true);
  #waits = 0;

  /** Whether it stands still for user code. */
  get waits(): boolean {
    return this.#waits > 0;
  }
  /** Calls user code, and goes on only when what the code started on this model is done, awaited there or not. */
  waitFor<T>(code: () => T | Promise<T>): T | Promise<T> {
    this.#waits++;
    let result: T | Promise<T>;
    try {
      result = code();
    } catch (error) {
      result = Promise.reject(error);
      if (this.within.isIdle) {
        this.#waits--;
        result.catch(() => {});
        throw error;
      }
    }
    if (result instanceof Promise || !this.within.isIdle) return this.#settled(result);
    this.#waits--;
    return result;
  }
  async #settled<T>(result: T | Promise<T>): Promise<T> {
    try {
      return await result;
    } finally {
      while (!this.within.isIdle) {
        await this.within.idle();
        // The code goes on behind what it awaited, and may start more.
        await turn();
      }
      this.#waits--;
    }
  }
}

type Task<T> = (run: ModelRun, isWithin: boolean) => Promise<T>;

export class RunQueue {
  readonly #isWithin: boolean;
  #current: ModelRun | null = null;
  readonly #waiting: (() => void)[] = [];
  readonly #forIdle: (() => void)[] = [];

  constructor(isWithin = false) {
    this.#isWithin = isWithin;
  }
  get isIdle(): boolean {
    return this.#current === null;
  }
  /** Resolves when nothing runs or waits. */
  idle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => void this.#forIdle.push(resolve));
  }
  /** Runs the task: now, behind what runs, or within it where that waits for the code that asks. */
  run<T>(task: Task<T>): Promise<T> {
    const current = this.#current;
    if (current === null) return this.#start(task);
    if (current.waits) return current.within.run(task);
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => void this.#start(task).then(resolve, reject));
    });
  }
  async #start<T>(task: Task<T>): Promise<T> {
    const run = new ModelRun();
    this.#current = run;
    try {
      return await task(run, this.#isWithin);
    } finally {
      this.#current = null;
      const next = this.#waiting.shift();
      if (next) next();
      else for (const resolve of this.#forIdle.splice(0)) resolve();
    }
  }
}
