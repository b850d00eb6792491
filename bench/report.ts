// Figures out of runs: medians, ratios within a round, and the tables for people and for docs/benchmarks.md.
import { cpus, totalmem } from 'node:os';
import type { Result } from './contestants.ts';
import { type Cost, type Limits, memoryTable, roofline } from './limits.ts';
import { LEAST_TURNS, SHORT_SECONDS } from './sitting.ts';

export interface Row {
  readonly workload: string;
  readonly peer: string;
  readonly unit: string;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** cornu's time over this peer's within the same turn (below 1: cornu is faster); for GFLOP/s the peer's over cornu's. */
  readonly ratio: { readonly median: number; readonly lowest: number; readonly highest: number } | null;
  readonly loss: number | null;
  readonly runs: number;
  /** The largest resident memory of the process, median. */
  readonly megabytes?: number | null;
}

export interface Report {
  readonly date: string;
  readonly machine: string;
  readonly rows: readonly Row[];
  readonly costs?: Readonly<Record<string, Cost>>;
  readonly limits?: Limits;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function describeMachine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${first?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

const isRate = (unit: string) => unit === 'gflops' || unit === 'elementsPerSecond';

/** Rows of all that was measured; each entry holds the results of one turn, alternating. */
export function summarize(turns: readonly (readonly Result[])[]): Row[] {
  const keys = [...new Set(turns.flat().map(({ workload, peer }) => `${workload} ${peer}`))];
  return keys.map((key) => {
    const [workload, peer] = key.split(' ') as [string, string];
    const of = (name: string) =>
      turns.map((turn) => turn.find((result) => result.workload === workload && result.peer === name));
    const [own, ours] = [of(peer), of('cornu')];
    const found = own.filter((result) => result !== undefined);
    const values = found.map((result) => result.value);
    const { unit } = found[0]!;
    const memory = found.flatMap(({ megabytes }) => (megabytes === undefined ? [] : [megabytes]));
    const ratios = own.flatMap((result, i) => {
      const us = ours[i];
      if (result === undefined || us === undefined || peer === 'cornu') return [];
      return [isRate(unit) ? result.value / us.value : us.value / result.value];
    });
    return {
      workload,
      peer,
      unit,
      median: median(values),
      lowest: Math.min(...values),
      highest: Math.max(...values),
      ratio:
        ratios.length === 0
          ? null
          : { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) },
      loss: found.at(-1)!.loss ?? null,
      runs: values.length,
      megabytes: memory.length > 0 ? median(memory) : null,
    };
  });
}

export const short = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
const units: Record<string, string> = {
  msPerStep: 'ms a step',
  ms: 'ms a call',
  s: 's',
  gflops: 'GFLOP/s',
  elementsPerSecond: 'elements a second',
};

function cells(row: Row): string[] {
  const spread = row.runs > 1 ? `${short(row.lowest)}–${short(row.highest)}` : '';
  const ratio =
    row.ratio === null
      ? ''
      : `${row.ratio.median.toFixed(2)}${row.runs > 1 ? ` (${row.ratio.lowest.toFixed(2)}–${row.ratio.highest.toFixed(2)})` : ''}`;
  return [
    row.workload,
    row.peer,
    short(row.median),
    units[row.unit] ?? row.unit,
    spread,
    ratio,
    row.loss === null ? '' : String(row.loss),
  ];
}

const heading = ['workload', 'library', 'median', 'unit', 'lowest–highest', 'cornu takes ×', 'final loss'];

export const table = (rows: readonly Row[]): string => aligned(heading, rows.map(cells));

/** A table with aligned columns, in Markdown. */
export function aligned(heading: readonly string[], body: readonly (readonly string[])[]): string {
  const lines = [heading, ...body];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const format = (line: readonly string[]) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [
    format(heading),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...lines.slice(1).map(format),
  ].join('\n');
}

/** docs/benchmarks.md. */
export function document(report: Report): string {
  return `# Benchmarks

Written by \`npm run bench -- --peers\`; do not edit. The workloads are those of \`bench/workloads\` and \`bench/peers\`, each run in a
process of its own, all libraries alternating within a turn. A run's figure is the best of three epochs after a warm-up; the table
gives the median over the turns, and the ratio of times within the same turn: below 1, cornu is faster. Processes that take less than
${SHORT_SECONDS} seconds have ${LEAST_TURNS} turns at least, others one in each round; a figure without a spread was measured once.

Measured on ${report.date} on ${report.machine}.

${table(report.rows)}

\`cornu-wasm\` is cornu with \`CORNU_NATIVE=0\`: the generated WebAssembly kernels alone; \`cornu-chromium\` the same in an isolated page (its memory is that of the process that starts the browser). JAX's bare \`mlp\` has neither dropout nor accuracy: a lower bound. \`startup\` is, for cornu, from before the import to the first
prediction of the MLP; for the others the import alone. \`numpy\` is its OpenBLAS.

## How far from the limits

What one training step comes to, as the compiler counts it, and which part of this machine's limits cornu reaches: floating-point operations against the best
matrix product of this sitting (any library, all threads), bytes that kernels read and write (as if nothing stayed in cache) against the rate at which one thread copies memory.

${roofline(report)}

## Memory

The largest resident memory of each process in megabytes, the data set included.

${memoryTable(report.rows)}

Scaling with batch, width and depth: [scaling.md](scaling.md). What was tried and what it gave: [decisions.md](decisions.md).
`;
}
