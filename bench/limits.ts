// What the machine could do at best, and which part of it each workload reaches; memory beside it.
// Owns: the measured limits and their tables. Counts of operations come from the compiler (costOf in contestants.ts).
import { aligned, type Row, short } from './report.ts';

/** Of one training step. */
export interface Cost {
  readonly operations: number;
  readonly bytes: number;
}

export interface Limits {
  /** The best matrix product of any library, all threads; 0 where none was measured. */
  readonly gflops: number;
  /** One thread copying memory: bytes read and bytes written. */
  readonly gigabytesPerSecond: number;
}

export const bestProduct = (rows: readonly Row[]): number =>
  Math.max(0, ...rows.filter(({ workload }) => workload === 'gemm').map(({ highest }) => highest));

/** The best of some copies of more than any cache holds. */
export function copyRate(): number {
  const [from, to] = [new Float64Array(1 << 25).fill(1), new Float64Array(1 << 25)];
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    to.set(from);
    best = Math.min(best, performance.now() - start);
  }
  return (2 * from.byteLength) / best / 1e6;
}

const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;

export function roofline({
  rows,
  costs = {},
  limits,
}: {
  readonly rows: readonly Row[];
  readonly costs?: Readonly<Record<string, Cost>>;
  readonly limits?: Limits;
}): string {
  if (!limits) return '';
  const heading = [
    'workload',
    'library',
    'MFLOP a step',
    'MB a step',
    'GFLOP/s',
    'of the best product',
    'GB/s',
    'of copying',
  ];
  const body = rows.flatMap(({ workload, peer, median, unit }) => {
    const cost = costs[workload];
    if (!cost || unit !== 'msPerStep' || !peer.startsWith('cornu')) return [];
    const [gflops, rate] = [cost.operations / median / 1e6, cost.bytes / median / 1e6];
    return [
      [
        workload,
        peer,
        short(cost.operations / 1e6),
        short(cost.bytes / 1e6),
        short(gflops),
        limits.gflops > 0 ? percent(gflops / limits.gflops) : '',
        short(rate),
        percent(rate / limits.gigabytesPerSecond),
      ],
    ];
  });
  const said = `Best product ${limits.gflops > 0 ? `${short(limits.gflops)} GFLOP/s` : 'not measured'}, copying ${short(limits.gigabytesPerSecond)} GB/s.`;
  return `${said}\n\n${aligned(heading, body)}`;
}

/** A row for each workload, a column for each library. */
export function memoryTable(rows: readonly Row[]): string {
  const known = rows.filter(({ megabytes }) => megabytes != null);
  const [peers, workloads] = [
    [...new Set(known.map(({ peer }) => peer))],
    [...new Set(known.map(({ workload }) => workload))],
  ];
  const of = (workload: string, peer: string) =>
    known.find((row) => row.workload === workload && row.peer === peer)?.megabytes;
  return aligned(
    ['workload', ...peers],
    workloads.map((workload) => [workload, ...peers.map((peer) => of(workload, peer)?.toFixed(0) ?? '')]),
  );
}
