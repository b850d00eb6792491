// Workers that answer questions: each question goes to the first worker that is free, each answer to who asked.
// Owns: starting as many as are of use, their end when nobody asks any more, what happens where they cannot start or fail.
// A worker's file answers `{ id, question }` with `{ id, answer }` or `{ id, error }`, by way of answering() below.
import { isNode } from './platform.ts';
import { type WorkerHandle, type WorkerLimits, workers } from './workers.ts';

/** Milliseconds without a question after which workers end. */
const PATIENCE = 10_000;

interface Job {
  readonly question: unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}
interface Member {
  readonly handle: WorkerHandle;
  job: Job | null;
}
interface Reply {
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: unknown;
}

/** A question was not answered because its worker is no more. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded';
}

export class WorkerPool {
  readonly #file: URL;
  readonly #data: object;
  readonly #most: number;
  readonly #limits: WorkerLimits;
  readonly #members = new Set<Member>();
  readonly #waiting: Job[] = [];
  #why: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `data` reaches each worker as it starts. */
  constructor(file: URL, most: number, data: object = {}, limits: WorkerLimits = {}) {
    this.#file = file;
    this.#most = most;
    this.#data = data;
    this.#limits = limits;
  }

  /** The most questions that are worked on at once. */
  get size(): number {
    return this.#most;
  }
  /** Why there are no workers; null while there may be. */
  get failure(): string | null {
    return this.#why;
  }

  /** The answer of a worker; a WorkerEnded where none is left to ask. */
  ask(question: unknown): Promise<unknown> {
    if (this.#why !== null) return Promise.reject(new WorkerEnded(this.#why));
    clearTimeout(this.#timer);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      this.#hand();
    });
  }

  /** Ends the workers; the next question starts new ones. */
  close(): void {
    for (const { handle } of this.#members) handle.terminate();
    this.#members.clear();
  }

  #hand(): void {
    for (const member of this.#members) if (!member.job) this.#give(member);
    while (this.#waiting.length > 0 && this.#members.size < this.#most && this.#why === null) this.#start();
  }
  #give(member: Member): void {
    const job = this.#waiting.shift();
    member.job = job ?? null;
    member.handle.hold(job !== undefined);
    if (job) {
      try {
        member.handle.post({ id: 0, question: job.question });
      } catch (error) {
        // What cannot be sent is the question's fault, not the worker's.
        member.job = null;
        member.handle.hold(false);
        job.reject(error);
        this.#give(member);
      }
    } else if ([...this.#members].every((other) => !other.job)) this.#rest();
  }
  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), PATIENCE);
    if (isNode()) (this.#timer as { unref?: () => void }).unref?.();
  }

  #start(): void {
    let member: Member | null = null;
    const ended = (why: string): void => {
      if (!member || !this.#members.delete(member)) return;
      this.#why = why;
      const error = new WorkerEnded(why);
      member.job?.reject(error);
      if (this.#members.size === 0) for (const job of this.#waiting.splice(0)) job.reject(error);
    };
    const heard = (message: unknown): void => {
      if (!member) return;
      const { answer, error, id } = message as Reply;
      const { job } = member;
      if (id === undefined || !job) return;
      member.job = null;
      if (error !== undefined) job.reject(error);
      else job.resolve(answer);
      this.#give(member);
    };
    try {
      member = { handle: workers.start(this.#file, this.#data, ended, heard, this.#limits), job: null };
    } catch (error) {
      this.#why = String(error);
      for (const job of this.#waiting.splice(0)) job.reject(new WorkerEnded(this.#why));
      return;
    }
    this.#members.add(member);
    this.#give(member);
  }
}

/** What a worker's function gives: the answer, and buffers that go over whole instead of being copied. */
export interface Answer {
  readonly answer: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

interface Port {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): void;
}

/** Makes this thread a worker of a pool: `answer` is asked the questions, and given the data that the pool has for all. */
export function answering(answer: (question: unknown, data: unknown) => Promise<Answer>): void {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const threads = process?.getBuiltinModule?.('node:worker_threads') as
    | { parentPort: Port | null; workerData: unknown }
    | undefined;
  const serve = async (message: unknown, data: unknown, post: Port['postMessage']): Promise<void> => {
    const { id, question } = message as { id: number; question: unknown };
    try {
      const given = await answer(question, data);
      post({ id, answer: given.answer }, given.transfer ?? []);
    } catch (error) {
      post({ id, error }, []);
    }
  };
  const port = threads?.parentPort;
  if (port) {
    const post = port.postMessage.bind(port);
    port.on('message', (message) => void serve(message, threads.workerData, post));
    return;
  }
  let data: unknown;
  let isFirst = true;
  const self = globalThis as object as {
    onmessage?: (event: { data: unknown }) => void;
    postMessage?: (message: unknown, transfer: readonly ArrayBuffer[]) => void;
  };
  self.onmessage = (event) => {
    // A page's worker gets the pool's data as its first message.
    if (isFirst) data = event.data;
    else void serve(event.data, data, (message, transfer) => self.postMessage?.(message, transfer));
    isFirst = false;
  };
}
