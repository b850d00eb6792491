// Python pickles of plain data and NumPy arrays: what Keras's data sets (CIFAR, IMDB, Reuters) are stored in.
// Owns: the machine of protocols 0 to 5, a stack and a memo. Nothing is executed: what names stand for says pickle-objects.ts.
// Source: CPython's Lib/pickletools.py.
import { ByteCursor } from './byte-cursor.ts';
import { FormatError } from './file-error.ts';
import { callOf, integerOf, nameOf, setState } from './pickle-objects.ts';

export type { PickledArray } from './pickle-objects.ts';

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();
const MARK = Symbol('mark');
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A text as Python 2's `repr` writes it. */
const unquoted = (text: string): string =>
  text
    .slice(1, -1)
    .replace(/\\(x[0-9a-f]{2}|.)/g, (_, c: string) =>
      c.startsWith('x') ? String.fromCharCode(Number.parseInt(c.slice(1), 16)) : (ESCAPES[c] ?? c),
    );

/** A text in Python's raw-unicode-escape. */
const unescaped = (text: string): string =>
  text.replace(/\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/gi, (_, short: string | undefined, long: string) =>
    String.fromCodePoint(Math.min(Number.parseInt(short ?? long, 16), 0x10ffff)),
  );

class Machine {
  readonly cursor: ByteCursor;
  readonly #bytes: Uint8Array;
  readonly #file: string;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
    this.cursor = new ByteCursor(bytes, 0, bytes.length, this.bad);
  }

  readonly bad = (why: string): never => {
    throw new FormatError(
      'invalid_value',
      this.#file,
      `the pickle is damaged or holds something else than data: ${why}.`,
    );
  };

  push(value: unknown): void {
    this.#stack.push(value);
  }
  pop(): unknown {
    return this.#stack.length > 0 ? this.#stack.pop() : this.bad('the stack is empty');
  }
  /** The last `count` values, in the order in which they were pushed. */
  popped(count: number): unknown[] {
    const values = Array.from({ length: count }, () => this.pop());
    return values.reverse();
  }
  top(): unknown {
    return this.#stack.length > 0 ? this.#stack.at(-1) : this.bad('the stack is empty');
  }
  mark(): void {
    this.#stack.push(MARK);
  }
  sinceMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    return at < 0 ? this.bad('a mark is missing') : this.#stack.splice(at).slice(1);
  }

  remember(at: number = this.#memo.size): void {
    this.#memo.set(at, this.top());
  }
  recall(at: number): void {
    if (!this.#memo.has(at)) this.bad(`a reference to ${at}`);
    this.push(this.#memo.get(at));
  }

  line(): string {
    const from = this.cursor.position;
    while (this.cursor.u8() !== 10);
    return latin1.decode(this.#bytes.subarray(from, this.cursor.position - 1));
  }

  /** Puts keys and values, in turns, into the dict on top. */
  setItems(items: readonly unknown[]): void {
    const target = this.top();
    if (!(target instanceof Map)) return this.bad('items for something else than a dict');
    for (let i = 0; i + 1 < items.length; i += 2) {
      // Python 2's texts are bytes to Python 3: names are texts here.
      const key = items[i];
      target.set(key instanceof Uint8Array ? latin1.decode(key) : key, items[i + 1]);
    }
  }
  append(items: readonly unknown[]): void {
    const target = this.top();
    if (!Array.isArray(target)) return this.bad('items for something else than a list');
    for (const item of items) target.push(item);
  }
}

/** What each code does, but for STOP. */
const CODES: Readonly<Record<string, (m: Machine) => void>> = {
  '\x80': (m) => m.cursor.take(1), // PROTO
  '\x95': (m) => m.cursor.take(8), // FRAME
  // Constants and numbers.
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  I: (m) => {
    const text = m.line();
    m.push(text === '01' ? true : text === '00' ? false : Number(text));
  },
  L: (m) => m.push(Number(m.line().replace(/L$/, ''))),
  F: (m) => m.push(Number(m.line())),
  K: (m) => m.push(m.cursor.u8()),
  M: (m) => m.push(m.cursor.u16()),
  J: (m) => m.push(m.cursor.u32() | 0),
  '\x8a': (m) => m.push(integerOf(m.cursor.view(m.cursor.u8()))),
  G: (m) => {
    const raw = m.cursor.view(8);
    m.push(new DataView(raw.buffer, raw.byteOffset, 8).getFloat64(0));
  },
  // Texts and bytes.
  S: (m) => m.push(unquoted(m.line())),
  U: (m) => m.push(latin1.decode(m.cursor.view(m.cursor.u8()))),
  T: (m) => m.push(latin1.decode(m.cursor.view(m.cursor.u32()))),
  V: (m) => m.push(unescaped(m.line())),
  X: (m) => m.push(utf8.decode(m.cursor.view(m.cursor.u32()))),
  '\x8c': (m) => m.push(utf8.decode(m.cursor.view(m.cursor.u8()))),
  C: (m) => m.push(m.cursor.view(m.cursor.u8())),
  B: (m) => m.push(m.cursor.view(m.cursor.u32())),
  '\x8e': (m) => m.push(m.cursor.view(m.cursor.u64())),
  '\x96': (m) => m.push(m.cursor.view(m.cursor.u64())),
  // Lists, tuples and dicts.
  '(': (m) => m.mark(),
  ']': (m) => m.push([]),
  ')': (m) => m.push([]),
  '}': (m) => m.push(new Map()),
  l: (m) => m.push(m.sinceMark()),
  t: (m) => m.push(m.sinceMark()),
  '\x85': (m) => m.push(m.popped(1)),
  '\x86': (m) => m.push(m.popped(2)),
  '\x87': (m) => m.push(m.popped(3)),
  d: (m) => {
    const items = m.sinceMark();
    m.push(new Map());
    m.setItems(items);
  },
  a: (m) => m.append(m.popped(1)),
  e: (m) => m.append(m.sinceMark()),
  s: (m) => m.setItems(m.popped(2)),
  u: (m) => m.setItems(m.sinceMark()),
  // Names and what they make.
  c: (m) => m.push(nameOf(m.line(), m.line(), m.bad)),
  '\x93': (m) => {
    const [module, name] = m.popped(2);
    m.push(nameOf(String(module), String(name), m.bad));
  },
  R: (m) => {
    const [callee, args] = m.popped(2);
    m.push(callOf(callee, args, m.bad));
  },
  b: (m) => {
    const state = m.pop();
    setState(m.top(), state, m.bad);
  },
  // The memo.
  0: (m) => void m.pop(),
  p: (m) => m.remember(Number(m.line())),
  q: (m) => m.remember(m.cursor.u8()),
  r: (m) => m.remember(m.cursor.u32()),
  '\x94': (m) => m.remember(),
  g: (m) => m.recall(Number(m.line())),
  h: (m) => m.recall(m.cursor.u8()),
  j: (m) => m.recall(m.cursor.u32()),
};

/** The object of a pickle: lists, Maps, numbers, texts, bytes and arrays. Throws FormatError. */
export function readPickle(bytes: Uint8Array, file: string): unknown {
  const machine = new Machine(bytes, file);
  for (;;) {
    const code = String.fromCharCode(machine.cursor.u8());
    if (code === '.') return machine.pop();
    const run = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
    if (!run) return machine.bad(`the code ${code.charCodeAt(0)}`);
    run(machine);
  }
}
