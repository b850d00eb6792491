// What the engine does when memory is out, and what it keeps of programs that nobody has any more.
import { expect, it } from 'vitest';
import { createWasmBackend } from '../backends/wasm/index.ts';
import * as tf from '../index.ts';
import { Engine } from './engine.ts';

it('goes on after memory was out', () => {
  const engine = new Engine(createWasmBackend({ shared: false }));
  const { heap } = engine.backend;
  const first = engine.withArena(1000, ({ address }) => address);
  expect(first).toBeGreaterThan(0);
  expect(() => engine.withArena(2 ** 36, () => 0)).toThrow(/[Mm]emory/);
  const [address, version] = engine.withArena(2000, (arena) => [arena.address, arena.version] as const);
  expect(version).toBe(2);
  // The block is the arena's alone.
  const others = Array.from({ length: 100 }, () => heap.allocate(500));
  for (const other of others) expect(other + 500 <= address || other >= address + 2000).toBe(true);
  expect(address + 2000).toBeLessThanOrEqual(heap.buffer.byteLength);
});

it('keeps no programs with large constants, which only the same arrays could ask for again', () => {
  const engine = new Engine(createWasmBackend({ shared: false }));
  const sourceOf = (size: number) => {
    const constant = tf.fill([size], tf.constant(2, { dtype: 'float32' }));
    const f = tf.function((x: tf.Tensor) => x.mul(constant));
    f(tf.ones([size]));
    return { graph: f.tracedGraph!.graph, variables: [] };
  };
  const [large, small] = [sourceOf(100_000), sourceOf(10)];
  expect(engine.compile(small)).toBe(engine.compile(small));
  expect(engine.compile(large)).not.toBe(engine.compile(large));
});
