// `npm run check`: what a developer wants to know within half a minute: format, lint, types, layering and the tests that stand
// beside the code in src/. Runs everything, also after a failure, and says which parts failed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { resolvePackageFile, root } from './setup.mjs';

const packageFile = (name, file) => join(resolvePackageFile(`${name}/package.json`), '..', file);
const parts = {
  'format and lint': [packageFile('@biomejs/biome', 'bin/biome'), 'check', '--diagnostic-level=warn'],
  types: [packageFile('typescript', 'bin/tsc'), '--pretty', '-p', 'tsconfig.json'],
  'layering and fast tests': [
    packageFile('vitest', 'vitest.mjs'),
    'run',
    '--reporter=dot',
    'src',
    'test/layering.test.ts',
  ],
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
