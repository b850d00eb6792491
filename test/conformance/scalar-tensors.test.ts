// A scalar tensor is taken wherever an integer is: every golden case of ops is run again with each integer argument as a scalar tensor.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { type Case, loadArea } from './folder.ts';
import { loadLibrary } from './library.ts';
import { adapterOf, runCase } from './runner.ts';
import { ArrayValue, isFields, type Value } from './values.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
type Parameters = Readonly<Record<string, { readonly parameters?: readonly { readonly name: string }[] }>>;
const api = JSON.parse(readFileSync(at('../golden/api_tf.json'), 'utf8')) as Readonly<Record<string, Parameters>>;

/** Operands of arithmetic and other parameters that are no whole numbers though a case has one there: their dtype counts. */
const VALUES = new Set(
  `x y a b value values input tensor start limit delta initializer elems on_value off_value beta constant_values padding_value
  clip_value_min clip_value_max clip_norm extrapolation_value gamma max_norm default_value bias filter_sigma lower_edge_hertz
  upper_edge_hertz`.split(/\s+/),
);

const isInteger = (value: Value | undefined): value is number => typeof value === 'number' && Number.isInteger(value);
const scalar = (n: number): Value => new ArrayValue('int32', [], Int32Array.of(n));

/** The integer arguments of a case: name of the parameter, and the case with a scalar tensor in its place. */
function* variants(c: Case): Generator<[name: string, Case]> {
  const op = String(c.field('op'));
  const changed = (field: string, value: Value): Case => ({
    ...c,
    array: (name) => c.array(name),
    field: (name) => (name === field ? value : c.field(name)),
  });
  const space = op.slice(0, op.lastIndexOf('.'));
  const names = api[space]?.[op.slice(op.lastIndexOf('.') + 1)]?.parameters?.map(({ name }) => name) ?? [];
  const [args, kwargs] = [c.field('args'), c.field('kwargs')];
  if (Array.isArray(args))
    for (const [i, value] of [...args].entries())
      if (isInteger(value) && names[i] !== undefined)
        yield [
          names[i],
          changed(
            'args',
            args.map((arg, k) => (k === i ? scalar(value) : arg)),
          ),
        ];
  if (isFields(kwargs))
    for (const [name, value] of Object.entries(kwargs))
      if (isInteger(value)) yield [name, changed('kwargs', { ...kwargs, [name]: scalar(value) })];
}

beforeAll(loadLibrary);

it('scalar tensors are integers', async () => {
  const area = await adapterOf('ops');
  const failed = new Set<string>();
  const seen = new Set<string>();
  for (const folder of ['../golden', '../fixtures/op_parameters'])
    for (const c of await loadArea(at(folder), 'ops'))
      for (const [name, changed] of variants(c)) {
        const what = `${c.field('op')}(${name})`;
        if (VALUES.has(name) || seen.has(what)) continue;
        seen.add(what);
        const { differences } = await runCase(area, changed);
        if (differences.length > 0) failed.add(`${what}: ${differences[0]!.path} ${differences[0]!.message}`);
      }
  expect([...failed]).toEqual([]);
  expect(seen.size).toBeGreaterThan(100);
});
