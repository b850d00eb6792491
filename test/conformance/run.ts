// The conformance runner: npm run conformance -- DIR [AREA…] [--self-test] [--filter TEXT] [--verbose]
// Computes the golden cases of a folder with the library and compares every expected field. Prints a line for each case that
// fails and then `N passed, N failed`; the exit code is that of a test.
//   --self-test  then makes every expected field wrong in turn and demands that the case fails
//   --filter     only cases whose id contains the text
//   --verbose    every difference of a failing case, and a line for each area
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { areaNames, areasIn, loadArea } from './folder.ts';
import { loadLibrary } from './library.ts';
import { adapterOf, type Outcome, runCase } from './runner.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'self-test': { type: 'boolean', default: false },
    filter: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const [folder, ...wanted] = positionals;
const unknown = wanted.filter((name) => !(areaNames as readonly string[]).includes(name));
if (folder === undefined || !existsSync(folder) || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no such area: ${unknown.join(', ')}; there are ${areaNames.join(', ')}`);
  else
    console.error(
      folder === undefined
        ? 'usage: npm run conformance -- DIR [AREA…] [--self-test] [--filter TEXT] [--verbose]'
        : `no such folder: ${folder}`,
    );
  process.exit(2);
}

/** The line of a failing case: the field that is farthest off, and how many others differ. */
function report(area: string, outcome: Outcome): void {
  const sorted = [...outcome.differences].sort((a, b) => (b.largest ?? 0) - (a.largest ?? 0));
  const shown = flags.verbose ? sorted : sorted.slice(0, 1);
  for (const { path, message, largest } of shown) {
    const more = !flags.verbose && sorted.length > 1 ? ` (and ${sorted.length - 1} more)` : '';
    console.log(
      `${area} ${outcome.id}${path === '' ? '' : ` ${path}`}${largest === null ? '' : ` off by ${largest.toPrecision(3)}`}: ${message}${more}`,
    );
  }
  for (const path of outcome.unnoticed) console.log(`${area} ${outcome.id} ${path} went unnoticed`);
}

await loadLibrary();
let [passed, failed, perturbed, unnoticed, unproven] = [0, 0, 0, 0, 0];
for (const name of wanted.length > 0 ? wanted : areasIn(folder)) {
  const adapter = await adapterOf(name);
  const cases = (await loadArea(folder, name)).filter((c) => c.id.includes(flags.filter));
  const before = failed;
  for (const c of cases) {
    const outcome = await runCase(adapter, c, flags['self-test']);
    const right = outcome.differences.length === 0;
    if (right && outcome.unnoticed.length === 0) passed++;
    else {
      failed++;
      report(name, outcome);
    }
    perturbed += outcome.perturbed;
    unnoticed += outcome.unnoticed.length;
    if (!right) unproven++;
  }
  if (flags.verbose) console.log(`${name}: ${cases.length - (failed - before)} of ${cases.length} passed`);
}
if (flags['self-test']) {
  const rest = unproven > 0 ? `; ${unproven} cases fail already and prove nothing` : '';
  console.log(`${perturbed} perturbed expectations, ${unnoticed} went unnoticed${rest}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
