// Who takes part in the benchmark: cornu's workloads and the peers' scripts, each as a command for one workload in a
// process of its own. A peer that is not installed is left out, and the runner says so.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromiumFile } from '../test/support/browser.ts';
import { inputFiles } from './input-files.ts';

const here = dirname(fileURLToPath(import.meta.url));
const compiled = join(here, '.build');

export interface Result {
  readonly peer: string;
  readonly workload: string;
  readonly unit: string;
  readonly value: number;
  /** Where training ended; only cornu says it. */
  readonly loss?: number;
  readonly importSeconds?: number;
  /** The largest resident memory of the process. */
  readonly megabytes?: number;
}

export interface Contestant {
  readonly name: string;
  readonly workloads: readonly string[];
  /** The command for one workload, or null where something is missing. */
  command(workload: string): {
    readonly file: string;
    readonly args: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  };
}

export const workloads = readdirSync(join(here, 'workloads'))
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'common')
  .sort();

/** What reads files: not for a page. */
const input = ['pictures', 'records', 'resize'];

/** Compiles cornu's workloads: a fresh process must not spend its first second on TypeScript. */
export async function prepareCornu(chosen: readonly string[]): Promise<readonly [Contestant, ...Contestant[]]> {
  if (chosen.some((name) => input.includes(name))) process.env.CORNU_BENCH_INPUT = await inputFiles();
  mkdirSync(compiled, { recursive: true });
  await build({
    entryPoints: workloads.map((name) => join(here, 'workloads', `${name}.ts`)),
    outdir: compiled,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
    // The examples' configuration: without the path mapping, `cornu` is the built package.
    tsconfig: join(here, '../examples/tsconfig.json'),
  });
  const own = (name: string, environment: Record<string, string>): Contestant => ({
    name,
    workloads,
    command: (workload) => ({ file: process.execPath, args: [join(compiled, `${workload}.mjs`)], environment }),
  });
  const chromium: Contestant = {
    name: 'cornu-chromium',
    workloads: workloads.filter((name) => !input.includes(name)),
    command: (workload) => ({
      file: process.execPath,
      args: ['--import', import.meta.resolve('tsx'), join(here, 'chromium.ts'), workload],
    }),
  };
  const all = [own('cornu', {}), own('cornu-wasm', { CORNU_NATIVE: '0' })] as const;
  return (await chromiumFile()) === null ? all : [...all, chromium];
}

const python = process.env.CORNU_BENCH_PYTHON ?? 'python3';
const training = ['mlp', 'linreg', 'cnn', 'catdog', 'lstm', 'transformer'];

function pythonPeer(
  name: string,
  script: string,
  own: readonly string[],
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
): Contestant {
  const file = join(here, 'peers', script);
  return {
    name,
    workloads: own,
    command: (workload) => ({ file: python, args: [file, ...flags, workload], environment }),
  };
}

export const peers: readonly Contestant[] = [
  pythonPeer('keras-tensorflow', 'peer_keras.py', [...training, 'startup', 'predict1'], {
    KERAS_BACKEND: 'tensorflow',
  }),
  pythonPeer('keras-jax', 'peer_keras.py', [...training, 'startup', 'predict1'], { KERAS_BACKEND: 'jax' }),
  pythonPeer('torch', 'peer_torch.py', [...training, 'startup', 'gemm']),
  pythonPeer('tf.data', 'peer_tfdata.py', input),
  pythonPeer('numpy', 'peer_numpy.py', ['gemm']),
  pythonPeer('jax', 'peer_jax.py', ['mlp', 'linreg', 'gemm']),
];

/** The line of a stack trace that says what went wrong. */
function reason(complaint: string): string {
  const lines = complaint.trim().split('\n');
  return lines.findLast((line) => /^\w*(Error|Exception)\b/.test(line.trim())) ?? lines.at(-1) ?? '';
}

/** GNU time says how much memory a process took at most. */
const GNU_TIME = '/usr/bin/time';

async function run(contestant: Contestant, workload: string, more: Record<string, string> = {}) {
  const { file, args, environment } = contestant.command(workload);
  const [program, given] = existsSync(GNU_TIME)
    ? [GNU_TIME, ['-f', 'largest resident %M', file, ...args]]
    : [file, args];
  const env = { ...process.env, ...environment, ...more };
  const child = spawn(program, given, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, complaint] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (complaint += text));
  const status = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code ?? 'killed'));
  });
  return { status, out, complaint };
}

/** What one step comes to, as the compiler counts it; null for workloads that train nothing. */
export async function costOf(
  cornu: Contestant,
  workload: string,
): Promise<{ readonly operations: number; readonly bytes: number } | null> {
  if (!training.includes(workload)) return null;
  const { complaint } = await run(cornu, workload, { CORNU_DEBUG: '1', CORNU_BENCH_WARM_UP_ONLY: '1' });
  const costs = [...complaint.matchAll(/(\d+) operations on (\d+) bytes/g)].map(([, operations, bytes]) => ({
    operations: Number(operations),
    bytes: Number(bytes),
  }));
  // The step is the largest of the programs.
  return costs.sort((a, b) => b.operations - a.operations)[0] ?? null;
}

/** Runs one workload in a process of its own and reads its line; throws what the process complained of. */
export async function runOnce(contestant: Contestant, workload: string): Promise<Result> {
  const { status, out, complaint } = await run(contestant, workload);
  const line = out.split('\n').find((text) => text.startsWith('{') && text.includes(`"${workload}"`));
  if (line === undefined) throw new Error(`${contestant.name} ${workload}: ${status}: ${reason(complaint)}`);
  const { peer: _, workload: __, loss, importSeconds, ...measured } = JSON.parse(line) as Record<string, number>;
  const [unit, value] = Object.entries(measured)[0]!;
  const resident = /largest resident (\d+)/.exec(complaint);
  return {
    peer: contestant.name,
    workload,
    unit,
    value,
    ...(loss === undefined ? {} : { loss }),
    ...(importSeconds === undefined ? {} : { importSeconds }),
    ...(resident === null ? {} : { megabytes: Math.round(Number(resident[1]) / 1024) }),
  };
}

/** Where a peer of Node's own lies, if somebody installed it beside the scripts: npm i @tensorflow/tfjs @tensorflow/tfjs-backend-wasm. */
export function tfjsPeer(): Contestant | null {
  if (!existsSync(join(here, 'peers/node_modules/@tensorflow/tfjs'))) return null;
  const file = join(here, 'peers/peer_tfjs.mjs');
  return {
    name: 'tfjs-wasm',
    workloads: ['mlp', 'linreg', 'gemm'],
    command: (workload) => ({ file: process.execPath, args: [file, 'wasm', workload] }),
  };
}
