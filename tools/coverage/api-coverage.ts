// npm run api-coverage: which names and parameters of TensorFlow and Keras are here, counting what a golden case or a test
// executes. Writes docs/coverage.md; with --check it fails when the page is not the one it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from '../../src/index.ts';
import { areaNames, loadArea } from '../../test/conformance/folder.ts';
import { loadLibrary } from '../../test/conformance/library.ts';
import { adapterOf, runCase } from '../../test/conformance/runner.ts';
import { type Api, camelCase, readExecuted, type Signature, wanted } from './executed.ts';
import { reasonFor } from './reasons.ts';

const GOLDEN = 'test/golden';
const PAGE = 'docs/coverage.md';
const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

/** Why whole namespaces are not counted. */
const OUTSIDE: Readonly<Record<string, string>> = {
  'tf.distribute': 'training over several machines: its own issue, to be kept possible (DESIGN §12)',
  'tf.autograph': 'Python source rewriting; JavaScript is traced as it runs',
  'tf.queue': 'TensorFlow 1 input queues, superseded by tf.data',
  'tf.experimental.numpy': "NumPy's names beside tf's own; not named by an issue",
  'tf.errors': "Python's exception classes; errors here are those of src/base/errors.ts",
  'tf.version': 'versions of TensorFlow itself',
};

function at(path: string): Readonly<Record<string, unknown>> | null {
  let here: unknown = tf;
  for (const part of path
    .replace(/^keras/, 'tf.keras')
    .split('.')
    .slice(1)) {
    here = (here as Record<string, unknown> | undefined)?.[camelCase(part)];
    if (here === undefined || here === null) return null;
  }
  return here as Readonly<Record<string, unknown>>;
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
}

const executed = readExecuted(GOLDEN, ['src', 'test', 'examples']);

function rowOf(namespace: string, wantedNames: Readonly<Record<string, Signature>>): Row {
  const module = at(namespace);
  const entries = Object.entries(wantedNames).filter(
    ([name, signature]) => signature.kind === 'function' || signature.kind === 'class' || name === camelCase(name),
  );
  const here = entries.filter(([name]) => module !== null && (name in module || camelCase(name) in module));
  // One function under several names, AvgPool2D and AveragePooling2D, is executed under each of them.
  const names = new Map<unknown, string[]>();
  for (const [name, value] of Object.entries(module ?? {}))
    if (typeof value === 'function') names.set(value, [...(names.get(value) ?? []), name]);
  const aliases = (name: string): string[] => [name, ...(names.get(module?.[name] ?? module?.[camelCase(name)]) ?? [])];
  const run = here.filter(([name]) => aliases(name).some((alias) => executed.has(alias)));
  return {
    namespace,
    names: entries.length,
    present: here.length,
    executed: run.length,
    parameters: entries.reduce((n, [, signature]) => n + wanted(signature).length, 0),
    given: run.reduce((n, [name, signature]) => {
      const given = new Set(aliases(name).flatMap((alias) => executed.given(alias, signature)));
      return n + given.size;
    }, 0),
    missing: entries.filter((entry) => !here.includes(entry)).map(([name]) => camelCase(name)),
    untested: here.filter((entry) => !run.includes(entry)).map(([name]) => camelCase(name)),
  };
}

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`);

function tableOf(api: Api): { rows: Row[]; lines: string[] } {
  const rows = Object.entries(api)
    .filter(([namespace]) => !(namespace in OUTSIDE))
    .map(([namespace, names]) => rowOf(namespace, names));
  const lines = [
    '| namespace | names | present | executed | parameters | executed |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| \`${row.namespace}\` | ${row.names} | ${percent(row.present, row.names)} | ${percent(row.executed, row.names)} | ${row.parameters} | ${percent(row.given, row.parameters)} |`,
    ),
  ];
  return { rows, lines };
}

async function conformance(): Promise<string[]> {
  await loadLibrary();
  const lines = ['| area | cases | passed | failed |', '|---|---|---|---|'];
  for (const area of areaNames) {
    const adapter = await adapterOf(area);
    const cases = await loadArea(GOLDEN, area);
    const failed: string[] = [];
    for (const c of cases) {
      const outcome = await runCase(adapter, c, false);
      if (outcome.differences.length > 0) failed.push(outcome.id);
    }
    lines.push(`| ${area} | ${cases.length} | ${cases.length - failed.length} | ${failed.length} |`);
  }
  return lines;
}

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

const read = (file: string): Api => JSON.parse(readFileSync(`${GOLDEN}/${file}`, 'utf8')) as Api;
const tensorflow = tableOf(read('api_tf.json'));
const keras = tableOf(read('api.json'));
const page = [
  '# Coverage',
  '',
  'Generated by `npm run api-coverage`; do not edit. A name or parameter counts as executed when a golden case or a test gives it.',
  '',
  '## Golden cases',
  '',
  ...(await conformance()),
  '',
  '## TensorFlow',
  '',
  ...tensorflow.lines,
  '',
  'Not counted:',
  '',
  ...Object.entries(OUTSIDE).map(([namespace, reason]) => `- \`${namespace}\`: ${reason}`),
  '',
  '## Keras',
  '',
  ...keras.lines,
  '',
  '## Names',
  '',
  ...lists([...tensorflow.rows, ...keras.rows]),
  '',
].join('\n');

if (!flags.check) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error(`${PAGE} is stale; run npm run api-coverage`);
  process.exitCode = 1;
}
console.log(page.split('\n').slice(4, 32).join('\n'));
