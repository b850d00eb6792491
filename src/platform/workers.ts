// Threads of the platform: Node's worker threads, a page's web workers.
// Owns: starting one from a file, hearing of its end, not keeping the process alive. What workers do is their file's business.
import { isNode, platform } from './platform.ts';

export interface WorkerHandle {
  /** Ends it. */
  terminate(): void;
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Whether the program must not end while this worker is at work. */
  hold(isAtWork: boolean): void;
}

/** In Node: what V8 may take for objects that are new. Without it, that grows to 48 MB a worker before anything settles. */
export interface WorkerLimits {
  readonly maxYoungGenerationSizeMb?: number;
}

interface NodeWorker {
  ref(): void;
  unref(): void;
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  terminate(): Promise<number>;
  on(event: 'message', listener: (message: unknown) => void): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  on(event: 'exit', listener: (code: number) => void): void;
}
type NodeWorkerClass = new (file: URL, options: object) => NodeWorker;

/** Node's module without an import that a bundler for browsers would follow; undefined before Node 20.16. */
function nodeWorkers(): NodeWorkerClass | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return (process?.getBuiltinModule?.('node:worker_threads') as { Worker?: NodeWorkerClass } | undefined)?.Worker;
}

/**
 * Starts a worker that gets `data`: as `workerData` in Node, as its first message in a page. `ended` is told why it is no more,
 * `heard` what it says. Throws where there are no workers.
 */
function start(
  file: URL,
  data: object,
  ended: (why: string) => void,
  heard?: (message: unknown) => void,
  limits: WorkerLimits = {},
): WorkerHandle {
  if (isNode()) {
    const Worker = nodeWorkers();
    if (!Worker) throw new Error('this version of Node does not give worker threads to a package without an import');
    // Loaders and flags of the program are for TypeScript: other files are plain JavaScript.
    const flags = file.pathname.endsWith('.ts') ? {} : { execArgv: [] };
    const worker = new Worker(file, { workerData: data, ...flags, resourceLimits: limits, name: 'cornu' });
    worker.on('error', (error) => ended(String(error)));
    worker.on('exit', (code) => ended(`it exited with code ${code}.`));
    if (heard) worker.on('message', heard);
    // The program ends when it has nothing else to do.
    worker.unref();
    return {
      terminate: () => void worker.terminate(),
      post: (message, transfer) => worker.postMessage(message, transfer),
      hold: (isAtWork) => (isAtWork ? worker.ref() : worker.unref()),
    };
  }
  const worker = new Worker(file, { type: 'module', name: 'cornu' });
  worker.onerror = (event) => {
    event.preventDefault();
    ended(event.message ?? 'its file could not be loaded.');
  };
  if (heard) worker.onmessage = (event) => heard(event.data);
  worker.postMessage(data);
  return {
    terminate: () => worker.terminate(),
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    hold: () => {},
  };
}

/** Threads for the engine. */
export const workers = {
  get processors(): number {
    return platform().hardwareConcurrency;
  },
  start,
  /** Whether the calling thread may sleep: a page must not. */
  mayWait: isNode() || typeof document === 'undefined',
};
