// Dataset.save, load and snapshot: elements in files that TensorFlow writes and reads too.
// Owns: the passes. A pass that ends early, or a program that is cut, leaves nothing that could be taken for whole.
import { FileError, show, ValueError } from '../base/errors.ts';
import { recordCutter } from '../formats/tfrecord.ts';
import { joinPath } from '../platform/path.ts';
import { platform } from '../platform/platform.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import type { DatasetBase } from './dataset.ts';
import { DONE, type Later, type Pull, thenClose, whenThere } from './pull.ts';
import {
  decodeSpec,
  decodeTensor,
  dtypeNumbers,
  encodeElement,
  encodeSpec,
  METADATA_FILE,
  packElement,
  partsPerElement,
  SnapshotMetadata,
  SPEC_FILE,
} from './saved-format.ts';
import { ShardFile } from './shard-file.ts';
import { callAt, Pass, type Source, UNKNOWN, whole } from './source.ts';
import { type Compression, compressionOf, cutFile, listSource } from './sources/files.ts';
import { commonSpec, type Spec, specOf } from './spec.ts';
import { interleaved } from './transformations/flat-map.ts';
import type { Arguments, Element } from './types.ts';

type PackedAs = 'GZIP' | 'AUTO' | 'NONE' | '' | null;
export interface SaveOptions<T extends Element = Element>
  extends Options<{
    compression: PackedAs;
    /** The number of the file that an element goes into; all go into one otherwise. */
    shardFunc: (...args: Arguments<T>) => Tensor | number | Promise<Tensor | number>;
  }> {}
/** What makes one data set of those of the files. Files take turns otherwise. */
export interface ReaderOption
  extends Options<{ readerFunc: (shards: DatasetBase<DatasetBase<Element>>) => DatasetBase<Element> }> {}
export interface LoadOptions extends ReaderOption, Options<{ elementSpec: Spec | null; compression: PackedAs }> {}
/** Puts the data sets of files together, as `readerFunc` does with data sets of data sets. */
export type ReadShards = (shards: readonly Source[]) => Source;

const compression = (given: unknown, where: string): Compression =>
  given === 'AUTO' || given === 'NONE' ? '' : compressionOf(given, where);

/** Which file an element goes into. */
type ShardOf = (element: unknown, index: number) => Later<number>;

function shardOf(f: unknown, where: string): ShardOf {
  if (f === undefined || f === null) return () => 0;
  if (typeof f !== 'function') throw new ValueError(`${where}: shardFunc: found ${show(f)}, wanted a function.`);
  return (element, index) =>
    callAt(where.slice('Dataset.'.length), f as (...args: never) => unknown, element, index, (shard) =>
      whole(shard, `${where.slice('Dataset.'.length)}: what shardFunc gives`, 0),
    );
}

/** Writes elements as they come; what it writes counts only after `finish`. */
class Writer {
  readonly #folder: string;
  readonly #packing: Compression;
  readonly #runId: string;
  readonly #where: string;
  readonly #shardOf: ShardOf;
  readonly #shards = new Map<number, ShardFile>();
  #count = 0;
  #spec: Spec | null = null;

  constructor(folder: string, packing: Compression, shardOf: ShardOf, where: string) {
    this.#folder = folder;
    this.#packing = packing;
    this.#shardOf = shardOf;
    this.#where = where;
    this.#runId = String(crypto.getRandomValues(new BigUint64Array(1))[0]);
  }

  #shard(number: number): ShardFile {
    let shard = this.#shards.get(number);
    if (!shard)
      this.#shards.set(number, (shard = new ShardFile(joinPath(this.#folder, this.#runId), number, this.#packing)));
    return shard;
  }
  add(element: unknown): Later<void> {
    const spec = specOf(element);
    const common = this.#spec ? commonSpec(this.#spec, spec) : spec;
    if (!common)
      throw new ValueError(
        `${this.#where}: element ${this.#count} has other dtypes, ranks or parts than those before.`,
      );
    this.#spec = common;
    const records = encodeElement(element, this.#where);
    return whenThere(this.#shardOf(element, this.#count++), (number) => this.#shard(number).add(records));
  }
  async finish(below: Source): Promise<void> {
    if (this.#shards.size === 0) this.#shard(0);
    for (const shard of this.#shards.values()) await shard.finish();
    const spec = this.#spec ?? below.spec();
    if (!spec)
      throw new ValueError(
        `${this.#where}: the data set is empty and what its elements are is not known; nothing was saved.`,
      );
    await platform().writeFile(joinPath(this.#folder, SPEC_FILE), encodeSpec(spec, this.#where));
    const metadata = SnapshotMetadata.encode({
      runId: this.#runId,
      creationTimestamp: Date.now() * 1000,
      version: 2,
      dtype: dtypeNumbers(spec, this.#where),
      numElements: this.#count,
      finalized: true,
    });
    // Last, and at once: without it the folder does not count as saved.
    await platform().writeFile(joinPath(this.#folder, METADATA_FILE), metadata);
  }
  abandon(): void {
    for (const shard of this.#shards.values()) shard.abandon();
  }
}

export async function saveSource(below: Source, path: string, options: SaveOptions): Promise<void> {
  const where = 'Dataset.save';
  if (typeof path !== 'string' || path === '') throw new ValueError(`${where}: path: found ${show(path)}.`);
  const writer = new Writer(path, compression(options.compression, where), shardOf(options.shardFunc, where), where);
  const pull = below.open(new Pass());
  const write = async (): Promise<void> => {
    for (;;) {
      const got = pull.next();
      const element = got instanceof Promise ? await got : got;
      if (element === DONE) break;
      const written = writer.add(element);
      if (written) await written;
    }
    await writer.finish(below);
  };
  try {
    await thenClose(write, () => pull.close?.());
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

async function readMetadata(path: string, where: string): Promise<{ metadata: SnapshotMetadata; spec: Spec }> {
  const file = joinPath(path, METADATA_FILE);
  if (!(await platform().exists(file)))
    throw new FileError(`${where}: ${path} holds no saved data set (there is no ${METADATA_FILE}); save one first.`);
  const metadata = SnapshotMetadata.decode(await platform().readFile(file), file);
  if (!metadata.finalized) throw new FileError(`${where}: ${path} was not written to its end; save it again.`);
  const specFile = joinPath(path, SPEC_FILE);
  return { metadata, spec: decodeSpec(await platform().readFile(specFile), specFile) };
}

/** The elements of one file. */
function readElements(file: string, spec: Spec, packing: Compression): Pull<unknown> {
  const cutter = recordCutter(file);
  const parts = partsPerElement(spec);
  const waiting: Tensor[] = [];
  return cutFile(file, packing, {
    *push(part) {
      for (const record of cutter.push(part)) {
        waiting.push(decodeTensor(record, file));
        if (waiting.length === parts) yield packElement(spec, waiting.splice(0));
      }
    },
    end() {
      cutter.end();
      if (waiting.length > 0) throw new FileError(`${file}: the last element is cut off.`);
      return undefined;
    },
  });
}

/** Waits for what is needed to begin a pass. */
function later(begin: () => Promise<Pull<unknown>>): Pull<unknown> {
  let pull: Pull<unknown> | null = null;
  let closed = false;
  return {
    next: () =>
      pull
        ? pull.next()
        : begin().then((begun) => {
            pull = begun;
            return whenThere(closed ? pull.close?.() : undefined, () => begun.next());
          }),
    close: () => {
      closed = true;
      return pull?.close?.();
    },
  };
}

/** Files in turns: so TensorFlow deals elements out where no function says otherwise, and so it reads them. */
const inTurns: ReadShards = (shards) =>
  interleaved(
    listSource(shards),
    (shard: unknown) => shard,
    { cycle: Math.max(shards.length, 1), block: 1, ahead: 0 },
    (shard, pass) => (shard as Source).open(pass),
  );

async function openSaved(
  path: string,
  packing: Compression,
  where: string,
  read: ReadShards,
  pass: Pass,
  seen: (spec: Spec) => void,
): Promise<Pull<unknown>> {
  const { metadata, spec } = await readMetadata(path, where);
  seen(spec);
  const folder = joinPath(path, metadata.runId);
  const files: string[] = [];
  for await (const file of platform().walk(folder)) if (file.endsWith('.snapshot')) files.push(joinPath(folder, file));
  const shards = files.sort().map(
    (file): Source => ({
      open: () => readElements(file, spec, packing),
      cardinality: UNKNOWN,
      spec: () => spec,
    }),
  );
  return read(shards).open(pass);
}

export function loadSource(path: string, options: LoadOptions, read: ReadShards = inTurns): Source {
  const packing = compression(options.compression, 'Dataset.load');
  let spec: Spec | null = options.elementSpec ?? null;
  return {
    open: (pass) => later(() => openSaved(path, packing, 'Dataset.load', read, pass, (found) => (spec ??= found))),
    cardinality: UNKNOWN,
    spec: () => spec,
  };
}

/** Reads what was written at `path`; where nothing was, writes what passes by. */
function keptAt(
  below: Source,
  path: string,
  writer: () => Writer,
  open: (pass: Pass) => Promise<Pull<unknown>>,
): Source {
  const writing = (pass: Pass): Pull<unknown> => {
    const pull = below.open(pass);
    const writing = writer();
    let ended = false;
    const next = (): Later<unknown> =>
      whenThere(pull.next(), (element) => {
        if (element !== DONE) return whenThere(writing.add(element), () => element);
        if (ended) return DONE;
        ended = true;
        return writing.finish(below).then(() => DONE);
      });
    return {
      next,
      close: () => {
        if (!ended) writing.abandon();
        return pull.close?.();
      },
    };
  };
  return {
    open: (pass) =>
      later(async () => ((await platform().exists(joinPath(path, METADATA_FILE))) ? open(pass) : writing(pass))),
    cardinality: below.cardinality,
    spec: () => below.spec(),
  };
}

export function snapshotSource(below: Source, path: string, options: SaveOptions, read: ReadShards = inTurns): Source {
  const where = 'Dataset.snapshot';
  const packing = compression(options.compression ?? 'AUTO', where);
  const shard = shardOf(options.shardFunc, where);
  return keptAt(
    below,
    path,
    () => new Writer(path, packing, shard, where),
    (pass) => openSaved(path, packing, where, read, pass, () => undefined),
  );
}
export const cacheAt = (below: Source, path: string): Source =>
  keptAt(
    below,
    path,
    () => new Writer(path, '', () => 0, 'Dataset.cache'),
    (pass) => openSaved(path, '', 'Dataset.cache', inTurns, pass, () => undefined),
  );
