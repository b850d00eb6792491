// Patterns that JavaScript's own expressions match without ever going back far: written in JavaScript's syntax.
// Owns: which patterns those are, and the writing. All others are simulated (simulate.ts).
import type { Characters, Expression, Pattern } from './parse.ts';

/** Whether a repetition may be tried in many ways before it fails, or JavaScript means something else. */
function isUnfit(node: Expression, last: boolean): boolean {
  if (node.kind === 'sequence') return node.parts.some((part, i) => isUnfit(part, last && i === node.parts.length - 1));
  if (node.kind === 'choice') return node.parts.some((part) => isUnfit(part, last));
  if (node.kind === 'group') return isUnfit(node.part, last);
  // At the end a repetition of single characters takes what it can, and nothing comes after it that could fail.
  if (node.kind === 'repeat') return node.part.kind !== 'set' || (!last && node.most > 1);
  // Node finds places that are no border of words in the middle of a surrogate pair too.
  return node.kind === 'place' && node.place === 'notWord';
}
const point = (code: number): string => `\\u{${code.toString(16)}}`;
const written = ({ ranges, properties, negated }: Characters): string =>
  `[${negated ? '^' : ''}${ranges.map(([from, to]) => `${point(from)}-${point(to)}`).join('')}${properties.join('')}]`;
const PLACES = {
  begin: '^',
  end: '$',
  lineBegin: '(?<![^\\n])',
  lineEnd: '(?![^\\n])',
  word: '\\b',
  notWord: '\\B',
} as const;
function source(node: Expression): string {
  if (node.kind === 'set') return written(node);
  if (node.kind === 'place') return PLACES[node.place];
  if (node.kind === 'sequence') return node.parts.map(source).join('');
  if (node.kind === 'choice') return `(?:${node.parts.map(source).join('|')})`;
  if (node.kind === 'group') return `(${source(node.part)})`;
  const most = node.most === Number.POSITIVE_INFINITY ? '' : node.most;
  return `(?:${source(node.part)}){${node.least},${most}}${node.lazy ? '?' : ''}`;
}

/** The pattern as an expression of JavaScript's that tells places from `lastIndex` on; null where that could take long, or means something else. */
export function nativeExpression({ root }: Pattern): RegExp | null {
  if (isUnfit(root, true)) return null;
  return new RegExp(source(root), 'dgu');
}
