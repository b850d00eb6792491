// Runs a program as a user would: against the built package, in an empty folder of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly complaint: string;
  /** What the program left in its folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly seconds: number;
}

const fixedEntropy = new URL('fixed-entropy.mjs', import.meta.url).href;

/** Runs `program`, a path from the root of the repository, to its end; what it draws without a seed is the same every time. */
export async function runProgram(program: string, ...args: string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'cornu-program-'));
  const start = performance.now();
  try {
    const child = spawn(process.execPath, [join(root, 'tools/run.mjs'), '--built', join(root, program), ...args], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${fixedEntropy}` },
    });
    let [output, complaint] = ['', ''];
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (complaint += text));
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    const files = new Map(names.map((name) => [name, Uint8Array.from(readFileSync(join(folder, name)))]));
    return { status, output, complaint, files, seconds: (performance.now() - start) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
