// Builds dist/: one ES module for each entry of package.json's `exports`, with shared chunks and source maps, and the
// declarations; for Node the same as one script that V8 keeps compiled (src/platform/node-core.ts), with a module in
// dist/node for each entry; and native/build where there is a C++ compiler. npm packages and `node:` modules stay external. Usage: node tools/build.mjs (always builds, types must be
// right); set-up calls buildIfStale, which skips an unchanged source and lets type errors pass with a word.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative } from '../native/build.mjs';
import { resolvePackageFile, root } from './setup.mjs';

const stamp = join(root, 'dist/.built-from');

/** Files that decide what dist/ holds: all of src/ but tests, and the build itself. */
function sources() {
  const found = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tools/build.mjs'];
  for (const entry of readdirSync(join(root, 'src'), { recursive: true })) {
    if (!/\.test\.ts$/.test(entry) && /\.[a-z]+$/.test(entry)) found.push(join('src', entry));
  }
  return found.sort();
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const path of sources())
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

/** dist name → source file, from the package's exports: './plot' → src/plot/index.ts. */
function entries() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const points = {};
  for (const [name, target] of Object.entries(exports)) {
    if (typeof target !== 'object') continue;
    points[target.default.replace('./dist/', '').replace('.js', '')] = join(root, 'src', name, 'index.ts');
  }
  return points;
}

/** A file for threads: plain JavaScript as it stands, TypeScript with all that it imports. */
async function workerFile(name) {
  const found = readdirSync(join(root, 'src'), { recursive: true }).find((path) =>
    [`/${name}`, `/${name.replace(/js$/, 'ts')}`].some((end) => `/${path.replaceAll('\\', '/')}`.endsWith(end)),
  );
  const path = join(root, 'src', found);
  if (path.endsWith('.js')) return readFileSync(path);
  const { build } = await import('esbuild');
  const { outputFiles } = await build({ ...settings, entryPoints: [path] });
  return outputFiles[0].contents;
}

const settings = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  packages: 'external',
  external: ['node:*'],
  // Scripts of one byte a character are read faster; line numbers come from the source maps.
  charset: 'ascii',
  legalComments: 'none',
  // `sideEffects` speaks to users' bundlers about dist/; here it would drop imports for their effect alone.
  ignoreAnnotations: true,
  logLevel: 'warning',
  write: false,
};

/** Entries that Node gets from the one script: those with a condition `node`. */
function nodeEntries() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([name, target]) =>
    target.node ? [{ name: basename(target.node, '.js'), source: join(root, 'src', name, 'index.ts') }] : [],
  );
}

/** What is large, rarely used and alone stays a module of its own, next to the script. */
const apart = /generated\/noto-sans-sc\.ts$/;

/**
 * esbuild's objects of exports, which it fills name by name, as literals with getters: 3,300 definitions took 10 ms of each start.
 * An object in which anything but plain names is exported stays as it is.
 */
function withLiteralExports(text) {
  return text.replaceAll(/^var (\w+) = \{\};\n__export\(\1, \{\n(.*?)^\}\);\n/gms, (whole, name, names) => {
    const getters = names.replaceAll(/^ {2}("?[\w$]+"?): \(\) => ([\w$.]+)(,?)$/gm, '  get $1() { return $2; }$3');
    return getters.includes('=>') ? whole : `var ${name} = {\n${getters}};\n`;
  });
}

/** The script for Node and the modules that hand out what it exports. `chunks` are the files of the other bundle, `names`
 *  what each of its entries exports. */
async function nodeBundle(chunks, names) {
  const { build } = await import('esbuild');
  const own = nodeEntries();
  const lines = own.map(({ name, source }) => `${name}: () => require(${JSON.stringify(source)}),`);
  const used = JSON.stringify(join(root, 'src/runtime/engine.ts'));
  const leaveApart = {
    name: 'leave apart',
    setup: ({ onResolve }) =>
      onResolve({ filter: apart }, ({ path }) => {
        const stem = `${basename(path, '.ts')}-`;
        const chunk = chunks.find((file) => basename(file.path).startsWith(stem) && file.path.endsWith('.js'));
        return { path: `./${basename(chunk.path)}`, external: true };
      }),
  };
  const script = await build({
    ...settings,
    format: 'cjs',
    stdin: {
      contents: `import { currentEngine } from ${used};
        export const entries = { ${lines.join('\n')} };
        export const hasRun = () => currentEngine() !== null;`,
      resolveDir: root,
    },
    outdir: join(root, 'dist/chunks'),
    entryNames: 'core-[hash]',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    plugins: [leaveApart],
  });
  const text = withLiteralExports(script.outputFiles[0].text).replaceAll(/(?<![\w$.'"`])import\(/g, 'importModule(');
  const core = {
    path: script.outputFiles[0].path,
    // A function, so that what is read from the file is compiled as it is.
    contents: `(function (exports, require, module, __filename, __dirname, importModule) {${text}\n})`,
  };
  const loader = await build({
    ...settings,
    entryPoints: [join(root, 'src/platform/node-core.ts')],
    outdir: join(root, 'dist/node'),
  });
  const modules = own.map(({ name }) => {
    // Names as they are exported may be reserved words.
    const exported = names[name];
    const text = `import { loadCore } from './node-core.js';
const core = loadCore(new URL('../chunks/${basename(core.path)}', import.meta.url));
const { ${exported.map((word, i) => `${word}: $${i}`).join(', ')} } = core.entries.${name}();
export { ${exported.map((word, i) => `$${i} as ${word}`).join(', ')} };
`;
    return { path: join(root, 'dist/node', `${name}.js`), contents: text };
  });
  return [core, ...loader.outputFiles, ...modules];
}

async function bundle() {
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    ...settings,
    entryPoints: entries(),
    outdir: join(root, 'dist'),
    splitting: true,
    sourcemap: true,
    metafile: true,
    chunkNames: 'chunks/[name]-[hash]',
  });
  const names = Object.fromEntries(
    Object.entries(metafile.outputs).map(([path, { exports }]) => [basename(path, '.js'), exports]),
  );
  // What threads run is loaded by itself, from beside the file that starts them.
  for (const { path, text } of [...outputFiles])
    for (const [, name] of text.matchAll(/new URL\(\W\.\/([\w-]*worker\.js)\W,/g))
      outputFiles.push({ path: join(dirname(path), name), contents: await workerFile(name) });
  outputFiles.push(...(await nodeBundle(outputFiles, names)));
  // Chunks first, entries last, leftovers at the end: a program that starts meanwhile finds a whole package.
  const isChunk = (file) => file.path.includes(join('dist', 'chunks'));
  for (const file of [...outputFiles.filter(isChunk), ...outputFiles.filter((file) => !isChunk(file))]) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.contents);
  }
  const written = new Set(outputFiles.map((file) => file.path));
  for (const folder of ['dist', 'dist/chunks', 'dist/node']) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(root, folder, entry.name);
      if (entry.isFile() && !written.has(path) && path !== stamp) rmSync(path);
    }
  }
}

/** Writes dist/types; the compiler's complaints, or '' when there are none. */
function declarations() {
  const folder = join(root, 'dist/types');
  rmSync(folder, { recursive: true, force: true });
  const tsc = resolvePackageFile('typescript/package.json').replace('package.json', 'bin/tsc');
  const result = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  // The compiler leaves `./x.ts` in declarations, which every TypeScript but the sources' own would look up as a source.
  for (const entry of existsSync(folder) ? readdirSync(folder, { recursive: true }) : []) {
    const path = join(folder, entry);
    if (!path.endsWith('.d.ts')) continue;
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replaceAll(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"\n]*)\.ts(['"])/g, '$1.js$2'));
  }
  return result.status === 0 ? '' : `${result.stdout}${result.stderr}`.trim();
}

export async function buildIfStale() {
  await buildNative();
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await bundle();
  const complaints = declarations();
  if (complaints !== '')
    console.error(
      `cornu: dist/types has errors (see npm run check):\n${complaints.split('\n').slice(0, 10).join('\n')}`,
    );
  writeFileSync(stamp, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = fingerprint();
  const missing = await buildNative();
  if (missing !== '') console.log(`cornu: the native addon was not built: ${missing}`);
  await bundle();
  const complaints = declarations();
  if (complaints === '') writeFileSync(stamp, wanted);
  else {
    console.error(complaints);
    process.exitCode = 1;
  }
}
