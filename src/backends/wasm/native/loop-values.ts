// The values of an elementwise or row kernel as instructions over registers of blocks and lines.
// Owns: which value has an element for each place of a block and which one a line; equal values computed once; the order of
// stores; which registers serve again. Leaves the kernel's form to loop-plan.ts, the sizes of blocks too.
import {
  type Accumulator,
  type Expr,
  index,
  type Local,
  type LoopIndex,
  type LoopKernel,
  type Statement,
  type Storage,
} from '../../../compiler/loop-ir.ts';
import { affineOf, coefficientOf } from '../codegen/affine.ts';
import { neutral } from '../codegen/neutral.ts';
import { rewriter } from '../codegen/rewrite.ts';
import {
  differenceOf,
  logisticArgument,
  maskedBits,
  normalSlopeArgument,
  normalUnitArgument,
  termsOf,
} from './loop-patterns.ts';

/** How a kernel's loops are seen: rows and columns of a block, loops around it, and loops of a sum around its rows. */
export interface Layout {
  /** A sum over rows: what stands for a line is a column then, otherwise a row. */
  readonly sumsRows: boolean;
  readonly outer: readonly LoopIndex[];
  readonly inner: readonly LoopIndex[];
  readonly row: LoopIndex;
  /** Missing where rows have one number each. */
  readonly column: LoopIndex | undefined;
}

/** In the order of InstructionCode in native/loop-plan.h. */
const instructionCodes = [
  ...['copy', 'add', 'sub', 'mul', 'div', 'min', 'max', 'and', 'or', 'xor'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'select', 'multiplyAdd'],
  ...['neg', 'abs', 'sqrt', 'floor', 'ceil', 'trunc', 'nearest'],
  'maskedInteger',
  ...['exp', 'expm1', 'log', 'log1p', 'tanh', 'erf', 'erfc', 'sin', 'cos'],
  ...['logistic', 'logisticOfSum', 'tanhOfSum', 'expOfDifference'],
  ...['normalUnit', 'normalSlope', 'normalUnitAndSlope'],
  ...['gather', 'sum', 'smallest', 'largest'],
];
const codes: ReadonlyMap<string, number> = new Map(instructionCodes.map((name, code) => [name, code]));
const reductions: Readonly<Record<string, string>> = { add: 'sum', min: 'smallest', max: 'largest' };

/** Integers whose lower bits may be read as a number. */
const INTEGERS: readonly Storage[] = ['i32', 'u32'];

const [BLOCK, LINE, PLACE, CONSTANT] = [0, 1, 2, 3];
const OPERAND_SHIFT = 24;
export const INSTRUCTION_WORDS = 6;
const MOST_LOOPS = 4;
const MOST_PLACES = 64;

/** One value: a register (`BLOCK`, `LINE`), an element of memory, a constant. */
interface Value {
  readonly kind: number;
  /** The register's, place's or constant's number; registers are numbered anew in the end. */
  readonly number: number;
  /** An element for each place of the block, not for each line. */
  readonly wide: boolean;
}

type Phase = 'before' | 'during' | 'after';
interface Instruction {
  readonly code: string;
  readonly phase: Phase;
  readonly wide: boolean;
  to: Value;
  readonly operands: readonly Value[];
}

interface Place {
  readonly words: readonly number[];
  readonly row: number;
  readonly column: number;
}

/** Thrown where a kernel has something that the executor does not know. */
class Unknown extends Error {}
const unknown = (): never => {
  throw new Unknown();
};

export class LoopValues {
  readonly #kernel: LoopKernel;
  readonly #layout: Layout;
  readonly #stored: ReadonlySet<number>;
  readonly #places: Place[] = [];
  readonly #placeNumbers = new Map<string, number>();
  readonly #constants: number[] = [];
  readonly #instructions: Instruction[] = [];
  readonly #byKey = new Map<string, Value>();
  readonly #locals = new Map<Local, Value>();
  /** The values that stores of this kernel have left, by place. */
  readonly #left = new Map<number, Value>();
  readonly #stores: { readonly place: Value; readonly value: Value }[] = [];
  readonly #rewriters = new Map<LoopIndex, (e: Expr) => Expr>();
  #registers = 0;
  #phase: Phase;
  /** Rows cannot be done in pieces. */
  wholeRows = false;
  blockValues = 0;

  constructor(kernel: LoopKernel, layout: Layout, stored: ReadonlySet<number>) {
    this.#kernel = kernel;
    this.#layout = layout;
    this.#stored = stored;
    this.#phase = layout.sumsRows ? 'before' : 'during';
  }

  /** Takes the statements of the innermost common body; false where something is unknown. */
  body(body: readonly Statement[]): boolean {
    try {
      this.#statements(body);
      return true;
    } catch (error) {
      if (error instanceof Unknown) return false;
      throw error;
    }
  }

  // ── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────

  #statements(body: readonly Statement[], column?: LoopIndex): void {
    const defined: Local[] = [];
    for (const s of body) {
      // What is read of memory may change from statement to statement.
      const seen = new Map<Expr, Value>();
      const value = (e: Expr): Value => this.#value(this.#at(e, column), seen);
      switch (s.kind) {
        case 'set':
          if (this.#locals.has(s.local)) unknown();
          this.#locals.set(s.local, value(s.value));
          defined.push(s.local);
          break;
        case 'store':
          this.#store(this.#place(s.buffer, this.#at(s.index, column)), value(s.value));
          break;
        case 'loop':
          if (column || this.#layout.sumsRows) unknown();
          this.#statements(s.body, s.loop);
          break;
        case 'reduce':
          if (column) unknown();
          for (const accumulator of s.accumulators)
            this.#reduce(accumulator, this.#layout.sumsRows ? undefined : s.loops[0]);
          if (this.#layout.sumsRows) this.#phase = 'after';
          break;
        default:
          unknown();
      }
    }
    // Names of an inner loop's body end with it.
    if (column) for (const local of defined) this.#locals.delete(local);
  }

  /** An expression of an inner loop, as one of the common columns; the same object for the same object. */
  #at(e: Expr, column: LoopIndex | undefined): Expr {
    if (!column) return e;
    let rewrite = this.#rewriters.get(column);
    if (!rewrite) {
      rewrite = rewriter(new Map([[column, index(this.#layout.column!)]]));
      this.#rewriters.set(column, rewrite);
    }
    return rewrite(e);
  }

  #reduce(accumulator: Accumulator, column: LoopIndex | undefined): void {
    const { local, combine, initial, value } = accumulator;
    const code = reductions[combine];
    if (local.type !== 'f32' || code === undefined || this.#locals.has(local)) return unknown();
    const { sumsRows } = this.#layout;
    const before = this.#phase;
    if (sumsRows) this.#phase = 'during';
    else this.wholeRows = true;
    let from = this.#value(this.#at(value, column), new Map());
    if (!from.wide || (from.kind === PLACE && this.#places[from.number]!.column === 0))
      from = this.#emit('copy', true, [from]);
    this.#phase = before;
    let result: Value;
    if (sumsRows) {
      result = this.#emit('copy', false, [this.#constant(Number(neutral(accumulator)))], true);
      this.#phase = 'during';
      this.#instructions.push({ code, phase: 'during', wide: true, to: result, operands: [from] });
      this.#phase = before;
    } else result = this.#emit(code, false, [from]);
    const starts = combine === 'add' && Number(initial) === 0 ? true : Object.is(Number(initial), neutral(accumulator));
    if (!starts) {
      if (sumsRows) this.#phase = 'after';
      result = this.#emit(combine, false, [this.#constant(Number(initial)), result]);
      this.#phase = before;
    }
    this.#locals.set(local, result);
  }

  #store(place: Value, value: Value): void {
    const { row, column } = this.#places[place.number]!;
    const { sumsRows } = this.#layout;
    if (this.#stores.some((store) => store.place.number === place.number)) unknown();
    if (sumsRows ? place.wide || column !== 1 : place.wide ? column !== 1 : row !== 1) unknown();
    // A row's place in memory must be its own.
    if (!sumsRows && place.wide && row === 0 && this.#layout.row.extent > 1) unknown();
    if (value.wide && !place.wide) unknown();
    if (!place.wide && this.#layout.column && !sumsRows) this.wholeRows = true;
    this.#stores.push({ place, value });
    this.#left.set(place.number, value);
  }

  // ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #constant(value: number, bits?: number): Value {
    const word = bits ?? new Int32Array(Float32Array.of(value).buffer)[0]!;
    let number = this.#constants.indexOf(word);
    if (number < 0) number = this.#constants.push(word) - 1;
    return { kind: CONSTANT, number, wide: false };
  }

  /** An element of a buffer, by what each loop adds to its place. */
  #place(buffer: number, index: Expr, storages: readonly Storage[] = ['f32']): Value {
    const { outer, inner, row, column, sumsRows } = this.#layout;
    if (!storages.includes(this.#kernel.buffers[buffer]!.storage)) unknown();
    const affine = affineOf(index);
    const around = [...outer, ...inner];
    const known = new Set([row, column, ...around]);
    if (affine.terms.some(({ atom }) => atom.op !== 'index' || !known.has(atom.loop))) unknown();
    const steps = [row, column].map((loop) => (loop ? coefficientOf(affine, loop) : 0)) as [number, number];
    const loops = Array.from({ length: MOST_LOOPS }, (_, i) => (around[i] ? coefficientOf(affine, around[i]!) : 0));
    const words = [buffer, affine.constant, ...steps, ...loops];
    const key = words.join();
    let number = this.#placeNumbers.get(key);
    if (number === undefined) {
      number = this.#places.push({ words, row: steps[0], column: steps[1] }) - 1;
      this.#placeNumbers.set(key, number);
      if (number >= MOST_PLACES) unknown();
    }
    const summed = steps[0] !== 0 || inner.some((loop) => coefficientOf(affine, loop) !== 0);
    return { kind: PLACE, number, wide: sumsRows ? summed : steps[1] !== 0 };
  }

  #load(e: Extract<Expr, { op: 'load' }>, storages?: readonly Storage[]): Value {
    if (e.guard || (e.type !== 'f32' && !storages)) return unknown();
    const place = this.#place(e.buffer, e.index, storages);
    const { column } = this.#places[place.number]!;
    if (place.wide && column !== 0 && column !== 1) unknown();
    if (!this.#stored.has(e.buffer)) return place;
    // What the kernel has stored in the same place; nothing else is read of what it changes.
    return this.#left.get(place.number) ?? unknown();
  }

  #value(e: Expr, seen: Map<Expr, Value>): Value {
    const known = seen.get(e);
    if (known) return known;
    const made = this.#make(e, seen);
    seen.set(e, made);
    return made;
  }

  #make(e: Expr, seen: Map<Expr, Value>): Value {
    const of = (...children: readonly Expr[]): Value[] => children.map((child) => this.#value(child, seen));
    const known = (code: string, operands: readonly Value[]): Value => {
      if (!codes.has(code)) unknown();
      const wide = operands.some((operand) => operand.wide);
      return this.#emit(code, wide, operands);
    };
    switch (e.op) {
      case 'const':
        if (e.type === 'f32') return this.#constant(Number(e.value));
        return e.type === 'bool' ? this.#constant(0, Number(e.value) ? -1 : 0) : unknown();
      case 'local':
        return this.#locals.get(e.local) ?? unknown();
      case 'load':
        return this.#load(e);
      case 'unary': {
        if (e.type !== 'f32') return unknown();
        const terms = e.fn === 'tanh' ? termsOf(e.a) : undefined;
        const difference = e.fn === 'exp' ? differenceOf(e.a) : undefined;
        if (difference) return known('expOfDifference', of(...difference));
        return terms ? known('tanhOfSum', of(...terms)) : known(e.fn, of(e.a));
      }
      case 'binary': {
        const argument = logisticArgument(e);
        const terms = argument && termsOf(argument);
        if (terms) return known('logisticOfSum', of(...terms));
        if (argument) return known('logistic', of(argument));
        const [unit, slope] = [normalUnitArgument(e), normalSlopeArgument(e)];
        if (unit) return known('normalUnit', of(unit));
        if (slope) return known('normalSlope', of(slope));
        if (e.type === 'bool' && !['and', 'or', 'xor'].includes(e.fn)) return unknown();
        return e.type === 'f32' || e.type === 'bool' ? known(e.fn, of(e.a, e.b)) : unknown();
      }
      case 'multiplyAdd':
        return e.type === 'f32' ? known('multiplyAdd', of(e.a, e.b, e.c)) : unknown();
      case 'compare':
        return e.a.type === 'f32' ? known(e.fn, of(e.a, e.b)) : unknown();
      case 'select':
        return e.type === 'f32' || e.type === 'bool' ? known('select', of(e.condition, e.a, e.b)) : unknown();
      case 'convert': {
        const bits = maskedBits(e);
        if (bits) return known('maskedInteger', [this.#load(bits.from, INTEGERS), this.#constant(0, bits.mask)]);
        // A mask has all bits set or none.
        return e.type === 'f32' && e.a.type === 'bool' ? known('and', [...of(e.a), this.#constant(1)]) : unknown();
      }
      default:
        return unknown();
    }
  }

  /** The register of a new value, or of an equal one. */
  #emit(code: string, wide: boolean, operands: readonly Value[], own = false): Value {
    const used = wide ? operands : operands.map((operand) => this.#inLine(operand));
    const key = [code, wide, ...used.map(({ kind, number }) => `${kind}:${number}`)].join();
    const known = own ? undefined : this.#byKey.get(key);
    if (known) return known;
    // Values of lines inside a sum over rows are the same for all of its rows.
    const phase = this.#layout.sumsRows && !wide && this.#phase === 'during' ? 'before' : this.#phase;
    const to: Value = { kind: wide ? BLOCK : LINE, number: this.#registers++, wide };
    if (wide) this.blockValues++;
    this.#instructions.push({ code, phase, wide: isReduction(code) ? true : wide, to, operands: used });
    if (!own) this.#byKey.set(key, to);
    return to;
  }

  /** An operand of an instruction on lines: numbers that lie apart are collected first. */
  #inLine(value: Value): Value {
    if (value.kind !== PLACE || value.wide) return value;
    const { row, column } = this.#places[value.number]!;
    const step = this.#layout.sumsRows ? column : row;
    return step === 0 || step === 1 ? value : this.#gathered(value);
  }

  #gathered(place: Value): Value {
    const key = `gather ${place.number}`;
    const known = this.#byKey.get(key);
    if (known) return known;
    const to: Value = { kind: LINE, number: this.#registers++, wide: false };
    const phase = this.#layout.sumsRows && this.#phase === 'during' ? 'before' : this.#phase;
    this.#instructions.push({ code: 'gather', phase, wide: false, to, operands: [place] });
    this.#byKey.set(key, to);
    return to;
  }

  // ── The finished program ────────────────────────────────────────────────────────────────────────────────────────

  /** The instructions, as functions of where the constants stand in the plan; undefined where nothing is stored. */
  finish() {
    if (this.#stores.length === 0) return undefined;
    this.#writeStores();
    const order: readonly Phase[] = ['before', 'during', 'after'];
    const sorted = order.map((phase) =>
      withPairs(this.#instructions.filter((instruction) => instruction.phase === phase)),
    );
    const { numberOf, counts } = assignRegisters(sorted);
    const encode = (instruction: Instruction) => (constantsAt: number) => {
      const word = (value: Value | undefined): number => {
        if (!value) return 0;
        const { kind, number } = value;
        const named =
          kind === BLOCK || kind === LINE ? numberOf(value) : kind === CONSTANT ? constantsAt + number : number;
        return (kind << OPERAND_SHIFT) + named;
      };
      const { code, wide, to, operands } = instruction;
      return [codes.get(code)!, Number(wide), word(to), ...[0, 1, 2].map((i) => word(operands[i]))];
    };
    const [before, during, after] = sorted.map((list) => list.map(encode));
    return {
      places: this.#places.map(({ words }) => words),
      constants: this.#constants,
      before: before!,
      during: during!,
      after: after!,
      blockRegisters: counts[BLOCK]!,
      lineRegisters: counts[LINE]!,
    };
  }

  /**
   * Stores in place come last, because what they replace may be read until then; a value that is made after everything has been
   * read goes to its place at once, and so do all that replace nothing.
   */
  #writeStores(): void {
    const phase = this.#layout.sumsRows ? 'after' : 'during';
    // What is copied as it was is read before anything is replaced.
    if (this.#stores.length > 1)
      this.#stores.forEach(({ place, value }, i) => {
        if (value.kind === PLACE) this.#stores[i] = { place, value: this.#emit('copy', place.wide, [value], true) };
      });
    const readsMemory = ({ operands }: Instruction) => operands.some(({ kind }) => kind === PLACE);
    const lastRead = this.#instructions.findLastIndex(
      (instruction) => instruction.phase === phase && readsMemory(instruction),
    );
    const waiting = this.#stores.filter(({ place, value }) => {
      const at = this.#instructions.findIndex(({ to }) => to === value);
      const made = this.#instructions[at];
      const { inPlace } = this.#kernel.buffers[this.#places[place.number]!.words[0]!]!;
      if (
        !made ||
        (inPlace && at < lastRead) ||
        made.phase !== phase ||
        made.wide !== place.wide ||
        isReduction(made.code)
      )
        return true;
      made.to = place;
      this.#instructions.forEach((instruction, i) => {
        if (i > at)
          this.#instructions[i] = {
            ...instruction,
            operands: instruction.operands.map((x) => (x === value ? place : x)),
          };
      });
      this.#stores.forEach((store, i) => {
        if (store.value === value && store.place !== place) this.#stores[i] = { ...store, value: place };
      });
      return false;
    });
    for (const { place, value } of waiting)
      this.#instructions.push({ code: 'copy', phase, wide: place.wide, to: place, operands: [value] });
  }
}

const isSame = (a: Value, b: Value): boolean => a.kind === b.kind && a.number === b.number;

/** gelu and its slope, made one after the other of the same value, as one instruction, where the slope is stored at once. */
function withPairs(instructions: readonly Instruction[]): readonly Instruction[] {
  return instructions.flatMap((instruction, i) => {
    const [before, after] = [instructions[i - 1], instructions[i + 1]];
    const pairs = (unit: Instruction | undefined, slope: Instruction | undefined): boolean =>
      unit?.code === 'normalUnit' &&
      slope?.code === 'normalSlope' &&
      isSame(unit.operands[0]!, slope.operands[0]!) &&
      slope.to.kind === PLACE;
    if (pairs(before, instruction)) return [];
    if (!pairs(instruction, after)) return [instruction];
    return [{ ...instruction, code: 'normalUnitAndSlope', operands: [instruction.operands[0]!, after!.to] }];
  });
}

const isReduction = (code: string): boolean => Object.values(reductions).includes(code);

/** Numbers for registers: one serves again when what it held has been read for the last time. */
function assignRegisters(phases: readonly (readonly Instruction[])[]) {
  const all = phases.flat();
  const loopEnd = phases[0]!.length + phases[1]!.length - 1;
  const lastUse = new Map<Value, number>();
  const madeBefore = new Set<Value>();
  all.forEach(({ to, operands }, i) => {
    for (const value of [...operands, to]) {
      if (value.kind !== BLOCK && value.kind !== LINE) continue;
      // What was made before the rows is read for each of them.
      lastUse.set(value, madeBefore.has(value) && i <= loopEnd ? Math.max(i, loopEnd) : i);
    }
    if (i < phases[0]!.length) madeBefore.add(to);
  });
  const numbers = new Map<Value, number>();
  const counts = [0, 0];
  const free: number[][] = [[], []];
  all.forEach(({ to, operands }, i) => {
    if ((to.kind === BLOCK || to.kind === LINE) && !numbers.has(to))
      numbers.set(to, free[to.kind]!.pop() ?? counts[to.kind]!++);
    // After the result has its register: an instruction may read a line again while it writes the next.
    for (const value of new Set([...operands, to]))
      if (numbers.has(value) && lastUse.get(value) === i) free[value.kind]!.push(numbers.get(value)!);
  });
  return { numberOf: (value: Value): number => numbers.get(value)!, counts };
}
