// Pools of workers: every question is answered once, errors come back to who asked, and where no worker starts that is said.
import { afterAll, expect, it } from 'vitest';
import { WorkerEnded, WorkerPool } from './worker-pool.ts';

const program = `
import { parentPort, threadId } from 'node:worker_threads';
parentPort.on('message', ({ id, question }) => {
  if (question < 0) parentPort.postMessage({ id, error: new RangeError('below zero: ' + question) });
  else if (question === 99) process.exit(3);
  else parentPort.postMessage({ id, answer: [question * 2, threadId] });
});`;
const file = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
const pool = new WorkerPool(file(program), 2);
afterAll(() => pool.close());

it('answers each question by its own answer, errors included', async () => {
  const asked = Array.from({ length: 20 }, (_, i) => pool.ask(i) as Promise<[number, number]>);
  const bad = pool.ask(-7);
  await expect(bad).rejects.toThrow('below zero: -7');
  const answers = await Promise.all(asked);
  expect(answers.map(([twice]) => twice)).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i));
  expect(new Set(answers.map(([, thread]) => thread)).size).toBeLessThanOrEqual(2);
  // What cannot be sent is an error of that question alone.
  await expect(pool.ask(() => 1)).rejects.toThrow();
  expect(await pool.ask(4)).toEqual([8, expect.any(Number)]);
});

it('says where a worker ended, and where none can start', async () => {
  const ending = new WorkerPool(file(program), 1);
  await expect(ending.ask(99)).rejects.toThrow(WorkerEnded);
  await expect(ending.ask(1)).rejects.toThrow(WorkerEnded);
  expect(ending.failure).toContain('3');
  await expect(new WorkerPool(file('throw new Error("no"); '), 1).ask(1)).rejects.toThrow(/no/);
});
