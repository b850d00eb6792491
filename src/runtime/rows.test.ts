// Rows as arguments: programs read the right ones, straight from the array, also where they were brought ahead of their turn.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWasmBackend } from '../backends/wasm/index.ts';
import { setWantedThreads, wantedThreads } from '../base/threads.ts';
import * as tf from '../index.ts';
import { nativeAddon } from '../platform/native-addon.ts';
import { enableRelaxedSimd } from '../platform/simd.ts';
import { workers } from '../platform/workers.ts';
import { installEngine } from './engine.ts';
import { FunctionCache } from './function.ts';
import { RowsTensor } from './rows.ts';

const ROWS = 64;
/** Row r holds r, r, r …; a batch of 64 is a megabyte where width is 4096. */
const numbered = (width: number, count = 5 * ROWS): Float32Array =>
  Float32Array.from({ length: count * width }, (_, i) => Math.floor(i / width));
const reversed = (count = 5 * ROWS): Uint32Array => Uint32Array.from({ length: count }, (_, i) => count - 1 - i);
const firstColumn = (x: unknown): tf.Tensor => tf.reduceSum(x as tf.Tensor, { axis: 1 });

/** Batch k of a pass over five. */
const place = (k: number, pass = 1) => ({ pass, first: k * ROWS, next: k < 4 ? (k + 1) * ROWS : -1 });

describe.each([1, 2])('with %i threads', (threads) => {
  const before = wantedThreads();
  beforeAll(() => {
    setWantedThreads(threads);
    installEngine(() =>
      createWasmBackend({ enableRelaxedSimd, workers, native: nativeAddon(), shareAll: threads > 1 }),
    );
  });
  afterAll(() => {
    setWantedThreads(before);
    installEngine(() => createWasmBackend({ enableRelaxedSimd, workers, native: nativeAddon() }));
  });

  it.each([1, 7, 40, 4096])('are those of the order, %i elements wide', (width) => {
    const cache = new FunctionCache('sum');
    const source = numbered(width);
    for (const order of [null, reversed()]) {
      const rows = new RowsTensor(source, order, [ROWS, width], 'float32');
      for (let k = 0; k < 5; k++) {
        rows.moveTo(place(k));
        const expected = Array.from({ length: ROWS }, (_, i) => (order?.[k * ROWS + i] ?? k * ROWS + i) * width);
        expect((cache.call(firstColumn, [rows]) as tf.Tensor).numpy()).toEqual(expected);
        expect(firstColumn(rows).numpy()).toEqual(expected);
      }
      rows.release();
    }
  });

  it('follow orders that change between two passes, places that are given back, and other arguments', () => {
    const cache = new FunctionCache('sum');
    const order = reversed();
    const rows = new RowsTensor(numbered(4096), order, [ROWS, 4096], 'float32');
    const first = (): unknown => ((cache.call(firstColumn, [rows], rows) as tf.Tensor).numpy() as number[])[0]! / 4096;
    rows.moveTo(place(0));
    expect([first(), first()]).toEqual([319, 319]);
    order.reverse();
    rows.moveTo(place(1, 2));
    expect(first()).toBe(64);
    rows.moveTo(place(3, 2));
    expect(first()).toBe(192);
    rows.release();
    rows.moveTo(place(4, 2));
    expect(first()).toBe(256);
    expect((cache.call(firstColumn, [tf.ones([ROWS, 4096])]) as tf.Tensor).numpy()).toEqual(new Array(ROWS).fill(4096));
    rows.moveTo(place(0, 3));
    expect(first()).toBe(0);
    rows.moveTo(place(1, 3));
    expect(cache.takesTurns(rows, 'all')).toBe(true);
    const all = cache.callInTurn(3, 'all') as tf.Tensor;
    expect(all.numpy()).toEqual(Array.from({ length: 3 * ROWS }, (_, i) => (ROWS + i) * 4096));
    expect((cache.callInTurn(2) as tf.Tensor).numpy()).toEqual(
      Array.from({ length: ROWS }, (_, i) => (2 * ROWS + i) * 4096),
    );
    rows.release();
  });

  it('come while the batch before them is worked on, where threads share that', () => {
    const cache = new FunctionCache('sum');
    const source = numbered(4096);
    const rows = new RowsTensor(source, null, [ROWS, 4096], 'float32');
    const run = (k: number): unknown => {
      rows.moveTo(place(k));
      return ((cache.call(firstColumn, [rows], rows) as tf.Tensor).numpy() as number[])[0]! / 4096;
    };
    // Workers are there from the first program on that threads share.
    run(0);
    run(1);
    source.fill(-1);
    expect(run(2)).toBe(threads > 1 ? 2 * ROWS : -1);
    expect(run(3)).toBe(-1);
    rows.release();
  });
});
