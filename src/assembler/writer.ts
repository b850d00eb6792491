// Kernels written as expressions and blocks instead of single instructions, so that they can be read.
// Owns: locals with names, the nesting of loops, addresses. Each call writes instructions at once into the function.
import type { Code, ValueType } from './code.ts';
import { FunctionBuilder, type ModuleBuilder } from './module.ts';
import type { LaneOp, MemoryLaneOp, MemoryOp, PlainOp } from './opcodes.ts';

/** A variable of a kernel. */
export class Local {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}
/** A value: a variable, a 32-bit number, or instructions that leave one value. */
export type Value = Local | number | ((code: Code) => void);

const put = (code: Code, value: Value): void => {
  if (typeof value === 'number') code.i32(value);
  else if (value instanceof Local) code.get(value.index);
  else value(code);
};

/** An instruction on values. */
export const op =
  (name: PlainOp, ...operands: readonly Value[]): Value =>
  (code) => {
    for (const operand of operands) put(code, operand);
    code.op(name);
  };
export const load =
  (name: MemoryOp, address: Value, offset = 0): Value =>
  (code) => {
    put(code, address);
    code.memory(name, offset);
  };
export const lane =
  (name: LaneOp, vector: Value, index: number): Value =>
  (code) => {
    put(code, vector);
    code.lane(name, index);
  };
export const shuffle =
  (a: Value, b: Value, positions: ArrayLike<number>): Value =>
  (code) => {
    put(code, a);
    put(code, b);
    code.shuffle(positions);
  };
export const shuffle32 =
  (a: Value, b: Value, positions: readonly [number, number, number, number]): Value =>
  (code) => {
    put(code, a);
    put(code, b);
    code.shuffle32(...positions);
  };
export const i64 =
  (value: number): Value =>
  (code) => {
    code.i64(BigInt(value));
  };
/** Four 32-bit integers, or one in all lanes. */
export const vector =
  (...lanes: readonly number[]): Value =>
  (code) => {
    code.v128(lanes.length === 1 ? [lanes[0]!, lanes[0]!, lanes[0]!, lanes[0]!] : lanes);
  };

export const add = (a: Value, b: Value): Value => op('i32.add', a, b);
export const sub = (a: Value, b: Value): Value => op('i32.sub', a, b);
export const mul = (a: Value, b: Value): Value => op('i32.mul', a, b);
export const and = (a: Value, b: Value): Value => op('i32.and', a, b);
export const shl = (a: Value, b: Value): Value => op('i32.shl', a, b);
export const shr = (a: Value, b: Value): Value => op('i32.shr_s', a, b);

/** Writes one function. */
export class Writer {
  readonly #builder: FunctionBuilder;
  readonly #code: Code;
  #depth = 0;

  constructor(name: string, params: readonly ValueType[], results: readonly ValueType[] = []) {
    this.#builder = new FunctionBuilder(name, { params, results });
    this.#code = this.#builder.body;
  }

  /** The parameters' variables. */
  get params(): readonly Local[] {
    return this.#builder.signature.params.map((_, i) => new Local(i));
  }
  /** A new variable. */
  local(type: ValueType, value?: Value): Local {
    const local = new Local(this.#builder.local(type));
    if (value !== undefined) this.set(local, value);
    return local;
  }
  set(local: Local, value: Value): void {
    put(this.#code, value);
    this.#code.set(local.index);
  }
  store(name: MemoryOp, address: Value, value: Value, offset = 0): void {
    put(this.#code, address);
    put(this.#code, value);
    this.#code.memory(name, offset);
  }
  storeLane(name: MemoryLaneOp, address: Value, value: Value, index: number, offset = 0): void {
    put(this.#code, address);
    put(this.#code, value);
    this.#code.memoryLane(name, index, offset);
  }
  /** Sets `count` bytes of the memory. */
  fill(to: Value, byte: Value, count: Value): void {
    for (const operand of [to, byte, count]) put(this.#code, operand);
    this.#code.memoryFill();
  }
  if(condition: Value, body: () => void, otherwise?: () => void): void {
    put(this.#code, condition);
    this.#code.if();
    this.#depth++;
    body();
    if (otherwise) {
      this.#code.else();
      otherwise();
    }
    this.#depth--;
    this.#code.end();
  }
  /** A loop that goes on for ever but for what its body calls: `again` begins the next round, `leave` ends the loop. */
  loop(body: (again: (condition?: Value) => void, leave: (condition?: Value) => void) => void): void {
    this.#code.block().loop();
    this.#depth += 2;
    const here = this.#depth;
    const branch = (depth: number) => (condition?: Value) => {
      if (condition === undefined) this.#code.branch(this.#depth - depth);
      else {
        put(this.#code, condition);
        this.#code.branchIf(this.#depth - depth);
      }
    };
    body(branch(here), branch(here - 1));
    this.#depth -= 2;
    this.#code.end().end();
  }
  call(index: number, ...operands: readonly Value[]): void {
    for (const operand of operands) put(this.#code, operand);
    this.#code.call(index);
  }
  /** The value that the function gives. */
  give(value: Value): void {
    put(this.#code, value);
  }
  /** Puts the function into a module; what it is called there by number. */
  define(module: ModuleBuilder, exported = true): number {
    const index = module.define(this.#builder);
    if (exported) module.export(this.#builder.name, index);
    return index;
  }
}
