// `npm test [FILTER…]`: sets everything up, runs all the tests, and ends with the line `N passed, N failed`.
// A test file that does not load and an error outside any test count as one failure each, so that nothing red looks green.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePackageFile, root, setUp } from './setup.mjs';

/** Passed and failed tests of a vitest JSON report. */
function count(report) {
  let failed = report.numFailedTests;
  for (const file of report.testResults) {
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) failed++;
  }
  // A skipped test is one that nobody sees fail.
  failed += report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed };
}

/** What products and convolutions go through, run once more on the generated kernels alone and on one thread. */
const onceMore = [
  'test/threads.test.ts',
  'test/compiler',
  'src/keras/layers/convolutional',
  'src/keras/layers/rnn',
  'src/keras/layers/attention',
  'src/ops/nn',
];

function runTests(filters, environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cornu-test-'));
  const file = join(folder, 'report.json');
  try {
    const vitest = resolvePackageFile('vitest/package.json').replace('package.json', 'vitest.mjs');
    const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters];
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    });
    if (!existsSync(file)) return { passed: 0, failed: 1 };
    const { passed, failed } = count(JSON.parse(readFileSync(file, 'utf8')));
    return { passed, failed: status !== 0 && failed === 0 ? 1 : failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let outcome = { passed: 0, failed: 1 };
try {
  await setUp({ browser: true });
  const filters = process.argv.slice(2);
  outcome = runTests(filters);
  // `npm test` itself uses the native addon where it is, and as many threads as there are processors.
  if (filters.length === 0 && process.env.CORNU_NATIVE === undefined) {
    const { passed, failed } = runTests(onceMore, { CORNU_NATIVE: '0', CORNU_THREADS: '1' });
    outcome = { passed: outcome.passed + passed, failed: outcome.failed + failed };
  }
} catch (error) {
  console.error(`cornu: ${error.message}`);
}
console.log(`${outcome.passed} passed, ${outcome.failed} failed`);
process.exitCode = outcome.failed === 0 && outcome.passed > 0 ? 0 : 1;
