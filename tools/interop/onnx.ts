// `npm run interop:onnx [FILTER]`: every layer, and models of several: what cornu exports must pass ONNX's checker and predict the same in ONNX Runtime.
// Needs a Python with onnx and onnxruntime, named by CORNU_PYTHON (`python3` otherwise).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '../../src/index.ts';
import { onnxLayers } from '../../test/support/onnx-layers.ts';
import { onnxModels } from '../../test/support/onnx-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-onnx-'));
const [filter = ''] = process.argv.slice(2);
let wrong = 0;
try {
  for (const [name, make] of Object.entries({ ...onnxModels, ...onnxLayers })) {
    if (!name.includes(filter)) continue;
    tf.keras.utils.setRandomSeed(3);
    let model: tf.keras.Model;
    try {
      model = make();
      await model.exportOnnx(join(folder, `${name}.onnx`));
    } catch (error) {
      wrong++;
      console.log(`BAD  ${name}: ${(error as Error).message.slice(0, 300)}`);
      continue;
    }
    const inputs = model.inputs.map((input, i) => {
      const shape = [3, ...(input.shape.slice(1) as number[])];
      return input.dtype === 'int32'
        ? tf.random.statelessUniform(shape, [i, 3], { minval: 0, maxval: 20, dtype: 'int32' })
        : tf.random.statelessNormal(shape, [i, 5]);
    });
    const outputs = [model(inputs.length === 1 ? inputs[0]! : inputs, { training: false })].flat() as tf.Tensor[];
    const stored = (list: readonly tf.Tensor[]) =>
      list.map((t) => ({
        shape: t.shape,
        dtype: t.dtype,
        data: Array.from(t.dataSync() as ArrayLike<number>, Number),
      }));
    const content = { inputs: stored(inputs), outputs: stored(outputs) };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(content));
  }
  const script = fileURLToPath(new URL('check_onnx.py', import.meta.url));
  const text = execFileSync(process.env.CORNU_PYTHON ?? 'python3', [script, folder], { encoding: 'utf8' });
  for (const line of text.trim().split('\n')) {
    const found = JSON.parse(line) as { name: string; difference?: number; nodes?: number; error?: string };
    const good = found.difference !== undefined && found.difference < 1e-5;
    if (!good) wrong++;
    const what = found.error ?? `${found.nodes} nodes, differs by ${found.difference!.toExponential(1)}`;
    console.log(`${good ? 'ok  ' : 'BAD '} ${found.name}: ${what}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(wrong === 0 ? 'all equal' : `${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
