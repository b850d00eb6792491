// Two checkouts against each other: `npm run bench:pair -- WORKLOAD DIRECTORY [SECONDS]`, this one beside the one in DIRECTORY.
// Owns: turns. Each tree trains in a process of its own, an epoch at a time while the other sleeps; the figure is the median of the
// ratios of neighbouring epochs. A shared machine's speed changes by half within seconds, but hardly between two neighbours.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [workload, directory, seconds = '20'] = process.argv.slice(2);
if (!workload || !directory) {
  console.error(
    'bench:pair: wanted a workload that trains (catdog, cnn, linreg, lstm, mlp, transformer) and a second checkout.',
  );
  process.exit(2);
}
const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const trees = [here, resolve(directory)];
const loader = import.meta.resolve('tsx');

function start(tree: string): ChildProcess {
  return spawn(process.execPath, ['--import', loader, join(tree, 'bench/workloads', `${workload}.ts`)], {
    cwd: tree,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, TSX_TSCONFIG_PATH: join(tree, 'tsconfig.json') },
  });
}
/** What the process says next: milliseconds a step. */
async function answer(child: ChildProcess): Promise<number> {
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])]);
  if (typeof said !== 'number')
    throw new Error(`bench:pair: a process has ended; does ${directory} have this tool, and ${workload} train?`);
  return said;
}
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

const children: ChildProcess[] = [];
const times: number[][] = trees.map(() => []);
try {
  for (const tree of trees) {
    children.push(start(tree));
    await answer(children.at(-1)!);
  }
  const end = performance.now() + Number(seconds) * 1000;
  do {
    for (const [i, child] of children.entries()) {
      const said = answer(child);
      child.send('epoch');
      times[i]!.push(await said);
    }
  } while (performance.now() < end);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  for (const child of children) child.kill();
}
if (process.exitCode === 1) process.exit();
const [own, other] = times as [number[], number[]];
const ratios = own.map((time, i) => time / other[i]!).sort((a, b) => a - b);
for (const [i, tree] of trees.entries())
  console.log(
    `${basename(tree)}: median ${median(times[i]!).toFixed(3)} ms a step, best ${Math.min(...times[i]!).toFixed(3)}`,
  );
const quarter = (part: number) => ratios[Math.floor(part * (ratios.length - 1))]!.toFixed(3);
console.log(
  `${workload}, ${ratios.length} pairs: time by that of the other ${quarter(0.5)} (half of the pairs within ${quarter(0.25)}–${quarter(0.75)})`,
);
