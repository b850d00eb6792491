// `npm run smoke`: packs the package, installs the tarball into an empty folder, and uses it as a user would: a program on
// Node 20, Node 24, Bun and Deno, and the examples type-checked under the strictest options by TypeScript 5.9 and 7.
// One line for each, then `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { npm, root, setUp } from '../setup.mjs';

const here = join(root, 'tools/smoke');
const cache = join(root, 'node_modules/.cache/cornu-smoke');
const folder = mkdtempSync(join(tmpdir(), 'cornu-smoke-'));
const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 600_000 });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim();
  return { right: result.status === 0, output, answer: result.stdout };
}

function must(what, { right, output, answer }) {
  if (!right) throw new Error(`${what} failed:\n${output}`);
  return answer;
}

/** The runtimes, installed once and kept. */
function installRuntimes() {
  const wanted = readFileSync(join(here, 'package.json'), 'utf8');
  const kept = join(cache, 'package.json');
  if (existsSync(kept) && readFileSync(kept, 'utf8') === wanted && existsSync(join(cache, '.complete'))) return;
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  writeFileSync(kept, wanted);
  const [command, ...first] = npm();
  must('Installing the runtimes', run(command, [...first, 'install', '--no-package-lock', ...quiet], cache));
  writeFileSync(join(cache, '.complete'), '');
}

/** The package as npm would publish it, installed into an empty folder. */
function installPackage() {
  const [command, ...first] = npm();
  // Built already; the scripts would build it again.
  const packed = must(
    'npm pack',
    run(command, [...first, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder], root),
  );
  const { filename, size, entryCount } = JSON.parse(packed)[0];
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  must('Installing the package', run(command, [...first, 'install', ...quiet, join(folder, filename)], folder));
  cpSync(join(here, 'program.mjs'), join(folder, 'program.mjs'));
  console.log(`package: ${(size / 1e6).toFixed(2)} MB packed, ${entryCount} files`);
}

const bin = (...parts) => join(cache, 'node_modules', ...parts);

function runtimes() {
  const program = (extra = []) => [...extra, 'program.mjs', join(folder, 'smoke.keras')];
  return {
    [`Node ${process.versions.node}`]: [process.execPath, program()],
    'Node 24': [bin('node/bin/node'), program()],
    Bun: [bin('bun/bin/bun.exe'), program(['run'])],
    Deno: [process.execPath, [bin('deno/bin.cjs'), 'run', '-A', '--node-modules-dir=manual', ...program()]],
  };
}

/** The examples as users' code, in their own project. */
function compilers() {
  const strictest = {
    target: 'es2022',
    lib: ['es2023', 'dom'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noEmit: true,
    skipLibCheck: false,
  };
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: strictest, include: ['examples'] }));
  rmSync(join(folder, 'examples/tsconfig.json'), { force: true });
  const types = (name) => [process.execPath, [bin(name, 'bin/tsc'), '-p', '.']];
  return { 'TypeScript 5.9': types('typescript-5.9'), 'TypeScript 7': types('typescript-7') };
}

/** The program as a page's bundler makes it: tree-shaken and minified. Modules register primitives and classes when they are loaded, so that the package has side effects. */
async function bundle() {
  const { build } = await import('esbuild');
  const outfile = join(folder, 'bundled.mjs');
  const external = ['node:*', 'sharp', 'vega', 'vega-lite', 'h5wasm', 'h5wasm/*', 'fflate'];
  await build({
    entryPoints: [join(folder, 'program.mjs')],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external,
    logLevel: 'error',
  });
  const { length } = readFileSync(outfile);
  console.log(
    `bundled: ${(length / 1000).toFixed(0)} kB, ${(gzipSync(readFileSync(outfile)).length / 1000).toFixed(0)} kB compressed`,
  );
  return { 'bundled and minified': [process.execPath, ['bundled.mjs', join(folder, 'smoke.keras')]] };
}

let [passed, failed] = [0, 0];
try {
  await setUp();
  installRuntimes();
  installPackage();
  for (const [name, [command, args]] of Object.entries({ ...runtimes(), ...(await bundle()), ...compilers() })) {
    const start = performance.now();
    const { right, output } = run(command, args, folder);
    console.log(
      `${name}: ${right ? `passed in ${((performance.now() - start) / 1000).toFixed(1)} s` : 'failed'}${output ? `\n  ${output.split('\n').slice(0, 12).join('\n  ')}` : ''}`,
    );
    if (right) passed++;
    else failed++;
  }
} catch (error) {
  console.error(`cornu: ${error.message}`);
  failed++;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
