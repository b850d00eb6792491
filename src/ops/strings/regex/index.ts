// Matching and replacing by patterns of RE2, in time that grows with the text and never explodes.
// Owns: the two ways to a match behind one function, whole matches, replacements.
import { show, ValueError } from '../../../base/errors.ts';
import { nativeExpression } from './native.ts';
import { type Pattern, parsePattern } from './parse.ts';
import { compile, type Match, simulate } from './simulate.ts';

const pointsOf = (characters: readonly string[]): number[] => characters.map((character) => character.codePointAt(0)!);

/** Whether the whole of a text matches. */
export function fullMatcher(pattern: string): (text: string) => boolean {
  const parsed = parsePattern(pattern);
  const program = compile(parsed);
  return (text) => simulate(program, parsed.groups, pointsOf([...text]), 0, true) !== null;
}

/** A text in which matches are found, by places of its own kind. */
interface Searched {
  readonly length: number;
  readonly find: (from: number) => Match | null;
  readonly part: (from: number, to: number) => string;
}
/** Whatever of the two is fit for the pattern. Places are UTF-16 units in the one, characters in the other. */
function searcher(parsed: Pattern): (text: string) => Searched {
  const native = nativeExpression(parsed);
  if (native)
    return (text) => ({
      length: text.length,
      part: (from, to) => text.slice(from, to),
      find: (from) => {
        native.lastIndex = from;
        return native.exec(text)?.indices?.flatMap((place) => place ?? [-1, -1]) ?? null;
      },
    });
  const program = compile(parsed);
  return (text) => {
    const characters = [...text];
    const points = pointsOf(characters);
    return {
      length: points.length,
      part: (from, to) => characters.slice(from, to).join(''),
      find: (from) => simulate(program, parsed.groups, points, from, false),
    };
  };
}

/** Texts with matches replaced, the first or all of them; \1 in the replacement is a group, \0 the match, \\ a backslash. */
export function replacer(pattern: string, rewrite: string, all: boolean): (text: string) => string {
  const parsed = parsePattern(pattern);
  for (const [, what] of rewrite.matchAll(/\\([\s\S]|$)/g))
    if (!/^[\d\\]$/.test(what!) || Number(what) > parsed.groups)
      throw new ValueError(
        `strings.regexReplace: the replacement ${show(rewrite)} has \\${what}; wanted \\0 to \\${parsed.groups}, the groups of ${show(pattern)}, or \\\\.`,
      );
  const search = searcher(parsed);
  return (text) => {
    const searched = search(text);
    let out = '';
    /** Up to where the text is written, and where the last match ended: nothing is not found there again. */
    let [written, ended] = [0, -1];
    for (let from = 0; from <= searched.length; ) {
      const found = searched.find(from);
      if (!found) break;
      const [start, end] = found as readonly [number, number];
      if (start === end && start === ended) {
        const next = searched.part(start, start + 2);
        from = start + ((next.codePointAt(0) ?? 0) > 0xffff && searched.length === text.length ? 2 : 1);
        continue;
      }
      out += searched.part(written, start);
      out += rewrite.replace(/\\([\d\\])/g, (_whole, what: string) => {
        if (what === '\\') return '\\';
        const at = 2 * Number(what);
        return found[at]! < 0 ? '' : searched.part(found[at]!, found[at + 1]!);
      });
      written = ended = from = end;
      if (!all) break;
    }
    return out + searched.part(written, searched.length);
  };
}
