// The loop IR: what the lowering makes and what code generators read.
// Owns: the types of kernels, statements and scalar expressions, and small constructors for them.
// Knows nothing of primitives, graphs or machines. A kernel is a loop nest over buffers; its outermost loop is cut
// into ranges [begin, end) by whoever calls it, so that threads share it.
import { assert } from '../base/errors.ts';

/** How an element lies in memory. bool is one byte, 0 or 1. */
export type Storage = 'f32' | 'f64' | 'i8' | 'i16' | 'i32' | 'i64' | 'u8' | 'u16' | 'u32' | 'u64' | 'bool';
/** How a value is held while computing. bool is 0 or 1 (a lane mask when vectorised); i32 and i64 carry no sign. */
export type Register = 'f32' | 'f64' | 'i32' | 'i64' | 'bool';

export const storageBytes: Readonly<Record<Storage, number>> = {
  f32: 4,
  f64: 8,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  bool: 1,
};

/** The register that an element of this storage is loaded into. */
export const registerOf: Readonly<Record<Storage, Register>> = {
  f32: 'f32',
  f64: 'f64',
  i8: 'i32',
  i16: 'i32',
  i32: 'i32',
  i64: 'i64',
  u8: 'i32',
  u16: 'i32',
  u32: 'i32',
  u64: 'i64',
  bool: 'bool',
};

/** On f32 and f64. The second row is transcendental: backends give polynomials or calls. Rounding is to the nearest 16-bit float. */
export type FloatUnary =
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'floor'
  | 'ceil'
  | 'trunc'
  | 'nearest'
  | 'roundF16'
  | 'roundBf16'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'erf'
  | 'erfc';
/** On i32 and i64; the extensions wrap to a narrower integer. */
export type IntUnary = 'neg' | 'abs' | 'not' | 'extend8' | 'extend16' | 'mask8' | 'mask16';
export type UnaryOp = FloatUnary | IntUnary;

/** Floats: add sub mul div min max (NaN wins) pow atan2 rem (truncated, as C's fmod). Integers: wrap around; div, rem, min, max and shiftRight come with a sign;
 *  div and rem by zero give 0. Booleans: and, or, xor. */
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'rem'
  | 'min'
  | 'max'
  | 'pow'
  | 'atan2'
  | 'and'
  | 'or'
  | 'xor'
  | 'shiftLeft'
  | 'shiftRight';
export type CompareOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

export interface LoopIndex {
  readonly name: string;
  readonly extent: number;
}
/** A name for a value inside a loop body; accumulators are locals that a reduction sets. */
export interface Local {
  readonly name: string;
  readonly type: Register;
}

/** A scalar expression. Expressions are shared by identity: what is the same object is computed once. */
export type Expr =
  | { readonly op: 'const'; readonly type: Register; readonly value: number | bigint }
  | { readonly op: 'index'; readonly type: 'i32'; readonly loop: LoopIndex }
  | { readonly op: 'local'; readonly type: Register; readonly local: Local }
  /** The element of `buffer` at `index` (in elements). With a guard: `otherwise` where the guard is false, nothing is read there. */
  | {
      readonly op: 'load';
      readonly type: Register;
      readonly buffer: number;
      readonly index: Expr;
      readonly guard?: Expr;
      readonly otherwise?: Expr;
    }
  | { readonly op: 'unary'; readonly type: Register; readonly fn: UnaryOp; readonly a: Expr }
  | {
      readonly op: 'binary';
      readonly type: Register;
      readonly fn: BinaryOp;
      readonly signed: boolean;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** a * b + c on floats; fused where the machine can, so results may differ in the last bit. */
  | { readonly op: 'multiplyAdd'; readonly type: 'f32' | 'f64'; readonly a: Expr; readonly b: Expr; readonly c: Expr }
  | {
      readonly op: 'compare';
      readonly type: 'bool';
      readonly fn: CompareOp;
      readonly signed: boolean;
      readonly a: Expr;
      readonly b: Expr;
    }
  | { readonly op: 'select'; readonly type: Register; readonly condition: Expr; readonly a: Expr; readonly b: Expr }
  /** Between registers. Float to integer truncates and saturates; integers wrap; `signed` is the integer side's sign. To bool: not zero. */
  | { readonly op: 'convert'; readonly type: Register; readonly signed: boolean; readonly a: Expr }
  /** The same bits: f32 and i32, f64 and i64. */
  | { readonly op: 'bitcast'; readonly type: Register; readonly a: Expr };

export type Combine = 'add' | 'mul' | 'min' | 'max' | 'and' | 'or';

export interface Accumulator {
  readonly local: Local;
  readonly combine: Combine;
  /** The sign of integers for min and max. */
  readonly signed: boolean;
  readonly initial: number | bigint;
  readonly value: Expr;
}

export type Statement =
  | { readonly kind: 'loop'; readonly loop: LoopIndex; readonly body: readonly Statement[] }
  /** Runs over all `loops` (the last is innermost) and combines `value` into each accumulator, in any order that does not depend
   *  on the number of threads; float sums over long extents are blocked (partial sums), so that the error stays small. The accumulators' locals hold the results afterwards. */
  | { readonly kind: 'reduce'; readonly loops: readonly LoopIndex[]; readonly accumulators: readonly Accumulator[] }
  /** Defines a local, or changes it when it is defined already in an enclosing body (then the loops around it run in order, not vectorised). */
  | { readonly kind: 'set'; readonly local: Local; readonly value: Expr }
  | { readonly kind: 'store'; readonly buffer: number; readonly index: Expr; readonly value: Expr }
  /** buffer[index] = combine(buffer[index], value); the loops around it run in order on one thread. */
  | {
      readonly kind: 'update';
      readonly buffer: number;
      readonly index: Expr;
      readonly combine: Combine;
      readonly signed: boolean;
      readonly value: Expr;
    }
  | { readonly kind: 'if'; readonly condition: Expr; readonly body: readonly Statement[] };

export interface BufferUse {
  readonly storage: Storage;
  readonly access: 'read' | 'write' | 'update';
  /** What is written may lie where the kernel reads another buffer, at the same position: a variable updated in place. */
  readonly inPlace?: true;
}

/** A loop nest. `body` runs for each value of `outer` from begin to end; `serial` kernels are always called with the whole range. */
export interface LoopKernel {
  readonly kind: 'loops';
  readonly buffers: readonly BufferUse[];
  readonly outer: LoopIndex;
  readonly body: readonly Statement[];
  readonly serial: boolean;
}

/** How a matrix lies in its buffer: element (batch, i, j) at `batch * batchStride + i * rowStride + j * columnStride`. */
export interface MatrixLayout {
  readonly batchStride: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** c[batch, i, j] = Σ_k a[batch, i, k] b[batch, k, j], float32, c row-major (columnStride 1); buffers 0, 1 are read, 2 is written. */
export interface ContractKernel {
  readonly kind: 'contract';
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: MatrixLayout;
  readonly b: MatrixLayout;
  readonly c: MatrixLayout;
}

/**
 * Philox4x32-10: buffer 0 holds key (2), counter (4) and a number n (2, the low word first) as u32; buffer 1 gets `count` u32 of the
 * stream whose block i comes from counter + i, from the stream's n-th on.
 */
export interface PhiloxKernel {
  readonly kind: 'philox';
  readonly count: number;
}

/** Windows without gaps or overlaps over the rows and columns of images, NHWC and dense; what they leave over at the end is in none. */
export interface Pooling {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Taps of a window, and how many windows there are, down and across. */
  readonly window: readonly [number, number];
  readonly windows: readonly [number, number];
  /** The buffer with the number of the tap that counts in each window (int32, row-major; −1: none); −1 where nobody wants it. */
  readonly numbers: number;
  /** largest: the windows' largest elements. sent: what each window sends to its tap. */
  readonly values: number;
  readonly kind: 'largest' | 'sent';
  /** Of largest: they are those of max(0, element); a number only where that is above 0. */
  readonly rectified: boolean;
  readonly positive: boolean;
}

/**
 * Loop kernels one after the other, around something as large as an image that nobody else reads: the first one makes it. A backend
 * that knows how to do all of them as one need not store it.
 */
export interface SequenceKernel {
  readonly kind: 'sequence';
  readonly buffers: readonly BufferUse[];
  /** Each with the numbers of its buffers among the sequence's. */
  readonly parts: readonly { readonly kernel: LoopKernel; readonly buffers: readonly number[] }[];
  /** The buffer that lies between them. */
  readonly between: number;
  /** What the windows over it are: a convolution's largest results (kind largest), or what convolutions read (kind sent). */
  readonly pooling: Pooling;
}

export type Kernel = LoopKernel | ContractKernel | PhiloxKernel | SequenceKernel;

// ── Constructors ────────────────────────────────────────────────────────────────────────────────────────────────

export const constant = (type: Register, value: number | bigint): Expr => ({ op: 'const', type, value });
export const integer = (value: number): Expr => ({ op: 'const', type: 'i32', value });
export const index = (loop: LoopIndex): Expr => ({ op: 'index', type: 'i32', loop });
export const read = (local: Local): Expr => ({ op: 'local', type: local.type, local });
export const load = (storage: Storage, buffer: number, at: Expr, guard?: Expr, otherwise?: Expr): Expr => {
  const type = registerOf[storage];
  return guard
    ? { op: 'load', type, buffer, index: at, guard, otherwise: otherwise ?? constant(type, 0) }
    : { op: 'load', type, buffer, index: at };
};
export const unary = (fn: UnaryOp, a: Expr): Expr => ({ op: 'unary', type: a.type, fn, a });
export const binary = (fn: BinaryOp, a: Expr, b: Expr, signed = true): Expr => {
  assert(a.type === b.type, `loop IR: ${fn} of ${a.type} and ${b.type}`);
  return { op: 'binary', type: a.type, fn, signed, a, b };
};
export const compare = (fn: CompareOp, a: Expr, b: Expr, signed = true): Expr => {
  assert(a.type === b.type, `loop IR: ${fn} of ${a.type} and ${b.type}`);
  return { op: 'compare', type: 'bool', fn, signed, a, b };
};
export const select = (condition: Expr, a: Expr, b: Expr): Expr => {
  assert(condition.type === 'bool' && a.type === b.type, `loop IR: select of ${condition.type}, ${a.type}, ${b.type}`);
  return { op: 'select', type: a.type, condition, a, b };
};
export const convert = (type: Register, a: Expr, signed = true): Expr =>
  a.type === type ? a : { op: 'convert', type, signed, a };
export const bitcast = (type: Register, a: Expr): Expr => ({ op: 'bitcast', type, a });

const isConstant = (e: Expr, value: number): boolean => e.op === 'const' && Number(e.value) === value;

/** i32 sum with the trivial cases folded, so that index arithmetic stays readable. */
export const plus = (a: Expr, b: Expr): Expr => {
  if (isConstant(a, 0)) return b;
  if (isConstant(b, 0)) return a;
  if (a.op === 'const' && b.op === 'const') return integer(Number(a.value) + Number(b.value));
  return binary('add', a, b);
};
/** i32 product by a constant, folded. */
export const times = (a: Expr, factor: number): Expr => {
  if (factor === 0) return integer(0);
  if (factor === 1) return a;
  if (a.op === 'const') return integer(Number(a.value) * factor);
  return binary('mul', a, integer(factor));
};
/** floor(a / divisor) of a non-negative index, folded. */
export const quotient = (a: Expr, divisor: number): Expr => {
  if (divisor === 1) return a;
  if (a.op === 'const') return integer(Math.floor(Number(a.value) / divisor));
  return binary('div', a, integer(divisor), false);
};
/** a mod divisor of a non-negative index, folded. */
export const remainder = (a: Expr, divisor: number): Expr => {
  if (divisor === 1) return integer(0);
  if (a.op === 'const') return integer(Number(a.value) % divisor);
  return binary('rem', a, integer(divisor), false);
};

/** The expressions that an expression is made of. */
export const childrenOf = (e: Expr): readonly Expr[] => {
  switch (e.op) {
    case 'load':
      return e.guard ? [e.index, e.guard, e.otherwise!] : [e.index];
    case 'unary':
    case 'convert':
    case 'bitcast':
      return [e.a];
    case 'binary':
    case 'compare':
      return [e.a, e.b];
    case 'multiplyAdd':
      return [e.a, e.b, e.c];
    case 'select':
      return [e.condition, e.a, e.b];
    default:
      return [];
  }
};

/** The expressions of a statement, without those of the statements inside it. */
export const rootsOf = (statement: Statement): readonly Expr[] => {
  switch (statement.kind) {
    case 'reduce':
      return statement.accumulators.map((accumulator) => accumulator.value);
    case 'set':
      return [statement.value];
    case 'store':
    case 'update':
      return [statement.index, statement.value];
    case 'if':
      return [statement.condition];
    default:
      return [];
  }
};
