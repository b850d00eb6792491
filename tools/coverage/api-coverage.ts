// npm run api-coverage: which names and parameters of TensorFlow and Keras are here, counting what a golden case or a test
// executes. Runs the golden cases and writes docs/coverage.md; --names leaves their table as it stands; --check writes nothing and
// fails when the page is not the one it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { areaNames, loadArea } from '../../test/conformance/folder.ts';
import { loadLibrary } from '../../test/conformance/library.ts';
import { adapterOf, runCase } from '../../test/conformance/runner.ts';
import { makePage } from './page.ts';

const PAGE = 'docs/coverage.md';
const { values: flags } = parseArgs({
  options: { check: { type: 'boolean', default: false }, names: { type: 'boolean', default: false } },
});

async function runGoldenCases(): Promise<string[]> {
  await loadLibrary();
  const lines = ['| area | cases | passed | failed |', '|---|---|---|---|'];
  for (const area of areaNames) {
    const adapter = await adapterOf(area);
    const cases = await loadArea('test/golden', area);
    let failed = 0;
    for (const c of cases) {
      const outcome = await runCase(adapter, c, false);
      if (outcome.differences.length > 0) {
        failed++;
        console.error(`${area} ${outcome.id}: ${outcome.differences[0]!.message}`);
      }
    }
    lines.push(`| ${area} | ${cases.length} | ${cases.length - failed} | ${failed} |`);
  }
  return lines;
}

const old = readFileSync(PAGE, 'utf8');
const goldenTable = flags.names
  ? old.split('\n').filter((line) => /^\|(?: [a-z_]+ (?:\| \w+ ){3}\||(?:---\|){4})$/.test(line))
  : await runGoldenCases();
const page = makePage(goldenTable);
if (!flags.check) writeFileSync(PAGE, page);
else if (old !== page) {
  console.error(`${PAGE} is stale; run npm run api-coverage`);
  process.exitCode = 1;
}
console.log(page.slice(page.indexOf('## Golden'), page.indexOf('## Keras')).trimEnd());
