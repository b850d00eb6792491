// tf.train.TrackableView and CheckpointView: the objects of a program and of a checkpoint, and where they agree.

import { type Class, callable } from '../base/callable.ts';
import { show, ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { FormatError } from '../formats/file-error.ts';
import { VariableTensor } from '../runtime/variable.ts';
import { CheckpointReader } from './checkpoint-reader.ts';
import { namedChildren } from './trackable.ts';

/** Children of an object by the names under which checkpoints keep them. */
function childrenOf(object: object): Record<string, object> {
  if (object instanceof VariableTensor) return {};
  return Object.fromEntries(namedChildren(object).flatMap(({ names, child }) => names.map((name) => [name, child])));
}

/** The objects below one, as checkpoints see them. */
class TrackableViewBase {
  readonly root: object;
  constructor(root: object) {
    if (root === null || (typeof root !== 'object' && typeof root !== 'function'))
      throw new ValueError(`TrackableView: root: found ${show(root)}, wanted a model, a module or a checkpoint.`);
    this.root = root;
  }
  /** What is directly below an object, by name. */
  children(obj: object): Record<string, object> {
    return childrenOf(obj);
  }
  /** The root and all objects below it, each once, the nearest first. */
  descendants(): object[] {
    const found = new Set([this.root]);
    for (const object of found) for (const child of Object.values(childrenOf(object))) found.add(child);
    return [...found];
  }
}
export interface TrackableView extends TrackableViewBase {}
export const TrackableView: Class<[root: object], TrackableView> & {
  /** What is directly below an object, by name. */
  children(obj: object): Record<string, object>;
} = Object.assign(callable(TrackableViewBase, 'TrackableView'), {
  children: guarded('TrackableView.children', ['object'], childrenOf),
});

/**
 * The objects of a checkpoint, by number: `await tf.train.CheckpointView(path)`. They are read from files, so that it must be waited
 * for.
 */
export class CheckpointViewOfFile {
  readonly #reader: CheckpointReader;
  constructor(reader: CheckpointReader) {
    this.#reader = reader;
  }
  /** What is directly below an object: numbers by name. */
  children(nodeId: number): Record<string, number> {
    return Object.fromEntries(this.#reader.node(nodeId).children.map((child) => [child.localName, child.nodeId]));
  }
  /** The numbers of all objects, the nearest to the root first. */
  descendants(): number[] {
    const found = new Set([0]);
    for (const id of found) for (const child of Object.values(this.children(id))) found.add(child);
    return [...found];
  }
  /** The objects that stand at the same place under an object of the program, by their numbers here. */
  match(obj: object): Map<number, object> {
    const found = new Map<number, object>([[0, obj]]);
    for (const [id, object] of found) {
      const there = childrenOf(object);
      for (const [name, child] of Object.entries(this.children(id)))
        if (Object.hasOwn(there, name) && !found.has(child)) found.set(child, there[name]!);
    }
    return found;
  }
  /** What is on both sides, the numbers that are here alone, the objects that are there alone. */
  diff(obj: object): [overlap: Map<number, object>, onlyInCheckpoint: number[], onlyInObject: object[]] {
    const overlap = this.match(obj);
    const matched = new Set(overlap.values());
    return [
      overlap,
      this.descendants().filter((id) => !overlap.has(id)),
      TrackableView(obj)
        .descendants()
        .filter((object) => !matched.has(object)),
    ];
  }
}
export type CheckpointView = CheckpointViewOfFile;
/** Opens the objects of a checkpoint. Throws FormatError for one of TensorFlow 1, which has none. */
export async function CheckpointView(savePath: string): Promise<CheckpointView> {
  const reader = await CheckpointReader.open(savePath);
  if (!reader.objects)
    throw new FormatError(
      'unsupported',
      `${savePath}.index`,
      'the checkpoint is one of TensorFlow 1, without objects.',
    );
  return new CheckpointViewOfFile(reader);
}
