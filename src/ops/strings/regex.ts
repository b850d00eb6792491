// Regular expressions as RE2 writes them, made into JavaScript's.
// Owns: the differences in syntax.
import { show, ValueError } from '../../base/errors.ts';

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** The expression for a pattern of RE2. */
export function regexOf(pattern: string, flags = ''): RegExp {
  let text = pattern;
  let all = flags;
  const leading = /^\(\?([imsU]+)\)/.exec(text);
  if (leading) {
    text = text.slice(leading[0].length);
    for (const flag of leading[1]!) if (flag !== 'U' && !all.includes(flag)) all += flag;
  }
  text = text
    .replace(/\[:(\^?)(\w+):\]/g, (whole, negated: string, name: string) =>
      CLASSES[name] && !negated ? CLASSES[name] : whole,
    )
    .replace(/\(\?P</g, '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\\C/g, '[\\s\\S]')
    .replace(/\\p([A-Z])(?![a-z{])/g, '\\p{$1}')
    .replace(/\\P([A-Z])(?![a-z{])/g, '\\P{$1}')
    .replace(/\\Q([\s\S]*?)\\E/g, (_whole, literal: string) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  // In Unicode mode JavaScript refuses escapes of characters that need none.
  const strict = text.replace(/\\([^\w\s])/g, (whole, character: string) =>
    '^$\\.*+?()[]{}|/-'.includes(character) ? whole : character,
  );
  try {
    return new RegExp(strict, `${all}u`);
  } catch {
    try {
      return new RegExp(text, all);
    } catch (error) {
      throw new ValueError(
        `the pattern ${show(pattern)} is no regular expression: ${error instanceof Error ? error.message : String(error)}.`,
      );
    }
  }
}

/** A replacement of RE2, whose groups are \1, as JavaScript writes it. */
export const rewriteOf = (rewrite: string): string =>
  rewrite
    .replace(/\$/g, '$$$$')
    .replace(/\\(\\|\d)/g, (_whole, what: string) => (what === '\\' ? '\\' : what === '0' ? '$&' : `$${what}`));
