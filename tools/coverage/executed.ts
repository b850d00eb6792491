// What golden cases, fixtures and tests execute: functions and classes with the parameters that they give.
// Owns: reading the cases (any JSON with names, arguments and options) and the tests' calls, and to which name of the API each
// belongs. Leaves the reading of source text to calls.ts, the page to page.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callsOf } from './calls.ts';

export interface Signature {
  readonly kind: string;
  readonly parameters?: readonly { readonly name: string; readonly kind: string }[];
}
export type Api = Readonly<Record<string, Readonly<Record<string, Signature>>>>;

export const camelCase = (name: string): string =>
  name.replaceAll(/(?<=[^_])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The parameters that mean something here: a name for the graph and Python's catch-alls do not. */
export const wanted = (signature: Signature): string[] =>
  (signature.parameters ?? [])
    .filter(({ name, kind }) => !kind.startsWith('var_') && name !== 'self' && name !== 'name')
    .map(({ name }) => name);

class Uses {
  readonly options = new Set<string>();
  positional = 0;
}
/** The options that calls give, and the most arguments by position. */
export type Use = Readonly<{ options: ReadonlySet<string>; positional: number }>;

/** Finds what a dotted name stands for, `tf.nn.relu` and `keras.layers.Dense`; undefined where there is nothing. */
export type Lookup = (path: string) => unknown;

/** What is executed, by the function itself where it is named in full, else by the last part of its name and where that stood. */
export class Executed {
  readonly #lookup: Lookup;
  readonly #values = new Map<unknown, Uses>();
  readonly #names = new Map<string, Map<string, Uses>>();
  readonly #mentions = new Set<string>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** `file` is where the call stands: it tells which of several functions of one name is meant. */
  add(name: string, options: Iterable<string>, positional: number, file: string): void {
    const path = name.replace(/^(?:tf_)?keras\./, 'tf.keras.');
    const paths = path.startsWith('tf.') ? [path] : path.includes('.') ? [`tf.${path}`, `tf.keras.${path}`] : [];
    const value = paths.map(this.#lookup).find((found) => typeof found === 'function');
    let uses: Uses | undefined;
    if (typeof value === 'function') {
      uses = this.#values.get(value);
      if (!uses) this.#values.set(value, (uses = new Uses()));
    } else {
      const parts = camelCase(name).split('.');
      const key = parts.at(-1)!;
      let places = this.#names.get(key);
      if (!places) this.#names.set(key, (places = new Map()));
      const place = `${file.toLowerCase()} ${parts.slice(0, -1).join(' ')}`;
      uses = places.get(place);
      if (!uses) places.set(place, (uses = new Uses()));
    }
    for (const option of options) uses.options.add(camelCase(option));
    uses.positional = Math.max(uses.positional, positional);
  }

  mention(name: string): void {
    this.#mentions.add(name);
  }

  /** Whether a name that is no function, a constant or a namespace, occurs. */
  mentions(name: string): boolean {
    return this.#mentions.has(camelCase(name));
  }

  /**
   * How a function is used that goes by these names. Where `rivals` are namespaces with another function of the same name, a use by
   * the short name counts only where the file or the words before it say which is meant.
   */
  uses(value: unknown, names: readonly string[], namespace: string, rivals: readonly string[]): Uses | undefined {
    const own = namespace.split('.').at(-1)!.toLowerCase();
    const others = rivals.map((rival) => rival.split('.').at(-1)!.toLowerCase());
    const found = [
      ...(this.#values.has(value) ? [this.#values.get(value)!] : []),
      ...names.flatMap((name) =>
        [...(this.#names.get(camelCase(name)) ?? [])]
          .filter(
            ([place]) =>
              rivals.length === 0 ||
              (own === 'tf' ? !others.some((other) => place.includes(other)) : place.includes(own)),
          )
          .map(([, uses]) => uses),
      ),
    ];
    if (found.length === 0) return undefined;
    const all = new Uses();
    for (const uses of found) {
      for (const option of uses.options) all.options.add(option);
      all.positional = Math.max(all.positional, uses.positional);
    }
    return all;
  }
}

/** Of a signature's parameters, those that were given. */
export const given = (uses: Use, signature: Signature): string[] =>
  wanted(signature).filter((name, i) => i < uses.positional || uses.options.has(camelCase(name)));

function* files(folder: string, skipped: ReadonlySet<string>): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) yield* files(path, skipped);
    } else yield path;
  }
}

const NAMED_BY = ['op', 'fn', 'class_name', 'class', 'layer', 'function', 'name', 'method', 'call'];
const isRecord = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null && !Array.isArray(x);

/** Every object of a JSON value that names a function, with its arguments; every list that begins with a name. */
function readValue(value: unknown, file: string, executed: Executed): void {
  if (Array.isArray(value)) {
    const [head, ...rest] = value;
    if (typeof head === 'string' && /^[a-z]\w*$/.test(head) && rest.some((x) => typeof x === 'object' && x !== null)) {
      const keywords = rest.filter(isRecord).map((x) => (isRecord(x.kw) ? x.kw : x));
      executed.add(head, keywords.flatMap(Object.keys), rest.length, file);
    }
    for (const inner of value) if (typeof inner === 'object') readValue(inner, file, executed);
  } else if (isRecord(value)) {
    if ('$array' in value) return;
    const keywords = ['kwargs', 'config', 'options', 'arguments'].flatMap((key) =>
      isRecord(value[key]) ? Object.keys(value[key]) : [],
    );
    const args = Array.isArray(value.args) ? value.args.length : 0;
    const hasArguments = ['args', 'kwargs', 'config', 'options', 'arguments', 'x'].some((key) => key in value);
    for (const key of NAMED_BY) {
      const name = value[key];
      if (typeof name !== 'string' || !hasArguments) continue;
      // Losses as functions stand beside their two first arguments, what reads a file beside its name.
      const beside = 'x' in value || 'file' in value ? 1 : key === 'fn' && 'y_pred' in value ? 2 : 0;
      executed.add(name, keywords, Math.max(args, beside), file);
    }
    // A class with its configuration, named by the case alone: `Tokenizer.6`.
    if (typeof value.id === 'string' && 'config' in value && !NAMED_BY.some((key) => typeof value[key] === 'string'))
      executed.add(value.id.split('.')[0]!, keywords, args, file);
    for (const [key, inner] of Object.entries(value))
      if (key !== 'expected' && key !== 'want' && typeof inner === 'object') readValue(inner, file, executed);
  }
}

const isTest = (path: string) => path.endsWith('.test.ts') || /\b(?:examples|programs)\b.*\.ts$/.test(path);

/** Everything that golden cases and fixtures, tests, examples and the tutorial programs execute. */
export function readExecuted(lookup: Lookup): Executed {
  const executed = new Executed(lookup);
  for (const folder of ['test/golden', 'test/fixtures'])
    for (const file of files(folder, new Set(['generate'])))
      if (file.endsWith('.json') && !/[/\\]api\w*\.json$/.test(file))
        readValue(JSON.parse(readFileSync(file, 'utf8')), file, executed);
  for (const folder of ['src', 'test', 'examples'])
    for (const file of files(folder, new Set(['golden', 'fixtures', 'generated', 'node_modules', 'conformance']))) {
      if (!isTest(file)) continue;
      const text = readFileSync(file, 'utf8');
      for (const { name, options, positional } of callsOf(text)) executed.add(name, options, positional, file);
      for (const match of text.matchAll(/\.([A-Za-z]\w*)|'([A-Za-z]\w*)'/g)) executed.mention(match[1] ?? match[2]!);
    }
  return executed;
}
