// Writers of TensorBoard's event files, and which of them is written to.
// Owns: the file's name, the queue, the default writer with its step, conditions of recording. Leaves messages to
// ../../formats/tensorflow/event-proto.ts, kinds of summaries to index.ts.
// Source: https://www.tensorflow.org/api_docs/python/tf/summary

import { StateError, show, ValueError } from '../../base/errors.ts';
import { guarded, requireFunction } from '../../base/misuse.ts';
import { versionEvent } from '../../formats/tensorflow/event-proto.ts';
import { encodeTfRecord } from '../../formats/tfrecord.ts';
import { joinPath } from '../../platform/path.ts';
import { type GrowingFile, platform } from '../../platform/platform.ts';
import type { Options } from '../../runtime/tensor-methods.ts';

export interface WriterOptions
  extends Options<{
    /** Events that are kept before they go to the file. */
    maxQueue: number | null;
    /** Milliseconds after which they go there in any case. */
    flushMillis: number | null;
    filenameSuffix: string | null;
    name: string | null;
  }> {}

interface Scope {
  [Symbol.dispose](): void;
}
/** What tf.summary's functions look at. */
interface State {
  writer: SummaryWriter | null;
  step: number | null;
  condition: boolean | (() => boolean);
}
const state: State = { writer: null, step: null, condition: true };

let nextWriter = 0;
/** Milliseconds that an event waits at most: a program that ends without `close` loses nothing. */
const WAIT = 100;

export class SummaryWriter {
  readonly logdir: string;
  readonly #maxQueue: number;
  readonly #wait: number;
  readonly #name: string;
  #waiting: (Uint8Array | Promise<Uint8Array>)[] = [];
  #file: GrowingFile | null = null;
  #writing: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #failed: unknown = null;
  #closed = false;

  constructor(logdir: string, options: WriterOptions = {}) {
    if (typeof logdir !== 'string' || logdir === '')
      throw new ValueError(`createFileWriter: logdir: found ${show(logdir)}, wanted a folder.`);
    this.logdir = logdir;
    this.#maxQueue = options.maxQueue ?? 10;
    this.#wait = Math.min(options.flushMillis ?? WAIT, WAIT);
    const seconds = Math.floor(Date.now() / 1000);
    // The number keeps writers of one second apart.
    this.#name = `events.out.tfevents.${seconds}.cornu.${nextWriter++}${options.filenameSuffix ?? '.v2'}`;
  }
  /** The path of its file. */
  get path(): string {
    return joinPath(this.logdir, this.#name);
  }
  get closed(): boolean {
    return this.#closed;
  }
  /** The file is begun with the first event, so there is nothing to do. */
  init(): void {}

  /** Internal: an event, which may still be under way. */
  add(event: Uint8Array | Promise<Uint8Array>): void {
    if (this.#closed) throw new StateError(`the summary writer of '${this.logdir}' is closed; make a new one.`);
    this.#queue(event);
  }
  #queue(event: Uint8Array | Promise<Uint8Array>): void {
    this.#waiting.push(event);
    if (this.#waiting.length > this.#maxQueue) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#wait);
  }
  /** Begins to write what waits. */
  #start(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#waiting;
    this.#waiting = [];
    if (events.length === 0) return;
    this.#writing = this.#writing.then(async () => {
      try {
        if (!this.#file) {
          this.#file = await platform().openToGrow(this.path, true);
          await this.#file.write(encodeTfRecord(versionEvent(Date.now() / 1000)));
        }
        for (const event of events) await this.#file.write(encodeTfRecord(await event));
      } catch (error) {
        this.#failed ??= error;
      }
    });
  }
  /** Until everything is in the file; throws what went wrong on the way. */
  async flush(): Promise<void> {
    this.#start();
    await this.#writing;
    const failed = this.#failed;
    this.#failed = null;
    if (failed) throw failed;
  }
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      await this.#file?.close();
    }
  }

  /** Makes it the writer of `f`, or until what is returned is disposed of; with a step for those that give none. */
  asDefault<T>(f: () => T): T;
  asDefault<T>(options: Options<{ step: number | null }>, f: () => T): T;
  asDefault(options?: Options<{ step: number | null }>): Scope;
  asDefault<T>(first?: (() => T) | Options<{ step: number | null }>, second?: () => T): T | Scope {
    const f = typeof first === 'function' ? first : second;
    const step = typeof first === 'function' ? undefined : first?.step;
    return scoped({ writer: this, ...(step !== undefined && step !== null && { step }) }, f);
  }
  /** Makes it the writer from now on. */
  setAsDefault(step: number | null = null): void {
    state.writer = this;
    if (step !== null) state.step = step;
  }
}

/** A writer that forgets everything. */
class NoopWriter extends SummaryWriter {
  constructor() {
    super('nowhere');
  }
  override add(): void {}
  override async flush(): Promise<void> {}
  override async close(): Promise<void> {}
}

/** Runs `f` with parts of the state changed, until its promise settles where it gives one. */
function scoped<T>(changes: Partial<State>, f: (() => T) | undefined): T | Scope {
  const before = { ...state };
  Object.assign(state, changes);
  const back = (): void => {
    for (const key of Object.keys(changes)) Object.assign(state, { [key]: before[key as keyof State] });
  };
  if (!f) return { [Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose)]: back };
  let result: T;
  try {
    result = f();
  } catch (error) {
    back();
    throw error;
  }
  if (result instanceof Promise) return result.finally(back) as T;
  back();
  return result;
}

/** A writer of the folder; its file is made with the first event. */
export const createFileWriter = (logdir: string, options: WriterOptions = {}): SummaryWriter =>
  new SummaryWriter(logdir, options);
export const createNoopWriter = (): SummaryWriter => new NoopWriter();

/** Records only where the condition holds: in `f`, or until what is returned is disposed of. */
export function recordIf<T>(condition: boolean | (() => boolean), f: () => T): T;
export function recordIf(condition: boolean | (() => boolean)): Scope;
export function recordIf<T>(condition: boolean | (() => boolean), f?: () => T): T | Scope {
  if (f !== undefined) requireFunction('summary.recordIf', f);
  return scoped({ condition }, f);
}
export const shouldRecordSummaries = (): boolean =>
  state.writer !== null && (typeof state.condition === 'function' ? state.condition() : state.condition);
export const getStep = (): number | null => state.step;
export const setStep = (step: number | null): void => {
  state.step = step;
};
/** Until the default writer, or the one given, has everything in its file. */
export const flush = guarded(
  'summary.flush',
  ['writer'],
  async (writer: SummaryWriter | null = state.writer): Promise<void> => writer?.flush(),
);

/** Internal: where a summary goes, or null where none is recorded. */
export function destination(
  method: string,
  step: number | null | undefined,
): { writer: SummaryWriter; step: number } | null {
  if (!shouldRecordSummaries()) return null;
  const at = step ?? state.step;
  if (at === null)
    throw new ValueError(
      `summary.${method}: no step; give { step }, or writer.asDefault({ step }, …), or summary.experimental.setStep(step).`,
    );
  return { writer: state.writer!, step: at };
}
