// Functions of the user's own that run in other threads: a module that the workers import, and the name of what it exports.
// Owns: the pool, and the way of elements there and back. Where no worker can be had, the calling thread runs the function.
import type { DType } from '../base/dtype.ts';
import { ValueError } from '../base/errors.ts';
import { threadsFor } from '../base/threads.ts';
import { platform } from '../platform/platform.ts';
import { WorkerEnded, WorkerPool } from '../platform/worker-pool.ts';
import { eagerTensor } from '../runtime/tensor.ts';
import { callFunction, fromSent, toSent } from './plain-values.ts';

/**
 * A function for `Dataset.map` in worker threads. It gets each tensor as a typed array (texts: a list) with a `shape`, and gives
 * those, numbers, nested lists or tensors; it may be asynchronous.
 */
export interface ModuleFunction {
  /** The module's address: `new URL('./prepare.js', import.meta.url)`. */
  readonly module: URL | string;
  /** What it exports the function as: 'default' unless said. */
  readonly name?: string;
}

export const isModuleFunction = (value: unknown): value is ModuleFunction =>
  value !== null && typeof value === 'object' && 'module' in value;

let pool: WorkerPool | undefined;
function workersOf(): WorkerPool {
  if (pool === undefined) {
    const file = new URL('./function-worker.js', import.meta.url);
    // The sources run as they are, where the program can load them.
    if (import.meta.url.endsWith('.ts')) file.pathname = file.pathname.replace(/js$/, 'ts');
    pool = new WorkerPool(file, Math.max(1, threadsFor(platform().hardwareConcurrency)));
  }
  return pool;
}

/** The function as `map` calls it, or whoever `where` names. */
export function inWorkers(
  { module, name = 'default' }: ModuleFunction,
  where = 'Dataset.map',
): (...args: never) => Promise<unknown> {
  const address = String(module);
  if (!URL.canParse(address))
    throw new ValueError(
      `${where}: module '${address}' is no address; wanted a URL: new URL('./file.js', import.meta.url).`,
    );
  return async (...args: unknown[]) => {
    const question = { module: address, name, args: args.map(toSent) };
    const answer = await workersOf()
      .ask(question)
      .catch((error: unknown) => {
        if (error instanceof WorkerEnded) return callFunction(question);
        throw error;
      });
    return fromSent(answer, ({ dims, dtype, data }) => eagerTensor(data as Float32Array, [...dims], dtype as DType));
  };
}
