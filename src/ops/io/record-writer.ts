// tf.io.TFRecordWriter: records into a file, one after the other.
// Owns: the order of writes, compression. Leaves frames and checksums to formats/tfrecord.ts.
import { type Class, callable } from '../../base/callable.ts';
import { StateError, show, ValueError } from '../../base/errors.ts';
import { ByteParts } from '../../formats/byte-cursor.ts';
import { encodeTfRecord } from '../../formats/tfrecord.ts';
import { type GrowingFile, platform } from '../../platform/platform.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Options } from '../../runtime/tensor-methods.ts';
import { bindArguments } from '../core/signature.ts';
import { bytesOf } from '../strings/text.ts';
import type { Bytes } from './pictures.ts';

type Compression = '' | 'GZIP' | 'ZLIB';
type PackingLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type RecordSettings = Options<
  { compressionType: Compression | null } & Record<
    Exclude<(typeof OPTION_NAMES)[number], 'compressionType'>,
    number | null
  >
>;

const OPTION_NAMES = [
  'compressionType',
  'flushMode',
  'inputBufferSize',
  'outputBufferSize',
  'windowBits',
  'compressionLevel',
  'compressionMethod',
  'memLevel',
  'compressionStrategy',
] as const;

class TFRecordOptions_ {
  readonly compressionType: Compression;
  /** How hard to pack, 0 to 9; zlib's own choice otherwise. The other settings of zlib are kept and change nothing here. */
  readonly compressionLevel: PackingLevel | null;
  readonly flushMode: number | null;
  readonly inputBufferSize: number | null;
  readonly outputBufferSize: number | null;
  readonly windowBits: number | null;
  readonly compressionMethod: number | null;
  readonly memLevel: number | null;
  readonly compressionStrategy: number | null;

  constructor(...args: [options?: Compression | null | RecordSettings]) {
    const bound = bindArguments('TFRecordOptions', OPTION_NAMES, args);
    const given = Object.fromEntries(OPTION_NAMES.map((name, i) => [name, bound[i] ?? null])) as Record<
      (typeof OPTION_NAMES)[number],
      number | null
    >;
    const type: unknown = given.compressionType ?? '';
    if (type !== '' && type !== 'GZIP' && type !== 'ZLIB')
      throw new ValueError(`TFRecordOptions: compressionType: found ${show(type)}, wanted '', 'GZIP' or 'ZLIB'.`);
    const level = given.compressionLevel;
    if (level !== null && !(Number.isInteger(level) && level >= -1 && level <= 9))
      throw new ValueError(
        `TFRecordOptions: compressionLevel: found ${show(level)}, wanted 0 to 9, or -1 for the usual one.`,
      );
    this.compressionType = type;
    this.compressionLevel = level === null || level < 0 ? null : (level as PackingLevel);
    this.flushMode = given.flushMode;
    this.inputBufferSize = given.inputBufferSize;
    this.outputBufferSize = given.outputBufferSize;
    this.windowBits = given.windowBits;
    this.compressionMethod = given.compressionMethod;
    this.memLevel = given.memLevel;
    this.compressionStrategy = given.compressionStrategy;
  }
  static getCompressionTypeString(options: TFRecordOptions | Compression | null): Compression {
    return options === null ? '' : typeof options === 'string' ? options : options.compressionType;
  }
}
export interface TFRecordOptions extends TFRecordOptions_ {}
type OptionsClass = Class<ConstructorParameters<typeof TFRecordOptions_>, TFRecordOptions> &
  Pick<typeof TFRecordOptions_, 'getCompressionTypeString'>;
export const TFRecordOptions: OptionsClass = callable(TFRecordOptions_, 'TFRecordOptions') as OptionsClass;

/** What can be written: bytes, a text, a string scalar, or anything that serializes itself. */
export type Recordable = Bytes | string | { serializeToString(): Uint8Array };

const FLUSH_BYTES = 1 << 20;

class TFRecordWriter_ {
  readonly path: string;
  readonly #options: TFRecordOptions;
  #waiting = new ByteParts();
  #file: Promise<GrowingFile> | null = null;
  /** What was handed to the disk, in order. */
  #written: Promise<void> = Promise.resolve();
  #failed: unknown;
  #open = true;

  constructor(
    path: string,
    options: ConstructorParameters<typeof TFRecordOptions_>[0] | TFRecordOptions | null = null,
  ) {
    if (typeof path !== 'string' || path === '')
      throw new ValueError(`TFRecordWriter: path: found ${show(path)}, wanted the path of a file.`);
    this.path = path;
    this.#options = options instanceof TFRecordOptions_ ? options : new TFRecordOptions_(options);
  }

  write(record: Recordable): void {
    if (!this.#open) throw new StateError(`TFRecordWriter: ${this.path} is closed; make a new writer.`);
    if (this.#failed !== undefined) throw this.#failed;
    this.#waiting.bytes(encodeTfRecord(contentOf(record)));
    // Packed files are packed whole when they are closed.
    if (this.#options.compressionType === '' && this.#waiting.length >= FLUSH_BYTES) this.#send();
  }
  #send(): void {
    const bytes = this.#waiting.join();
    this.#waiting = new ByteParts();
    this.#file ??= platform().openToGrow(this.path, true);
    const file = this.#file;
    this.#written = this.#written.then(async () => (await file).write(await packed(bytes, this.#options)));
    this.#written.catch((error: unknown) => {
      this.#failed ??= error;
    });
  }
  /** Waits until what was written is in the file; of a packed one, nothing is before it is closed. */
  async flush(): Promise<void> {
    if (this.#options.compressionType === '') this.#send();
    await this.#written;
  }
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#send();
    try {
      await this.#written;
    } finally {
      await (await this.#file!).close();
    }
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function contentOf(record: Recordable): Uint8Array {
  if (record instanceof Uint8Array) return record;
  if (typeof record === 'string') return bytesOf(record);
  if (record instanceof Tensor && record.dtype === 'string' && record.size === 1)
    return bytesOf(record.elements![0] as string);
  if (record !== null && typeof record === 'object' && 'serializeToString' in record) return record.serializeToString();
  throw new ValueError(
    `TFRecordWriter.write: found ${show(record)}, wanted a tf.train.Example, bytes, a text or a string scalar.`,
  );
}

async function packed(bytes: Uint8Array, { compressionType, compressionLevel }: TFRecordOptions): Promise<Uint8Array> {
  if (compressionType === '') return bytes;
  const { gzipSync, zlibSync } = await import('fflate');
  const level = compressionLevel ?? 6;
  return compressionType === 'GZIP' ? gzipSync(bytes, { mtime: 0, level }) : zlibSync(bytes, { level });
}

export interface TFRecordWriter extends TFRecordWriter_ {}
/** Writes records with checksums: examples, bytes or texts. Close it at the end. */
export const TFRecordWriter: Class<
  [path: string, options?: ConstructorParameters<typeof TFRecordOptions_>[0] | TFRecordOptions | null],
  TFRecordWriter
> = callable(TFRecordWriter_, 'TFRecordWriter');
