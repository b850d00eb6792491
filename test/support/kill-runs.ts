// Kills test/programs/backup.ts at random moments until it has been killed as often as is wanted and has come to its end.
// Owns: the moments, what the program was doing then, and the comparison with the undisturbed run.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import * as tf from '../../src/index.ts';
import { root } from './run-program.ts';

interface Ended {
  readonly wasKilled: boolean;
  readonly complaint: string;
  /** How many lines it said, and the last: steps of the whole run that are done, and what it is doing. */
  readonly lines: number;
  readonly last: { readonly steps: number; readonly phase: string };
}
/** Runs the program to its end, or until `delay` milliseconds after it has said so many lines. */
function runOnce(program: string, args: readonly string[], lines: number, delay: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args]);
    let [said, complaint] = ['', ''];
    let [wasKilled, isDue, count] = [false, false, 0];
    let timer: ReturnType<typeof setTimeout> | undefined;
    child.stderr.on('data', (text) => (complaint += text));
    child.stdout.on('data', (text) => {
      said += text;
      count += String(text).split('\n').length - 1;
      if (isDue || count < lines) return;
      isDue = true;
      timer = setTimeout(() => {
        wasKilled = child.kill('SIGKILL');
      }, delay);
    });
    child.on('close', () => {
      clearTimeout(timer);
      const [steps = '0', phase = 'start'] = said.trimEnd().split('\n').at(-1)!.split(' ');
      resolve({ wasKilled, complaint, lines: count, last: { steps: Number(steps), phase } });
    });
  });
}

export interface Survival {
  readonly kills: number;
  readonly runs: number;
  /** Ends whose weights differ from those of the undisturbed run. */
  readonly different: number;
  /** Kills by what the program was doing. */
  readonly phases: Record<string, number>;
  /** Kills by how far the run was, in tenths. */
  readonly tenths: number[];
  /** Checkpoints that a kill left behind and that were read. */
  readonly checkpoints: number;
  readonly complaints: string[];
}

/** Milliseconds in which the program does some steps, or saves once. */
const SPAN = 20;

/**
 * At least `kills` kills. How far a run comes before its kill is drawn anew each time, from a distribution without memory: four
 * kills to a run on average, none likelier at one place than at another, however fast the machine is; then some milliseconds
 * at random, so that the kill falls anywhere in what is done there. Every run that comes to its end is compared, and after
 * every kill the checkpoint must be whole. Runs take turns at saving every epoch ([]) or every few batches (['4']), as
 * `frequencies` says.
 */
export async function killRuns(
  kills: number,
  random: () => number,
  frequencies: readonly (readonly string[])[],
  report: (text: string) => void = () => {},
): Promise<Survival> {
  // The program runs on the built package: builds it where it is not up to date.
  execFileSync(process.execPath, ['-e', "import('./tools/setup.mjs').then(({ setUp }) => setUp())"], { cwd: root });
  const source = readFileSync(join(root, 'test/programs/backup.ts'), 'utf8');
  // Beside the package that it imports.
  const program = join(root, `dist/kills-${process.pid}.mjs`);
  writeFileSync(program, (await transform(source, { loader: 'ts' })).code);
  // In memory where there is such a folder: on a busy disk each synced write takes longer than an epoch, and kills would
  // find little else.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cornu-kills-'));
  try {
    const [result, checkpoint] = [join(folder, 'result.json'), join(folder, 'whole.keras')];
    const args = [result, join(folder, 'backup'), checkpoint];
    const whole = await runOnce(program, args, Number.POSITIVE_INFINITY, 0);
    if (!existsSync(result)) throw new Error(`the undisturbed run failed:\n${whole.complaint}`);
    const wanted = readFileSync(result, 'utf8');
    rmSync(result);
    const total = whole.last.steps;
    const found = { kills: 0, runs: 0, different: 0, checkpoints: 0, phases: {} as Record<string, number> };
    const tenths = new Array<number>(10).fill(0);
    const complaints: string[] = [];
    while (found.kills < kills || found.runs === 0) {
      const saveFreq = frequencies[found.runs % frequencies.length]!;
      const lines = Math.ceil((-Math.log(1 - random()) * whole.lines) / 4);
      const until = found.kills < kills ? lines : Number.POSITIVE_INFINITY;
      const ended = await runOnce(program, [...args, ...saveFreq], until, random() * SPAN);
      const { steps, phase } = ended.last;
      if (ended.wasKilled) {
        found.kills++;
        report(`${found.kills}: killed after ${steps} of ${total} steps, ${phase}`);
        found.phases[phase] = (found.phases[phase] ?? 0) + 1;
        tenths[Math.min(9, Math.floor((10 * steps) / total))]!++;
        if (existsSync(checkpoint)) {
          found.checkpoints++;
          const complaint = await notWhole(checkpoint);
          if (complaint) complaints.push(`killed after ${steps} steps, in ${phase}: ${complaint}`);
        }
      }
      if (!existsSync(result)) {
        if (ended.wasKilled) continue;
        complaints.push(ended.complaint);
        break;
      }
      found.runs++;
      const text = readFileSync(result, 'utf8');
      // A kill while the result itself was written leaves a part of it.
      if (text !== wanted && !(ended.wasKilled && wanted.startsWith(text))) found.different++;
      for (const path of [result, checkpoint]) rmSync(path, { force: true });
    }
    return { ...found, tenths, complaints };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(program, { force: true });
  }
}

/** What is wrong with a checkpoint: it opens, and holds finite weights of a model that was trained. */
async function notWhole(path: string): Promise<string | null> {
  try {
    const model = await tf.keras.models.loadModel(path);
    const iterations = Number(model.optimizer.iterations.item());
    const isFinite = model.getWeights().every((weight) => Number.isFinite(weight.sum().item()));
    return iterations > 0 && isFinite ? null : `the checkpoint is of step ${iterations}, finite: ${isFinite}`;
  } catch (error) {
    return String(error);
  }
}
