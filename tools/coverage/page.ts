// docs/coverage.md: which names and parameters of TensorFlow and Keras are here, and which of them a golden case or a test executes.
// Owns: the tables and lists, and the fingerprint of the names by which a stale page is known. Leaves the golden cases to
// api-coverage.ts, what is executed to executed.ts, reasons to reasons.ts.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tf from '../../src/index.ts';
import { type Api, camelCase, given, readExecuted, type Signature, type Use, wanted } from './executed.ts';
import { OUTSIDE, reasonFor } from './reasons.ts';

const GOLDEN = 'test/golden';
const read = (file: string): Api => {
  const { changed_parameters: _, ...api } = JSON.parse(readFileSync(`${GOLDEN}/${file}`, 'utf8')) as Record<
    string,
    object
  >;
  return api as Api;
};

type Namespace = Readonly<Record<string, unknown>>;
function lookup(path: string): unknown {
  let here: unknown = tf;
  for (const part of path.split('.').slice(1)) {
    if ((typeof here !== 'object' && typeof here !== 'function') || here === null) return undefined;
    const found = here as Namespace;
    here = found[part] ?? found[camelCase(part)];
  }
  return here;
}
const namespaceOf = (name: string): Namespace | undefined =>
  lookup(name.replace(/^(?:tf_)?keras/, 'tf.keras')) as Namespace | undefined;

const counts = (name: string, { kind }: Signature): boolean =>
  // Of values, those with a name of their own; what Python's modules happen to carry, `_api`, `V1`, is nobody's API.
  kind === 'function' || kind === 'class' || name === camelCase(name);
const entriesOf = (names: Readonly<Record<string, Signature>>) =>
  Object.entries(names).filter(([name, signature]) => counts(name, signature));
const isHere = (module: Namespace | undefined, name: string): boolean =>
  module !== undefined && (name in module || camelCase(name) in module);
const apis: readonly (readonly [title: string, file: string, about: string])[] = [
  ['TensorFlow', 'api_tf.json', ''],
  ['Keras', 'api.json', ''],
  [
    'Keras 2',
    'api_keras2.json',
    'Names of `tf_keras`, the Keras 2 of TensorFlow up to 2.15, that Keras 3 does not have.',
  ],
];
const counted = (api: Api) => Object.entries(api).filter(([namespace]) => !(namespace in OUTSIDE));

/** The names that are missing, by namespace, and a fingerprint of them: what a stale page has wrong. */
export function missingNames(): { readonly names: number; readonly missing: number; readonly fingerprint: string } {
  let names = 0;
  const missing: string[] = [];
  for (const [, file] of apis)
    for (const [namespace, wantedNames] of counted(read(file))) {
      const module = namespaceOf(namespace);
      for (const [name] of entriesOf(wantedNames)) {
        names++;
        if (!isHere(module, name)) missing.push(`${namespace}.${camelCase(name)}`);
      }
    }
  const fingerprint = createHash('sha256').update(missing.sort().join('\n')).digest('hex').slice(0, 12);
  return { names, missing: missing.length, fingerprint };
}

/** The line by which the page says of which names it speaks. */
export function fingerprintLine(): string {
  const { names, missing, fingerprint } = missingNames();
  return `Of ${names} names ${names - missing} are here (fingerprint of the others: ${fingerprint}).`;
}

interface Row {
  readonly namespace: string;
  readonly names: number;
  readonly present: number;
  readonly executed: number;
  readonly parameters: number;
  readonly given: number;
  readonly missing: readonly string[];
  readonly untested: readonly string[];
  readonly untestedParameters: readonly string[];
}

/** One place of a function: its name in a namespace, and the namespaces in which the same short name is another function. */
interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly rivals: readonly string[];
}

/** Where each function stands. The same function under two names, tf.abs and tf.math.abs, is executed under both. */
function placesOf(all: readonly Api[]): ReadonlyMap<unknown, readonly Place[]> {
  const byName = new Map<string, Map<unknown, string[]>>();
  const add = (name: string, value: unknown, namespace: string): void => {
    const byValue = byName.get(name) ?? new Map<unknown, string[]>();
    byValue.set(value, [...(byValue.get(value) ?? []), namespace]);
    byName.set(name, byValue);
  };
  for (const one of all)
    for (const [namespace, names] of counted(one)) {
      const module = namespaceOf(namespace) ?? {};
      const wantedNames = new Set(Object.keys(names).map(camelCase));
      const values = new Set<unknown>();
      for (const name of Object.keys(names)) {
        const value = module[name] ?? module[camelCase(name)];
        if (typeof value !== 'function') continue;
        add(camelCase(name), value, namespace);
        values.add(value);
      }
      // Short names that only this library has, tf.mul.
      for (const [name, value] of Object.entries(module))
        if (values.has(value) && !wantedNames.has(camelCase(name))) add(name, value, namespace);
    }
  const places = new Map<unknown, Place[]>();
  for (const [name, byValue] of byName)
    for (const [value, namespaces] of byValue) {
      const rivals = [...byValue].flatMap(([other, at]) => (other === value ? [] : at));
      const here = places.get(value) ?? [];
      here.push(...namespaces.map((namespace) => ({ name, namespace, rivals })));
      places.set(value, here);
    }
  return places;
}

type Executed = ReturnType<typeof readExecuted>;

/** How a function is used under every name that it has. */
function usesOf(value: unknown, places: ReadonlyMap<unknown, readonly Place[]>, executed: Executed): Use | undefined {
  const found = (places.get(value) ?? []).flatMap(({ name, namespace, rivals }) => {
    const uses = executed.uses(value, [name], namespace, rivals);
    return uses ? [uses] : [];
  });
  if (found.length === 0) return undefined;
  return {
    options: new Set(found.flatMap(({ options }) => [...options])),
    positional: Math.max(...found.map(({ positional }) => positional)),
  };
}

function makeRows(api: Api, places: ReadonlyMap<unknown, readonly Place[]>, executed: Executed): Row[] {
  return counted(api).map(([namespace, wantedNames]) => {
    const module = namespaceOf(namespace);
    const entries = entriesOf(wantedNames);
    const here = entries.filter(([name]) => isHere(module, name));
    const run: string[] = [];
    const untestedParameters: string[] = [];
    let parameters = 0;
    let parametersGiven = 0;
    for (const [, signature] of entries) parameters += wanted(signature).length;
    for (const [name, signature] of here) {
      const value = module?.[name] ?? module?.[camelCase(name)];
      if (typeof value !== 'function') {
        if (executed.mentions(name)) run.push(name);
        continue;
      }
      const uses = usesOf(value, places, executed);
      if (!uses) continue;
      run.push(name);
      const known = given(uses, signature);
      parametersGiven += known.length;
      const open = wanted(signature).filter((parameter) => !known.includes(parameter));
      if (open.length > 0) untestedParameters.push(`\`${camelCase(name)}\` (${open.map(camelCase).join(', ')})`);
    }
    return {
      namespace,
      names: entries.length,
      present: here.length,
      executed: run.length,
      parameters,
      given: parametersGiven,
      missing: entries.filter(([name]) => !isHere(module, name)).map(([name]) => camelCase(name)),
      untested: here.filter(([name]) => !run.includes(name)).map(([name]) => camelCase(name)),
      untestedParameters,
    };
  });
}

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.floor((100 * part) / whole)} %`);
const tableOf = (rows: readonly Row[]): string[] => [
  '| namespace | names | present | executed | parameters | executed |',
  '|---|---|---|---|---|---|',
  ...rows.map(
    (row) =>
      `| \`${row.namespace}\` | ${row.names} | ${percent(row.present, row.names)} | ${percent(row.executed, row.names)} | ${row.parameters} | ${percent(row.given, row.parameters)} |`,
  ),
];

const named = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const lists = (rows: readonly Row[]): string[] =>
  rows.flatMap((row) => {
    const open = row.missing.filter((name) => reasonFor(row.namespace, name) === undefined);
    const reasons = new Map<string, string[]>();
    for (const name of row.missing) {
      const reason = reasonFor(row.namespace, name);
      if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
    }
    return [
      ...(open.length > 0 ? [`- \`${row.namespace}\`, not here: ${named(open)}`] : []),
      ...[...reasons].map(([reason, names]) => `- \`${row.namespace}\`, cannot be here: ${named(names)}: ${reason}`),
      ...(row.untested.length > 0
        ? [`- \`${row.namespace}\`, here but executed by no case and no test: ${named(row.untested)}`]
        : []),
    ];
  });

/** The page, with the table of golden cases given. */
export function makePage(goldenTable: readonly string[]): string {
  const executed = readExecuted(lookup);
  const all = apis.map(([, file]) => read(file));
  const places = placesOf(all);
  const rows = all.map((api) => makeRows(api, places, executed));
  return [
    '# Coverage',
    '',
    'Generated by `npm run api-coverage`; do not edit. A name or parameter counts as executed when a golden case or a test gives it:',
    'a parameter in that very call, a function of which there are several of one name only where it is clear which is meant.',
    fingerprintLine(),
    '',
    '## Golden cases',
    '',
    ...goldenTable,
    '',
    ...apis.flatMap(([title, , about], i) => [
      `## ${title}`,
      '',
      ...(about ? [about, ''] : []),
      ...tableOf(rows[i]!),
      '',
    ]),
    '## Not counted',
    '',
    ...Object.entries(OUTSIDE).map(([namespace, reason]) => `- \`${namespace}\`: ${reason}`),
    '',
    '## Names',
    '',
    ...lists(rows.flat()),
    '',
    '## Parameters that no case and no test gives',
    '',
    ...rows
      .flat()
      .filter((row) => row.untestedParameters.length > 0)
      .map((row) => `- \`${row.namespace}\`: ${row.untestedParameters.join(', ')}`),
    '',
  ].join('\n');
}
