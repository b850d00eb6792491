// Python pickles of plain data and NumPy arrays: what Keras's data sets (CIFAR, IMDB, Reuters) are stored in.
// Owns: the reading of protocols 0 to 5. Nothing is executed: names other than NumPy's array constructors are refused.
import { ByteCursor } from './byte-cursor.ts';
import { FormatError } from './file-error.ts';

/** An array: its bytes, or its list of objects. */
export interface PickledArray {
  shape: number[];
  /** As in `.npy` files: '<i8', '|u1', '|O'. */
  descr: string;
  fortranOrder: boolean;
  data: Uint8Array | unknown[];
}

const NAMES = new Set(['_reconstruct', 'ndarray', 'dtype', 'scalar', '_frombuffer', 'encode']);
class Name {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}
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

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();
const MARK = Symbol('mark');
const bytesOfLatin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** The object of a pickle: lists, Maps, numbers, texts, bytes and arrays. Throws FormatError. */
export function readPickle(bytes: Uint8Array, file: string): unknown {
  const bad = (why: string): never => {
    throw new FormatError('invalid_value', file, `the pickle is damaged or holds something else than data: ${why}.`);
  };
  const cursor = new ByteCursor(bytes, 0, bytes.length, bad);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const pop = (): unknown => (stack.length > 0 ? stack.pop() : bad('the stack is empty'));
  const sinceMark = (): unknown[] => {
    const at = stack.lastIndexOf(MARK);
    if (at < 0) bad('a mark is missing');
    const items = stack.splice(at);
    return items.slice(1);
  };
  const top = (): unknown => (stack.length > 0 ? stack[stack.length - 1] : bad('the stack is empty'));
  const line = (): string => {
    const from = cursor.position;
    while (cursor.u8() !== 10);
    return latin1.decode(bytes.subarray(from, cursor.position - 1));
  };
  const integer = (count: number): number | bigint => {
    let value = 0n;
    const part = cursor.view(count);
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(part[i]!);
    const signed = BigInt.asIntN(8 * Math.max(count, 1), value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  };
  const lookup = (module: string, name: string): Name => {
    const known = /^(numpy(\.|$)|_codecs$)/.test(module) && NAMES.has(name);
    return known ? new Name(name) : bad(`the name ${module}.${name}`);
  };
  const call = (callee: unknown, args: unknown): unknown => {
    if (!(callee instanceof Name) || !Array.isArray(args)) return bad('a call of something else than a name');
    switch (callee.name) {
      case '_reconstruct':
        return new ArrayObject();
      case 'dtype':
        return new DTypeObject(String(args[0]));
      case 'encode':
        return bytesOfLatin1(String(args[0]));
      case '_frombuffer': {
        const array = new ArrayObject();
        const [data, dtype, shape, order] = args;
        array.data = data instanceof Uint8Array ? data : bad('an array without bytes');
        array.descr = dtype instanceof DTypeObject ? dtype.descr : bad('an array without dtype');
        array.shape = (shape as unknown[]).map(Number);
        array.fortranOrder = order === 'F';
        return array;
      }
      case 'scalar': {
        const [dtype, data] = args;
        if (!(dtype instanceof DTypeObject)) return bad('a number without dtype');
        const raw = data instanceof Uint8Array ? data : bytesOfLatin1(String(data));
        const inner = new ByteCursor(raw, 0, raw.length, bad);
        if (/^f8/.test(dtype.code)) return inner.f64();
        if (/^f4/.test(dtype.code)) return inner.f32();
        return raw.reduceRight((value, byte) => value * 256 + byte, 0);
      }
      default:
        return bad(`a call of ${callee.name}`);
    }
  };
  const build = (object: unknown, state: unknown): void => {
    if (object instanceof DTypeObject && Array.isArray(state)) object.order = state[1] === '=' ? '<' : String(state[1]);
    else if (object instanceof ArrayObject && Array.isArray(state)) {
      const [, shape, dtype, fortran, data] = state;
      object.shape = Array.isArray(shape) ? shape.map(Number) : bad('an array without shape');
      object.descr = dtype instanceof DTypeObject ? dtype.descr : bad('an array without dtype');
      object.fortranOrder = fortran === true || fortran === 1;
      object.data = typeof data === 'string' ? bytesOfLatin1(data) : (data as Uint8Array | unknown[]);
    } else bad('a state for something else than an array');
  };
  const set = (target: unknown, items: readonly unknown[]): void => {
    if (!(target instanceof Map)) return bad('items for something else than a dict');
    for (let i = 0; i + 1 < items.length; i += 2) {
      // Python 2's texts are bytes to Python 3: names are texts here.
      const key = items[i];
      target.set(key instanceof Uint8Array ? latin1.decode(key) : key, items[i + 1]);
    }
  };
  const append = (target: unknown, items: readonly unknown[]): void => {
    if (!Array.isArray(target)) return bad('items for something else than a list');
    for (const item of items) target.push(item);
  };
  const unquoted = (text: string): string =>
    text
      .slice(1, -1)
      .replace(/\\(x[0-9a-f]{2}|.)/g, (_, c: string) =>
        c.startsWith('x')
          ? String.fromCharCode(Number.parseInt(c.slice(1), 16))
          : ({ n: '\n', r: '\r', t: '\t' }[c] ?? c),
      );

  for (;;) {
    const code = String.fromCharCode(cursor.u8());
    switch (code) {
      case '\x80': // PROTO
        cursor.u8();
        break;
      case '\x95': // FRAME
        cursor.take(8);
        break;
      case '.':
        return pop();
      case '(':
        stack.push(MARK);
        break;
      case '0':
        pop();
        break;
      case 'N':
        stack.push(null);
        break;
      case '\x88':
        stack.push(true);
        break;
      case '\x89':
        stack.push(false);
        break;
      case 'I': {
        const text = line();
        stack.push(text === '01' ? true : text === '00' ? false : Number(text));
        break;
      }
      case 'L':
        stack.push(Number(line().replace(/L$/, '')));
        break;
      case 'F':
        stack.push(Number(line()));
        break;
      case 'K':
        stack.push(cursor.u8());
        break;
      case 'M':
        stack.push(cursor.u16());
        break;
      case 'J':
        stack.push(cursor.u32() | 0);
        break;
      case '\x8a':
        stack.push(integer(cursor.u8()));
        break;
      case 'G': {
        const raw = cursor.view(8).slice().reverse();
        stack.push(new DataView(raw.buffer).getFloat64(0, true));
        break;
      }
      case 'S':
        stack.push(unquoted(line()));
        break;
      case 'U':
        stack.push(latin1.decode(cursor.view(cursor.u8())));
        break;
      case 'T':
        stack.push(latin1.decode(cursor.view(cursor.u32())));
        break;
      case 'V':
        stack.push(line());
        break;
      case 'X':
        stack.push(utf8.decode(cursor.view(cursor.u32())));
        break;
      case '\x8c':
        stack.push(utf8.decode(cursor.view(cursor.u8())));
        break;
      case 'C':
        stack.push(cursor.view(cursor.u8()));
        break;
      case 'B':
        stack.push(cursor.view(cursor.u32()));
        break;
      case '\x8e':
      case '\x96':
        stack.push(cursor.view(cursor.u64()));
        break;
      case ']':
        stack.push([]);
        break;
      case ')':
        stack.push([]);
        break;
      case '}':
        stack.push(new Map());
        break;
      case 'l':
      case 't':
        stack.push(sinceMark());
        break;
      case 'd': {
        const items = sinceMark();
        const map = new Map();
        set(map, items);
        stack.push(map);
        break;
      }
      case '\x85':
        stack.push([pop()]);
        break;
      case '\x86': {
        const b = pop();
        stack.push([pop(), b]);
        break;
      }
      case '\x87': {
        const [c, b] = [pop(), pop()];
        stack.push([pop(), b, c]);
        break;
      }
      case 'a': {
        const item = pop();
        append(top(), [item]);
        break;
      }
      case 'e': {
        const items = sinceMark();
        append(top(), items);
        break;
      }
      case 's': {
        const value = pop();
        const key = pop();
        set(top(), [key, value]);
        break;
      }
      case 'u': {
        const items = sinceMark();
        set(top(), items);
        break;
      }
      case 'c':
        stack.push(lookup(line(), line()));
        break;
      case '\x93': {
        const name = pop();
        stack.push(lookup(String(pop()), String(name)));
        break;
      }
      case 'R': {
        const args = pop();
        stack.push(call(pop(), args));
        break;
      }
      case 'b': {
        const state = pop();
        build(top(), state);
        break;
      }
      case 'p':
        memo.set(Number(line()), top());
        break;
      case 'q':
        memo.set(cursor.u8(), top());
        break;
      case 'r':
        memo.set(cursor.u32(), top());
        break;
      case '\x94':
        memo.set(memo.size, top());
        break;
      case 'g':
      case 'h':
      case 'j': {
        const at = code === 'g' ? Number(line()) : code === 'h' ? cursor.u8() : cursor.u32();
        if (!memo.has(at)) bad(`a reference to ${at}`);
        stack.push(memo.get(at));
        break;
      }
      default:
        bad(`the code ${code.charCodeAt(0)}`);
    }
  }
}
