// Batches by number: made by worker threads, asked for ahead, and errors that name the batch.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as tf from '../../index.ts';

const module = new URL('../../../test/fixtures/map_in_worker.mjs', import.meta.url);
const model = () => tf.keras.Sequential([tf.keras.layers.Identity({ inputShape: [2] })]);

class Made extends tf.keras.utils.PyDataset {
  begun = 0;
  readonly broken: number | null;
  constructor(broken: number | null = null) {
    super({ workers: 3, maxQueueSize: 4, useMultiprocessing: true });
    this.broken = broken;
  }
  getItem(index: number) {
    return this.inWorker({ module, name: 'batch' }, index, 10, this.broken);
  }
  get length() {
    return 5;
  }
  override onEpochBegin() {
    this.begun++;
  }
}

it('batches of a module come in order', async () => {
  const made = new Made();
  expect([made.numBatches, made.workers, made.maxQueueSize, made.useMultiprocessing]).toEqual([5, 3, 4, true]);
  const rows = (await model().predict(made, { verbose: 0 })) as tf.Tensor;
  expect([...(rows.at(':', 0).dataSync() as Float32Array)]).toEqual([0, 0, 10, 10, 20, 20, 30, 30, 40, 40]);
  expect(made.begun).toBe(1);
});

it('an error in a worker, or in getItem, names the batch', async () => {
  await expect(model().predict(new Made(3), { verbose: 0 })).rejects.toThrow(/getItem\(3\).*this picture is broken/);
  class Own extends tf.keras.utils.Sequence {
    get length() {
      return 2;
    }
    getItem(index: number): readonly tf.Tensor[] {
      if (index === 1) throw new RangeError('nothing there');
      return [tf.zeros([2, 2])];
    }
  }
  await expect(model().predict(new Own(), { verbose: 0 })).rejects.toThrow(/getItem\(1\): nothing there/);
});

it('options that mean nothing are refused', async () => {
  class None extends tf.keras.utils.Sequence {
    get length() {
      return 1;
    }
    getItem() {
      return this.inWorker({ module: './x.js' });
    }
  }
  expect(() => new None({ workers: -1 })).toThrow(/workers is -1, wanted a whole number ≥ 0/);
  expect(() => new None({ maxQueueSize: 0 })).toThrow(/maxQueueSize is 0, wanted a whole number ≥ 1/);
  await expect(model().predict(new None(), { verbose: 0 })).rejects.toThrow(/inWorker: module '.\/x.js' is no address/);
});

it('they are made in other threads', () => {
  // The built package, as for a user: set-up has made it.
  const index = new URL('../../../dist/index.js', import.meta.url).href;
  const program = `
    const tf = await import(${JSON.stringify(index)});
    class Made extends tf.keras.utils.PyDataset {
      constructor() { super({ workers: 2 }); }
      get length() { return 4; }
      getItem(index) { return this.inWorker({ module: ${JSON.stringify(module.href)}, name: 'batch' }, index, 1, null); }
    }
    const model = tf.keras.Sequential([tf.keras.layers.Identity({ inputShape: [2] })]);
    const rows = await model.predict(new Made(), { verbose: 0 });
    console.log('threads', [...rows.at(':', 1).dataSync()].every((id) => id > 0));
  `;
  const file = join(mkdtempSync(join(tmpdir(), 'cornu-workers-')), 'program.mjs');
  writeFileSync(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  expect(stdout, stderr).toContain('threads true');
});
