// tf.train.CheckpointManager: the last checkpoints of a folder.
// Owns: which are kept, which are removed, and when one is due. Leaves writing to checkpoint.ts.
import { type Class, callable } from '../base/callable.ts';
import { show, ValueError } from '../base/errors.ts';
import { parseCheckpointState } from '../formats/tensor-bundle/checkpoint-state.ts';
import { platform } from '../platform/platform.ts';
import { Tensor } from '../runtime/tensor.ts';
import { type Checkpoint, STATE, writeState } from './checkpoint.ts';
import type { CheckpointOptions } from './checkpoint-options.ts';

export interface CheckpointManagerOptions {
  /** How many are kept; null: all. */
  readonly maxToKeep?: number | null | undefined;
  /** Of those that go, one every so many hours stays for ever. */
  readonly keepCheckpointEveryNHours?: number | null | undefined;
  readonly checkpointName?: string | undefined;
  /** The variable that counts steps, for `checkpointInterval`. */
  readonly stepCounter?: Tensor | null | undefined;
  /** Least number of steps between two checkpoints. */
  readonly checkpointInterval?: number | null | undefined;
  /** What to do where there is nothing to restore. */
  readonly initFn?: (() => void | Promise<void>) | null | undefined;
  /** The step of the last checkpoint, from which `checkpointInterval` counts. */
  readonly lastCheckpointStep?: number | null | undefined;
}
export interface SaveCheckpointOptions {
  /** Its number in place of the checkpoint's own count. */
  readonly checkpointNumber?: number | Tensor | null | undefined;
  /** False: saves before `checkpointInterval` is over, though never twice at one step. */
  readonly checkInterval?: boolean | undefined;
  readonly options?: CheckpointOptions | null | undefined;
}

interface Kept {
  readonly prefix: string;
  /** Seconds since 1970. */
  readonly time: number;
}
type SaveArgs = [options: SaveCheckpointOptions] | [checkpointNumber?: number | Tensor | null, checkInterval?: boolean];

/** Keeps the last checkpoints of a folder: `await manager.save()`, `await checkpoint.restore(manager.latestCheckpoint)`. */
class CheckpointManagerBase {
  readonly checkpoint: Checkpoint;
  readonly directory: string;
  readonly checkpointInterval: number | null;
  readonly #maxToKeep: number | null;
  readonly #keepEvery: number | null;
  readonly #name: string;
  readonly #counter: Tensor | null;
  readonly #initialize: (() => void | Promise<void>) | null;
  #lastStep: number | null;
  // A little back, as TensorFlow's, so that what a manager made again at once saves counts as new.
  #lastPreserved = Date.now() / 1000 - 1;
  #kept: readonly Kept[] | null = null;

  constructor(checkpoint: Checkpoint, directory: string, options: CheckpointManagerOptions = {}) {
    const { maxToKeep = 5, checkpointInterval = null, stepCounter = null } = options;
    if (maxToKeep !== null && !(Number.isInteger(maxToKeep) && maxToKeep >= 1))
      throw new ValueError(
        `CheckpointManager: maxToKeep: found ${show(maxToKeep)}, wanted a whole number ≥ 1, or null for all.`,
      );
    if (checkpointInterval !== null && !(stepCounter instanceof Tensor))
      throw new ValueError(
        `CheckpointManager: stepCounter: found ${show(stepCounter)}, wanted the variable that counts steps, as checkpointInterval is ${show(checkpointInterval)}.`,
      );
    this.checkpoint = checkpoint;
    this.directory = directory.replace(/\/+$/, '');
    this.checkpointInterval = checkpointInterval;
    this.#maxToKeep = maxToKeep;
    this.#keepEvery = options.keepCheckpointEveryNHours ?? null;
    this.#name = options.checkpointName ?? 'ckpt';
    this.#counter = stepCounter;
    this.#initialize = options.initFn ?? null;
    this.#lastStep = options.lastCheckpointStep ?? null;
    const bytes = platform().readNow(this.#stateFile);
    if (bytes)
      this.#kept = this.#listed(bytes).filter(({ prefix }) => platform().readNow(`${prefix}.index`) !== undefined);
  }
  get #stateFile(): string {
    return `${this.directory}/${STATE}`;
  }
  /** The checkpoints that the folder's list names. */
  #listed(bytes: Uint8Array): Kept[] {
    const state = parseCheckpointState(new TextDecoder().decode(bytes), this.#stateFile);
    this.#lastPreserved = Math.min(state.lastPreserved ?? 0, Date.now() / 1000);
    return state.all.map((prefix, i) => ({
      prefix: prefix.startsWith('/') ? prefix : `${this.directory}/${prefix}`,
      time: state.timestamps[i] ?? 0,
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
  /** Whether a checkpoint is due at the counter's step; remembers the step if so. */
  #due(checkInterval: boolean): boolean {
    if (this.checkpointInterval === null) return true;
    const step = Number(this.#counter!.item());
    const last = this.#lastStep;
    if (last !== null && (step === last || (checkInterval && step < last + this.checkpointInterval))) return false;
    this.#lastStep = step;
    return true;
  }
  /** Writes one more, under the checkpoint's next number or the given one, and removes the oldest; null where none is due. */
  async save(...args: SaveArgs): Promise<string | null> {
    const [first, second] = args;
    const { checkpointNumber, checkInterval, options }: SaveCheckpointOptions =
      first === null || first === undefined || typeof first === 'number' || first instanceof Tensor
        ? { checkpointNumber: first, checkInterval: second }
        : first;
    if (!this.#due(checkInterval ?? true)) return null;
    const kept = await this.#known();
    const counted = this.checkpoint.countSave();
    const number = checkpointNumber ?? counted;
    const prefix = await this.checkpoint.write(
      `${this.directory}/${this.#name}-${typeof number === 'number' ? number : Number(number.item())}`,
      options ?? {},
    );
    const all = [...kept.filter((other) => other.prefix !== prefix), { prefix, time: Date.now() / 1000 }];
    const oldest = this.#maxToKeep === null ? [] : all.splice(0, Math.max(0, all.length - this.#maxToKeep));
    const removed = oldest.filter(({ time }) => {
      const stays = !!this.#keepEvery && time - this.#keepEvery * 3600 >= this.#lastPreserved;
      if (stays) this.#lastPreserved = time;
      return !stays;
    });
    // The list first: a crash in between leaves files that nobody names, not names without files.
    await writeState(
      this.directory,
      all.map((other) => other.prefix),
      all.map(({ time }) => time),
      this.#lastPreserved,
    );
    for (const { prefix: old } of removed) await this.#remove(old);
    this.#kept = all;
    return prefix;
  }
  async #remove(prefix: string): Promise<void> {
    await platform().remove(`${prefix}.index`);
    const name = prefix.slice(prefix.lastIndexOf('/') + 1);
    for (const { name: file } of await platform().readFolder(this.directory))
      if (file.startsWith(`${name}.data-`)) await platform().remove(`${this.directory}/${file}`);
  }
  /** Restores the latest; without one calls `initFn`. Gives the prefix, or null. */
  async restoreOrInitialize(): Promise<string | null> {
    const latest = (await this.#known()).at(-1)?.prefix ?? null;
    if (latest !== null) await this.checkpoint.restore(latest);
    else await this.#initialize?.();
    return latest;
  }
  /** Returns when everything is written, which it is once `save` has resolved. */
  async sync(): Promise<void> {}
}
export interface CheckpointManager extends CheckpointManagerBase {}
export const CheckpointManager: Class<
  [checkpoint: Checkpoint, directory: string, options?: CheckpointManagerOptions],
  CheckpointManager
> = callable(CheckpointManagerBase, 'CheckpointManager');
