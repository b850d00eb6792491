// Random loop kernels for tests: nests, storages, guards, reductions, carried values, branches and updates.
// Owns: what is generated. All float values are small integers or halves, so that every order of operations, fused or not,
// gives the same result and comparison is exact.
import {
  type Accumulator,
  type BinaryOp,
  binary,
  type Combine,
  type CompareOp,
  compare,
  constant,
  convert,
  type Expr,
  index,
  integer,
  type Local,
  type LoopIndex,
  type LoopKernel,
  load,
  plus,
  quotient,
  type Register,
  read,
  registerOf,
  remainder,
  type Statement,
  type Storage,
  select,
  times,
  unary,
} from '../../compiler/loop-ir.ts';
import type { Generator } from './testing.ts';

const storages: readonly Storage[] = [
  'f32',
  'f32',
  'f32',
  'f64',
  'i8',
  'i16',
  'i32',
  'i64',
  'u8',
  'u16',
  'u32',
  'u64',
  'bool',
];

export interface RandomKernel {
  readonly kernel: LoopKernel;
  readonly sizes: readonly number[];
}

export function randomKernel(random: Generator): RandomKernel {
  return new KernelMaker(random).make();
}

class KernelMaker {
  private readonly random: Generator;
  private readonly buffers: { storage: Storage; access: 'read' | 'write' | 'update' }[] = [];
  private readonly sizes: number[] = [];
  private shared: Expr[] = [];
  private locals: Local[] = [];
  private counter = 0;

  constructor(random: Generator) {
    this.random = random;
  }

  private extent(): number {
    return this.random.below(3) === 0 ? 1 + this.random.below(70) : 1 + this.random.below(20);
  }

  /** A loop inside `loops`, short enough that the interpreter is done in time. */
  private loop(loops: readonly LoopIndex[]): LoopIndex {
    const trips = loops.reduce((product, { extent }) => product * extent, 1);
    const extent = Math.min(this.extent(), Math.max(1, Math.floor(3000 / trips)));
    return { name: `l${this.counter++}`, extent };
  }

  private buffer(storage: Storage, access: 'read' | 'write' | 'update', size: number): number {
    this.buffers.push({ storage, access });
    this.sizes.push(size);
    return this.buffers.length - 1;
  }

  make(): RandomKernel {
    const outer = this.loop([]);
    const serial = this.random.below(8) === 0;
    const body = this.body([outer], this.random.below(3), serial);
    return { kernel: { kind: 'loops', buffers: this.buffers, outer, body, serial }, sizes: this.sizes };
  }

  private body(loops: readonly LoopIndex[], depth: number, serial: boolean): Statement[] {
    const statements: Statement[] = [];
    const [locals, shared] = [this.locals, this.shared];
    this.locals = [...locals];
    this.shared = [...shared];
    const count = 1 + this.random.below(3);
    for (let s = 0; s < count; s++) {
      const choice = this.random.below(10);
      if (depth > 0 && choice < 4) {
        const loop = this.loop(loops);
        statements.push({ kind: 'loop', loop, body: this.body([...loops, loop], depth - 1, serial) });
      } else if (choice < 6) statements.push(this.reduction(loops));
      else if (choice < 7) statements.push(this.define(loops));
      else if (choice < 8 && depth > 0) statements.push(...this.carried(loops, serial));
      else if (choice < 9 && serial) statements.push(this.update(loops));
      else if (choice < 9 && this.random.below(3) === 0) {
        const condition = this.value('bool', loops, 2);
        statements.push({ kind: 'if', condition, body: [this.store(loops)] });
      } else statements.push(this.store(loops));
    }
    statements.push(this.store(loops));
    this.locals = locals;
    this.shared = shared;
    return statements;
  }

  private type(): Register {
    return this.random.pick(['f32', 'f32', 'f32', 'f64', 'i32', 'i64', 'bool'] as const);
  }

  private local(type: Register): Local {
    return { name: `v${this.counter++}`, type };
  }

  private define(loops: readonly LoopIndex[]): Statement {
    const local = this.local(this.type());
    const statement: Statement = { kind: 'set', local, value: this.value(local.type, loops, 3) };
    this.locals.push(local);
    return statement;
  }

  /** A value that a loop passes from one iteration to the next. */
  private carried(loops: readonly LoopIndex[], serial: boolean): Statement[] {
    const local = this.local(this.type());
    const start: Statement = { kind: 'set', local, value: this.value(local.type, loops, 1) };
    this.locals.push(local);
    const loop = this.loop(loops);
    const inner = [...loops, loop];
    const step = this.bounded(this.join(read(local), this.value(local.type, inner, 2)));
    const body: Statement[] = [{ kind: 'set', local, value: step }, this.store(inner)];
    if (serial && this.random.below(2) === 0) body.push(this.update(inner));
    return [start, { kind: 'loop', loop, body }];
  }

  private join(a: Expr, b: Expr): Expr {
    return a.type === 'bool' ? binary('xor', a, b) : binary('add', a, b);
  }

  private reduction(loops: readonly LoopIndex[]): Statement {
    const over = [this.loop(loops)];
    if (this.random.below(12) === 0 && loops.length < 2) {
      over[0] = { name: over[0]!.name, extent: 700 + this.random.below(900) };
    } else if (this.random.below(2) === 0) over.push(this.loop([...loops, ...over]));
    const inner = [...loops, ...over];
    const accumulators = Array.from({ length: 1 + this.random.below(2) }, (): Accumulator => {
      const local = this.local(this.type());
      const kinds: readonly Combine[] =
        local.type === 'bool'
          ? ['and', 'or']
          : local.type === 'i32' || local.type === 'i64'
            ? ['add', 'mul', 'min', 'max', 'and', 'or']
            : ['add', 'min', 'max'];
      const initial = local.type === 'bool' ? this.random.below(2) : this.random.below(5) - 2;
      return {
        local,
        combine: this.random.pick(kinds),
        signed: this.random.below(2) === 0,
        initial: local.type === 'i64' ? BigInt(initial) : initial,
        value: this.value(local.type, inner, 3),
      };
    });
    for (const { local } of accumulators) this.locals.push(local);
    return { kind: 'reduce', loops: over, accumulators };
  }

  private store(loops: readonly LoopIndex[]): Statement {
    const storage = this.random.pick(storages);
    // All loops in any order, perhaps with gaps: every iteration has an element of its own.
    const order = this.random.below(3) === 0 ? [...loops].sort(() => this.random.uniform() - 0.5) : [...loops];
    let at: Expr = integer(0);
    let stride = this.random.below(6) === 0 ? 2 : 1;
    for (const loop of order.reverse()) {
      at = plus(at, times(index(loop), stride));
      stride *= loop.extent;
    }
    const offset = this.random.below(4) === 0 ? this.random.below(5) : 0;
    const buffer = this.buffer(storage, 'write', stride + offset);
    return {
      kind: 'store',
      buffer,
      index: plus(at, integer(offset)),
      value: this.value(registerOf[storage], loops, 4),
    };
  }

  private update(loops: readonly LoopIndex[]): Statement {
    const storage = this.random.pick(['f32', 'i32', 'i64', 'u8'] as const);
    const size = 1 + this.random.below(9);
    const buffer = this.buffer(storage, 'update', size);
    let position = binary('rem', this.value('i32', loops, 2), integer(size), false);
    // Whole rows, so that an inner loop has elements of its own.
    const inner = loops[loops.length - 1]!;
    if (loops.length > 1 && this.random.below(2) === 0) {
      const row = binary('rem', this.value('i32', loops.slice(0, -1), 1), integer(size), false);
      position = plus(times(row, inner.extent), index(inner));
      this.sizes[buffer] = size * inner.extent;
    }
    const combine =
      storage === 'f32' ? this.random.pick(['min', 'max'] as const) : this.random.pick(['add', 'max'] as const);
    const value = this.value(registerOf[storage], loops, 2);
    return { kind: 'update', buffer, index: position, combine, signed: true, value };
  }

  /** Keeps floats small. */
  private bounded(e: Expr): Expr {
    if (e.type !== 'f32' && e.type !== 'f64') return e;
    return binary('max', binary('min', e, constant(e.type, 64)), constant(e.type, -64));
  }

  private value(type: Register, loops: readonly LoopIndex[], depth: number): Expr {
    const { random } = this;
    const reusable = this.shared.filter((e) => e.type === type && this.usable(e, loops));
    if (reusable.length > 0 && random.below(4) === 0) return random.pick(reusable);
    const made = depth <= 0 || random.below(5) === 0 ? this.leaf(type, loops) : this.operation(type, loops, depth - 1);
    if (random.below(3) === 0) this.shared.push(made);
    return made;
  }

  /** Shared expressions must only name open loops; those made in this body do. */
  private usable(e: Expr, loops: readonly LoopIndex[]): boolean {
    const seen = new Set<object>();
    const check = (x: unknown): boolean => {
      if (typeof x !== 'object' || x === null || seen.has(x)) return true;
      seen.add(x);
      if ('op' in x && x.op === 'index') return loops.includes((x as Extract<Expr, { op: 'index' }>).loop);
      if ('op' in x && x.op === 'local') return this.locals.includes((x as Extract<Expr, { op: 'local' }>).local);
      return Object.values(x).every(check);
    };
    return check(e);
  }

  private leaf(type: Register, loops: readonly LoopIndex[]): Expr {
    const { random } = this;
    const locals = this.locals.filter((local) => local.type === type);
    if (locals.length > 0 && random.below(3) === 0) return read(random.pick(locals));
    if (random.below(5) === 0) {
      const value = random.below(9) - 4;
      if (type === 'bool') return constant('bool', random.below(2));
      return constant(type, type === 'i64' ? BigInt(value) : type === 'i32' ? value : value / 2);
    }
    if (type === 'i32' && random.below(4) === 0) return index(random.pick(loops));
    const fitting = storages.filter((storage) => registerOf[storage] === type);
    return this.loadOf(random.pick(fitting), loops);
  }

  private loadOf(storage: Storage, loops: readonly LoopIndex[]): Expr {
    const { random } = this;
    const kind = random.below(10);
    let at: Expr = integer(random.below(4) === 0 ? random.below(4) : 0);
    let reach = Number(at.op === 'const' ? at.value : 0);
    if (kind < 7) {
      let stride = random.below(5) === 0 ? 1 + random.below(3) : 1;
      for (const loop of [...loops].reverse()) {
        if (random.below(4) === 0) continue;
        const backwards = random.below(8) === 0;
        const position = backwards ? binary('sub', integer(loop.extent - 1), index(loop)) : index(loop);
        at = plus(at, times(position, stride));
        reach += stride * (loop.extent - 1);
        stride *= random.below(6) === 0 ? 1 : loop.extent;
      }
    } else if (kind < 9) {
      // Division and remainder of a flat position.
      const loop = random.pick(loops);
      const divisor = 1 + random.below(6);
      at = plus(
        times(quotient(index(loop), divisor), 2),
        remainder(plus(index(loop), integer(random.below(3))), divisor),
      );
      reach = 2 * Math.floor((loop.extent - 1) / divisor) + divisor - 1;
    } else {
      // Through another buffer.
      const size = 1 + random.below(30);
      at = binary('rem', this.loadOf(random.pick(['i32', 'u8', 'i16'] as const), loops), integer(size), false);
      reach = size - 1;
    }
    const buffer = this.buffer(storage, 'read', reach + 1);
    if (kind >= 7 || random.below(3) > 0) return load(storage, buffer, at);
    // Shifted, with a guard for what lies outside.
    const shift = random.below(2) === 0 ? random.below(5) : 1000;
    const size = reach + 1;
    const moved = plus(at, integer(random.below(2) === 0 ? -shift : shift));
    const guard = binary('and', compare('ge', moved, integer(0)), compare('lt', moved, integer(size)));
    const type = registerOf[storage];
    const otherwise = constant(type, type === 'i64' ? 3n : type === 'bool' ? 1 : 3);
    return load(storage, buffer, moved, guard, random.below(3) === 0 ? this.value(type, loops, 1) : otherwise);
  }

  private operation(type: Register, loops: readonly LoopIndex[], depth: number): Expr {
    const { random } = this;
    const sub = (t: Register) => this.value(t, loops, depth);
    if (random.below(6) === 0) return select(sub('bool'), sub(type), sub(type));
    const signed = random.below(2) === 0;
    if (type === 'bool') {
      if (random.below(3) === 0) return binary(random.pick(['and', 'or', 'xor'] as const), sub('bool'), sub('bool'));
      const of = random.pick(['f32', 'f64', 'i32', 'i64', 'bool'] as const);
      if (random.below(6) === 0) return convert('bool', sub(of === 'bool' ? 'i32' : of), signed);
      const fn: CompareOp = random.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);
      return compare(fn, sub(of), sub(of), signed);
    }
    if (random.below(5) === 0) {
      const from = random.pick((['f32', 'f64', 'i32', 'i64', 'bool'] as const).filter((t) => t !== type));
      return this.bounded(convert(type, sub(from), signed));
    }
    if (type === 'f32' || type === 'f64') {
      const choice = random.below(8);
      if (choice === 0)
        return unary(random.pick(['neg', 'abs', 'floor', 'ceil', 'trunc', 'nearest'] as const), sub(type));
      if (choice === 1) {
        return this.bounded({ op: 'multiplyAdd', type, a: sub(type), b: this.small(type, loops), c: sub(type) });
      }
      if (choice === 2) return binary('rem', sub(type), constant(type, 3));
      if (choice === 3) return this.bounded(binary('mul', sub(type), this.small(type, loops)));
      return this.bounded(binary(random.pick(['add', 'sub', 'min', 'max'] as const), sub(type), sub(type)));
    }
    if (random.below(4) === 0) {
      return unary(random.pick(['neg', 'abs', 'not', 'extend8', 'extend16', 'mask8', 'mask16'] as const), sub(type));
    }
    const fns: readonly BinaryOp[] = [
      'add',
      'sub',
      'mul',
      'div',
      'rem',
      'min',
      'max',
      'and',
      'or',
      'xor',
      'shiftLeft',
      'shiftRight',
    ];
    const fn = random.pick(fns);
    if ((fn === 'shiftLeft' || fn === 'shiftRight') && random.below(2) === 0) {
      return binary(fn, sub(type), constant(type, type === 'i64' ? 5n : 5), signed);
    }
    return binary(fn, sub(type), sub(type), signed);
  }

  /** An integer from 0 to 3: products with it keep halves exact. */
  private small(type: 'f32' | 'f64', loops: readonly LoopIndex[]): Expr {
    return convert(type, binary('and', this.value('i32', loops, 0), integer(3)));
  }
}
