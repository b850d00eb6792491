// Patterns against what TensorFlow (RE2) gives for them, and against patterns that take exponential time where one goes back.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as tf from '../../../index.ts';
import { nativeExpression } from './native.ts';
import { parsePattern } from './parse.ts';
import { compile, simulate } from './simulate.ts';

interface Case {
  readonly pattern: string;
  readonly full: readonly boolean[] | null;
  readonly replaced: readonly (readonly [rewrite: string, all: boolean, texts: readonly string[] | null])[];
}
const { texts, cases } = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/regex.json', import.meta.url), 'utf8'),
) as { texts: string[]; cases: Case[] };

const attempt = <T>(f: () => T): T | null => {
  try {
    return f();
  } catch (error) {
    expect(String(error)).toMatch(/no regular expression of RE2|the replacement/);
    return null;
  }
};

it('match and replace as RE2', () => {
  const wrong: unknown[] = [];
  const same = (what: unknown, got: unknown, wanted: unknown): void => {
    if (JSON.stringify(got) !== JSON.stringify(wanted)) wrong.push({ what, got, wanted });
  };
  for (const { pattern, full, replaced } of cases) {
    same(
      pattern,
      attempt(() => tf.strings.regexFullMatch(texts, pattern).arraySync()),
      full,
    );
    const groups = attempt(() => parsePattern(pattern))?.groups;
    for (const [rewrite, all, wanted] of replaced) {
      // TensorFlow logs a replacement without its group and leaves the text as it was; here it is refused.
      if (rewrite.includes('1') && groups === 0) {
        expect(() => tf.strings.regexReplace(texts, pattern, rewrite, all)).toThrow(/wanted .* the groups of/);
        continue;
      }
      same(
        [pattern, rewrite, all],
        attempt(() => tf.strings.regexReplace(texts, pattern, rewrite, all).arraySync()),
        wanted,
      );
    }
  }
  expect(wrong).toEqual([]);
});

it("both ways find the same matches where JavaScript's own is used", () => {
  let native = 0;
  for (const { pattern } of cases) {
    const parsed = attempt(() => parsePattern(pattern));
    const expression = parsed && nativeExpression(parsed);
    if (!expression) continue;
    native++;
    for (const text of texts) {
      expression.lastIndex = 0;
      const found = expression.exec(text);
      const points = Array.from(text, (character) => character.codePointAt(0)!);
      const simulated = simulate(compile(parsed), parsed.groups, points, 0, false);
      expect([pattern, text, simulated && [...text].slice(simulated[0], simulated[1]).join('')]).toEqual([
        pattern,
        text,
        found?.[0] ?? null,
      ]);
    }
  }
  expect(native).toBeGreaterThan(50);
});

it('no pattern takes exponential time', () => {
  const long = tf.constant([`${'a'.repeat(3000)}!`]);
  for (const pattern of ['(a*)*b', '(a|aa)+$', '(a+)+b', '(?:a?){50}a{50}b', '([a-z]+)*\\d'])
    expect([pattern, tf.strings.regexFullMatch(long, pattern).arraySync()]).toEqual([pattern, [false]]);
  expect(tf.strings.regexReplace(tf.constant([`${'a'.repeat(200)}!`]), '(a|aa)+$', '-').arraySync()).toEqual([
    `${'a'.repeat(200)}!`,
  ]);
});
