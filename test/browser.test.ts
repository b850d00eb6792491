// In a page of Chromium that is not isolated, so without shared memory: an MLP learns two moons, and the page stays
// responsive while it does.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenPage, openPage } from './support/browser.ts';
import { root } from './support/run-program.ts';

let open: OpenPage;
beforeAll(async () => {
  // The page imports dist/; set-up brings it up to date.
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/setup.mjs')], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  open = await openPage();
});
afterAll(() => open?.close());

const program = `
  const tf = await import('cornu');
  const { makeMoons } = await import('cornu/datasets');
  const { layers } = tf.keras;
  const [x, y] = makeMoons({ nSamples: 200, noise: 0.1, randomState: 42 });
  const model = tf.keras.Sequential([
    layers.Dense(16, { activation: 'relu', inputShape: [2] }),
    layers.Dense(1, { activation: 'sigmoid' }),
  ]);
  model.compile({ optimizer: tf.keras.optimizers.Adam({ learningRate: 0.05 }), loss: 'binary_crossentropy', metrics: ['accuracy'] });
  let [last, longest, beats] = [performance.now(), 0, 0];
  const heart = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    beats++;
  }, 10);
  const { history } = await model.fit(x, y, { epochs: 150, batchSize: 20, verbose: 0 });
  clearInterval(heart);
  const [, accuracy] = await model.evaluate(x, y, { verbose: 0 });
  window.done = { accuracy, first: history.loss[0], final: history.loss.at(-1), longest, beats, isolated: crossOriginIsolated };
`;

it('learns two moons in a page, which stays responsive', async () => {
  const content = `try { ${program} } catch (error) { window.done = { error: String(error?.stack ?? error) }; }`;
  await open.page.addScriptTag({ type: 'module', content });
  await open.page.waitForFunction('window.done !== undefined', undefined, { timeout: 100_000 });
  const done = (await open.page.evaluate('window.done')) as Record<string, number | string | boolean>;
  expect(done.error).toBeUndefined();
  expect(open.errors).toEqual([]);
  expect(done.isolated).toBe(false);
  expect(done.accuracy).toBeGreaterThanOrEqual(0.97);
  expect(done.final).toBeLessThan(done.first as number);
  // The page answers while it compiles and trains: not once at the end, and never after a pause that a user takes for a hang.
  expect(done.longest).toBeLessThan(5000);
  expect(done.beats).toBeGreaterThan(0);
});
