// Data sets of what files hold: records, lines, pieces of a fixed length.
// Owns: reading one file after the other, or several in turns, in parts so that memory stays flat. Leaves the framing of
// TFRecord to formats/tfrecord.ts, columns to csv-dataset.ts.
import { show, ValueError } from '../../base/errors.ts';
import { decodeOwnText } from '../../formats/array-data.ts';
import { FormatError } from '../../formats/file-error.ts';
import { TensorSpec } from '../../ops/core/tensor-spec.ts';
import { elementOf, textOf } from '../../ops/strings/text.ts';
import { decompressed } from '../../platform/decompress.ts';
import { platform } from '../../platform/platform.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import { AGAIN, DONE, type Later, type Pull, settle } from '../pull.ts';
import { type Source, UNKNOWN } from '../source.ts';
import { eager } from '../structure.ts';
import { interleaved } from '../transformations/flat-map.ts';

export type Compression = '' | 'GZIP' | 'ZLIB';

/** A string scalar. `isOwn`: the bytes are nobody else's, and need not be copied. */
export const stringScalar = (bytes: Uint8Array, isOwn = false): Tensor =>
  eagerTensor([isOwn ? decodeOwnText(bytes) : elementOf(bytes)], [], 'string');

export function compressionOf(given: unknown, where: string): Compression {
  if (given === undefined || given === null || given === '') return '';
  if (given === 'GZIP' || given === 'ZLIB') return given;
  throw new ValueError(`${where}: compressionType: found ${show(given)}, wanted '', 'GZIP' or 'ZLIB'.`);
}

/** The parts of a file, unpacked. */
export const partsOfFile = (path: string, compression: Compression): AsyncIterable<Uint8Array> => {
  const parts = platform().readParts(path);
  return compression === '' ? parts : decompressed(parts, compression === 'GZIP' ? 'gzip' : 'deflate', path);
};

/** Cuts the parts of a file into elements. `push` gives those that a part completes, `end` what is left at the end. */
export interface Cutter {
  push(part: Uint8Array): Iterator<unknown>;
  end(): Iterator<unknown> | undefined;
}

/** A pass over one file: elements of a part come at once, only the next part is waited for. */
export function cutFile(path: string, compression: Compression, cutter: Cutter): Pull<unknown> {
  let parts: AsyncIterator<Uint8Array> | null = null;
  let pieces: Iterator<unknown> | null = null;
  let ended = false;
  const step = (): Later<unknown> => {
    if (pieces) {
      const { done, value } = pieces.next();
      if (!done) return value;
      pieces = null;
    }
    if (ended) return DONE;
    parts ??= partsOfFile(path, compression)[Symbol.asyncIterator]();
    return parts.next().then(({ done, value }) => {
      ended = done === true;
      pieces = (done ? cutter.end() : cutter.push(value)) ?? null;
      return AGAIN;
    });
  };
  // What comes after damage is not read: the file is at its end.
  const stop = (error: unknown): never => {
    ended = true;
    pieces = null;
    void parts?.return?.();
    throw error;
  };
  return {
    next: () => {
      try {
        const got = settle(step);
        return got instanceof Promise ? got.catch(stop) : got;
      } catch (error) {
        return stop(error);
      }
    },
    close: () => void parts?.return?.(),
  };
}

/** Names of files: one, several, or a data set of them. */
export type FileNames = string | readonly string[] | Tensor;

export function fileNamesOf(given: unknown, where: string): string[] {
  if (typeof given === 'string') return [given];
  if (Array.isArray(given) && given.every((name) => typeof name === 'string')) return given as string[];
  if (given instanceof Tensor && given.dtype === 'string') return (eager(given) as string[]).map(textOf);
  throw new ValueError(
    `${where}: filenames: found ${show(given)}, wanted a path, a list of paths, or a data set of them.`,
  );
}

export const listSource = (elements: readonly unknown[]): Source => ({
  open: () => {
    let i = 0;
    return { next: () => (i < elements.length ? elements[i++] : DONE) };
  },
  cardinality: elements.length,
  spec: () => null,
});

/** One file after the other, or `readers` of them in turns. */
export function fileSource(
  names: Source,
  read: (path: string) => Pull<unknown>,
  readers: number | undefined,
  spec: Source['spec'] = () => new TensorSpec([], 'string'),
): Source {
  const nameOf = (name: unknown): string =>
    name instanceof Tensor ? textOf((eager(name) as string[])[0]!) : String(name);
  const cycle = readers === undefined ? 1 : readers < 0 ? platform().hardwareConcurrency : Math.max(readers, 1);
  const source = interleaved(
    names,
    (name: unknown) => nameOf(name),
    { cycle, block: 1, ahead: cycle > 1 ? 16 : 0 },
    (path) => read(String(path)),
  );
  return { open: (pass) => source.open(pass), cardinality: UNKNOWN, spec };
}

const NEWLINE = 10;
const RETURN = 13;

/** Lines without their ends. */
export function lineCutter(): Cutter {
  let rest: Uint8Array[] = [];
  const line = (bytes: Uint8Array): Tensor => stringScalar(bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes);
  return {
    *push(part) {
      let from = 0;
      for (;;) {
        const at = part.indexOf(NEWLINE, from);
        if (at < 0) break;
        const bytes = part.subarray(from, at);
        yield line(rest.length > 0 ? join([...rest, bytes]) : bytes);
        rest = [];
        from = at + 1;
      }
      if (from < part.length) rest.push(part.subarray(from));
    },
    *end() {
      if (rest.length > 0) yield line(join(rest));
      rest = [];
    },
  };
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Pieces of `size` bytes between a head and a foot that are left out. */
export function pieceCutter(path: string, size: number, head: number, foot: number): Cutter {
  let waiting: Uint8Array = new Uint8Array(0);
  let skip = head;
  return {
    *push(part) {
      waiting = waiting.length > 0 ? join([waiting, part]) : part;
      const skipped = Math.min(skip, waiting.length);
      skip -= skipped;
      let at = skipped;
      for (; waiting.length - at >= size + foot; at += size) yield stringScalar(waiting.slice(at, at + size), true);
      waiting = waiting.subarray(at);
    },
    end() {
      if (skip > 0 || waiting.length !== foot)
        throw new FormatError(
          'invalid_value',
          path,
          `the file is no whole number of records: ${waiting.length - foot} bytes are left of records of ${size} bytes (header ${head}, footer ${foot}).`,
        );
      return undefined;
    },
  };
}
