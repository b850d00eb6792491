// `npm run kills -- [N] [seed]`: kills a training program N times (100 otherwise) at random moments, half of them with a backup
// every epoch and half every few batches, and compares what it comes to with the undisturbed run.
import { Random } from '../src/random/index.ts';
import { killRuns } from '../test/support/kill-runs.ts';

const [count = '100', seed = String(Date.now() % 100000)] = process.argv.slice(2);
const random = new Random(Number(seed));
console.log(`seed ${seed}`);
let bad = 0;
for (const saveFreq of [[], ['4']]) {
  const kills = Math.ceil(Number(count) / 2);
  const found = await killRuns(
    kills,
    () => random.random(),
    [saveFreq],
    (text) => console.log(`  ${text}`),
  );
  console.log(
    `backup every ${saveFreq[0] ? `${saveFreq[0]} batches` : 'epoch'}: ${found.kills} kills, ${found.runs} runs to the end, ${found.different} with other weights`,
  );
  console.log(
    `  while it was: ${Object.entries(found.phases)
      .map(([phase, times]) => `${phase} ${times}`)
      .join(', ')}`,
  );
  console.log(`  by tenths of the run: ${found.tenths.join(' ')}`);
  console.log(`  checkpoints left by ${found.checkpoints} kills, each opened: whole, with finite weights`);
  for (const complaint of found.complaints) console.log(complaint);
  bad += found.different + found.complaints.length;
}
process.exitCode = bad === 0 ? 0 : 1;
