// Downloads from a small server in this process: whole, resumed, cut, wrong, slow, cancelled, unreachable.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { joinPath } from './path.ts';
import { platform } from './platform.ts';

const files = platform();
const content = new Uint8Array(300_000).map((_, i) => (i * 13) % 251);
const sha256 = createHash('sha256').update(content).digest('hex');
const hash = { algorithm: 'sha256', hex: sha256 } as const;

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const requests: IncomingMessage[] = [];
const server = createServer((request, response) => {
  requests.push(request);
  answer(request, response);
});
let url = '';
let folder = '';
let path = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.npz`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  requests.length = 0;
  folder = await files.makeTemporaryFolder();
  path = joinPath(folder, 'data.npz');
});
afterEach(() => files.remove(folder));

const whole: typeof answer = (_, response) =>
  response.writeHead(200, { 'content-length': content.length }).end(content);

/** Answers ranges as a server of files does. */
const ranges: typeof answer = (request, response) => {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const head = { 'content-length': content.length - start, etag: '"v1"' };
  if (start === 0) response.writeHead(200, head).end(content);
  else
    response
      .writeHead(206, { ...head, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` })
      .end(content.subarray(start));
};

const cutAfter =
  (count: number): typeof answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': content.length, etag: '"v1"' });
    response.write(content.subarray(0, count), () => setTimeout(() => response.destroy(), 20));
  };

test('a whole file, with progress, under its name only when done', async () => {
  answer = whole;
  const progress: (number | undefined)[] = [];
  await files.download(url, path, { hash, onProgress: (received, total) => progress.push(received, total) });
  expect(Buffer.compare(await files.readFile(path), content)).toBe(0);
  expect(progress.slice(0, 2)).toEqual([0, content.length]);
  expect(progress.at(-2)).toBe(content.length);
  expect(await files.readFolder(folder)).toEqual([{ name: 'data.npz', kind: 'file' }]);
});

test('cut in the middle, then resumed', async () => {
  answer = cutAfter(100_000);
  await expect(files.download(url, path, { hash })).rejects.toMatchObject({ code: 'cut_off' });
  expect(await files.exists(path)).toBe(false);
  answer = ranges;
  await files.download(url, path, { hash });
  expect(requests.at(-1)!.headers).toMatchObject({ range: 'bytes=100000-', 'if-range': '"v1"' });
  expect(Buffer.compare(await files.readFile(path), content)).toBe(0);
});

test('without hash and mark the rest is not trusted', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
  };
  await expect(files.download(url, path)).rejects.toThrow(/cut off after \d+ of 300000 bytes/);
  answer = ranges;
  await files.download(url, path);
  expect(requests.at(-1)!.headers.range).toBeUndefined();
  expect(Buffer.compare(await files.readFile(path), content)).toBe(0);
});

test('a beginning of another version is thrown away', async () => {
  await files.writeFile(`${path}.part`, new Uint8Array(5000).fill(9));
  answer = ranges;
  await files.download(url, path, { hash });
  expect(requests).toHaveLength(2);
  expect(Buffer.compare(await files.readFile(path), content)).toBe(0);
});

test('a part that is already longer than the file', async () => {
  await files.writeFile(`${path}.part`, new Uint8Array(content.length + 5));
  answer = (request, response) => (request.headers.range ? response.writeHead(416).end() : ranges(request, response));
  await files.download(url, path, { hash });
  expect(Buffer.compare(await files.readFile(path), content)).toBe(0);
});

test('a wrong hash leaves nothing', async () => {
  answer = whole;
  const wrong = { algorithm: 'sha256', hex: '0'.repeat(64) } as const;
  await expect(files.download(url, path, { hash: wrong })).rejects.toThrow(
    new RegExp(`sha256 ${sha256}, wanted is 000`),
  );
  expect(await files.readFolder(folder)).toEqual([]);
});

test('an answer that is no file', async () => {
  answer = (_, response) => response.writeHead(404).end('no');
  await expect(files.download(url, path)).rejects.toThrow(/data\.npz: the server answered 404/);
});

test('a server that stops sending, and one that never answers', async () => {
  answer = (_, response) =>
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 10));
  await expect(files.download(url, path, { stallTimeout: 150 })).rejects.toMatchObject({ code: 'cut_off' });
  answer = () => undefined;
  await expect(files.download(url, path, { connectTimeout: 150 })).rejects.toThrow(/no answer within 150 ms/);
});

test('cancelled', async () => {
  answer = (_, response) =>
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 10));
  const control = new AbortController();
  const downloading = files.download(url, path, {
    signal: control.signal,
    onProgress: () => setTimeout(() => control.abort(), 50),
  });
  await expect(downloading).rejects.toMatchObject({ code: 'cancelled' });
  await expect(files.download(url, path, { signal: control.signal })).rejects.toMatchObject({ code: 'cancelled' });
});

test('nobody there', async () => {
  await expect(files.download('http://127.0.0.1:9/x', path)).rejects.toMatchObject({ code: 'network' });
  await expect(files.download('http://no-such-host.invalid/x', path)).rejects.toThrow(
    /no-such-host\.invalid\/x: cannot be reached/,
  );
});
