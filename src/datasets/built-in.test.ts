// The built-in data sets against what keras.datasets makes of the same small files (test/fixtures/make_builtin_sets.py),
// and tfds.load's split arithmetic.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readPickle } from '../formats/pickle.ts';
import { platform } from '../platform/platform.ts';
import { bostonHousing, cifar10, imdb, reuters } from './built-in.ts';
import { load, splitRanges } from './tfds.ts';

const folder = fileURLToPath(new URL('../../test/fixtures/builtin_sets/', import.meta.url));
const wanted = JSON.parse(readFileSync(`${folder}wanted.json`, 'utf8'));
const server = createServer((request, response) => {
  response.end(readFileSync(folder + request.url!.slice(1)));
});
let site = '';
let home = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  home = await platform().makeTemporaryFolder();
  vi.stubEnv('KERAS_HOME', home);
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await platform().remove(home);
});

const camelCase = (record: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(record).map(([key, x]) => [key.replace(/_(.)/g, (_, c: string) => c.toUpperCase()), x]),
  );

test.each([
  ['imdb', imdb],
  ['reuters', reuters],
] as const)('%s: numbers, limits and order are those of Keras', async (name, set) => {
  for (const { kw, splits } of wanted[name]) {
    const found = await set.loadData({ ...camelCase(kw), origin: `${site}/${name}.npz` });
    expect(found.map(([x, y]) => [x, y.numpy()])).toEqual(splits);
  }
});
test('boston: rows in the order of the seed', async () => {
  const found = await bostonHousing.loadData({ origin: `${site}/boston_housing.npz` });
  expect(found.map(([x, y]) => [x.numpy(), y.numpy()])).toEqual(wanted.boston);
  await expect(bostonHousing.loadData({ testSplit: 1 })).rejects.toThrow(/testSplit/);
});
test('cifar10: colours together, from the archive in the cache', async () => {
  const [[train], [x, y]] = await cifar10.loadData({ origin: `${site}/cifar.tar.gz` });
  expect(train.shape).toEqual([10, 32, 32, 3]);
  expect((x.numpy() as number[][][][])[1]![5]![6]).toEqual(wanted.cifar_test.first);
  expect((x.dataSync() as Uint8Array).reduce((a, b) => a + b, 0)).toBe(wanted.cifar_test.sum);
  expect(y.numpy()).toEqual(wanted.cifar_test.labels.map((label: number) => [label]));
});
test('pickles that call functions are refused', () => {
  const evil = new TextEncoder().encode("cos\nsystem\n(S'echo'\ntR.");
  expect(() => readPickle(evil, 'evil.pkl')).toThrow(/os\.system/);
  expect(() => readPickle(evil.subarray(0, 4), 'cut.pkl')).toThrow(/damaged/);
});
test('split arithmetic', () => {
  const sizes = new Map([
    ['train', 1001],
    ['test', 10],
  ]);
  expect(splitRanges('train[:80%]', sizes)).toEqual([['train', 0, 801]]);
  expect(splitRanges('train[10:-1]+test[50%:]', sizes)).toEqual([
    ['train', 10, 1000],
    ['test', 5, 10],
  ]);
  expect(() => splitRanges('trian', sizes)).toThrow(/Did you mean 'train'/);
});
test('an unknown name says what to do', async () => {
  await expect(load('no_such_set', { dataDir: home })).rejects.toThrow(/dataDir/);
});
