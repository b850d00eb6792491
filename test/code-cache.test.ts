// The package as Node loads it: one script whose compiled code is kept between processes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'cornu-code-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(code: string, environment: Record<string, string> = {}): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CORNU_CODE_CACHE: folder, ...environment },
  });
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

const program = `
  import * as tf from 'cornu';
  import { Sequential } from 'cornu/keras';
  const model = Sequential([tf.keras.layers.Dense(3, { kernelInitializer: 'ones', inputShape: [4] })]);
  console.log(String(await model.predict(tf.ones([1, 4]), { verbose: 0 })), model instanceof tf.keras.Model);`;
const caches = () => readdirSync(folder).map((name) => ({ name, ...statSync(join(folder, name)) }));

describe('the script for Node', () => {
  beforeAll(() => {
    const setup = spawnSync(process.execPath, [join(root, 'tools/setup.mjs')], { encoding: 'utf8' });
    expect(setup.status, setup.stderr).toBe(0);
  }, 300_000);

  it('keeps what was compiled once a program has run, and takes it the next time', () => {
    run(`import 'cornu';`);
    expect(caches()).toEqual([]);
    const first = run(program);
    expect(first).toMatch(/4.*4.*4.* true$/s);
    const [cache, ...more] = caches();
    expect(more).toEqual([]);
    expect(cache!.size).toBeGreaterThan(100_000);
    expect(run(program)).toBe(first);
    expect(caches().map(({ ino, mtimeMs }) => [ino, mtimeMs])).toEqual([[cache!.ino, cache!.mtimeMs]]);
  });

  it('loads parts of it and packages later, from the cache too', () => {
    const code = `
      import * as plt from 'cornu/plot';
      plt.plot([1, 2]);
      await plt.savefig(process.env.CORNU_CODE_CACHE + '/figure.png');`;
    expect(run(code)).toBe('');
    rmSync(join(folder, 'figure.png'));
  });

  it('does without a cache, and writes a damaged one anew', () => {
    const whole = caches()[0]!;
    truncateSync(join(folder, whole.name), 1000);
    const result = run(program);
    expect(caches()[0]!.size).toBeGreaterThan(1000);
    expect(run(program, { CORNU_CODE_CACHE: '0' })).toBe(result);
    expect(run(program, { CORNU_CODE_CACHE: join(folder, 'is not there') })).toBe(result);
    expect(caches().length).toBe(1);
  });

  it('exports what the modules for browsers export', () => {
    const names = (place: string) =>
      run(`for (const name of ['index', 'keras', 'plot', 'datasets', 'random', 'tuner'])
             console.log(name, Object.keys(await import('./${place}/' + name + '.js')).join());`);
    const found = names('dist/node');
    expect(found.length).toBeGreaterThan(1000);
    expect(found).toBe(names('dist'));
  });

  it('is not what bundlers follow, and what they make of the modules runs', async () => {
    const { metafile } = await build({
      stdin: { contents: `import * as tf from 'cornu'; console.log(String(tf.add(1, 2)));`, resolveDir: root },
      bundle: true,
      outfile: join(folder, 'bundled.mjs'),
      metafile: true,
      platform: 'node',
      format: 'esm',
      external: ['sharp', 'h5wasm', 'vega', 'vega-lite'],
      logLevel: 'silent',
      // As a user's project: no paths to the sources.
      tsconfigRaw: '{}',
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('dist/index.js');
    expect(inputs.filter((path) => path.includes('dist/node'))).toEqual([]);
    // Nor do they drop what registers primitives when it is loaded.
    expect(run(`import ${JSON.stringify(join(folder, 'bundled.mjs'))};`)).toContain('tf.Tensor(3,');
  });
});
