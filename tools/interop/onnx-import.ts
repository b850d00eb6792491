// `npm run interop:onnx-import [NAME…]`: models exported by PyTorch predict here what ONNX Runtime predicts,
// are trained further, saved and loaded again.
// Needs a Python with the packages of onnx_import.py, named by CORNU_PYTHON, or a folder that it wrote: CORNU_ONNX_MODELS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '../../src/index.ts';

interface Stored {
  readonly shape: number[];
  readonly dtype: tf.DType;
  readonly data: number[];
}
const wanted = process.argv.slice(2);
const given = process.env.CORNU_ONNX_MODELS;
const folder = given ?? mkdtempSync(join(tmpdir(), 'cornu-onnx-import-'));
const written = mkdtempSync(join(tmpdir(), 'cornu-onnx-again-'));

const tensorOf = ({ shape, dtype, data }: Stored): tf.Tensor =>
  tf.cast(tf.reshape(tf.constant(data, { dtype: 'float64' }), shape), dtype);
const outputsOf = (model: tf.keras.Model, inputs: tf.Tensor[]): tf.Tensor[] =>
  [model(inputs.length === 1 ? inputs[0]! : inputs)].flat() as tf.Tensor[];
/** The largest difference, relative to the largest value. */
function distance(found: tf.Tensor[], right: tf.Tensor[]): number {
  return Math.max(
    ...right.map((y, i) => {
      if (String(found[i]!.shape) !== String(y.shape))
        throw new Error(`output ${i} has shape [${found[i]!.shape}], wanted [${y.shape}]`);
      const gap = tf.reduceMax(tf.abs(tf.subtract(tf.cast(found[i]!, 'float64'), tf.cast(y, 'float64'))));
      return Number(gap.item()) / Math.max(1e-30, Number(tf.reduceMax(tf.abs(tf.cast(y, 'float64'))).item()));
    }),
  );
}

/** Ten steps towards zero: the losses of the first and the last. */
function trained(model: tf.keras.Model, inputs: tf.Tensor[]): [number, number, number] {
  const optimizer = tf.keras.optimizers.Adam(1e-3);
  const weights = model.trainableVariables as tf.Variable[];
  let [first, last, moved] = [0, 0, 0];
  for (let i = 0; i < 10; i++) {
    const tape = new tf.GradientTape();
    const loss = tape.record(() => {
      const y = [model(inputs.length === 1 ? inputs[0]! : inputs, { training: true })].flat()[0] as tf.Tensor;
      return tf.reduceMean(tf.square(tf.cast(y, 'float32')));
    });
    const gradients = tape.gradient(loss, weights) as (tf.Tensor | null)[];
    const pairs = gradients.flatMap((g, k) => (g ? [[g, weights[k]!] as [tf.Tensor, tf.Variable]] : []));
    optimizer.applyGradients(pairs);
    moved = pairs.length;
    last = Number(loss.item());
    if (i === 0) first = last;
  }
  return [first, last, moved / Math.max(1, weights.length)];
}

let wrong = 0;
try {
  if (!given) {
    const script = fileURLToPath(new URL('onnx_import.py', import.meta.url));
    execFileSync(process.env.CORNU_PYTHON ?? 'python3', [script, folder, ...wanted], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  for (const file of readdirSync(folder)
    .filter((each) => each.endsWith('.json'))
    .sort()) {
    const name = file.slice(0, -5);
    if (wanted.length > 0 && !wanted.some((each) => name.startsWith(each))) continue;
    try {
      const stored = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { inputs: Stored[]; outputs: Stored[] };
      const [inputs, right] = [stored.inputs.map(tensorOf), stored.outputs.map(tensorOf)];
      const begun = performance.now();
      const model = (await tf.keras.models.loadModel(join(folder, `${name}.onnx`))) as tf.keras.Model;
      const loaded = performance.now();
      const eager = distance(outputsOf(model, inputs), right);
      const fed = inputs.length === 1 ? inputs[0]! : inputs;
      const compiled = distance([await model.predict(fed as tf.Tensor, { verbose: 0 })].flat() as tf.Tensor[], right);
      const [first, last, share] = model.trainableVariables.length > 0 ? trained(model, inputs) : [0, 0, 0];
      const after = outputsOf(model, inputs);
      await model.save(join(written, `${name}.keras`));
      const again = (await tf.keras.models.loadModel(join(written, `${name}.keras`))) as tf.keras.Model;
      const kept = distance(outputsOf(again, inputs), after);
      await model.exportOnnx(join(written, `${name}.onnx`));
      const exported = (await tf.keras.models.loadModel(join(written, `${name}.onnx`))) as tf.keras.Model;
      const rewritten = distance(outputsOf(exported, inputs), after);
      const good = eager < 1e-4 && compiled < 1e-4 && kept === 0 && rewritten < 1e-4 && !(last >= first && first > 0);
      if (!good) wrong++;
      console.log(
        `${good ? 'ok  ' : 'BAD '} ${name}: ${model.countParams()} parameters, loaded in ${Math.round(loaded - begun)} ms, differs by ${eager.toExponential(1)} (predict ${compiled.toExponential(1)}); loss ${first.toPrecision(3)} to ${last.toPrecision(3)}, ${Math.round(share * 100)} % of weights trained; again from .keras ${kept.toExponential(1)}, from .onnx ${rewritten.toExponential(1)}`,
      );
    } catch (error) {
      wrong++;
      console.log(`BAD  ${name}: ${(error as Error).message.slice(0, 400)}`);
    }
  }
} finally {
  if (!given) rmSync(folder, { recursive: true, force: true });
  rmSync(written, { recursive: true, force: true });
}
console.log(wrong === 0 ? 'all equal' : `${wrong} wrong`);
process.exitCode = wrong === 0 ? 0 : 1;
