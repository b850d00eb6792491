// The reader of tests' sources sees calls, their options, and rows of tables.
import { expect, it } from 'vitest';
import { callsOf } from './calls.ts';

const found = (source: string, name: string) => callsOf(source).filter((call) => call.name === name);

it('sees the arguments of a call and the options of that call alone', () => {
  const source = `const y = tf.nn.pool(x, [2, 2], 'MAX', { padding: 'SAME', strides: [1, f({ inner: 1 })] }); other(a, { axis });`;
  expect(found(source, 'tf.nn.pool')).toEqual([{ name: 'tf.nn.pool', positional: 3, options: ['padding', 'strides'] }]);
  expect(found(source, 'other')).toEqual([{ name: 'other', positional: 1, options: ['axis'] }]);
});

it('sees rows of tables', () => {
  const source = `it.each([['gelu', [x, y], { approximate: true }], ['relu', x]])('$0', run); const t = [{ op: 'topK', options: { k: 3 } }];`;
  expect(found(source, 'gelu')).toEqual([{ name: 'gelu', positional: 2, options: ['approximate'] }]);
  expect(found(source, 'relu')[0]!.positional).toBe(1);
  expect(found(source, 'topK')[0]!.options).toEqual(['op', 'options', 'k']);
});

it('is not led astray by strings, comments and patterns', () => {
  const source = `// f(1, 2)\nconst s = 'g(1, 2'; const r = /h\\(/; /* k(3) */ m(s, \`n(\${1})\`, { 'a b': 1, c: /,/ });`;
  expect(callsOf(source).map((call) => call.name)).toEqual(['m']);
  expect(found(source, 'm')[0]).toEqual({ name: 'm', positional: 2, options: ['c'] });
});
