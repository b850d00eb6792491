// One file of a saved data set: records gathered in memory, handed to the disk a megabyte at a time.
// Owns: the file's place under its run, and its packing. What is in the records is saved-format.ts.
import { encodeTfRecord } from '../formats/tfrecord.ts';
import { joinPath } from '../platform/path.ts';
import { type GrowingFile, platform } from '../platform/platform.ts';
import type { Later } from './pull.ts';
import type { Compression } from './sources/files.ts';

const FLUSH_BYTES = 1 << 20;

export class ShardFile {
  readonly #path: string;
  readonly #packing: Compression;
  #file: Promise<GrowingFile> | null = null;
  #waiting: Uint8Array[] = [];
  #size = 0;

  constructor(runFolder: string, shard: number, packing: Compression) {
    this.#path = joinPath(runFolder, `${String(shard).padStart(8, '0')}.shard`, '00000000.snapshot');
    this.#packing = packing;
  }

  add(records: readonly Uint8Array[]): Later<void> {
    for (const record of records) {
      const framed = encodeTfRecord(record);
      this.#waiting.push(framed);
      this.#size += framed.length;
    }
    // Packed files are packed whole, at the end.
    return this.#size > FLUSH_BYTES && this.#packing === '' ? this.#flush() : undefined;
  }
  async #flush(): Promise<void> {
    this.#file ??= platform().openToGrow(this.#path, true);
    const file = await this.#file;
    const parts = this.#waiting;
    this.#waiting = [];
    this.#size = 0;
    await file.write(await pack(parts, this.#packing));
  }
  async finish(): Promise<void> {
    await this.#flush();
    await (await this.#file!).close();
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
