// tf.train.Checkpoint and CheckpointManager: variables of any objects by the names of the objects, as TensorFlow keeps them.
// Owns: numbering, the file `checkpoint` that names the latest, removing old ones. Leaves names to trackable.ts.
import { type Class, callable } from '../base/callable.ts';
import { ShapeError, StateError, show, ValueError } from '../base/errors.ts';
import { showShape } from '../base/shape.ts';
import { FormatError } from '../formats/file-error.ts';
import { parseCheckpointState, printCheckpointState } from '../formats/tensor-bundle/checkpoint-state.ts';
import { shardFileName } from '../formats/tensor-bundle/tensor-bundle.ts';
import { Variable } from '../ops/core/variable.ts';
import { platform } from '../platform/platform.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import type { VariableTensor } from '../runtime/variable.ts';
import { CheckpointReader, latestCheckpoint } from './checkpoint-reader.ts';
import { ObjectGraph } from './object-graph.ts';
import { addObjects, findVariables } from './trackable.ts';

/** What `checkpoint.restore` found. */
export class LoadStatus {
  readonly #path: string;
  /** Variables that the checkpoint has nothing for, and keys that no variable took. */
  readonly unmatched: readonly string[];
  readonly unused: readonly string[];
  constructor(path: string, unmatched: readonly string[], unused: readonly string[]) {
    this.#path = path;
    this.unmatched = unmatched;
    this.unused = unused;
  }
  /** Throws unless every variable was in the checkpoint and everything in the checkpoint was taken. */
  assertConsumed(): this {
    if (this.unused.length > 0)
      throw new ValueError(
        `${this.#path}: not taken from the checkpoint: ${this.unused.slice(0, 10).join(', ')}. Were the models built, and is the object the same?`,
      );
    return this.assertExistingObjectsMatched();
  }
  /** Throws unless every variable was in the checkpoint. */
  assertExistingObjectsMatched(): this {
    if (this.unmatched.length > 0)
      throw new ValueError(`${this.#path}: the checkpoint has nothing for ${this.unmatched.slice(0, 10).join(', ')}.`);
    return this;
  }
  assertNontrivialMatch(): this {
    return this;
  }
  /** Says that a part is enough. */
  expectPartial(): this {
    return this;
  }
}

/** The file that names the latest checkpoint of a folder. */
const STATE = 'checkpoint';
const folderOf = (prefix: string): string => (prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '.');
const nameOf = (prefix: string): string => prefix.slice(prefix.lastIndexOf('/') + 1);

async function writeState(folder: string, prefixes: readonly string[], times: readonly number[]): Promise<void> {
  const all = prefixes.map((prefix) => (folderOf(prefix) === folder ? nameOf(prefix) : prefix));
  await platform().writeFile(
    `${folder}/${STATE}`,
    printCheckpointState({ latest: all.at(-1) ?? '', all, timestamps: times }),
  );
}

/** Writes the two files of a checkpoint; the index last, so that what is half written is not found. */
export async function writeCheckpoint(prefix: string, graph: ObjectGraph): Promise<void> {
  const { index, data } = graph.checkpoint();
  await platform().writeFile(shardFileName(prefix, 0, 1), data);
  await platform().writeFile(`${prefix}.index`, index);
}
export async function saveState(prefix: string): Promise<void> {
  await writeState(folderOf(prefix), [prefix], []);
}

/** Objects whose variables are saved together: `new tf.train.Checkpoint({ model, optimizer, step })`. */
class CheckpointBase {
  readonly [name: string]: unknown;
  readonly saveCounter: VariableTensor;
  readonly #objects: Readonly<Record<string, object>>;

  constructor(objects: Readonly<Record<string, object>> = {}) {
    for (const [name, object] of Object.entries(objects)) {
      if (object === null || (typeof object !== 'object' && typeof object !== 'function'))
        throw new ValueError(
          `Checkpoint: ${name}: found ${show(object)}, wanted a variable, a model, an optimizer or a module.`,
        );
      Reflect.set(this, name, object);
    }
    this.#objects = objects;
    this.saveCounter = new Variable(eagerTensor(BigInt64Array.of(0n), [], 'int64'), {
      name: 'save_counter',
      trainable: false,
    });
  }
  #graph(): ObjectGraph {
    const graph = new ObjectGraph();
    graph.add();
    addObjects(graph, 0, this.#objects);
    // A lone root has its objects beside the checkpoint's own.
    graph.link(0, 'save_counter', graph.add(this.saveCounter));
    return graph;
  }
  /** Writes under exactly this prefix; gives it. */
  async write(filePrefix: string): Promise<string> {
    await writeCheckpoint(filePrefix, this.#graph());
    return filePrefix;
  }
  /** Writes under the prefix and the next number, and makes it the folder's latest; gives `prefix-1`. */
  async save(filePrefix: string): Promise<string> {
    const number = this.saveCounter.snapshot().item() + 1;
    this.saveCounter.set(eagerTensor(BigInt64Array.of(BigInt(number)), [], 'int64'));
    const prefix = `${filePrefix}-${number}`;
    await this.write(prefix);
    await saveState(prefix);
    return prefix;
  }
  /** Sets all variables that the checkpoint has values for; nothing changes where one does not fit. */
  async restore(savePath: string | null): Promise<LoadStatus> {
    if (savePath === null) return new LoadStatus('no checkpoint', [], []);
    return this.read(savePath);
  }
  async read(savePath: string): Promise<LoadStatus> {
    const reader = await CheckpointReader.open(savePath);
    if (!reader.objects)
      throw new FormatError(
        'unsupported',
        `${savePath}.index`,
        'the checkpoint is one of TensorFlow 1, without objects. Read its tensors with tf.train.loadVariable.',
      );
    const found = findVariables({ ...this.#objects, save_counter: this.saveCounter }, reader, 0);
    const taken = found.filter(({ key }) => key !== undefined);
    const values = taken.map(({ variable, path, key }): [VariableTensor, Tensor] => {
      const { data, shape, dtype } = reader.read(key!);
      if (
        shape.length !== variable.dims.length ||
        shape.some((n, axis) => n !== variable.dims[axis]) ||
        dtype !== variable.dtype
      )
        throw new ShapeError(
          `${savePath}: '${path}' is ${dtype}${showShape(shape)} in the checkpoint, the variable ${variable.dtype}${showShape(variable.dims)}.`,
        );
      return [variable, eagerTensor(data, shape, dtype)];
    });
    for (const [variable, value] of values) variable.set(value);
    const used = new Set(taken.map(({ key }) => key));
    return new LoadStatus(
      savePath,
      found.filter(({ key, variable }) => key === undefined && variable !== this.saveCounter).map(({ path }) => path),
      reader.keys.filter((key) => !used.has(key) && !key.startsWith('save_counter')),
    );
  }
}
export interface Checkpoint extends CheckpointBase {}
export const Checkpoint: Class<[objects?: Readonly<Record<string, object>>], Checkpoint> = callable(
  CheckpointBase,
  'Checkpoint',
);

export interface CheckpointManagerOptions {
  /** How many are kept; null: all. */
  readonly maxToKeep?: number | null | undefined;
  readonly checkpointName?: string | undefined;
  readonly initFn?: (() => void | Promise<void>) | undefined;
}

interface Kept {
  readonly prefix: string;
  readonly time: number;
}

/** Keeps the last checkpoints of a folder: `await manager.save()`, `await checkpoint.restore(manager.latestCheckpoint)`. */
class CheckpointManagerBase {
  readonly checkpoint: Checkpoint;
  readonly directory: string;
  readonly #maxToKeep: number | null;
  readonly #name: string;
  readonly #initialize: (() => void | Promise<void>) | undefined;
  #kept: readonly Kept[] | null = null;

  constructor(checkpoint: Checkpoint, directory: string, options: CheckpointManagerOptions = {}) {
    const { maxToKeep = 5 } = options;
    if (maxToKeep !== null && !(Number.isInteger(maxToKeep) && maxToKeep >= 1))
      throw new ValueError(
        `CheckpointManager: maxToKeep: found ${show(maxToKeep)}, wanted a whole number ≥ 1, or null for all.`,
      );
    this.checkpoint = checkpoint;
    this.directory = directory.replace(/\/+$/, '');
    this.#maxToKeep = maxToKeep;
    this.#name = options.checkpointName ?? 'ckpt';
    this.#initialize = options.initFn;
    const bytes = platform().readNow(this.#stateFile);
    if (bytes)
      this.#kept = this.#listed(bytes).filter(({ prefix }) => platform().readNow(`${prefix}.index`) !== undefined);
  }
  get #stateFile(): string {
    return `${this.directory}/${STATE}`;
  }
  /** The checkpoints that the folder's list names. */
  #listed(bytes: Uint8Array): Kept[] {
    const { all, timestamps } = parseCheckpointState(new TextDecoder().decode(bytes), this.#stateFile);
    return all.map((prefix, i) => ({
      prefix: prefix.startsWith('/') ? prefix : `${this.directory}/${prefix}`,
      time: timestamps[i] ?? 0,
    }));
  }
  async #known(): Promise<readonly Kept[]> {
    if (this.#kept) return this.#kept;
    const kept: Kept[] = [];
    if (await platform().exists(this.#stateFile))
      for (const one of this.#listed(await platform().readFile(this.#stateFile)))
        if (await platform().exists(`${one.prefix}.index`)) kept.push(one);
    this.#kept = kept;
    return kept;
  }
  /**
   * The prefix of the latest, null where there is none. Where files must be waited for (in browsers) those of earlier programs are
   * known after the first `save`, `checkpoints` or `restoreOrInitialize`.
   */
  get latestCheckpoint(): string | null {
    return this.#kept?.at(-1)?.prefix ?? null;
  }
  /** Prefixes of all that are kept, oldest first. */
  async checkpoints(): Promise<string[]> {
    return (await this.#known()).map(({ prefix }) => prefix);
  }
  /** Writes one more, under the checkpoint's next number or the given one, and removes the oldest. */
  async save(checkpointNumber?: number): Promise<string> {
    const kept = await this.#known();
    const prefix =
      checkpointNumber === undefined
        ? await this.checkpoint.save(`${this.directory}/${this.#name}`)
        : await this.checkpoint.write(`${this.directory}/${this.#name}-${checkpointNumber}`);
    const all = [...kept.filter((other) => other.prefix !== prefix), { prefix, time: Date.now() / 1000 }];
    const removed = this.#maxToKeep === null ? [] : all.splice(0, Math.max(0, all.length - this.#maxToKeep));
    await writeState(
      this.directory,
      all.map((other) => other.prefix),
      all.map(({ time }) => time),
    );
    for (const { prefix: old } of removed) {
      await platform().remove(`${old}.index`);
      await platform().remove(shardFileName(old, 0, 1));
    }
    this.#kept = all;
    return prefix;
  }
  /** Restores the latest; without one calls `initFn`. Gives the prefix, or null. */
  async restoreOrInitialize(): Promise<string | null> {
    const latest = (await this.#known()).at(-1)?.prefix ?? null;
    if (latest !== null) await this.checkpoint.restore(latest);
    else await this.#initialize?.();
    return latest;
  }
}
export interface CheckpointManager extends CheckpointManagerBase {}
export const CheckpointManager: Class<
  [checkpoint: Checkpoint, directory: string, options?: CheckpointManagerOptions],
  CheckpointManager
> = callable(CheckpointManagerBase, 'CheckpointManager');

async function openReader(path: string): Promise<CheckpointReader> {
  const prefix = (await platform().stat(path))?.kind === 'folder' ? await latestCheckpoint(path) : path;
  if (prefix === null) throw new StateError(`${path}: the folder has no checkpoint.`);
  return CheckpointReader.open(prefix);
}
/** Names and shapes of the tensors in a checkpoint. */
export async function listVariables(path: string): Promise<[name: string, shape: readonly number[]][]> {
  const reader = await openReader(path);
  return reader.bundle.keys.sort().map((key) => [key, reader.entry(key)!.shape]);
}
/** One tensor of a checkpoint, by its name. */
export async function loadVariable(path: string, name: string): Promise<Tensor> {
  const reader = await openReader(path);
  const { data, shape, dtype } = reader.read(name.replace(/:0$/, ''));
  return eagerTensor(data, shape, dtype);
}
export { latestCheckpoint };
