// Runs of one model, one after another: fit and evaluate count in the model's own metrics, so two at once would spoil each other's logs.
// Owns: who runs, who waits, what user code (callbacks, data) starts while a run waits for it, and that no run waits for ever
// without a word. Leaves the runs to fit.ts, keeping metrics to trainer.ts.
import { StateError } from '../../base/errors.ts';
import { platform } from '../../platform/platform.ts';
import { turn } from './training-run.ts';

/** Runs that stand still for a promise of user code. */
const standing = new Set<ModelRun>();
let isWatching = false;
/** Ends those whose promise can never come, as nothing is left in the program that could keep it: it would end without a word. */
function failStanding(): void {
  if (standing.size === 0) return;
  void turn().then(() => {
    // Those that wait for a run within them go on when that has ended.
    const innermost = [...standing].filter((run) => run.within.isIdle);
    for (const run of innermost.length > 0 ? innermost : [...standing]) run.fail();
  });
}

/** A run under way. */
export class ModelRun {
  /** What user code starts on the same model while this run waits for that code: it would wait for ever behind this run. */
  readonly within = new RunQueue(true);
  /** Whether user code of this run has run: before that, what asks for the model does not belong to this run. */
  hasCalled = false;
  readonly #queue: RunQueue | null;
  #waits = 0;
  #fail: (() => void) | null = null;

  /** `queue` is where the run has its place, null for one that waits for nobody. */
  constructor(queue: RunQueue | null = null) {
    this.#queue = queue;
  }
  /** Whether it stands still for user code. */
  get waits(): boolean {
    return this.#waits > 0;
  }
  /** Calls a callback, and goes on only when what the code started on this model is done, awaited there or not. */
  waitFor<T>(code: () => T | Promise<T>, what: string): T | Promise<T> {
    return this.#call(code, what, true);
  }
  /** Asks for data, which is user code too: goes on when it is there, and nothing else runs on this model just then. */
  waitForData<T>(code: () => T | Promise<T>, where: string): T | Promise<T> {
    return this.#call(code, `${where}: its data (a generator, a function given to map, getItem)`, false);
  }
  /** Gives up on the code it waits for. */
  fail(): void {
    this.#fail?.();
  }
  #call<T>(code: () => T | Promise<T>, what: string, untilQuiet: boolean): T | Promise<T> {
    this.#waits++;
    this.hasCalled = true;
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
    if (result instanceof Promise || !this.within.isIdle) return this.#settled(result, what, untilQuiet);
    this.#waits--;
    return result;
  }
  async #settled<T>(result: T | Promise<T>, what: string, untilQuiet: boolean): Promise<T> {
    // Code that read ahead may have asked for the model while this run was busy.
    if (result instanceof Promise) this.#queue?.admitTo(this);
    try {
      return result instanceof Promise ? await this.#ending(result, what) : result;
    } finally {
      while (!this.within.isIdle) {
        await this.within.idle();
        // The code goes on behind what it awaited, and may start more.
        if (untilQuiet) await turn();
      }
      this.#waits--;
    }
  }
  /** The promise, or an error where the program would end before it is kept. */
  async #ending<T>(result: Promise<T>, what: string): Promise<T> {
    if (!isWatching) platform().onLastTurn(failStanding);
    isWatching = true;
    standing.add(this);
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#fail = () =>
          reject(
            new StateError(
              `${what}: a promise there is never kept: nothing is left to do in this program, which would have ended here without a word. Usual reasons: the code awaits a run of this model that was asked for before this one's data was first read (start it in that code), or an event that cannot come.`,
            ),
          );
        result.then(resolve, reject);
      });
    } finally {
      this.#fail = null;
      standing.delete(this);
    }
  }
}

type Task<T> = (run: ModelRun, isWithin: boolean) => Promise<T>;
interface Waiting {
  /** Whether user code of the run under way may have asked, and so wait for it. */
  readonly mayBelong: boolean;
  begin(queue: RunQueue): void;
}

export class RunQueue {
  readonly #isWithin: boolean;
  #current: ModelRun | null = null;
  #waiting: Waiting[] = [];
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
      const begin = (queue: RunQueue): void => void queue.run(task).then(resolve, reject);
      this.#waiting.push({ mayBelong: current.hasCalled, begin });
    });
  }
  /** Lets the run under way, which waits for user code, be waited for no longer by what that code may have asked for. */
  admitTo(run: ModelRun): void {
    if (this.#waiting.length === 0) return;
    const admitted = this.#waiting.filter(({ mayBelong }) => mayBelong);
    this.#waiting = this.#waiting.filter(({ mayBelong }) => !mayBelong);
    for (const { begin } of admitted) begin(run.within);
  }
  async #start<T>(task: Task<T>): Promise<T> {
    const run = new ModelRun(this);
    this.#current = run;
    try {
      return await task(run, this.#isWithin);
    } finally {
      this.#current = null;
      const next = this.#waiting.shift();
      if (next) next.begin(this);
      else for (const resolve of this.#forIdle.splice(0)) resolve();
    }
  }
}
