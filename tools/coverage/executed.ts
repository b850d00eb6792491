// What golden cases and tests execute: names of functions and classes with the parameters that they give.
// Owns: reading the cases (exactly) and the tests' sources (by the calls and option names in them).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Signature {
  readonly kind: string;
  readonly parameters?: readonly { readonly name: string; readonly kind: string }[];
  readonly methods?: unknown;
}
export type Api = Readonly<Record<string, Readonly<Record<string, Signature>>>>;

export const camelCase = (name: string): string =>
  name.replaceAll(/(?<=[^_])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

interface Case {
  readonly op?: string;
  readonly fn?: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly class_name?: string;
  readonly layer?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly kind?: string;
}

/** The last part of a name → the names of the parameters given somewhere. */
export class Executed {
  readonly #parameters = new Map<string, Set<string>>();
  readonly #positional = new Map<string, number>();

  add(name: string, parameters: Iterable<string>, positional = 0): void {
    const key = camelCase(name.split('.').at(-1)!);
    let known = this.#parameters.get(key);
    if (!known) this.#parameters.set(key, (known = new Set()));
    for (const parameter of parameters) known.add(camelCase(parameter));
    this.#positional.set(key, Math.max(this.#positional.get(key) ?? 0, positional));
  }

  has(name: string): boolean {
    return this.#parameters.has(camelCase(name));
  }

  /** Of a signature's parameters, those that were given. */
  given(name: string, signature: Signature): string[] {
    const key = camelCase(name);
    const known = this.#parameters.get(key);
    const byPosition = this.#positional.get(key) ?? 0;
    return wanted(signature).filter(
      (parameter, i) => known !== undefined && (i < byPosition || known.has(camelCase(parameter))),
    );
  }
}

/** The parameters that mean something here: a name for the graph and Python's catch-alls do not. */
export const wanted = (signature: Signature): string[] =>
  (signature.parameters ?? [])
    .filter(({ name, kind }) => !kind.startsWith('var_') && name !== 'self' && name !== 'name')
    .map(({ name }) => name);

const AREAS = [
  'ops',
  'activations',
  'initializers',
  'regularizers_constraints',
  'losses',
  'metrics',
  'optimizers',
  'schedules',
  'preprocessing',
  'text',
  'layers',
];

/** Cases of our own, which tests run. */
const FIXTURES = [
  'test/fixtures/more_ops/ops.json',
  'test/fixtures/ops_by_dtype/ops.json',
  'test/fixtures/keras_ops.json',
];

function readCases(folder: string, executed: Executed): void {
  for (const file of [...AREAS.map((area) => join(folder, `${area}.json`)), ...FIXTURES]) {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[] | { readonly cases: readonly Case[] };
    for (const c of 'cases' in parsed ? parsed.cases : parsed) {
      const name = c.op ?? c.fn ?? c.class_name ?? c.layer;
      if (name)
        executed.add(
          name,
          [...Object.keys(c.kwargs ?? {}), ...Object.keys(c.config ?? {})],
          c.op ? (c.args?.length ?? 0) : 1,
        );
    }
  }
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['golden', 'generated', 'fixtures', 'node_modules', 'conformance'].includes(entry.name))
        yield* sources(path);
    } else if (entry.name.endsWith('.test.ts') || path.includes('examples/') || path.includes('programs/'))
      yield readFileSync(path, 'utf8');
  }
}

function readTests(folders: readonly string[], executed: Executed): void {
  for (const folder of folders) {
    for (const text of sources(folder)) {
      const options = new Set([...text.matchAll(/\b([a-z][A-Za-z0-9]*)\s*:/g)].map((match) => match[1]!));
      for (const match of text.matchAll(/\b([A-Za-z][A-Za-z0-9]*)\s*(?:<[^>()]*>)?\(/g))
        executed.add(match[1]!, options, 1);
      // Tables of names: ['relu', …], as generic tests have them.
      for (const match of text.matchAll(/'([A-Za-z][A-Za-z0-9_]*)'/g)) executed.add(match[1]!, []);
    }
  }
}

/** Everything that the golden cases in `folder` and the tests execute. */
export function readExecuted(folder: string, tests: readonly string[]): Executed {
  const executed = new Executed();
  readCases(folder, executed);
  readTests(tests, executed);
  return executed;
}
