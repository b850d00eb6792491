// Damaged files: every one must be read or refused by a FileError that names it, in bounded time and memory.
// Owns: the count of errors by reader and kind, what is a failure, the watch over readers that never come back. Leaves the readers and
// their sound files to file-readers.ts, the damage to mutate-*.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FileError } from '../../src/base/errors.ts';
import { seededRandom } from '../../test/support/mutations.ts';
import { type FileReader, fileReaders } from './file-readers.ts';

/** More work than this, in milliseconds of a core, is a hang; more memory than this beyond what was taken before is a bomb. */
const SLOWEST = 20_000;
const MOST_MEMORY = 1.5e9;

export interface FilesReport {
  files: number;
  /** How many files of each reader came to what. */
  readonly kinds: Map<string, Map<string, number>>;
  readonly failures: string[];
  /** The most milliseconds of work for a file, and the most memory that one added to what was the most before. */
  slowest: number;
  largest: number;
}

/** Ends the process when the count stands still: a reader that hangs gives nobody else a turn. */
function watch(): { count: Int32Array; end: () => void } {
  const count = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(
    `const { workerData: count } = require('node:worker_threads');
     let [last, since] = [-1, Date.now()];
     setInterval(() => {
       if (count[0] !== last) [last, since] = [count[0], Date.now()];
       else if (Date.now() - since > 600000) {
         require('node:fs').writeSync(1, 'seed ' + last + ': the reader hangs\\n');
         process.kill(process.pid, 'SIGKILL');
       }
     }, 1000);`,
    { eval: true, workerData: count },
  );
  worker.unref();
  return { count, end: () => void worker.terminate() };
}

/** What came of reading one file: 'read', the kind of the error, or 'FAILURE' with what failed. */
async function outcomeOf(reader: FileReader, path: string, name: string): Promise<[kind: string, failure?: string]> {
  try {
    await reader.read(path);
    return ['read'];
  } catch (error) {
    if (!(error instanceof FileError)) {
      const lines = error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4) : [String(error)];
      return ['FAILURE', lines.join(' | ')];
    }
    const kind = 'kind' in error ? String(error.kind) : 'code' in error ? String(error.code) : 'file error';
    return error.message.includes(name) ? [kind] : [kind, `the message does not name the file: ${error.message}`];
  }
}

export async function fuzzFiles({
  count,
  seed,
  only,
  log,
}: {
  count: number;
  seed: number;
  /** The name of one reader, to try it alone. */
  only?: string | undefined;
  log: (text: string) => void;
}): Promise<FilesReport> {
  const report: FilesReport = { files: 0, kinds: new Map(), failures: [], slowest: 0, largest: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'cornu-fuzz-'));
  const quiet = console.warn;
  console.warn = () => undefined;
  const watcher = watch();
  try {
    const all = await fileReaders(join(folder, 'sound'));
    const readers = only === undefined ? all : all.filter(({ name }) => name === only);
    if (readers.length === 0)
      throw new Error(`no reader '${only}'; there are ${all.map(({ name }) => name).join(', ')}`);
    const chances = readers.flatMap((reader) => new Array<FileReader>(reader.share).fill(reader));
    for (let i = 0; i < count; i++) {
      const random = seededRandom(seed + i);
      const reader = chances[Math.floor(random() * chances.length)]!;
      const from = reader.seeds[Math.floor(random() * reader.seeds.length)]!;
      const fail = (what: string): void => {
        const text = `seed ${seed + i}: ${reader.name}, ${from.name}: ${what}`;
        report.failures.push(text);
        log(text);
      };
      watcher.count[0] = seed + i;
      const path = await from.damage(folder, random);
      const [before, start] = [process.resourceUsage().maxRSS * 1024, process.cpuUsage()];
      const [kind, failure] = await outcomeOf(reader, path, from.name);
      if (failure) fail(failure);
      const { user, system } = process.cpuUsage(start);
      const spent = (user + system) / 1000;
      const taken = process.resourceUsage().maxRSS * 1024 - before;
      if (spent > SLOWEST) fail(`took ${Math.round(spent)} ms`);
      if (taken > MOST_MEMORY) fail(`took ${taken} bytes of memory`);
      report.slowest = Math.max(report.slowest, spent);
      report.largest = Math.max(report.largest, taken);
      const tally = report.kinds.get(reader.name) ?? new Map<string, number>();
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
      report.kinds.set(reader.name, tally);
      report.files++;
      rmSync(join(folder, from.name), { recursive: true, force: true });
      if (report.files % 1000 === 0) log(`${report.files} files, ${report.failures.length} failures`);
      if (report.failures.length >= 40) break;
    }
  } finally {
    watcher.end();
    console.warn = quiet;
    rmSync(folder, { recursive: true, force: true });
  }
  return report;
}
