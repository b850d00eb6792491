// How Node gets the library: one script, compiled from V8's code cache, so that importing it parses nothing.
// Owns: reading the script and its cache, and when the cache is written. Leaves what the script is to tools/build.mjs, which
// bundles this file into dist/node; the sources and browsers do without.
//
// The cache lies beside the script, whose name holds a hash of its content: who can write there can change the script too.
// CORNU_CODE_CACHE names another folder, or is 0. Where nothing can be written, everything works and takes longer.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { runInThisContext, Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { enableRelaxedSimd, relaxedSimdThere } from './simd.ts';

/** What the script exports. */
export interface Core {
  /** The exports of each of the package's entries, evaluated when it is first asked for. */
  readonly entries: Readonly<Record<string, () => Record<string, unknown>>>;
  /** Whether a program has run: what has been compiled by then is what a program needs. */
  readonly hasRun: () => boolean;
}

type CommonJs = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  directory: string,
  importModule: (name: string) => Promise<unknown>,
) => void;

/** From the start on, until the cache is written if the process lives so long: what ran once is forgotten again by V8. */
const DELAY = 2000;

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Writes what V8 has compiled so far; another process may be writing the same, and a reader never sees half of it. */
function write(file: string, script: Script): void {
  const unfinished = `${file}-${process.pid}`;
  try {
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, file);
  } catch {
    rmSync(unfinished, { force: true });
  }
}

/** The function that the script is: from the cache, or compiled as any other. */
function compile(path: string, source: string): { readonly run: CommonJs; readonly save?: () => void } {
  // Tests that run in a context of their own need this code in it too: arrays of another context are no arrays here.
  const isElsewhere = runInThisContext('Array') !== Array;
  const folder = process.env.CORNU_CODE_CACHE ?? dirname(path);
  if (isElsewhere || folder === '0') {
    // biome-ignore lint/security/noGlobalEval: the package's own script, in the global scope of whoever imports it.
    return { run: (0, eval)(`${source}\n//# sourceURL=${path}`) as CommonJs };
  }
  // V8 takes a cache only under the flags under which it was made.
  if (!relaxedSimdThere()) enableRelaxedSimd();
  // Nearly all that loading makes stays: without this V8 looks through it six times, at each doubling of its room for new objects.
  setFlagsFromString('--semi-space-growth-factor=4');
  const file = join(folder, `${basename(path, '.cjs')}-${process.arch}-${cachedDataVersionTag().toString(16)}.cache`);
  const cachedData = read(file);
  const script = new Script(source, { filename: path, ...(cachedData && { cachedData }) });
  const isUsed = cachedData !== undefined && script.cachedDataRejected === false;
  const run = script.runInThisContext() as CommonJs;
  return isUsed || !isMainThread ? { run } : { run, save: () => write(file, script) };
}

let loaded: Core | undefined;

/** The script, a CommonJS module: loaded once, whichever of the package's entries asks first. */
export function loadCore(url: URL): Core {
  loaded ??= load(url);
  return loaded;
}

function load(url: URL): Core {
  const path = fileURLToPath(url);
  // One byte a character, as the script is written: no other characters are in it.
  const { run, save } = compile(path, readFileSync(path, 'latin1'));
  const module = { exports: {} };
  // A cached script may not import by itself.
  const importModule = (name: string) => import(name.startsWith('./') ? new URL(name, url).href : name);
  run(module.exports, createRequire(url), module, path, dirname(path), importModule);
  const core = module.exports as Core;
  if (save) {
    let saved = false;
    const once = () => {
      if (saved || !core.hasRun()) return;
      saved = true;
      save();
    };
    setTimeout(once, DELAY).unref();
    process.once('exit', once);
  }
  return core;
}
