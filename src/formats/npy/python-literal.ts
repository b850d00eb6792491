// The literal Python dictionary that heads a .npy file: strings, numbers, True, False, None, tuples, lists, dictionaries.
// Owns: that small grammar, with a bound on nesting. Leaves the meaning of the keys to npy.ts.

export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | { [key: string]: PythonLiteral };

const DEEPEST = 20;

/** Parses one literal; throws SyntaxError. Tuples and lists both become arrays. */
export function parsePythonLiteral(text: string): PythonLiteral {
  let at = 0;
  const fail = (what: string): never => {
    throw new SyntaxError(`${what} at character ${at} of '${text.slice(0, 200)}'`);
  };
  const space = () => {
    while (at < text.length && ' \n\t\r'.includes(text[at]!)) at++;
  };
  const list = (close: string, depth: number): PythonLiteral[] => {
    const items: PythonLiteral[] = [];
    for (space(); text[at] !== close; space()) {
      items.push(value(depth));
      space();
      if (text[at] === ',') at++;
      else if (text[at] !== close) fail(`',' or '${close}' expected`);
    }
    at++;
    return items;
  };
  const dictionary = (depth: number): PythonLiteral => {
    const entries = new Map<string, PythonLiteral>();
    for (space(); text[at] !== '}'; space()) {
      const key = value(depth);
      space();
      if (text[at] !== ':') fail("':' expected");
      at++;
      entries.set(String(key), value(depth));
      space();
      if (text[at] === ',') at++;
      else if (text[at] !== '}') fail("',' or '}' expected");
    }
    at++;
    return Object.fromEntries(entries);
  };
  const value = (depth: number): PythonLiteral => {
    if (depth > DEEPEST) fail('nested too deeply');
    space();
    const start = text[at];
    if (start === '(' || start === '[') {
      at++;
      return list(start === '(' ? ')' : ']', depth + 1);
    }
    if (start === '{') {
      at++;
      return dictionary(depth + 1);
    }
    const rest = text.slice(at, at + 200);
    const quoted = /^(?:'([^'\\]*)'|"([^"\\]*)")/.exec(rest);
    if (quoted) {
      at += quoted[0].length;
      return quoted[1] ?? quoted[2] ?? '';
    }
    const plain = /^(?:True|False|None|-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)/.exec(rest);
    if (!plain) return fail('a value expected');
    at += plain[0].length;
    if (text[at] === 'L') at++; // Python 2 wrote long integers so
    if (plain[0] === 'None') return null;
    if (plain[0] === 'True' || plain[0] === 'False') return plain[0] === 'True';
    return Number(plain[0]);
  };
  const result = value(0);
  space();
  if (at < text.length) fail('the end expected');
  return result;
}
