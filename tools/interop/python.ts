// The Python of the comparisons: the one that CORNU_PYTHON names, or a virtual environment made for them.
// Owns: making it, running scripts in it with what they print on the way kept for the message of a failure.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = ['tensorflow==2.21', 'keras==3.15.1', 'tf_keras==2.21', 'h5py', 'safetensors'];

/** A Python with what the comparison needs. */
export function python(): string {
  if (process.env.CORNU_PYTHON) return process.env.CORNU_PYTHON;
  const environment = join(root, 'node_modules/.cache/interop-python');
  const binary = join(environment, 'bin/python');
  if (!existsSync(binary)) {
    console.log(`making a Python environment in ${environment}`);
    execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' });
  }
  const { status } = spawnSync(binary, ['-c', 'import tensorflow, keras, tf_keras, h5py, safetensors']);
  if (status !== 0) execFileSync(binary, ['-m', 'pip', 'install', '--quiet', ...PACKAGES], { stdio: 'inherit' });
  return binary;
}

/** What a script of this folder prints, line by line, each a JSON value; lines of other kinds are left out. */
export function runPython<T>(script: string, args: readonly string[]): T[] {
  const { status, stdout, stderr } = spawnSync(python(), [join(root, 'tools/interop', script), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, CUDA_VISIBLE_DEVICES: '', TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  if (status !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${status}:\n${stderr.slice(-2000)}`);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T);
}
