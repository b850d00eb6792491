// Reads the calls out of a test's source: which function, how many arguments by position, which options.
// Owns: a scanner that knows brackets, strings and comments and nothing else of the language. What the names mean is executed.ts.

/** One call, `tf.image.resize(x, [2, 2], { method: 'area' })`, or one row of a table, `['tf.image.resize', x, { method }]`. */
export interface Call {
  /** As it is written, with the names before it: `tf.image.resize`. */
  readonly name: string;
  readonly positional: number;
  readonly options: readonly string[];
}

interface Group {
  readonly open: string;
  /** What stands before the bracket, when it is a call's. */
  readonly name: string | null;
  /** The parts between commas: whether something stands there, the keys and strings that stand directly in it. */
  parts: Part[];
}
interface Part {
  text: string;
  readonly keys: string[];
  readonly strings: string[];
  readonly groups: Group[];
}
const newPart = (): Part => ({ text: '', keys: [], strings: [], groups: [] });

const NAME_BEFORE = /([A-Za-z_$][\w$]*(?:\s*\??\.\s*[A-Za-z_$][\w$]*)*)\s*(?:<[\w\s,.[\]|'"]*>)?$/;
const KEYWORDS = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'function',
  'typeof',
  'of',
  'in',
  'await',
]);

/** The tree of brackets of a source text. */
function parse(source: string): Group {
  const root: Group = { open: '', name: null, parts: [newPart()] };
  const stack = [root];
  let i = 0;
  const skipString = (quote: string): string => {
    const from = ++i;
    while (i < source.length && source[i] !== quote) i += source[i] === '\\' ? 2 : 1;
    return source.slice(from, i++);
  };
  while (i < source.length) {
    const group = stack.at(-1)!;
    const part = group.parts.at(-1)!;
    const c = source[i]!;
    if (c === '/' && source[i + 1] === '/') {
      i = source.indexOf('\n', i);
      if (i < 0) break;
    } else if (c === '/' && source[i + 1] === '*') {
      i = source.indexOf('*/', i) + 2;
      if (i < 2) break;
    } else if (c === '/' && /[(,=:[!&|?{};]\s*$/.test(part.text.slice(-3) || '(')) {
      const line = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//.exec(source.slice(i, i + 300));
      part.text += 'x';
      i += line ? line[0].length : 1;
    } else if (c === "'" || c === '"' || c === '`') {
      const text = skipString(c);
      part.strings.push(text);
      part.text += c;
    } else if ('([{'.includes(c)) {
      const before = c === '(' ? NAME_BEFORE.exec(part.text)?.[1]?.replaceAll(/[\s?]/g, '') : undefined;
      const inner: Group = { open: c, name: before && !KEYWORDS.has(before) ? before : null, parts: [newPart()] };
      part.groups.push(inner);
      part.text += c;
      stack.push(inner);
      i++;
    } else if (')]}'.includes(c)) {
      if (stack.length > 1) stack.pop();
      stack.at(-1)!.parts.at(-1)!.text += c;
      i++;
    } else if (c === ',' || c === ';') {
      group.parts.push(newPart());
      i++;
    } else {
      if (c === ':' && group.open === '{') {
        const key = /^\s*(?:readonly\s+)?([A-Za-z_]\w*)\s*$/.exec(part.text)?.[1];
        if (key) part.keys.push(key);
      }
      part.text += c;
      i++;
    }
  }
  return root;
}

const filled = (group: Group): Part[] => group.parts.filter((part) => part.text.trim() !== '');
/** The keys of an object literal, and those given in short, `{ axis, dtype }`. */
const keysOf = (group: Group): string[] =>
  filled(group).flatMap((part) => {
    const short = /^\s*([A-Za-z_]\w*)\s*$/.exec(part.text)?.[1];
    return short ? [short] : part.keys;
  });
const isObject = (part: Part): boolean => /^\s*\{/.test(part.text);
/** Every key below a group: a table's row has its options anywhere. */
const allKeys = (group: Group): string[] => [
  ...(group.open === '{' ? keysOf(group) : []),
  ...group.parts.flatMap((part) => part.groups.flatMap(allKeys)),
];

function* callsIn(group: Group): Generator<Call> {
  const parts = filled(group);
  if (group.name !== null) {
    const options = parts.filter(isObject).flatMap((part) => part.groups.filter((g) => g.open === '{').flatMap(keysOf));
    yield { name: group.name, positional: parts.filter((part) => !isObject(part)).length, options };
  }
  for (const part of parts) {
    // A row of a table names the function as text or by itself: ['mish', x], { op: 'mish', options: { … } }, [tf.nn.mish, x].
    if (group.open !== '' && group.name === null) {
      const itself = /^\s*((?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*)\s*$/.exec(part.text)?.[1];
      for (const text of [...part.strings, ...(itself ? [itself] : [])])
        if (/^[A-Za-z][\w.]*$/.test(text)) {
          const rest = parts.filter((other) => other !== part && !isObject(other) && group.open === '[');
          const list = rest.length === 1 ? rest[0]!.groups.find((g) => g.open === '[') : undefined;
          yield { name: text, positional: list ? filled(list).length : rest.length, options: allKeys(group) };
        }
    }
    for (const inner of part.groups) yield* callsIn(inner);
  }
}

/** The calls of a source text, and the rows of its tables. */
export const callsOf = (source: string): Call[] => [...callsIn(parse(source))];
