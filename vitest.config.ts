// How the tests run. `cornu` in a test is the source, as the path mapping of tsconfig.json says.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^cornu$/, replacement: source('index.ts') },
      { find: /^cornu\/(\w+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
    // Every run draws the same numbers; see test/support/seed.ts.
    env: { CORNU_SEED: process.env.CORNU_SEED ?? '20261121' },
    setupFiles: ['test/support/fixed-entropy.mjs'],
    // Against hanging only.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
