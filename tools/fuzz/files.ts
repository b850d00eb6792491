// Damaged model files: every one must load or be refused by a FileError that names it, in bounded time and memory.
// Owns: the seeds (the golden models), the count of errors by kind, what is a failure.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileError } from '../../src/base/errors.ts';
import * as tf from '../../src/index.ts';
import { mutate, seededRandom } from '../../test/support/mutations.ts';
import { mutateArchive, mutateIndex, mutateMessage, type Random } from './mutate-structures.ts';

const models = fileURLToPath(new URL('../../test/golden/models/', import.meta.url));
/** Longer than this is a hang, more memory than this beyond what the file itself needs is a bomb. */
const SLOWEST = 20_000;
const MOST_MEMORY = 1.5e9;

export interface FilesReport {
  files: number;
  readonly kinds: Map<string, number>;
  readonly failures: string[];
}
interface Seed {
  readonly name: string;
  /** Writes a damaged copy below the folder; gives the path to load. */
  damage(folder: string, random: Random): Promise<string>;
}

function seeds(): Seed[] {
  const list: Seed[] = [];
  for (const name of readdirSync(models).sort()) {
    if (name.startsWith('damaged_')) continue;
    const path = join(models, name);
    const single = (change: (bytes: Uint8Array, random: Random) => Uint8Array | Promise<Uint8Array>): Seed => {
      const bytes = new Uint8Array(readFileSync(path));
      return {
        name,
        damage: async (folder, random) => {
          writeFileSync(join(folder, name), await change(bytes, random));
          return join(folder, name);
        },
      };
    };
    if (name.endsWith('.keras')) list.push(single(mutateArchive));
    else if (name.endsWith('.h5') && !name.includes('weights')) list.push(single(mutate));
    else if (/_export$|_savedmodel$/.test(name)) {
      const graph = new Uint8Array(readFileSync(join(path, 'saved_model.pb')));
      const index = new Uint8Array(readFileSync(join(path, 'variables/variables.index')));
      list.push({
        name,
        damage: async (folder, random) => {
          const copy = join(folder, name);
          cpSync(path, copy, { recursive: true });
          if (random() < 0.7) writeFileSync(join(copy, 'saved_model.pb'), mutateMessage(graph, random));
          else writeFileSync(join(copy, 'variables/variables.index'), mutateIndex(index, random));
          return copy;
        },
      });
    }
  }
  return list;
}

export async function fuzzFiles({
  count,
  seed,
  log,
}: {
  count: number;
  seed: number;
  log: (text: string) => void;
}): Promise<FilesReport> {
  const report: FilesReport = { files: 0, kinds: new Map(), failures: [] };
  const all = seeds();
  const folder = mkdtempSync(join(tmpdir(), 'cornu-fuzz-'));
  const quiet = console.warn;
  console.warn = () => undefined;
  try {
    for (let i = 0; i < count; i++) {
      const random = seededRandom(seed + i);
      const from = all[Math.floor(random() * all.length)]!;
      const path = await from.damage(folder, random);
      const [before, start] = [process.memoryUsage().rss, performance.now()];
      let kind = 'loads';
      try {
        await tf.keras.models.loadModel(path);
      } catch (error) {
        if (error instanceof FileError) {
          kind = 'kind' in error ? String(error.kind) : 'file error';
          if (!error.message.includes(from.name))
            report.failures.push(
              `seed ${seed + i}: ${from.name}: the message does not name the file: ${error.message}`,
            );
        } else {
          kind = 'FAILURE';
          report.failures.push(
            `seed ${seed + i}: ${from.name}: ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' | ') : String(error)}`,
          );
        }
      }
      const seconds = performance.now() - start;
      if (seconds > SLOWEST) report.failures.push(`seed ${seed + i}: ${from.name}: took ${Math.round(seconds)} ms`);
      if (process.memoryUsage().rss - before > MOST_MEMORY)
        report.failures.push(
          `seed ${seed + i}: ${from.name}: took ${process.memoryUsage().rss - before} bytes of memory`,
        );
      report.kinds.set(kind, (report.kinds.get(kind) ?? 0) + 1);
      report.files++;
      rmSync(join(folder, from.name), { recursive: true, force: true });
      if (report.failures.length >= 40) break;
    }
  } finally {
    console.warn = quiet;
    rmSync(folder, { recursive: true, force: true });
  }
  for (const failure of report.failures) log(failure);
  return report;
}
