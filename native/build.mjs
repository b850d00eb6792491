// Compiles the native addon with whatever C++ compiler there is, straight from the sources: no build system, no downloads.
// Usage: node native/build.mjs [--say] (--say: also tell why nothing was built). Runs at install and as part of `npm run build`.
// Without a compiler or Node's headers it does nothing and ends well: cornu runs on WebAssembly alone.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, 'build');
const target = join(folder, 'cornu.node');
const stamp = join(folder, 'built-from');

/** The flags of each source file, by processor. */
const variants = {
  x64: { avx512: ['-mavx512f', '-mavx512vl', '-mfma', '-mprefer-vector-width=512'], avx2: ['-mavx2', '-mfma'] },
  arm64: { neon: [] },
};
const common = ['-std=c++17', '-O2', '-fPIC', '-fno-exceptions', '-fno-rtti', '-fvisibility=hidden'];

/** Where node_api.h lies: the package of headers, or Node's own. */
export function headers() {
  const places = [join(dirname(process.execPath), '../include/node')];
  try {
    places.unshift(createRequire(import.meta.url)('node-api-headers').include_dir);
  } catch {
    // An optional dependency.
  }
  return places.find((place) => existsSync(join(place, 'node_api.h')));
}

function compiler() {
  const names = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

function fingerprint(tool) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${tool}`);
  for (const file of readdirSync(here).filter((name) => /\.(cc|h|mjs)$/.test(name)))
    hash.update(file).update(readFileSync(join(here, file)));
  return hash.digest('hex');
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (text) => (complaint += text));
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status) => resolve(status === 0 ? '' : complaint.trim() || `exit ${status}`));
  });
}

/** What the linker is told, by system; a Mac's compiler makes code for its own processor unless told which (Node may run translated). */
const bundling = { darwin: ['-bundle', '-undefined', 'dynamic_lookup'] };
const macs = { x64: ['-arch', 'x86_64'], arm64: ['-arch', 'arm64'] };

/**
 * Compiles the addon for a processor into `target`, with a compiler and flags of its own; gives what the compiler complained about
 * (all that it said, also warnings, where it failed), or ''.
 */
export async function compileNative({ tool, include, target, arch, platform, flags: own = [] }) {
  const always = [...(platform === 'darwin' ? macs[arch] : []), ...own];
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(join(dirname(target), 'work-'));
  try {
    // What stands apart in a formula is rounded apart: x · x − x · x is 0.
    const kernels = Object.entries(variants[arch]).flatMap(([name, flags]) => [
      [`contract-${name}`, flags],
      [`loops-${name}`, [...flags, '-ffp-contract=off']],
    ]);
    const sources = [['addon', ['-I', include]], ...kernels];
    const objects = sources.map(([name]) => join(work, `${name}.o`));
    const complaints = await Promise.all(
      sources.map(([name, flags], i) => run(tool, [...common, ...always, ...flags, '-c', join(here, `${name}.cc`), '-o', objects[i]])),
    );
    const made = join(work, 'cornu.node');
    const link = [...always, ...(bundling[platform] ?? ['-shared'])];
    const complaint = complaints.find(Boolean) ?? (await run(tool, [...link, '-o', made, ...objects]));
    // Replaced, not overwritten: programs that run now keep what they have loaded.
    if (!complaint) renameSync(made, target);
    return complaint;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Builds unless it is up to date; gives the reason why there is no addon, or ''. */
export async function buildNative() {
  if (process.env.CORNU_NATIVE === '0') return 'CORNU_NATIVE=0';
  const { arch, platform } = process;
  if (!variants[arch] || platform === 'win32') return `nothing is written for ${platform} on ${arch}`;
  const tool = compiler();
  if (!tool) return 'no C++ compiler found';
  const include = headers();
  if (!include) return "Node's headers were not found";
  const wanted = fingerprint(tool);
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return '';
  const complaint = await compileNative({ tool, include, target, arch, platform });
  if (!complaint) writeFileSync(stamp, wanted);
  return complaint;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reason = await buildNative().catch((error) => error.message);
  if (process.argv.includes('--say')) console.log(reason ? `native addon: not built (${reason})` : `native addon: ${target}`);
}
