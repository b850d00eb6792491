// Dataset.save, load and snapshot: elements in files that TensorFlow writes and reads too.
// Owns: the passes. A pass that ends early, or a program that is cut, leaves nothing that could be taken for whole.
import { FileError, show, ValueError } from '../base/errors.ts';
import { encodeTfRecord, recordCutter } from '../formats/tfrecord.ts';
import { joinPath } from '../platform/path.ts';
import { type GrowingFile, platform } from '../platform/platform.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import { AGAIN, DONE, type Later, type Pull, settle, thenClose, whenThere } from './pull.ts';
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
import { Pass, type Source, UNKNOWN } from './source.ts';
import { type Compression, compressionOf, cutFile } from './sources/files.ts';
import { commonSpec, type Spec, specOf } from './spec.ts';

export interface SaveOptions extends Options<{ compression: 'GZIP' | 'AUTO' | 'NONE' | '' | null }> {}
export interface LoadOptions
  extends Options<{ elementSpec: Spec | null; compression: 'GZIP' | 'AUTO' | 'NONE' | '' | null }> {}

const compression = (given: unknown, where: string): Compression =>
  given === 'AUTO' || given === 'NONE' ? '' : compressionOf(given, where);

/** Writes elements as they come; what it writes counts only after `finish`. */
class Writer {
  readonly #folder: string;
  readonly #packing: Compression;
  readonly #runId: string;
  readonly #where: string;
  #file: Promise<GrowingFile> | null = null;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #count = 0;
  #spec: Spec | null = null;

  constructor(folder: string, packing: Compression, where: string) {
    this.#folder = folder;
    this.#packing = packing;
    this.#where = where;
    this.#runId = String(crypto.getRandomValues(new BigUint64Array(1))[0]);
  }

  add(element: unknown): Later<void> {
    const spec = specOf(element);
    const common = this.#spec ? commonSpec(this.#spec, spec) : spec;
    if (!common)
      throw new ValueError(
        `${this.#where}: element ${this.#count} has other dtypes, ranks or parts than those before.`,
      );
    this.#spec = common;
    this.#count++;
    for (const record of encodeElement(element, this.#where)) {
      const framed = encodeTfRecord(record);
      this.#waiting.push(framed);
      this.#size += framed.length;
    }
    // Packed files are packed whole, at the end.
    return this.#size > 1 << 20 && this.#packing === '' ? this.#flush() : undefined;
  }
  async #flush(): Promise<void> {
    this.#file ??= platform().openToGrow(
      joinPath(this.#folder, this.#runId, '00000000.shard', '00000000.snapshot'),
      true,
    );
    const file = await this.#file;
    const parts = this.#waiting;
    this.#waiting = [];
    this.#size = 0;
    await file.write(await pack(parts, this.#packing));
  }
  async finish(below: Source): Promise<void> {
    await this.#flush();
    await (await this.#file!).close();
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
    void this.#file?.then((file) => file.close()).catch(() => undefined);
  }
}

async function pack(parts: readonly Uint8Array[], packing: Compression): Promise<Uint8Array> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  if (packing === '') return all;
  const { gzipSync, zlibSync } = await import('fflate');
  return packing === 'GZIP' ? gzipSync(all, { mtime: 0 }) : zlibSync(all);
}

export async function saveSource(below: Source, path: string, options: SaveOptions): Promise<void> {
  const where = 'Dataset.save';
  if (typeof path !== 'string' || path === '') throw new ValueError(`${where}: path: found ${show(path)}.`);
  const writer = new Writer(path, compression(options.compression, where), where);
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

async function openSaved(path: string, packing: Compression, where: string, seen: (spec: Spec) => void) {
  const { metadata, spec } = await readMetadata(path, where);
  seen(spec);
  const folder = joinPath(path, metadata.runId);
  const files: string[] = [];
  for await (const file of platform().walk(folder)) if (file.endsWith('.snapshot')) files.push(joinPath(folder, file));
  files.sort();
  let at = 0;
  let current: Pull<unknown> | null = null;
  // Shards take turns in TensorFlow's reader; one after the other gives the same elements.
  const step = (): Later<unknown> => {
    if (!current) {
      if (at === files.length) return DONE;
      current = readElements(files[at++]!, spec, packing);
    }
    return whenThere(current.next(), (element) => {
      if (element !== DONE) return element;
      current = null;
      return AGAIN;
    });
  };
  return { next: () => settle(step), close: () => current?.close?.() };
}

export function loadSource(path: string, options: LoadOptions): Source {
  const packing = compression(options.compression, 'Dataset.load');
  let spec: Spec | null = options.elementSpec ?? null;
  return {
    open: () => later(() => openSaved(path, packing, 'Dataset.load', (found) => (spec ??= found))),
    cardinality: UNKNOWN,
    spec: () => spec,
  };
}

/** Reads what was written at `path`; where nothing was, writes what passes by. */
function keptAt(below: Source, path: string, packing: Compression, where: string): Source {
  const writing = (pass: Pass): Pull<unknown> => {
    const pull = below.open(pass);
    const writer = new Writer(path, packing, where);
    let ended = false;
    const next = (): Later<unknown> =>
      whenThere(pull.next(), (element) => {
        if (element !== DONE) return whenThere(writer.add(element), () => element);
        if (ended) return DONE;
        ended = true;
        return writer.finish(below).then(() => DONE);
      });
    return {
      next,
      close: () => {
        if (!ended) writer.abandon();
        return pull.close?.();
      },
    };
  };
  return {
    open: (pass) =>
      later(async () =>
        (await platform().exists(joinPath(path, METADATA_FILE)))
          ? openSaved(path, packing, where, () => undefined)
          : writing(pass),
      ),
    cardinality: below.cardinality,
    spec: () => below.spec(),
  };
}

export const snapshotSource = (below: Source, path: string, options: SaveOptions): Source =>
  keptAt(below, path, compression(options.compression ?? 'AUTO', 'Dataset.snapshot'), 'Dataset.snapshot');
export const cacheAt = (below: Source, path: string): Source => keptAt(below, path, '', 'Dataset.cache');
