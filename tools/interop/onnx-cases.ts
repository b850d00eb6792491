// `npm run interop:onnx-cases [FILTER]`: ONNX's own operator cases, run by the interpreter of imported models.
// Needs a Python with onnx, named by CORNU_PYTHON (`python3` otherwise), or a folder that onnx_cases.py wrote: CORNU_ONNX_CASES.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnnxCase } from '../../test/support/onnx-cases.ts';

const [filter = ''] = process.argv.slice(2);
const given = process.env.CORNU_ONNX_CASES;
const folder = given ?? mkdtempSync(join(tmpdir(), 'cornu-onnx-cases-'));

function run(name: string): string | null {
  const at = (file: string): string => join(folder, name, file);
  const all = (what: string): Uint8Array[] => {
    const list: Uint8Array[] = [];
    while (existsSync(at(`${what}_${list.length}.pb`))) list.push(readFileSync(at(`${what}_${list.length}.pb`)));
    return list;
  };
  const [rtol, atol] = readFileSync(at('tolerance.txt'), 'utf8').trim().split(' ').map(Number) as [number, number];
  return runOnnxCase({
    name,
    model: readFileSync(at('model.onnx')),
    inputs: all('input'),
    outputs: all('output'),
    rtol,
    atol,
  });
}

/** Cases whose numbers come from NumPy's generator of random bits. */
const RANDOM = /^test_(bernoulli|training_dropout(?!_zero))/;
const OTHER_DOMAINS = /^unknown: (ai\.onnx\.(ml|preview)\S*(, )?)+$/;
let [passed, failed, foreign, random] = [0, 0, 0, 0];
try {
  if (!given) {
    const script = fileURLToPath(new URL('onnx_cases.py', import.meta.url));
    execFileSync(process.env.CORNU_PYTHON ?? 'python3', [script, folder], { stdio: ['ignore', 'ignore', 'ignore'] });
  }
  for (const name of readdirSync(folder).sort()) {
    if (!name.includes(filter)) continue;
    let why: string | null;
    try {
      why = run(name);
    } catch (error) {
      why = (error as Error).message;
    }
    if (why === null) passed++;
    else if (OTHER_DOMAINS.test(why)) foreign++;
    else if (RANDOM.test(name)) random++;
    else {
      failed++;
      console.log(`BAD  ${name}: ${why}`);
    }
  }
} finally {
  if (!given) rmSync(folder, { recursive: true, force: true });
}
console.log(
  `${passed} passed, ${failed} failed; not compared: ${random} that draw random numbers, ${foreign} of domains that cornu does not read`,
);
process.exitCode = failed === 0 ? 0 : 1;
