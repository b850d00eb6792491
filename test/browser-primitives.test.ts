// The generic tests of primitives in Chromium: values on WebAssembly against the reference, gradients against finite differences.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenPage, openPage } from './support/browser.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
let open: OpenPage;
beforeAll(async () => {
  open = await openPage();
});
afterAll(() => open?.close());

it.each([
  ['values', './compiler/primitives-on-engine.test.ts', 100],
  ['gradients', '../src/primitives/primitives.test.ts', 100],
] as const)('%s of every primitive in a page', async (_, file, least) => {
  const bundle = await build({
    entryPoints: [path(file)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    alias: { vitest: path('./support/small-vitest.ts') },
    external: ['node:*', 'sharp', 'h5wasm', 'h5wasm/*', 'vega', 'vega-lite', 'fflate'],
    // The package says that its modules have no effects; these tests import some for theirs.
    ignoreAnnotations: true,
    logLevel: 'silent',
  });
  await open.page.evaluate('delete window.testOutcome');
  await open.page.addScriptTag({ type: 'module', content: `${bundle.outputFiles[0]!.text}\nwindow.ran = true;` });
  await open.page.waitForFunction('window.ran === true', undefined, { timeout: 100_000 });
  const { count, failures } = (await open.page.evaluate('window.testOutcome()')) as {
    count: number;
    failures: string[];
  };
  await open.page.evaluate('window.ran = false');
  expect(failures).toEqual([]);
  expect(open.errors).toEqual([]);
  expect(count).toBeGreaterThan(least);
});
