// A growing sequence of WebAssembly instructions.
// Owns: the binary encoding of instructions and their immediates. Functions and modules are put together in module.ts.
import { atomicAlignment, encoding, type LaneOp, type MemoryLaneOp, type MemoryOp, type PlainOp } from './opcodes.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
export const valueTypeByte: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
const EMPTY = 0x40;

const scratch = new DataView(new ArrayBuffer(16));
/** The scratch's first bytes, by count. */
const scratchBytes = [4, 8, 16].map((count) => new Uint8Array(scratch.buffer, 0, count)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const encoder = new TextEncoder();

export class Code {
  bytes = new Uint8Array(256);
  length = 0;

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  byte(value: number): this {
    this.reserve(1);
    this.bytes[this.length++] = value;
    return this;
  }

  raw(bytes: ArrayLike<number>): this {
    const count = bytes.length;
    this.reserve(count);
    // A loop is faster than `set` for the few bytes of an immediate.
    if (count > 32) this.bytes.set(bytes, this.length);
    else for (let i = 0; i < count; i++) this.bytes[this.length + i] = bytes[i]!;
    this.length += count;
    return this;
  }

  append(code: Code): this {
    return this.raw(code.bytes.subarray(0, code.length));
  }

  /** Unsigned LEB128 of a number up to 2⁵³. */
  unsigned(value: number): this {
    while (value > 127) {
      this.byte((value % 128) | 0x80);
      value = Math.floor(value / 128);
    }
    return this.byte(value);
  }

  /** Signed LEB128 of a 32-bit integer. */
  signed(value: number): this {
    for (;;) {
      const low = value & 0x7f;
      value >>= 7;
      const done = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return this;
    }
  }

  signedBig(value: bigint): this {
    for (;;) {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      const done = (value === 0n && (low & 0x40) === 0) || (value === -1n && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return this;
    }
  }

  text(text: string): this {
    const bytes = encoder.encode(text);
    return this.unsigned(bytes.length).raw(bytes);
  }

  private opcode(number: number): void {
    const prefix = number >> 16;
    if (prefix === 0) this.byte(number);
    else this.byte(prefix).unsigned(number & 0xffff);
  }

  op(...names: readonly PlainOp[]): this {
    for (const name of names) this.opcode(encoding[name]);
    return this;
  }

  memory(name: MemoryOp, offset = 0): this {
    this.opcode(encoding[name]);
    return this.unsigned(atomicAlignment[name] ?? 0).unsigned(offset);
  }

  lane(name: LaneOp, lane: number): this {
    this.opcode(encoding[name]);
    return this.byte(lane);
  }

  memoryLane(name: MemoryLaneOp, lane: number, offset = 0): this {
    this.opcode(encoding[name]);
    return this.byte(0).unsigned(offset).byte(lane);
  }

  get(local: number): this {
    return this.byte(0x20).unsigned(local);
  }
  set(local: number): this {
    return this.byte(0x21).unsigned(local);
  }
  tee(local: number): this {
    return this.byte(0x22).unsigned(local);
  }
  getGlobal(global: number): this {
    return this.byte(0x23).unsigned(global);
  }
  setGlobal(global: number): this {
    return this.byte(0x24).unsigned(global);
  }

  i32(value: number): this {
    return this.byte(0x41).signed(value | 0);
  }
  i64(value: bigint): this {
    return this.byte(0x42).signedBig(BigInt.asIntN(64, value));
  }
  f32(value: number): this {
    scratch.setFloat32(0, value, true);
    return this.byte(0x43).raw(scratchBytes[0]);
  }
  f64(value: number): this {
    scratch.setFloat64(0, value, true);
    return this.byte(0x44).raw(scratchBytes[1]);
  }
  /** v128.const of four 32-bit integers. */
  v128(lanes: ArrayLike<number>): this {
    this.opcode(0xfd0000 + 12);
    for (let i = 0; i < 4; i++) scratch.setInt32(i * 4, lanes[i]!, true);
    return this.raw(scratchBytes[2]);
  }
  /** v128.const of one float in all four lanes. */
  v128Float(value: number): this {
    scratch.setFloat32(0, value, true);
    const bits = scratch.getInt32(0, true);
    return this.v128([bits, bits, bits, bits]);
  }
  /** v128.const of one double in both lanes. */
  v128Double(value: number): this {
    scratch.setFloat64(0, value, true);
    const [low, high] = [scratch.getInt32(0, true), scratch.getInt32(4, true)];
    return this.v128([low, high, low, high]);
  }
  /** i8x16.shuffle by sixteen byte positions of the two operands. */
  shuffle(positions: ArrayLike<number>): this {
    this.opcode(0xfd0000 + 13);
    return this.raw(positions);
  }
  /** i8x16.shuffle by four 32-bit positions (0–3 of the first operand, 4–7 of the second). */
  shuffle32(a: number, b: number, c: number, d: number): this {
    for (let i = 0; i < 4; i++) {
      const lane = (i === 0 ? a : i === 1 ? b : i === 2 ? c : d) * 4;
      for (let byte = 0; byte < 4; byte++) scratch.setUint8(i * 4 + byte, lane + byte);
    }
    return this.shuffle(scratchBytes[2]);
  }

  block(result?: ValueType): this {
    return this.byte(0x02).byte(result ? valueTypeByte[result] : EMPTY);
  }
  loop(): this {
    return this.byte(0x03).byte(EMPTY);
  }
  if(result?: ValueType): this {
    return this.byte(0x04).byte(result ? valueTypeByte[result] : EMPTY);
  }
  else(): this {
    return this.byte(0x05);
  }
  end(): this {
    return this.byte(0x0b);
  }
  branch(depth: number): this {
    return this.byte(0x0c).unsigned(depth);
  }
  branchIf(depth: number): this {
    return this.byte(0x0d).unsigned(depth);
  }
  call(index: number): this {
    return this.byte(0x10).unsigned(index);
  }
  /** Destination, source, byte count. */
  memoryCopy(): this {
    return this.raw([0xfc, 10, 0, 0]);
  }
  /** Destination, byte value, byte count. */
  memoryFill(): this {
    return this.raw([0xfc, 11, 0]);
  }
}
