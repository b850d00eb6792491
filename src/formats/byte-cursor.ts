// Reading and writing binary structures: a cursor that cannot leave its bytes, and a list of parts that grows.
// Owns: bounds, little-endian integers. Leaves what the numbers mean to the formats.

/** Reads little-endian numbers between `start` and `end`; calls `fail` instead of going beyond. */
export class ByteCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;
  readonly #view: DataView;
  readonly #fail: (message: string) => never;

  constructor(bytes: Uint8Array, start: number, end: number, fail: (message: string) => never, view?: DataView) {
    this.bytes = bytes;
    this.#view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      fail(`bytes ${start} to ${end} were wanted, the file has ${bytes.length}`);
    }
    this.position = start;
    this.end = end;
  }

  fail(message: string): never {
    this.#fail(`${message} (at byte ${this.position})`);
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Moves on by `count` bytes and returns where they begin. */
  take(count: number): number {
    if (!(count >= 0 && count <= this.end - this.position)) {
      this.fail(`${count} bytes were wanted, ${this.end - this.position} are left`);
    }
    const start = this.position;
    this.position += count;
    return start;
  }

  /** A view of the next `count` bytes. */
  view(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  /** Moves on until the distance from `origin` is a multiple of `unit`. */
  align(unit: number, origin = 0): void {
    const rest = (this.position - origin) % unit;
    if (rest) this.take(unit - rest);
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }
  u16(): number {
    return this.#view.getUint16(this.take(2), true);
  }
  u24(): number {
    return this.u16() | (this.u8() << 16);
  }
  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }
  /** A 64-bit unsigned number that JavaScript can count with. */
  u64(): number {
    const value = this.u64OrMore();
    if (!Number.isSafeInteger(value)) this.fail(`a size or place of ${value}`);
    return value;
  }
  /** A 64-bit unsigned number, rounded when it is beyond 2^53. */
  u64OrMore(): number {
    const low = this.u32();
    return this.u32() * 2 ** 32 + low;
  }
  f32(): number {
    return this.#view.getFloat32(this.take(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.take(8), true);
  }
  /** A cursor over the next `length` bytes, which this one moves past. */
  part(length: number): ByteCursor {
    const start = this.take(length);
    return new ByteCursor(this.bytes, start, start + length, this.#fail, this.#view);
  }
  /** An unsigned number of `width` bytes (1, 2, 4 or 8). */
  unsigned(width: number): number {
    if (width === 8) return this.u64();
    if (width === 4) return this.u32();
    if (width === 2) return this.u16();
    if (width === 1) return this.u8();
    return this.fail(`a number of ${width} bytes`);
  }
  /** Whether the next bytes are these letters; moves past them. */
  matches(letters: string): boolean {
    const start = this.take(letters.length);
    for (let i = 0; i < letters.length; i++) if (this.bytes[start + i] !== letters.charCodeAt(i)) return false;
    return true;
  }
}

/** Collects bytes; large parts are kept by reference until `join`. */
export class ByteParts {
  #parts: Uint8Array[] = [];
  // Small at first: messages inside messages make many of these.
  #tail = new Uint8Array(48);
  #next = 192;
  #view: DataView | undefined;
  #used = 0;
  /** Bytes so far. */
  length = 0;

  #room(count: number): number {
    if (this.#used + count > this.#tail.length) {
      this.#flush();
      this.#tail = new Uint8Array(Math.max(this.#next, count));
      this.#next = Math.min(4 * this.#next, 16384);
    }
    const start = this.#used;
    this.#used += count;
    this.length += count;
    return start;
  }

  #flush(): void {
    if (this.#used > 0) this.#parts.push(this.#tail.subarray(0, this.#used));
    this.#tail = this.#tail.subarray(this.#used);
    this.#view = undefined;
    this.#used = 0;
  }

  #write(): DataView {
    this.#view ??= new DataView(this.#tail.buffer, this.#tail.byteOffset, this.#tail.byteLength);
    return this.#view;
  }

  bytes(bytes: Uint8Array): this {
    if (bytes.length > 4096) {
      this.#flush();
      this.#parts.push(bytes);
      this.length += bytes.length;
    } else {
      const start = this.#room(bytes.length);
      // Filling a typed array from another has a cost of its own, which short names would pay for nothing.
      if (bytes.length < 24) for (let i = 0; i < bytes.length; i++) this.#tail[start + i] = bytes[i]!;
      else this.#tail.set(bytes, start);
    }
    return this;
  }
  zeros(count: number): this {
    return count > 0 ? this.bytes(new Uint8Array(count)) : this;
  }
  align(unit: number): this {
    return this.zeros((unit - (this.length % unit)) % unit);
  }
  text(letters: string): this {
    return this.bytes(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)));
  }
  u8(value: number): this {
    const at = this.#room(1);
    this.#tail[at] = value;
    return this;
  }
  u16(value: number): this {
    const at = this.#room(2);
    this.#write().setUint16(at, value, true);
    return this;
  }
  u32(value: number): this {
    const at = this.#room(4);
    this.#write().setUint32(at, value, true);
    return this;
  }
  u64(value: number | bigint): this {
    const at = this.#room(8);
    this.#write().setBigUint64(at, BigInt(value), true);
    return this;
  }
  f32(value: number): this {
    const at = this.#room(4);
    this.#write().setFloat32(at, value, true);
    return this;
  }
  f64(value: number): this {
    const at = this.#room(8);
    this.#write().setFloat64(at, value, true);
    return this;
  }
  /** Everything in one array. */
  join(): Uint8Array {
    if (this.#parts.length === 0) return this.#tail.slice(0, this.#used);
    this.#flush();
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
