// `npm run fuzz -- AREA [--count N] [--seed S] [--reader NAME]`: searches for programs that cornu gets wrong.
// Owns: reading the command line. Each area is a file of its own.
import { parseArgs } from 'node:util';
import { fuzzFiles } from './files.ts';
import { fuzzGradients } from './gradients.ts';
import { fuzzGraphs } from './graphs.ts';

const areas = { graphs: fuzzGraphs, gradients: fuzzGradients };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    seed: { type: 'string' },
    most: { type: 'string' },
    reader: { type: 'string' },
  },
});
const [area = 'graphs'] = positionals;
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const count = Number(values.count ?? 1000);

if (area === 'files') {
  console.log(`fuzz files: ${count} damaged files from seed ${seed}`);
  const began = performance.now();
  const { files, kinds, failures, slowest, largest } = await fuzzFiles({
    count,
    seed,
    only: values.reader,
    log: (text) => console.log(text),
  });
  for (const [reader, tally] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sorted = [...tally].sort((a, b) => b[1] - a[1]).map(([kind, n]) => `${kind} ${n}`);
    console.log(`${reader.padEnd(20)} ${sorted.join(', ')}`);
  }
  console.log(`slowest ${slowest.toFixed(0)} ms, most memory for one file ${(largest / 1e6).toFixed(0)} MB`);
  console.log(`${files} files, ${failures.length} failures, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  process.exit(failures.length > 0 ? 1 : 0);
}
if (!(area in areas)) {
  console.error(`fuzz: unknown area '${area}'. Known: ${Object.keys(areas).join(', ')}, files.`);
  process.exit(2);
}
console.log(`fuzz ${area}: ${count} programs from seed ${seed}`);
const started = performance.now();
const report = areas[area as keyof typeof areas]({
  count,
  seed,
  most: Number(values.most ?? 5),
  log: (text) => console.log(text),
});
const seconds = ((performance.now() - started) / 1000).toFixed(0);
const occurrences = [...report.occurrences].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name} ${n}`);
console.log(`occurrences: ${occurrences.join(', ')}`);
console.log(`${report.programs} programs, ${report.nodes} nodes, ${report.failures.length} failures, ${seconds} s`);
process.exitCode = report.failures.length > 0 ? 1 : 0;
