// The bytes of an HDF5 file and what every structure in it needs: widths of addresses, bounds, limits on work.
// Owns: the superblock (versions 0 to 3), addresses, the budget that keeps a hostile file from being walked for ever.
// Leaves objects, links and data to the files beside. Follows the HDF5 File Format Specification, version 3.0.
//
// Why not libhdf5 (h5wasm): four changed bytes in a file of 18 kB make it loop for ever, it cannot write float16 or bool,
// and it is 4 MB to load. It is the second opinion in the tests.

import { decodeText } from '../array-data.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { FormatError, type FormatErrorKind } from '../file-error.ts';
import { lookup3 } from './lookup3.ts';

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** 2^64 - 1 as a double: the address that means 'nowhere'. */
const NOWHERE = 2 ** 64;

export class Hdf5File {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly offsetSize: number;
  readonly lengthSize: number;
  /** Where the root group's object header is. */
  readonly root: number;
  readonly #base: number;
  #work = 0;
  /** Global heap collections that were read: address → objects. */
  readonly heaps = new Map<number, ReadonlyMap<number, Uint8Array>>();

  /** Reads the superblock; `name` is the file's name for error messages. Throws FormatError of kind `bad_hdf5`. */
  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
    const start = this.#findSignature();
    const cursor = this.#cursor(start + SIGNATURE.length, bytes.length, 'the superblock');
    const version = cursor.u8();
    if (version > 3) this.fail(`its superblock has version ${version}; versions 0 to 3 are known`);
    if (version < 2) {
      cursor.take(4);
      this.offsetSize = cursor.u8();
      this.lengthSize = cursor.u8();
      cursor.take(version === 0 ? 9 : 13);
    } else {
      this.offsetSize = cursor.u8();
      this.lengthSize = cursor.u8();
      cursor.take(1);
    }
    for (const width of [this.offsetSize, this.lengthSize]) {
      if (width !== 4 && width !== 8) this.fail(`addresses of ${width} bytes`);
    }
    // The base address that is written may be that of the file before it was put behind a user's block.
    this.#base = start;
    const written = this.address(cursor) ?? 0;
    this.address(cursor); // free space, or the superblock's extension
    const end = this.address(cursor) ?? this.fail('no end address');
    if (version < 2) {
      this.address(cursor); // driver information
      cursor.take(this.offsetSize); // the root's name in its symbol table entry
    }
    this.root = this.address(cursor) ?? this.fail('no root group');
    if (version >= 2) {
      const covered = bytes.subarray(start, cursor.position);
      if (cursor.u32() !== lookup3(covered)) this.fail('the checksum of its superblock is wrong');
    }
    const whole = start - written + end;
    if (whole > bytes.length) {
      this.fail(`the HDF5 file is cut off: it has ${bytes.length} bytes, ${whole} were written`);
    }
  }

  #findSignature(): number {
    const { bytes } = this;
    if (bytes.length === 0) this.fail('the file is empty; an HDF5 file was expected');
    // The superblock stands at 0, 512, 1024, 2048, …: there may be a user's own block before it.
    for (let at = 0; at + 8 <= bytes.length; at = at === 0 ? 512 : at * 2) {
      let same = 0;
      while (same < 8 && bytes[at + same] === SIGNATURE.charCodeAt(same)) same++;
      if (same === 8) return at;
    }
    const begin = decodeText(bytes.subarray(0, 8));
    const shown = typeof begin === 'string' ? JSON.stringify(begin) : [...bytes.subarray(0, 8)].join(' ');
    return this.fail(`this is not an HDF5 file (it begins with ${shown})`);
  }

  fail(message: string): never {
    return this.refuse('bad_hdf5', message);
  }

  refuse(kind: FormatErrorKind, message: string): never {
    throw new FormatError(kind, this.name, `${message}.`);
  }

  #cursor(start: number, end: number, what: string): ByteCursor {
    return new ByteCursor(this.bytes, start, end, (message) => this.fail(`damaged: ${what}: ${message}`));
  }

  /** A cursor at an address, to the end of the file or over `length` bytes. */
  at(address: number, what: string, length?: number): ByteCursor {
    const start = address + this.#base;
    return this.#cursor(start, length === undefined ? Math.max(start, this.bytes.length) : start + length, what);
  }

  /** A cursor between two places of the bytes, which need not be addresses. */
  slice(start: number, end: number, what: string): ByteCursor {
    return this.#cursor(start, end, what);
  }

  /** Like `at`, over a structure of `length` bytes that begins with four letters; counts it as work. */
  structure(address: number, letters: string, what: string, length?: number): ByteCursor {
    const cursor = this.at(address, what, length);
    this.spend((length ?? 0) + 16);
    if (letters && !cursor.matches(letters)) cursor.fail(`'${letters}' expected`);
    return cursor;
  }

  /** An address, or undefined where it says 'nowhere'. */
  address(cursor: ByteCursor): number | undefined {
    return this.#wide(cursor, this.offsetSize);
  }

  /** A length, which is never 'nowhere'. */
  length(cursor: ByteCursor): number {
    return this.#wide(cursor, this.lengthSize) ?? cursor.fail('no length');
  }

  #wide(cursor: ByteCursor, width: number): number | undefined {
    if (width === 4) {
      const value = cursor.u32();
      return value === 0xffffffff ? undefined : value;
    }
    const value = cursor.u64OrMore();
    if (value === NOWHERE) return undefined;
    if (!Number.isSafeInteger(value)) cursor.fail(`a place or length of ${value}`);
    return value;
  }

  /**
   * Counts bytes of structure that were walked. A sound file's structures are walked about once; one whose trees share
   * branches would multiply, and is refused.
   */
  spend(bytes: number): void {
    this.#work += bytes;
    if (this.#work > 32 * this.bytes.length + 65536) {
      this.fail('its structures refer to one another too often to be sound');
    }
  }
}
