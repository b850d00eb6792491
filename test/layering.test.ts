// The direction of imports between the folders of src/, and no import cycles between its files.
// The direction counts static, dynamic and type imports alike. Cycles count what exists at run time: a cycle of types alone
// (a primitive names the graph's type, the graph the primitive's) cannot load in the wrong order and is left to taste.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** The loop IR and what only speaks of it: the vocabulary that primitives lower to and backends read, below all of them. */
const loopIr = ['loop-ir', 'position', 'print-loop-ir', 'interpret-loop-ir'].map((name) => `compiler/${name}.ts`);
const engine = ['base', 'graph', 'primitives', 'autodiff', 'compiler', 'backends/backend.ts'];
/** From `runtime` on, a folder may use the libraries beside the chain and every backend. */
const services = ['assembler', 'platform', 'formats', 'random', 'backends'];

/** What the files of a folder may import besides their own folder: folders, or single files. */
const allowed: Record<string, readonly string[]> = {
  base: [],
  graph: ['base', ...loopIr],
  primitives: ['base', 'graph', ...loopIr],
  autodiff: ['base', 'graph', 'primitives'],
  compiler: ['base', 'graph', 'primitives', 'autodiff', 'backends/backend.ts'],
  ...Object.fromEntries(loopIr.map((file) => [file, ['base', ...loopIr]])),
  'backends/backend.ts': ['base', 'graph', ...loopIr],
  assembler: [],
  backends: ['base', 'assembler', 'graph', ...loopIr, 'backends/backend.ts'],
  runtime: [...engine, ...services],
  ops: [...engine, ...services, 'runtime'],
  'saved-model': [...engine, ...services, 'runtime', 'ops'],
  data: [...engine, ...services, 'runtime', 'ops'],
  datasets: [...engine, ...services, 'runtime', 'ops', 'data'],
  keras: [...engine, ...services, 'runtime', 'ops', 'saved-model', 'data', 'datasets', 'plot/raster.ts'],
  formats: ['base', 'assembler'],
  platform: ['base'],
  random: ['base'],
  plot: ['base', 'formats', 'platform'],
  cli: ['index.ts', 'base', 'platform', 'formats'],
  tuner: ['index.ts', 'base', 'platform', 'random'],
};
/** What a folder may import for its types alone. */
const allowedTypes: Record<string, readonly string[]> = { plot: ['ops', 'runtime'] };

interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

/** The source without comments and with the line structure kept, so that a commented import does not count. */
const withoutComments = (text: string) =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<!:|['"`])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));

/** Imports of one source text: `import … from`, `import '…'`, `export … from`, `import('…')`. */
function importsOf(from: string, source: string): Import[] {
  const text = withoutComments(source);
  const found: Import[] = [];
  const pattern =
    /(?:^|[;\n])\s*(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?(['"])([^'"\n]+)\3|\bimport\s*\(\s*(['"])([^'"\n]+)\5/g;
  for (const match of text.matchAll(pattern)) {
    const line = text.slice(0, match.index + match[0].length).split('\n').length;
    const dynamic = match[6] !== undefined;
    // `typeof import('…')` and `import('…').Type` in a type position cannot be told apart by text; both count as values.
    found.push({ from, to: (dynamic ? match[6] : match[4])!, line, typeOnly: !dynamic && match[2] !== undefined });
  }
  return found;
}

const posix = (path: string) => path.split(sep).join('/');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.endsWith('.test.ts'))
  .map(posix)
  .sort();
const imports = files.flatMap((file) => importsOf(file, readFileSync(join(src, file), 'utf8')));
const isRelative = (edge: Import) => edge.to.startsWith('.');
const target = (edge: Import) => posix(relative(src, resolve(src, dirname(edge.from), edge.to)));
const place = (edge: Import) => `src/${edge.from}:${edge.line} imports ${edge.to}`;
const within = (path: string, rule: string) => path === rule || path.startsWith(`${rule}/`);

function directionError(edge: Import): string | null {
  const to = target(edge);
  const folder = edge.from in allowed ? edge.from : edge.from.includes('/') ? edge.from.split('/')[0]! : '';
  if (folder === '' || within(to, folder)) {
    // Backends know each other only through their interface.
    const backend = /^backends\/([^/]+)\//;
    const [own, other] = [backend.exec(edge.from)?.[1], backend.exec(to)?.[1]];
    return own === undefined || other === undefined || own === other ? null : `${place(edge)}: another backend`;
  }
  const rules = allowed[folder];
  if (rules === undefined) return `${place(edge)}: the folder ${folder} has no rule in test/layering.test.ts`;
  const also = edge.typeOnly ? (allowedTypes[folder] ?? []) : [];
  return [...rules, ...also].some((rule) => within(to, rule)) ? null : `${place(edge)}: not allowed from ${folder}`;
}

/** Every cycle found by a depth-first walk, once, as `a → b → a`. */
function cycles(edges: readonly (readonly [string, string])[]): string[] {
  const next = new Map<string, string[]>();
  for (const [from, to] of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[] = [];
  const visit = (file: string) => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file].join(' → '));
      return;
    }
    path.push(file);
    for (const other of next.get(file) ?? []) visit(other);
    path.pop();
    done.add(file);
  };
  for (const file of next.keys()) visit(file);
  return found;
}

describe('layering of src/', () => {
  it('resolves every relative import to a file, named with .ts', () => {
    const broken = imports
      .filter(isRelative)
      .filter((edge) => !edge.to.endsWith('.ts') || !existsSync(join(src, target(edge))));
    expect(broken.map(place)).toEqual([]);
  });

  it('names in its rules, and in docs/architecture.md, the folders that there are', () => {
    const folders = [...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!))].sort();
    const ruled = Object.keys(allowed).filter((rule) => !rule.endsWith('.ts'));
    expect(ruled.sort()).toEqual(folders);
    const page = readFileSync(join(src, '../docs/architecture.md'), 'utf8');
    const described = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, folder]) => folder!);
    expect(described.sort()).toEqual(folders);
  });

  it('imports from left to right only', () => {
    expect(
      imports
        .filter(isRelative)
        .map(directionError)
        .filter((error) => error !== null),
    ).toEqual([]);
  });

  it('has no import cycles between files', () => {
    expect(
      cycles(
        imports.filter((edge) => isRelative(edge) && !edge.typeOnly).map((edge) => [edge.from, target(edge)] as const),
      ),
    ).toEqual([]);
  });

  it('imports node: modules only where Node is certain', () => {
    const mayUseNode = (file: string) =>
      /^platform\/node[^/]*\.ts$|^platform\/node\//.test(file) || file.startsWith('cli/');
    const builtin = (edge: Import) =>
      edge.to.startsWith('node:') ||
      ['fs', 'path', 'os', 'url', 'worker_threads', 'module', 'process'].includes(edge.to);
    expect(imports.filter((edge) => builtin(edge) && !mayUseNode(edge.from)).map(place)).toEqual([]);
  });

  it('loads npm packages by import() only, so that the core import pulls in none', () => {
    const text = (edge: Import) => readFileSync(join(src, edge.from), 'utf8').split('\n')[edge.line - 1] ?? '';
    const isPackage = (edge: Import) => !isRelative(edge) && !edge.to.startsWith('node:');
    const eager = imports.filter((edge) => isPackage(edge) && !edge.typeOnly && !/\bimport\s*\(/.test(text(edge)));
    expect(eager.map(place)).toEqual([]);
  });
});

describe('the reader of imports', () => {
  it('finds every form and leaves comments and strings alone', () => {
    const source = [
      "import { a } from './a.ts';",
      "import type { B } from './b.ts';",
      "export * as c from './c.ts';",
      "export type { D } from './d.ts';",
      "import './e.ts';",
      "const f = await import('./f.ts');",
      "// import { g } from './g.ts';",
      "/* import './h.ts'; */",
      'import {',
      '  i,',
      '  type J,',
      "} from './i.ts';",
      "const text = 'https://example.org'; import('./k.ts');",
    ].join('\n');
    const found = importsOf('x.ts', source);
    expect(found.map((edge) => edge.to)).toEqual([
      './a.ts',
      './b.ts',
      './c.ts',
      './d.ts',
      './e.ts',
      './f.ts',
      './i.ts',
      './k.ts',
    ]);
    expect(found.filter((edge) => edge.typeOnly).map((edge) => edge.to)).toEqual(['./b.ts', './d.ts']);
    expect(found.map((edge) => edge.line)).toEqual([1, 2, 3, 4, 5, 6, 12, 13]);
  });

  it('finds cycles', () => {
    const edges = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['c', 'd'],
    ] as const;
    expect(cycles(edges)).toEqual(['a → b → c → a']);
    expect(
      cycles([
        ['a', 'b'],
        ['a', 'c'],
        ['b', 'c'],
      ]),
    ).toEqual([]);
  });
});
