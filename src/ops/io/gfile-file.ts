// tf.io.gfile.GFile: one file, read and written in pieces.
// Owns: the place in the file, modes. A file that is read lies in memory whole; one that is written goes to the disk when it is closed.
import { type Class, callable } from '../../base/callable.ts';
import { FileError, StateError, show, ValueError } from '../../base/errors.ts';
import { guardMethods } from '../../base/misuse.ts';
import { ByteParts } from '../../formats/byte-cursor.ts';
import { type GrowingFile, platform } from '../../platform/platform.ts';
import { bindArguments } from '../core/signature.ts';

const MODES = ['r', 'r+', 'w', 'w+', 'a', 'a+', 'rb', 'wb', 'ab'] as const;
type Mode = (typeof MODES)[number];
const NEWLINE = 10;

class GFile_ implements AsyncIterable<string | Uint8Array> {
  readonly name: string;
  readonly mode: Mode;
  #bytes: Uint8Array | null = null;
  #at = 0;
  #waiting = new ByteParts();
  #file: Promise<GrowingFile> | null = null;
  #open = true;

  constructor(...args: [name: string, mode?: Mode | { readonly mode?: Mode }]) {
    const [name, mode = 'r'] = bindArguments('gfile.GFile', ['path', 'mode'], args);
    if (typeof name !== 'string' || name === '')
      throw new ValueError(`gfile.GFile: name: found ${show(name)}, wanted the path of a file.`);
    if (!MODES.includes(mode as Mode))
      throw new ValueError(`gfile.GFile: mode: found ${show(mode)}, wanted one of ${MODES.join(', ')}.`);
    this.name = name;
    this.mode = mode as Mode;
  }

  #value(bytes: Uint8Array): string | Uint8Array {
    return this.mode.includes('b') ? bytes : new TextDecoder().decode(bytes);
  }
  #check(what: 'read' | 'written'): void {
    if (!this.#open) throw new StateError(`gfile.GFile: ${this.name} is closed; open it again.`);
    const fits = what === 'read' ? /[r+]/.test(this.mode) : /[wa+]/.test(this.mode);
    if (!fits)
      throw new StateError(
        `gfile.GFile: ${this.name} is open as '${this.mode}' and cannot be ${what}; open it as '${what === 'read' ? 'r' : 'w'}'.`,
      );
  }
  async #content(): Promise<Uint8Array> {
    this.#check('read');
    await this.flush();
    if (!this.#bytes && !(await platform().exists(this.name)))
      throw new FileError(`gfile.GFile: there is no file '${this.name}'.`);
    this.#bytes ??= await platform().readFile(this.name);
    return this.#bytes;
  }

  /** The next n bytes, or all that are left, as text unless the mode is binary. */
  async read(n = -1): Promise<string | Uint8Array> {
    const bytes = await this.#content();
    const end = n < 0 ? bytes.length : Math.min(this.#at + n, bytes.length);
    const from = this.#at;
    this.#at = end;
    return this.#value(bytes.subarray(from, end));
  }
  /** The next line with its end; empty at the end of the file. */
  async readline(): Promise<string | Uint8Array> {
    const bytes = await this.#content();
    const end = bytes.indexOf(NEWLINE, this.#at);
    return this.read((end < 0 ? bytes.length : end + 1) - this.#at);
  }
  async readlines(): Promise<(string | Uint8Array)[]> {
    const lines: (string | Uint8Array)[] = [];
    for await (const line of this) lines.push(line);
    return lines;
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string | Uint8Array> {
    for (;;) {
      const line = await this.readline();
      if (line.length === 0) return;
      yield line;
    }
  }
  tell(): number {
    return this.#at;
  }
  /** Goes to a place: from the beginning (whence 0), from here (1), from the end (2). */
  async seek(offset: number, whence: 0 | 1 | 2 = 0): Promise<void> {
    const from = whence === 0 ? 0 : whence === 1 ? this.#at : await this.size();
    const place = from + offset;
    if (!Number.isInteger(place) || place < 0)
      throw new ValueError(`gfile.GFile.seek: found the place ${show(place)} in ${this.name}, wanted one from 0 on.`);
    this.#at = place;
  }
  /** Bytes in the file. */
  async size(): Promise<number> {
    await this.flush();
    const found = await platform().stat(this.name);
    if (!found) throw new FileError(`gfile.GFile: there is no file '${this.name}'.`);
    return found.size;
  }
  /** Adds at the end; it is in the file after `flush` or `close`. */
  write(content: string | Uint8Array): void {
    this.#check('written');
    this.#waiting.bytes(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    this.#bytes = null;
  }
  async flush(): Promise<void> {
    if (!/[wa]/.test(this.mode) && this.#waiting.length === 0) return;
    const bytes = this.#waiting.join();
    this.#waiting = new ByteParts();
    this.#file ??= platform().openToGrow(this.name, this.mode.startsWith('w'));
    await (await this.#file).write(bytes);
  }
  async close(): Promise<void> {
    if (!this.#open) return;
    await this.flush();
    this.#open = false;
    await (await this.#file)?.close();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
guardMethods(GFile_.prototype, 'gfile.GFile', ['read', 'readline', 'readlines', 'seek', 'write']);
export interface GFile extends GFile_ {}
/** A file as Python's `open` gives it: read, readline, write, seek; `close` it (or `await using`), what is written is there then. */
export const GFile: Class<ConstructorParameters<typeof GFile_>, GFile> = callable(GFile_, 'GFile');
