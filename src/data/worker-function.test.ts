import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as tf from '../index.ts';

const D = tf.data.Dataset;
const module = new URL('../../test/fixtures/map_in_worker.mjs', import.meta.url);

test('a function of a module gets arrays with a shape, and its order is kept', async () => {
  const x = tf.reshape(tf.cast(tf.range(12), 'float32'), [6, 2]);
  const dataset = D.fromTensorSlices([x, tf.range(6)]).map<[tf.Tensor, tf.Tensor]>(
    { module, name: 'doubled' },
    { numParallelCalls: 3 },
  );
  const got: unknown[] = [];
  for await (const [row, label] of dataset) got.push([row.numpy(), label.item()]);
  expect(got).toEqual(Array.from({ length: 6 }, (_, i) => [[4 * i, 4 * i + 2], i]));
  const lengths: number[] = [];
  for await (const n of D.fromTensorSlices(['a', 'bcd']).map<tf.Tensor>({ module, name: 'words' }))
    lengths.push(n.item());
  expect(lengths).toEqual([1, 3]);
});

test('what it throws names the element; a function or an address that is not there is told', async () => {
  const read = async (dataset: tf.data.Dataset<never>) => {
    for await (const _ of dataset);
  };
  await expect(read(D.range(3).map({ module }) as never)).rejects.toThrow(/element 0.*no such picture/);
  await expect(read(D.range(3).map({ module, name: 'nothing' }) as never)).rejects.toThrow(/exports no function/);
  expect(() => D.range(3).map({ module: './x.js' })).toThrow(/wanted a URL/);
});

test('it runs in another thread', () => {
  // The built package, as for a user: set-up has made it.
  const index = new URL('../../dist/index.js', import.meta.url).href;
  const program = `
    const tf = await import(${JSON.stringify(index)});
    const threads = new Set();
    for await (const id of tf.data.Dataset.range(8).map({ module: ${JSON.stringify(module.href)}, name: 'where' })) threads.add(id.item());
    console.log('threads', [...threads].every((id) => id > 0));
  `;
  const file = join(mkdtempSync(join(tmpdir(), 'cornu-workers-')), 'program.mjs');
  writeFileSync(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  expect(stdout, stderr).toContain('threads true');
});
