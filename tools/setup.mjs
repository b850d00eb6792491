// Sets up a checkout: dependencies, dist/, and (for tests) a browser. Plain JavaScript on Node's own modules only, because
// it runs when nothing is installed yet. Says nothing when there is nothing to do or all goes well; skips what is up to date.
// Usage: node tools/setup.mjs [--browser]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** Why the installed packages are not those of package-lock.json, or null when they are. */
function staleDependencies() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return 'nothing is installed yet';
  const installed = readJson('node_modules/.package-lock.json').packages;
  for (const [path, wanted] of Object.entries(readJson('package-lock.json').packages)) {
    if (path === '') continue;
    const found = installed[path];
    if (found === undefined ? !wanted.optional && !wanted.peer : found.version !== wanted.version) {
      return `${path.replace('node_modules/', '')} is ${found?.version ?? 'missing'}, wanted ${wanted.version}`;
    }
  }
  return null;
}

function run(what, command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  throw new Error(
    `${what} failed (${[command, ...args].join(' ')}: ${result.error?.message ?? `exit ${result.status}`})`,
  );
}

/** The command that starts npm: its own script where npm started us, so that Windows needs no shell. */
export function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
}

export function installDependencies() {
  const reason = staleDependencies();
  if (reason === null) return;
  console.error(`cornu: installing dependencies (${reason}) …`);
  const [command, ...first] = npm();
  run('Installing dependencies', command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

async function build() {
  const { buildIfStale } = await import(pathToFileURL(join(root, 'tools/build.mjs')).href);
  await buildIfStale();
}

const browsers = ['chromium', 'chromium-browser', 'google-chrome'];

/** The path of an installed Chromium, or null. `CORNU_CHROMIUM` names another. */
export function findChromium() {
  const named = process.env.CORNU_CHROMIUM;
  if (named !== undefined) return existsSync(named) ? named : null;
  for (const folder of (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':')) {
    for (const name of browsers) if (existsSync(join(folder, name))) return join(folder, name);
  }
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return existsSync(mac) ? mac : null;
}

/** Tries to install Debian's Chromium; says so where it cannot, and never fails: only the browser tests need it. */
function installBrowser() {
  if (findChromium() !== null) return;
  const remedy = 'the browser tests need Chromium: install it, or name it in CORNU_CHROMIUM';
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.error(`cornu: no Chromium found; ${remedy}`);
    return;
  }
  console.error('cornu: installing Chromium for the browser tests (apt-get install chromium) …');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['-qq', 'update'],
    ['-qq', 'install', '-y', '--no-install-recommends', 'chromium'],
  ]) {
    const result = spawnSync('apt-get', args, {
      env: environment,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 600_000,
    });
    if (result.status !== 0) {
      console.error(
        `cornu: apt-get ${args.join(' ')} did not work (${result.error?.message ?? result.stderr.trim().split('\n').at(-1)}); ${remedy}`,
      );
      return;
    }
  }
}

/** Brings the checkout up to date. `browser`: also a browser for the tests. */
export async function setUp({ browser = false } = {}) {
  installDependencies();
  await build();
  if (browser) installBrowser();
}

/** The path of a file of an installed package, as Node resolves it from here. */
export const resolvePackageFile = (specifier) => createRequire(join(root, 'package.json')).resolve(specifier);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Not awaited: build.mjs imports this module, which must have been evaluated by then.
  setUp({ browser: process.argv.includes('--browser') }).catch((error) => {
    console.error(`cornu: ${error.message}`);
    process.exitCode = 1;
  });
}
