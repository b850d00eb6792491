// The same operations on Node's disk and on a browser's store in memory; wording of errors; terminal and interrupts.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowserFiles } from './browser.ts';
import { makeConsolePrinter } from './browser-page.ts';
import { makeMemoryStore } from './browser-store.ts';
import { md5 } from './md5.ts';
import { fileNameOf, folderOf, isAbsolutePath, isUrl, joinPath } from './path.ts';
import { type PlatformFiles, platform } from './platform.ts';
import { describeSystemError } from './platform-error.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe.each(['node', 'browser'])('files in %s', (kind) => {
  let files: PlatformFiles;
  let folder: string;
  beforeAll(async () => {
    files = kind === 'node' ? platform() : await openBrowserFiles(makeMemoryStore());
    folder = await files.makeTemporaryFolder();
  });
  afterAll(() => files.remove(folder));

  test('writing makes folders and replaces', async () => {
    const path = joinPath(folder, 'a/b/file.txt');
    expect(await files.exists(path)).toBe(false);
    await files.writeFile(path, 'one');
    await files.writeFile(path, new TextEncoder().encode('zwölf'));
    expect(text(await files.readFile(path))).toBe('zwölf');
    expect(await files.stat(path)).toMatchObject({ kind: 'file', size: 6 });
    expect(await files.stat(joinPath(folder, 'a'))).toMatchObject({ kind: 'folder' });
    expect(await files.stat(joinPath(folder, 'nothing'))).toBeUndefined();
  });

  test('a missing file is named', async () => {
    const path = joinPath(folder, 'missing.keras');
    await expect(files.readFile(path)).rejects.toMatchObject({ code: 'not_found', path });
    await expect(files.readFolder(joinPath(folder, 'none'))).rejects.toThrow(/none/);
    await files.remove(joinPath(folder, 'none'));
  });

  test('a folder in the way of a file is named, and stays', async () => {
    await files.writeFile(joinPath(folder, 'way/inside'), 'x');
    await expect(files.writeFile(joinPath(folder, 'way'), 'y')).rejects.toMatchObject({ code: 'is_folder' });
    expect(await files.exists(joinPath(folder, 'way/inside'))).toBe(true);
    expect((await files.readFolder(folder)).some(({ name }) => name.includes('.tmp'))).toBe(false);
  });

  test('folders are listed in code point order', async () => {
    for (const name of ['b', 'B', 'a10', 'a9', '\u{1f600}', '\uff5e', 'sub/deep/x', 'sub/c']) {
      await files.writeFile(joinPath(folder, 'list', name), name);
    }
    const names = (await files.readFolder(joinPath(folder, 'list'))).map(({ name }) => name);
    expect(names).toEqual(['B', 'a10', 'a9', 'b', 'sub', '\uff5e', '\u{1f600}']);
    const walked: string[] = [];
    for await (const path of files.walk(joinPath(folder, 'list'))) walked.push(path);
    expect(walked).toEqual(['B', 'a10', 'a9', 'b', 'sub/c', 'sub/deep/x', '\uff5e', '\u{1f600}']);
  });

  test('files grow, move and go', async () => {
    const path = joinPath(folder, 'grow/part');
    const first = await files.openToGrow(path);
    await first.write(Uint8Array.of(1, 2));
    await first.close();
    const second = await files.openToGrow(path);
    expect(second.size).toBe(2);
    await second.write(Uint8Array.of(3));
    expect(second.size).toBe(3);
    await second.close();
    await files.rename(path, joinPath(folder, 'moved/whole'));
    expect(await files.exists(path)).toBe(false);
    expect([...(await files.readFile(joinPath(folder, 'moved/whole')))]).toEqual([1, 2, 3]);
    const fresh = await files.openToGrow(joinPath(folder, 'moved/whole'), true);
    expect(fresh.size).toBe(0);
    await fresh.close();
    await files.remove(joinPath(folder, 'moved'));
    expect(await files.exists(joinPath(folder, 'moved'))).toBe(false);
  });

  test('a file can be read in parts', async () => {
    const path = joinPath(folder, 'large');
    const bytes = new Uint8Array(2_500_000).map((_, i) => i % 253);
    await files.writeFile(path, bytes);
    const parts: Uint8Array[] = [];
    for await (const part of files.readParts(path)) parts.push(part);
    expect(parts.length).toBeGreaterThan(kind === 'node' ? 1 : 0);
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
    for await (const part of files.readParts(path)) {
      expect(part[0]).toBe(0);
      break; // leaving early closes the file
    }
    const missing = async () => {
      for await (const _ of files.readParts(joinPath(folder, 'missing')));
    };
    await expect(missing()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('digests', async () => {
    const bytes = new Uint8Array(100_000).map((_, i) => i * 7);
    const path = joinPath(folder, 'digest');
    await files.writeFile(path, bytes);
    for (const algorithm of ['sha256', 'md5'] as const) {
      const wanted = createHash(algorithm).update(bytes).digest('hex');
      expect(await files.hash(bytes, algorithm)).toBe(wanted);
      expect(await files.hashFile(path, algorithm)).toBe(wanted);
    }
  });

  test('unpacking, within a limit', async () => {
    const content = new Uint8Array(50_000).fill(7);
    expect(Buffer.compare(await files.unpack(gzipSync(content), 'gzip'), content)).toBe(0);
    expect(Buffer.compare(await files.unpack(deflateSync(content), 'zlib'), content)).toBe(0);
    await expect(files.unpack(gzipSync(content), 'gzip', 10_000)).rejects.toMatchObject({ code: 'too_large' });
    await expect(files.unpack(gzipSync(content).subarray(0, 40), 'gzip')).rejects.toMatchObject({ code: 'damaged' });
    await expect(files.unpack(content, 'zlib')).rejects.toMatchObject({ code: 'damaged' });
  });

  test('Blobs and data addresses are read like files', async () => {
    expect(text(await files.readFile(new Blob(['ab', 'c'])))).toBe('abc');
    expect(text(await files.readFile('data:text/plain;base64,aGFsbG8='))).toBe('hallo');
  });
});

describe('Node', () => {
  const files = platform();

  test('links are followed, a circle of links ends', async () => {
    const folder = await files.makeTemporaryFolder();
    mkdirSync(joinPath(folder, 'real'));
    writeFileSync(joinPath(folder, 'real/file'), 'old');
    symlinkSync(joinPath(folder, 'real/file'), joinPath(folder, 'link'));
    symlinkSync(folder, joinPath(folder, 'real/up'));
    symlinkSync('/nowhere/at/all', joinPath(folder, 'broken'));
    await files.writeFile(joinPath(folder, 'link'), 'new');
    expect(readFileSync(joinPath(folder, 'real/file'), 'utf8')).toBe('new');
    const walked: string[] = [];
    for await (const path of files.walk(folder)) walked.push(path);
    expect(walked).toEqual(['broken', 'link', 'real/file']);
    await files.remove(folder);
  });

  test('a failed write leaves the old file and nothing beside it', async () => {
    const folder = await files.makeTemporaryFolder();
    const path = joinPath(folder, 'model.keras');
    await files.writeFile(path, 'old');
    const unreadable = new Proxy(new Uint8Array(4), {
      get() {
        throw new Error('no memory');
      },
    });
    await expect(files.writeFile(path, unreadable)).rejects.toThrow(
      /model\.keras: cannot be written, what was there before is untouched/,
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model.keras']);
    await files.remove(folder);
  });

  test('a full disk says so', async () => {
    const growing = await files.openToGrow('/dev/full').catch((error: unknown) => error);
    if (growing instanceof Error) return; // no such device here; the wording is checked below
    const { write } = growing as Awaited<ReturnType<typeof files.openToGrow>>;
    await expect(write(new Uint8Array(10))).rejects.toMatchObject({ code: 'disk_full' });
  });

  test('packages and surroundings', async () => {
    expect(await files.packageFolder('fflate')).toMatch(/node_modules\/fflate$/);
    expect(await files.packageFolder('no-such-package-here')).toBeUndefined();
    const { kind, homeFolder, workingFolder, hardwareConcurrency, columns, env } = platform();
    expect(kind).toBe('node');
    expect(isAbsolutePath(homeFolder)).toBe(true);
    expect(workingFolder).toBe(process.cwd());
    expect(hardwareConcurrency).toBeGreaterThan(0);
    expect(columns).toBeGreaterThan(0);
    expect(env('PATH')).toBe(process.env.PATH);
    expect(platform()).toBe(files);
  });

  test('Ctrl-C reaches the last handler until it is undone', () => {
    const before = process.listenerCount('SIGINT');
    const calls: string[] = [];
    const undoFirst = files.onInterrupt(() => calls.push('first'));
    const undoSecond = files.onInterrupt(() => calls.push('second'));
    process.emit('SIGINT');
    expect(calls).toEqual(['second']);
    undoSecond();
    undoFirst();
    undoFirst();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

test('system errors are worded', () => {
  const worded = (code: string) =>
    describeSystemError(Object.assign(new Error('x'), { code }), 'm.keras', 'cannot be written');
  expect(worded('ENOSPC').message).toBe('m.keras: cannot be written: the disk is full; free some space and try again.');
  expect(worded('EACCES')).toMatchObject({ code: 'no_permission', name: 'FileError' });
  expect(worded('EROFS').message).toContain('read-only');
  expect(worded('EWHATEVER')).toMatchObject({ code: 'failed' });
});

test('paths', () => {
  expect(joinPath('a/', 'b', 'c\\d')).toBe('a/b/c/d');
  expect(joinPath('a', '/b')).toBe('/b');
  expect(joinPath('', 'x')).toBe('x');
  expect(folderOf('/a/b')).toBe('/a');
  expect(folderOf('/a')).toBe('/');
  expect(folderOf('a')).toBe('.');
  expect(fileNameOf('C:\\x\\y.h5')).toBe('y.h5');
  expect(isUrl('https://x')).toBe(true);
  expect(isUrl('C:/x')).toBe(false);
});

test('MD5, at every length around a block', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = new Uint8Array(length).map((_, i) => i * 31 + length);
    expect(md5(bytes)).toBe(createHash('md5').update(bytes).digest('hex'));
  }
});

test('a console shows the last state of a redrawn line', () => {
  const lines: string[] = [];
  const print = makeConsolePrinter((line) => lines.push(line));
  print('Epoch 1/2\n1/3\r2/');
  print('3\r3/3 done\n\nrest');
  expect(lines).toEqual(['Epoch 1/2', '3/3 done', '']);
});
