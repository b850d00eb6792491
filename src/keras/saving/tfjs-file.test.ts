// Models of TensorFlow.js (test/fixtures/make_tfjs.cjs writes them) predict here what they predicted there.
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const fixtures = fileURLToPath(new URL('../../../test/fixtures/tfjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cornu-tfjs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const load = (name: string) => tf.keras.models.loadModel(join(folder, name, 'model.json'));
const tensorOf = ({ shape, data }: { shape: number[]; data: number[] }) =>
  tf.reshape(tf.constant(data, { dtype: 'float32' }), shape);
cpSync(fixtures, folder, { recursive: true });

/** The most by which a model misses what TensorFlow.js predicted. */
async function miss(name: string): Promise<number> {
  const { x, y } = read(join(fixtures, name, 'case.json'));
  const found = await (await load(name)).predict(tensorOf(x), { verbose: 0 });
  return tf.reduceMax(tf.abs(found.sub(tensorOf(y)))).item();
}

describe('layers models of TensorFlow.js', () => {
  it.each(['convolutions', 'recurrent', 'functional'])('%s', async (name) => {
    expect(await miss(name)).toBeLessThan(1e-6);
  });
  it('are read with quantized weights', async () => {
    const path = join(folder, 'functional', 'model.json');
    const model = read(path);
    const [group] = model.weightsManifest;
    const bytes = group.paths.map((name: string) => readFileSync(join(folder, 'functional', name)));
    const values = new Float32Array(Uint8Array.from(Buffer.concat(bytes)).buffer);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const scale = (high - low) / 65535;
    const steps = Uint16Array.from(values, (value) => Math.round((value - low) / scale));
    for (const weight of group.weights) weight.quantization = { dtype: 'uint16', scale, min: low };
    group.paths = ['all.bin'];
    writeFileSync(join(folder, 'functional', 'all.bin'), new Uint8Array(steps.buffer));
    writeFileSync(path, JSON.stringify(model));
    expect(await miss('functional')).toBeLessThan(1e-3);
  });
  it('that are damaged say where', async () => {
    truncateSync(join(folder, 'recurrent', 'group1-shard2of2.bin'), 40);
    await expect(load('recurrent')).rejects.toThrow(/model\.json: weight '.*' needs bytes \d+ to \d+, the files have/);
    const path = join(folder, 'convolutions', 'model.json');
    const model = read(path);
    model.weightsManifest[0].paths = ['../../secret.bin'];
    writeFileSync(path, JSON.stringify(model));
    await expect(load('convolutions')).rejects.toThrow(/weightsManifest: group 0 names "\.\.\/\.\.\/secret\.bin"/);
    writeFileSync(path, JSON.stringify({ format: 'graph-model', modelTopology: {} }));
    await expect(load('convolutions')).rejects.toThrow(/is a graph model of TensorFlow\.js/);
    writeFileSync(path, '{"a": 1');
    await expect(load('convolutions')).rejects.toThrow(/model\.json/);
  });
});
