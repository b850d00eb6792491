// tf.train.Checkpoint: variables of any objects by the names of the objects, as TensorFlow keeps them.
// Owns: numbering, writing, restoring. Leaves names to trackable.ts, and which checkpoints are kept to checkpoint-manager.ts.
import { type Class, callable } from '../base/callable.ts';
import { ShapeError, show, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import { showShape } from '../base/shape.ts';
import { FormatError } from '../formats/file-error.ts';
import { printCheckpointState } from '../formats/tensor-bundle/checkpoint-state.ts';
import { shardFileName } from '../formats/tensor-bundle/tensor-bundle.ts';
import { Variable } from '../ops/core/variable.ts';
import { platform } from '../platform/platform.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import type { VariableTensor } from '../runtime/variable.ts';
import type { CheckpointOptions } from './checkpoint-options.ts';
import { CheckpointReader } from './checkpoint-reader.ts';
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
export const STATE = 'checkpoint';
const folderOf = (prefix: string): string => (prefix.includes('/') ? prefix.slice(0, prefix.lastIndexOf('/')) : '.');
const nameOf = (prefix: string): string => prefix.slice(prefix.lastIndexOf('/') + 1);

/** Says which checkpoints a folder has, oldest first, with the times of their saving where a manager keeps them. */
export async function writeState(
  folder: string,
  prefixes: readonly string[],
  times: readonly number[],
  lastPreserved?: number,
): Promise<void> {
  const all = prefixes.map((prefix) => (folderOf(prefix) === folder ? nameOf(prefix) : prefix));
  await platform().writeFile(
    `${folder}/${STATE}`,
    printCheckpointState({ latest: all.at(-1) ?? '', all, timestamps: times, lastPreserved }),
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

/** Keys of the values that belong to an optimizer and a variable together. */
function slotKeys(reader: CheckpointReader): Set<string> {
  const ids = (reader.objects ?? []).flatMap(({ slotVariables }) =>
    slotVariables.map((slot) => slot.slotVariableNodeId),
  );
  return new Set(ids.flatMap((id) => reader.valueKey(id) ?? []));
}

type Objects = Readonly<Record<string, object>>;
type CheckpointArgs = [objects?: Objects] | [root: object, objects?: Objects];

/**
 * Objects whose variables are saved together: `new tf.train.Checkpoint({ model, optimizer, step })`. The parts of a `root` stand
 * beside the named ones, without a name above them: `new tf.train.Checkpoint(model)`.
 */
class CheckpointBase {
  readonly [name: string]: unknown;
  readonly saveCounter: VariableTensor;
  readonly #root: object | null;
  readonly #objects: Objects;

  constructor(...args: CheckpointArgs) {
    const [first, second] = args;
    const named = ((first === undefined || isRecord(first) ? first : second) ?? {}) as Objects;
    const { root = null, ...objects } = isRecord(first) || first === undefined ? named : { ...named, root: first };
    this.#root = root;
    for (const [name, object] of Object.entries(root ? { root, ...objects } : objects)) {
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
    if (this.#root) {
      addObjects(graph, 0, this.#root);
      graph.link(0, 'root', 0);
    }
    addObjects(graph, 0, this.#objects);
    // A lone root has its objects beside the checkpoint's own.
    graph.link(0, 'save_counter', graph.add(this.saveCounter));
    return graph;
  }
  /** Writes under exactly this prefix; gives it. */
  async write(filePrefix: string, options: CheckpointOptions = {}): Promise<string> {
    await writeCheckpoint(filePrefix, this.#graph());
    for (const callback of options.experimentalWriteCallbacks ?? []) await callback(filePrefix);
    return filePrefix;
  }
  /** Writes under the prefix and the next number, and makes it the folder's latest; gives `prefix-1`. */
  async save(filePrefix: string, options: CheckpointOptions = {}): Promise<string> {
    const prefix = `${filePrefix}-${this.countSave()}`;
    await this.write(prefix, options);
    await saveState(prefix);
    return prefix;
  }
  /** Internal: one save more; gives its number. */
  countSave(): number {
    const number = Number(this.saveCounter.snapshot().item()) + 1;
    this.saveCounter.set(eagerTensor(BigInt64Array.of(BigInt(number)), [], 'int64'));
    return number;
  }
  /** Sets all variables that the checkpoint has values for; nothing changes where one does not fit. */
  async restore(savePath: string | null, options: CheckpointOptions = {}): Promise<LoadStatus> {
    if (savePath === null) return new LoadStatus('no checkpoint', [], []);
    return this.read(savePath, options);
  }
  /** As `restore`; what was written by `write` has no number. */
  async read(savePath: string, options: CheckpointOptions = {}): Promise<LoadStatus> {
    const reader = await CheckpointReader.open(savePath);
    if (!reader.objects)
      throw new FormatError(
        'unsupported',
        `${savePath}.index`,
        'the checkpoint is one of TensorFlow 1, without objects. Read its tensors with tf.train.loadVariable.',
      );
    const skipped = options.experimentalSkipSlotVariables ? slotKeys(reader) : new Set<string>();
    const found = [
      ...(this.#root ? findVariables(this.#root, reader, 0) : []),
      ...findVariables({ ...this.#objects, save_counter: this.saveCounter }, reader, 0),
    ].filter(({ key }) => key === undefined || !skipped.has(key));
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
export const Checkpoint: Class<CheckpointArgs, Checkpoint> = callable(CheckpointBase, 'Checkpoint');
