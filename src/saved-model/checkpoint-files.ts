// tf.train's functions of checkpoint files: the tensors in one, the list of a folder, waiting for the next.
// Owns: the public forms of these. Leaves the files themselves to checkpoint-reader.ts.
import type { DType } from '../base/dtype.ts';
import { StateError, ValueError } from '../base/errors.ts';
import { type CheckpointState, parseCheckpointState } from '../formats/tensor-bundle/checkpoint-state.ts';
import { platform } from '../platform/platform.ts';
import { readIfThere } from '../platform/read-if-there.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import { STATE } from './checkpoint.ts';
import { CheckpointReader, latestCheckpoint } from './checkpoint-reader.ts';

async function openReader(path: string): Promise<CheckpointReader> {
  const prefix = (await platform().stat(path))?.kind === 'folder' ? await latestCheckpoint(path) : path;
  if (prefix === null) throw new StateError(`${path}: the folder has no checkpoint.`);
  return CheckpointReader.open(prefix);
}

/** The tensors of a checkpoint, by their names. */
export class LoadedCheckpoint {
  readonly #reader: CheckpointReader;
  constructor(reader: CheckpointReader) {
    this.#reader = reader;
  }
  /** A tensor by its name; `:0` behind it says nothing. Throws FormatError where there is none. */
  getTensor(name: string): Tensor {
    const { data, shape, dtype } = this.#reader.read(name.replace(/:0$/, ''));
    return eagerTensor(data, shape, dtype);
  }
  hasTensor(name: string): boolean {
    return this.#reader.has(name);
  }
  getVariableToShapeMap(): Record<string, readonly number[]> {
    return Object.fromEntries(this.#names().map((key) => [key, this.#reader.entry(key)!.shape]));
  }
  /** Undefined for dtypes that are not read here. */
  getVariableToDtypeMap(): Record<string, DType | undefined> {
    return Object.fromEntries(this.#names().map((key) => [key, this.#reader.entry(key)!.dtype]));
  }
  #names(): string[] {
    return this.#reader.bundle.keys.sort();
  }
}

/** Opens a checkpoint by its prefix, or the latest of a folder. */
export async function loadCheckpoint(ckptDirOrFile: string): Promise<LoadedCheckpoint> {
  return new LoadedCheckpoint(await openReader(ckptDirOrFile));
}
/** Names and shapes of the tensors in a checkpoint. */
export async function listVariables(ckptDirOrFile: string): Promise<[name: string, shape: readonly number[]][]> {
  return Object.entries((await loadCheckpoint(ckptDirOrFile)).getVariableToShapeMap());
}
/** One tensor of a checkpoint, by its name. */
export async function loadVariable(ckptDirOrFile: string, name: string): Promise<Tensor> {
  return (await loadCheckpoint(ckptDirOrFile)).getTensor(name);
}

/** What the file `checkpoint` of a folder says. */
export interface CheckpointFolderState {
  readonly modelCheckpointPath: string;
  readonly allModelCheckpointPaths: readonly string[];
  /** Seconds since 1970. */
  readonly allModelCheckpointTimestamps: readonly number[];
  readonly lastPreservedTimestamp: number;
}
/** The list of a folder's checkpoints with whole paths; null where there is none. */
export async function getCheckpointState(
  checkpointDir: string,
  latestFilename: string | null = null,
): Promise<CheckpointFolderState | null> {
  const file = `${checkpointDir}/${latestFilename ?? STATE}`;
  const bytes = await readIfThere(file);
  if (!bytes) return null;
  const state: CheckpointState = parseCheckpointState(new TextDecoder().decode(bytes), file);
  const whole = (prefix: string) => (prefix.startsWith('/') ? prefix : `${checkpointDir}/${prefix}`);
  return {
    modelCheckpointPath: whole(state.latest),
    allModelCheckpointPaths: state.all.map(whole),
    allModelCheckpointTimestamps: state.timestamps,
    lastPreservedTimestamp: state.lastPreserved ?? 0,
  };
}

export interface CheckpointsIteratorOptions {
  /** Least time between two checkpoints given. */
  readonly minIntervalSecs?: number | undefined;
  /** How long to wait for the next; null: for ever. */
  readonly timeout?: number | null | undefined;
  /** Called when the time is over: true ends, false goes on waiting. Without it the end is there. */
  readonly timeoutFn?: (() => boolean | Promise<boolean>) | null | undefined;
}
const sleep = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, Math.max(0, seconds) * 1000));

/** Gives the latest checkpoint of a folder whenever there is another one: `for await (const path of checkpointsIterator(folder))`. */
export async function* checkpointsIterator(
  checkpointDir: string,
  options: CheckpointsIteratorOptions = {},
): AsyncGenerator<string, void> {
  const { minIntervalSecs = 0, timeout = null, timeoutFn } = options;
  if (!(minIntervalSecs >= 0))
    throw new ValueError(`checkpointsIterator: minIntervalSecs: found ${minIntervalSecs}, wanted a number ≥ 0.`);
  const now = () => performance.now() / 1000;
  for (let last: string | null = null, since = now(); ; since = now()) {
    let next = await latestCheckpoint(checkpointDir);
    while ((next === null || next === last) && (timeout === null || now() - since < timeout)) {
      const left = timeout === null ? 1 : since + timeout - now();
      await sleep(Math.min(left, 1));
      next = await latestCheckpoint(checkpointDir);
    }
    if (next !== null && next !== last) {
      last = next;
      const given = now();
      yield next;
      await sleep(given + minIntervalSecs - now());
    } else if (!timeoutFn) return;
    if (timeoutFn && (await timeoutFn())) return;
  }
}
export { latestCheckpoint };
