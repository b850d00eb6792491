// NumPy's objects in pickles: arrays, dtypes and numbers, made by the names that stand there.
// Owns: which names are known and what calling them, and giving them a state, makes. Nothing is executed.
import { ByteCursor } from './byte-cursor.ts';

/** An array: its bytes, or its list of objects. */
export interface PickledArray {
  shape: number[];
  /** As in `.npy` files: '<i8', '|u1', '|O'. */
  descr: string;
  fortranOrder: boolean;
  data: Uint8Array | unknown[];
}

/** Throws the error of a file that is damaged or holds something else than data. */
export type Refusal = (why: string) => never;

class ArrayObject implements PickledArray {
  shape: number[] = [];
  descr = '';
  fortranOrder = false;
  data: Uint8Array | unknown[] = [];
}

class DTypeObject {
  readonly code: string;
  order = '|';
  constructor(code: string) {
    this.code = code;
  }
  get descr(): string {
    return `${this.order === '|' && !/^[bSOV]|1$/.test(this.code) ? '<' : this.order}${this.code}`;
  }
}

/** The names, and the modules that have them. */
const MODULES = {
  _reconstruct: /^numpy\./,
  ndarray: /^numpy$/,
  dtype: /^numpy$/,
  scalar: /^numpy\./,
  _frombuffer: /^numpy\./,
  encode: /^_codecs$/,
  bytes: /^(__builtin__|builtins)$/,
} as const;
class Name {
  readonly name: keyof typeof MODULES;
  constructor(name: keyof typeof MODULES) {
    this.name = name;
  }
}

/** The name of a module: only those that make arrays. */
export function nameOf(module: string, name: string, bad: Refusal): object {
  const known = Object.hasOwn(MODULES, name) ? (name as keyof typeof MODULES) : null;
  return known && MODULES[known].test(module) ? new Name(known) : bad(`the name ${module}.${name}`);
}

const bytesOfLatin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const bytesIn = (value: unknown, bad: Refusal): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  // Python 2 has bytes as texts.
  return typeof value === 'string' ? bytesOfLatin1(value) : bad('an array or a number without bytes');
};
const descrIn = (value: unknown, bad: Refusal): string =>
  value instanceof DTypeObject ? value.descr : bad('an array without dtype');
const shapeIn = (value: unknown, bad: Refusal): number[] =>
  Array.isArray(value) ? value.map(Number) : bad('an array without shape');

/** A whole number of any length, two's complement where `signed`, the lowest byte first; a bigint where a number is too short. */
export function integerOf(bytes: Uint8Array, signed = true): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  if (signed) value = BigInt.asIntN(8 * Math.max(bytes.length, 1), value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function scalarOf(dtype: DTypeObject, given: Uint8Array, bad: Refusal): number | bigint | boolean {
  const raw = dtype.order === '>' ? given.slice().reverse() : given;
  const cursor = new ByteCursor(raw, 0, raw.length, bad);
  if (/^f8/.test(dtype.code)) return cursor.f64();
  if (/^f4/.test(dtype.code)) return cursor.f32();
  if (/^b1/.test(dtype.code)) return cursor.u8() !== 0;
  return /^[iu]/.test(dtype.code) ? integerOf(raw, dtype.code.startsWith('i')) : bad(`a number of dtype ${dtype.code}`);
}

/** What calling a name makes. */
export function callOf(callee: unknown, args: unknown, bad: Refusal): unknown {
  if (!(callee instanceof Name) || !Array.isArray(args)) return bad('a call of something else than a name');
  switch (callee.name) {
    case '_reconstruct':
      return new ArrayObject();
    case 'dtype':
      return new DTypeObject(String(args[0]));
    case 'encode':
      return bytesOfLatin1(String(args[0]));
    case 'bytes':
      return args.length === 0 ? new Uint8Array() : bad('bytes made of something');
    case '_frombuffer': {
      const array = new ArrayObject();
      const [data, dtype, shape, order] = args;
      array.data = bytesIn(data, bad);
      array.descr = descrIn(dtype, bad);
      array.shape = shapeIn(shape, bad);
      array.fortranOrder = order === 'F';
      return array;
    }
    case 'scalar': {
      const [dtype, data] = args;
      return dtype instanceof DTypeObject ? scalarOf(dtype, bytesIn(data, bad), bad) : bad('a number without dtype');
    }
    default:
      return bad(`a call of ${callee.name}`);
  }
}

/** Gives a dtype its byte order, an array its elements. */
export function setState(object: unknown, state: unknown, bad: Refusal): void {
  if (!Array.isArray(state)) return bad('a state for something else than an array');
  if (object instanceof DTypeObject) object.order = state[1] === '=' ? '<' : String(state[1]);
  else if (object instanceof ArrayObject) {
    const [, shape, dtype, fortran, data] = state;
    object.shape = shapeIn(shape, bad);
    object.descr = descrIn(dtype, bad);
    object.fortranOrder = fortran === true || fortran === 1;
    object.data = Array.isArray(data) ? data : bytesIn(data, bad);
  } else bad('a state for something else than an array');
}
