// `npm run check [-- PATH…]`: what a developer wants to know within half a minute: format, lint, types, layering and the tests that
// stand in the folders of the paths given, else of what is not committed yet, else of the last commit. Runs everything, also after a
// failure, and says which parts failed. All tests together are `npm test`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { resolvePackageFile, root } from './setup.mjs';

const packageFile = (name, file) => join(resolvePackageFile(`${name}/package.json`), '..', file);

function lines(command, ...args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter(Boolean) : [];
}

/** The files whose neighbours are tested, relative to the root. */
function changed() {
  if (process.argv.length > 2) return process.argv.slice(2).map((path) => relative(root, path));
  const open = [
    ...lines('git', 'diff', '--name-only', 'HEAD'),
    ...lines('git', 'ls-files', '--others', '--exclude-standard'),
  ];
  return open.length > 0 ? open : lines('git', 'diff', '--name-only', 'HEAD~1');
}

/** The test files in these files' folders; of a folder given as such, those below it too. */
function testsBeside(files) {
  const tests = new Set(['test/layering.test.ts']);
  for (const file of files) {
    const isFolder = existsSync(join(root, file)) && statSync(join(root, file)).isDirectory();
    const folder = isFolder ? file : dirname(file);
    if (!/^(src|bench|tools)\b/.test(folder) || !existsSync(join(root, folder))) {
      if (file.endsWith('.test.ts')) tests.add(file);
      continue;
    }
    for (const name of readdirSync(join(root, folder), { recursive: isFolder }))
      if (name.endsWith('.test.ts')) tests.add(join(folder, name));
  }
  return [...tests].filter((file) => existsSync(join(root, file)));
}

const INCREMENTAL = ['--incremental', '--tsBuildInfoFile', join(root, 'node_modules/.cache/check.tsbuildinfo')];
const tests = testsBeside(changed());
const parts = {
  'format and lint': [packageFile('@biomejs/biome', 'bin/biome'), 'check', '--diagnostic-level=warn'],
  types: [packageFile('typescript', 'bin/tsc'), '--pretty', '-p', 'tsconfig.json', ...INCREMENTAL],
  'layering and tests': [packageFile('vitest', 'vitest.mjs'), 'run', '--reporter=dot', '--no-isolate', ...tests],
};

function run(args) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    });
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('close', (status) => resolve({ status, output }));
  });
}

console.log(`format, lint, types, and ${tests.length} test ${tests.length === 1 ? 'file' : 'files'}:`);
for (const test of tests) console.log(`  ${test}`);
const started = performance.now();
const results = await Promise.all(Object.entries(parts).map(async ([name, args]) => ({ name, ...(await run(args)) })));
for (const { name, status, output } of results) {
  if (status !== 0) console.log(`── ${name} ──\n${output.trimEnd()}\n`);
}
const failed = results.filter((result) => result.status !== 0).map((result) => result.name);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  failed.length === 0 ? `check passed in ${seconds} s` : `check failed in ${seconds} s: ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
