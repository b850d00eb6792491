// A TensorFlow checkpoint on disk: its tensors by key, and the objects that they belong to.
// Owns: finding the files of a prefix, reading the object graph, following names from object to object.

import type { ArrayData } from '../formats/array-data.ts';
import { FormatError } from '../formats/file-error.ts';
import { parseCheckpointState } from '../formats/tensor-bundle/checkpoint-state.ts';
import {
  type BundleEntry,
  OBJECT_GRAPH_KEY,
  shardFileName,
  TensorBundle,
} from '../formats/tensor-bundle/tensor-bundle.ts';
import { type TrackableObject, TrackableObjectGraph } from '../formats/tensorflow/object-graph-proto.ts';
import { platform } from '../platform/platform.ts';
import { readIfThere } from '../platform/read-if-there.ts';

const VALUE = 'VARIABLE_VALUE';

export class CheckpointReader {
  readonly prefix: string;
  readonly bundle: TensorBundle;
  readonly #shards: readonly Uint8Array[];
  #objects: readonly TrackableObject[] | null | undefined;

  private constructor(prefix: string, bundle: TensorBundle, shards: readonly Uint8Array[]) {
    this.prefix = prefix;
    this.bundle = bundle;
    this.#shards = shards;
  }

  /** Opens `PREFIX.index` and its data files. */
  static async open(prefix: string): Promise<CheckpointReader> {
    return CheckpointReader.#of(prefix, await platform().readFile(`${prefix}.index`));
  }
  /** The same, null where there is no such checkpoint. */
  static async openIfThere(prefix: string): Promise<CheckpointReader | null> {
    const bytes = await readIfThere(`${prefix}.index`);
    return bytes && CheckpointReader.#of(prefix, bytes);
  }
  static async #of(prefix: string, bytes: Uint8Array): Promise<CheckpointReader> {
    const index = `${prefix}.index`;
    const bundle = new TensorBundle(bytes, index);
    if (!(bundle.shardCount >= 1 && bundle.shardCount <= 4096))
      throw new FormatError(
        'bad_checkpoint',
        index,
        `the checkpoint is damaged: it says it has ${bundle.shardCount} data files.`,
      );
    const shards: Uint8Array[] = [];
    for (let i = 0; i < bundle.shardCount; i++) {
      const file = shardFileName(prefix, i, bundle.shardCount);
      const shard = await readIfThere(file);
      if (!shard)
        throw new FormatError('missing_weights', file, `the data file ${i + 1} of ${bundle.shardCount} is missing.`);
      shards.push(shard);
    }
    return new CheckpointReader(prefix, bundle, shards);
  }

  has(key: string): boolean {
    return this.bundle.entry(key) !== undefined;
  }
  entry(key: string): BundleEntry | undefined {
    return this.bundle.entry(key);
  }
  read(key: string): ArrayData {
    return this.bundle.read(key, this.#shards);
  }
  get keys(): string[] {
    return this.bundle.keys.filter((key) => key !== OBJECT_GRAPH_KEY);
  }

  /** The objects of the checkpoint; null in those of TensorFlow 1, which have names alone. */
  get objects(): readonly TrackableObject[] | null {
    if (this.#objects === undefined) {
      this.#objects = null;
      if (this.has(OBJECT_GRAPH_KEY)) {
        const { data } = this.read(OBJECT_GRAPH_KEY);
        const [bytes] = data as (string | Uint8Array)[];
        this.#objects = TrackableObjectGraph.decode(
          typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes!,
          `${this.prefix}.index`,
        ).nodes;
      }
    }
    return this.#objects;
  }
  node(id: number): TrackableObject {
    const node = this.objects?.[id];
    if (node) return node;
    throw new FormatError('bad_checkpoint', `${this.prefix}.index`, `the checkpoint has no object ${id}.`);
  }
  /** The number of a child by its name; undefined where there is none. */
  child(id: number, name: string): number | undefined {
    return this.node(id).children.find((child) => child.localName === name)?.nodeId;
  }
  /** The key of a variable's value. */
  valueKey(id: number): string | undefined {
    const { attributes } = this.node(id);
    return (attributes.find(({ name }) => name === VALUE) ?? undefined)?.checkpointKey;
  }
}

/** The prefix of the latest checkpoint in a folder; null where it has none. */
export async function latestCheckpoint(folder: string, latestFilename: string | null = null): Promise<string | null> {
  const file = `${folder}/${latestFilename ?? 'checkpoint'}`;
  if (!(await platform().exists(file))) return null;
  const { latest } = parseCheckpointState(new TextDecoder().decode(await platform().readFile(file)), file);
  const prefix = latest.startsWith('/') ? latest : `${folder}/${latest}`;
  return (await platform().exists(`${prefix}.index`)) ? prefix : null;
}
