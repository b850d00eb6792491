// Pieces that threads take from each other: each is done once, whatever the threads' pace, with or without waiting between calls.
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { ModuleBuilder } from '../../../assembler/module.ts';
import { barrierFunction } from './barrier.ts';
import { control } from './control.ts';
import { takeFunction } from './pieces.ts';

const [CALLS, MOST] = [4000, 64];

/** How many owners and pieces a call has, and whether threads wait after it. */
const callsFor = (threads: number) => {
  let seed = 12345;
  const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >> 8;
  return Array.from({ length: CALLS }, () => [
    1 + (random() % threads),
    1 + (random() % MOST),
    Number(random() % 4 === 0),
  ]);
};

const worker = `
const { workerData } = require('node:worker_threads');
const { bytes, memory, counts, thread, threads, calls, most } = workerData;
const { take, barrier } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, stalled() {} } }).exports;
const done = new Int32Array(counts);
calls.forEach(([owners, pieces, wait], call) => {
  for (let taken; (taken = take(thread, owners, pieces)) >= 0; ) {
    const [first, further] = [taken & 0xffff, taken >> 16];
    for (let piece = first; piece <= first + further; piece++) Atomics.add(done, call * most + piece, 1);
  }
  if (wait) barrier(thread, threads);
});`;

it.each([2, 3, 7])('are done once each: %i threads', async (threads) => {
  const size = { shared: true, minimumPages: 1, maximumPages: 1 };
  const module = new ModuleBuilder({ module: 'env', name: 'memory', ...size });
  const stalled = module.importFunction('env', 'stalled', { params: [], results: [] });
  module.export('take', module.define(takeFunction()));
  module.export('barrier', module.define(barrierFunction(stalled)));
  const memory = new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 });
  new Int32Array(memory.buffer)[control.mayWait >> 2] = 1;
  const calls = callsFor(threads);
  const counts = new SharedArrayBuffer(CALLS * MOST * 4);
  const bytes = module.encode();
  const ends = Array.from({ length: threads }, (_, thread) => {
    const data = { bytes, memory, counts, thread, threads, calls, most: MOST };
    const made = new Worker(worker, { eval: true, workerData: data });
    return new Promise((resolve, reject) => {
      made.on('exit', resolve).on('error', reject);
    });
  });
  expect(await Promise.all(ends)).toEqual(ends.map(() => 0));
  const done = new Int32Array(counts);
  const wrong = calls.flatMap(([owners, pieces], call) => {
    const each = done.subarray(call * MOST, (call + 1) * MOST);
    const right = each.every((count, piece) => count === (piece < pieces! ? 1 : 0));
    return right ? [] : [`call ${call} of ${pieces} pieces for ${owners}: ${each.join(' ')}`];
  });
  expect(wrong).toEqual([]);
});
