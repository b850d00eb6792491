import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-arrays-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

describe('arrays in files', () => {
  it('go through .npy and .npz', async () => {
    const x = tf.constant([
      [1.5, 2],
      [3, 4],
    ]);
    await tf.io.saveNpy(at('x.npy'), x);
    const back = await tf.io.loadNpy(at('x.npy'));
    expect([back.dtype, back.arraySync()]).toEqual([
      'float32',
      [
        [1.5, 2],
        [3, 4],
      ],
    ]);
    const whole = tf.cast([1, 2], 'int64');
    await tf.io.saveNpz(at('x.npz'), { x, whole }, { compress: true });
    const both = await tf.io.loadNpz(at('x.npz'));
    expect(Object.keys(both)).toEqual(['x', 'whole']);
    expect([both.whole!.dtype, both.whole!.arraySync()]).toEqual(['int64', [1, 2]]);
  });
  it('go through safetensors, weights of models too', async () => {
    const { layers, Sequential, Input } = tf.keras;
    await tf.io.saveSafetensors(at('a.safetensors'), { half: tf.cast([1.5], 'bfloat16') }, { by: 'me' });
    const { half } = await tf.io.loadSafetensors(at('a.safetensors'));
    expect([half!.dtype, half!.arraySync()]).toEqual(['bfloat16', [1.5]]);
    const make = () =>
      Sequential([Input({ shape: [3] }), layers.Dense(2, { name: 'a' }), layers.Dense(1, { name: 'b' })]);
    const [one, two] = [make(), make()];
    await one.saveWeights(at('w.safetensors'));
    expect(Object.keys(await tf.io.loadSafetensors(at('w.safetensors')))).toEqual([
      'a/kernel',
      'a/bias',
      'b/kernel',
      'b/bias',
    ]);
    await two.loadWeights(at('w.safetensors'));
    const x = tf.ones([1, 3]);
    expect(two.predictOnBatch(x).arraySync()).toEqual(one.predictOnBatch(x).arraySync());
    const other = Sequential([Input({ shape: [3] }), layers.Dense(4, { name: 'a' }), layers.Dense(1, { name: 'b' })]);
    await expect(other.loadWeights(at('w.safetensors'))).rejects.toThrow(
      /w\.safetensors: .*a\/kernel.*\[3, 4\].*\[3, 2\]/,
    );
    const strange = Sequential([Input({ shape: [3] }), layers.Dense(2, { name: 'c' })]);
    await expect(strange.loadWeights(at('w.safetensors'))).rejects.toThrow(/there is no tensor 'c\/kernel'/);
  });
});
