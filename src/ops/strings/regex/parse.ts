// Regular expressions in RE2's syntax, read into a tree.
// Owns: the syntax and the sets of characters. How a tree finds its matches is native.ts and simulate.ts.
// Source: the syntax page of RE2.
import { show, ValueError } from '../../../base/errors.ts';

/** Characters by ranges of code points and by Unicode properties, or all others. */
export interface Characters {
  readonly kind: 'set';
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** `\p{…}` and `\P{…}` as JavaScript writes them. */
  readonly properties: readonly string[];
  readonly negated: boolean;
}
export type Place = 'begin' | 'end' | 'lineBegin' | 'lineEnd' | 'word' | 'notWord';
export type Expression =
  | Characters
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly parts: readonly Expression[] }
  | { readonly kind: 'group'; readonly index: number; readonly part: Expression }
  | {
      readonly kind: 'repeat';
      readonly part: Expression;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };
export interface Pattern {
  readonly root: Expression;
  /** How many groups are captured. */
  readonly groups: number;
}

type Ranges = [number, number][];
const LAST = 0x10ffff;
const MOST_REPEATS = 1000;
const code = (character: string): number => character.codePointAt(0)!;
/** Ranges of single characters and pairs: 'az' is a to z. */
const ranges = (...list: string[]): Ranges => list.map((pair) => [code(pair[0]!), code(pair.at(-1)!)]);
const [DIGIT, LOWER, UPPER] = [ranges('09'), ranges('az'), ranges('AZ')];
const WORD = [...DIGIT, ...LOWER, ...UPPER, ...ranges('_')];
const SPACE: Ranges = [...ranges('\t\n', '\f\r', ' ')];
const CLASSES: Readonly<Record<string, Ranges>> = {
  alnum: [...DIGIT, ...LOWER, ...UPPER],
  alpha: [...LOWER, ...UPPER],
  ascii: [[0, 0x7f]],
  blank: ranges('\t', ' '),
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: DIGIT,
  graph: ranges('!~'),
  lower: LOWER,
  print: ranges(' ~'),
  punct: ranges('!/', ':@', '[`', '{~'),
  space: [...ranges('\t\r', ' ')],
  upper: UPPER,
  word: WORD,
  xdigit: [...DIGIT, ...ranges('AF', 'af')],
};
const PERL: Readonly<Record<string, Ranges>> = { d: DIGIT, w: WORD, s: SPACE };
const CONTROLS: Readonly<Record<string, string>> = { a: '\x07', f: '\f', t: '\t', n: '\n', r: '\r', v: '\v' };

/** What is in none of the ranges. */
function others(list: Ranges): Ranges {
  const out: Ranges = [];
  let next = 0;
  for (const [from, to] of [...list].sort((a, b) => a[0] - b[0])) {
    if (from > next) out.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST) out.push([next, LAST]);
  return out;
}
/** The characters with those that differ in case only. Ranges of thousands hold both already. */
function anyCase(list: Ranges): Ranges {
  const out = [...list];
  for (const [from, to] of list) {
    if (to - from > 2000) continue;
    for (let point = from; point <= to; point++) {
      const text = String.fromCodePoint(point);
      for (const other of [text.toLowerCase(), text.toUpperCase()])
        if (other !== text && [...other].length === 1) out.push([code(other), code(other)]);
    }
  }
  return out;
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

class Parser {
  readonly #text: readonly string[];
  readonly #pattern: string;
  #at = 0;
  #flags: Flags = { i: false, m: false, s: false, U: false };
  groups = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#text = [...pattern];
  }
  #fail(why: string): never {
    throw new ValueError(`the pattern ${show(this.#pattern)} is no regular expression of RE2: ${why} at ${this.#at}.`);
  }
  #rest(count: number): string {
    return this.#text.slice(this.#at, this.#at + count).join('');
  }
  #take(text: string): boolean {
    if (this.#rest([...text].length) !== text) return false;
    this.#at += [...text].length;
    return true;
  }
  #next(): string {
    return this.#text[this.#at++] ?? this.#fail('it ends too early');
  }
  #set(list: Ranges, properties: readonly string[] = [], negated = false): Characters {
    return { kind: 'set', ranges: this.#flags.i ? anyCase(list) : list, properties, negated };
  }

  whole(): Expression {
    const root = this.#choice();
    if (this.#at < this.#text.length) this.#fail('a bracket ) closes nothing');
    return root;
  }
  #choice(): Expression {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }
  #sequence(): Expression {
    const parts: Expression[] = [];
    while (this.#at < this.#text.length && this.#rest(1) !== '|' && this.#rest(1) !== ')') {
      if (this.#take('\\Q')) {
        while (this.#at < this.#text.length && !this.#take('\\E')) {
          const point = code(this.#next());
          parts.push(this.#set([[point, point]]));
        }
        continue;
      }
      const one = this.#one();
      if (one) parts.push(this.#repeated(one));
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }
  #repeated(part: Expression): Expression {
    let bounds: [number, number] | null = null;
    if (this.#take('*')) bounds = [0, Number.POSITIVE_INFINITY];
    else if (this.#take('+')) bounds = [1, Number.POSITIVE_INFINITY];
    else if (this.#take('?')) bounds = [0, 1];
    else {
      // A brace that is no count stands for itself.
      const counted = /^\{(\d+)(,?)(\d*)\}/.exec(this.#rest(12));
      if (counted) {
        const least = Number(counted[1]);
        bounds = [least, counted[2] === '' ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])];
        this.#at += counted[0].length;
        if (bounds[0] > MOST_REPEATS || (bounds[1] !== Number.POSITIVE_INFINITY && bounds[1] > MOST_REPEATS))
          this.#fail(`more than ${MOST_REPEATS} repetitions`);
        if (bounds[1] < bounds[0]) this.#fail('a count whose end lies before its beginning');
      }
    }
    if (!bounds) return part;
    const lazy = this.#take('?') !== this.#flags.U;
    if (/^[*+?]$/.test(this.#rest(1))) this.#fail('a repetition of a repetition');
    return { kind: 'repeat', part, least: bounds[0], most: bounds[1], lazy };
  }
  #one(): Expression | null {
    const { m, s } = this.#flags;
    const place = (what: Place): Expression => ({ kind: 'place', place: what });
    const character = this.#next();
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '^') return place(m ? 'lineBegin' : 'begin');
    if (character === '$') return place(m ? 'lineEnd' : 'end');
    if (character === '.') return s ? this.#set([[0, LAST]]) : this.#set(others(ranges('\n')));
    if (/^[*+?]$/.test(character)) this.#fail(`nothing to repeat before ${character}`);
    if (character !== '\\') return this.#set([[code(character), code(character)]]);
    if (this.#take('A')) return place('begin');
    if (this.#take('z')) return place('end');
    if (this.#take('b')) return place('word');
    if (this.#take('B')) return place('notWord');
    if (this.#take('C')) this.#fail('\\C, a single byte (characters are matched here)');
    const { list, properties } = this.#escape();
    return this.#set(list, properties);
  }
  #group(): Expression | null {
    const before = this.#flags;
    let index = 0;
    if (this.#take('?')) {
      const named = /^P?<(\w+)>/.exec(this.#rest(200));
      if (named) {
        this.#at += named[0].length;
        index = ++this.groups;
      } else {
        const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.#rest(20));
        if (!flags) this.#fail('a group (?… that RE2 does not have');
        this.#at += flags[0].length;
        const changed = { ...before };
        for (const flag of flags[1]!) changed[flag as keyof Flags] = true;
        for (const flag of flags[2] ?? '') changed[flag as keyof Flags] = false;
        this.#flags = changed;
        // (?i) holds to the end of the group that it stands in.
        if (flags[3] === ')') return null;
      }
    } else index = ++this.groups;
    const part = this.#choice();
    if (!this.#take(')')) this.#fail('a group that is not closed');
    this.#flags = before;
    return index > 0 ? { kind: 'group', index, part } : part;
  }
  /** What stands behind a backslash, in a class or not. */
  #escape(): { list: Ranges; properties: string[] } {
    const character = this.#next();
    const perl = PERL[character.toLowerCase()];
    if (perl) return { list: character === character.toLowerCase() ? perl : others(perl), properties: [] };
    if (character === 'p' || character === 'P') {
      const name = this.#take('{') ? this.#until('}') : this.#next();
      const negated = (character === 'P') !== name.startsWith('^');
      const plain = name.replace(/^\^/, '');
      const property = [plain, `Script=${plain}`].find((one) => {
        try {
          return new RegExp(`\\p{${one}}`, 'u');
        } catch {
          return false;
        }
      });
      if (!property) this.#fail(`no characters are called ${show(plain)}`);
      return { list: [], properties: [`\\${negated ? 'P' : 'p'}{${property}}`] };
    }
    const single = (point: number) => ({ list: [[point, point]] as Ranges, properties: [] });
    if (character === 'x') {
      const digits = this.#take('{') ? this.#until('}') : this.#next() + this.#next();
      const point = Number.parseInt(digits, 16);
      if (!/^[\dA-Fa-f]+$/.test(digits) || point > LAST) this.#fail(`\\x${digits} is no character`);
      return single(point);
    }
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(character + this.#rest(2));
    if (octal) {
      this.#at += octal[0].length - 1;
      return single(Number.parseInt(octal[0], 8));
    }
    if (CONTROLS[character]) return single(code(CONTROLS[character]));
    if (/^[A-Za-z0-9]$/.test(character)) this.#fail(`\\${character}, which RE2 does not have`);
    return single(code(character));
  }
  #until(end: string): string {
    let text = '';
    while (!this.#take(end)) text += this.#next();
    return text;
  }
  #class(): Characters {
    const negated = this.#take('^');
    const list: Ranges = [];
    const properties: string[] = [];
    for (let first = true; first || this.#rest(1) !== ']'; first = false) {
      const posix = /^\[:(\^?)(\w+):\]/.exec(this.#rest(20));
      if (posix) {
        const named = CLASSES[posix[2]!];
        if (!named) this.#fail(`no class is called ${posix[0]}`);
        this.#at += posix[0].length;
        list.push(...(posix[1] ? others(named) : named));
        continue;
      }
      const item = this.#item();
      properties.push(...item.properties);
      const [from, to] = item.list[0] ?? [-1, -2];
      if (from === to && item.list.length === 1 && this.#rest(1) === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at++;
        const end = this.#item().list;
        if (end.length !== 1 || end[0]![0] < from) this.#fail('a range that ends before it begins');
        list.push([from, end[0]![0]]);
      } else list.push(...item.list);
    }
    this.#at++;
    return this.#set(list, properties, negated);
  }
  #item(): { list: Ranges; properties: string[] } {
    const character = this.#next();
    if (character === '\\') return this.#escape();
    return { list: [[code(character), code(character)]], properties: [] };
  }
}

/** The tree of a pattern; throws where it is none of RE2's. */
export function parsePattern(pattern: string): Pattern {
  const parser = new Parser(pattern);
  const root = parser.whole();
  return { root, groups: parser.groups };
}
