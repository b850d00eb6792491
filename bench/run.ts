// The benchmark: npm run bench -- [WORKLOAD…] [--peers] [--runs N]
// Runs cornu's workloads on the built package, each in a process of its own, also without the native addon (cornu-wasm) and in
// an isolated page of Chromium (cornu-chromium). One JSON line a workload (and library) on standard output, as the peers'
// scripts print; the table for people on standard error.
//   --peers   also the peers' scripts, alternating, with the Python that CORNU_BENCH_PYTHON names (python3 otherwise); writes
//             bench/results.json and docs/benchmarks.md
//   --runs    rounds; medians are reported (3; 5 with peers). What takes a process less than five seconds has five turns at least
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Contestant, costOf, peers, prepareCornu, runOnce, tfjsPeer, workloads } from './contestants.ts';
import { bestProduct, type Cost, copyRate, type Limits, memoryTable, roofline } from './limits.ts';
import { describeMachine, document, type Report, type Row, summarize, table } from './report.ts';
import { alternate } from './sitting.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { peers: { type: 'boolean', default: false }, runs: { type: 'string' } },
});
const unknown = positionals.filter((name) => !workloads.includes(name));
if (unknown.length > 0) {
  console.error(`no such workload: ${unknown.join(', ')}; there are ${workloads.join(', ')}`);
  process.exit(2);
}
const chosen = positionals.length > 0 ? positionals : workloads;
const rounds = Number(flags.runs ?? (flags.peers ? 5 : 3));

const own = await prepareCornu(chosen);
const contestants: Contestant[] = [...own];
if (flags.peers) contestants.push(...peers, ...[tfjsPeer()].filter((peer) => peer !== null));
console.error(describeMachine());

const { turns, failed } = await alternate({ rounds, workloads: chosen, contestants, run: runOnce });

const rows = summarize(turns);
const costs: Record<string, Cost> = {};
for (const workload of chosen) {
  const cost = await costOf(own[0], workload);
  if (cost) costs[workload] = cost;
}
const limits: Limits = { gflops: bestProduct(rows), gigabytesPerSecond: copyRate() };
for (const { peer, workload, unit, median, loss } of rows) {
  console.log(
    JSON.stringify({ peer, workload, [unit]: Number(median.toFixed(4)), ...(loss === null ? {} : { loss }) }),
  );
}
console.error(table(rows));
console.error(roofline({ rows, costs, limits }));
console.error(memoryTable(rows));

/** The results file keeps the rows of workloads that this run left out. */
function merged(path: string, fresh: readonly Row[]): Report {
  let old: Partial<Report> = {};
  try {
    old = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    // The first run on this checkout.
  }
  const kept = (old.rows ?? []).filter((row) => !fresh.some((other) => other.workload === row.workload));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    rows: [...kept, ...fresh],
    costs: { ...old.costs, ...costs },
    limits: limits.gflops > 0 ? limits : (old.limits ?? limits),
  };
}

if (flags.peers && rows.some((row) => row.peer === 'cornu')) {
  const path = join(root, 'bench/results.json');
  const report = merged(path, rows);
  writeFileSync(path, `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(root, 'docs/benchmarks.md'), document(report));
}
process.exitCode = [...failed].some((name) => name.startsWith('cornu ')) ? 1 : 0;
