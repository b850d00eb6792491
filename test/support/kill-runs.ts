// Kills test/programs/backup.ts at random moments until it has come to its end as often as is wanted.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './run-program.ts';

const program = join(root, 'test/programs/backup.ts');

interface Ended {
  readonly wasKilled: boolean;
  readonly complaint: string;
  /** Milliseconds from the beginning of training. */
  readonly trained: number;
}
/** Runs the program, to its end or until `after` milliseconds of training. */
function runOnce(args: readonly string[], after: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'tools/run.mjs'), '--built', program, ...args], {
      detached: true,
    });
    let complaint = '';
    let [began, wasKilled] = [Number.NaN, false];
    let timer: ReturnType<typeof setTimeout> | undefined;
    child.stderr.on('data', (text) => (complaint += text));
    child.stdout.once('data', () => {
      began = performance.now();
      if (!Number.isFinite(after)) return;
      timer = setTimeout(() => {
        wasKilled = true;
        // The whole group: the program is a child of the runner.
        process.kill(-child.pid!, 'SIGKILL');
      }, after);
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ wasKilled, complaint, trained: performance.now() - began });
    });
  });
}

export interface Survival {
  readonly kills: number;
  readonly runs: number;
  /** Ends whose weights differ from those of the undisturbed run. */
  readonly different: number;
  readonly complaints: string[];
}

/** At least `kills` kills, at moments that the seed decides; every run that comes to its end is compared. */
export async function killRuns(
  kills: number,
  random: () => number,
  saveFreq: readonly string[] = [],
): Promise<Survival> {
  const folder = mkdtempSync(join(tmpdir(), 'cornu-kills-'));
  try {
    const result = join(folder, 'result.json');
    const args = [result, join(folder, 'backup'), ...saveFreq];
    const whole = await runOnce(args, Number.POSITIVE_INFINITY);
    if (!existsSync(result)) throw new Error(`the undisturbed run failed:\n${whole.complaint}`);
    const wanted = readFileSync(result, 'utf8');
    rmSync(result);
    const found = { kills: 0, runs: 0, different: 0, complaints: [] as string[] };
    while (found.kills < kills || found.runs === 0) {
      const ended = await runOnce(
        args,
        found.kills < kills ? random() * whole.trained * 0.6 : Number.POSITIVE_INFINITY,
      );
      if (ended.wasKilled) found.kills++;
      if (!existsSync(result)) {
        if (!ended.wasKilled) {
          found.complaints.push(ended.complaint);
          break;
        }
        continue;
      }
      found.runs++;
      const text = readFileSync(result, 'utf8');
      // A kill while the result itself was written leaves a part of it.
      if (text !== wanted && !(ended.wasKilled && wanted.startsWith(text))) found.different++;
      rmSync(result);
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
