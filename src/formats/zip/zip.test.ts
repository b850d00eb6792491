// Zip archives: what Python and fflate wrote, what fflate reads of ours, and damaged or hostile archives.
import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { survives } from '../../../test/support/mutations.ts';
import { ZipArchive } from './zip-read.ts';
import { writeZip } from './zip-write.ts';

const golden = (path: string) => new Uint8Array(readFileSync(new URL(`../../../test/golden/${path}`, import.meta.url)));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (content: string) => new TextEncoder().encode(content);
const kindOf = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    return error instanceof Error && 'kind' in error ? error.kind : error;
  }
  return 'read';
};

describe('reading', () => {
  test('what Keras wrote', async () => {
    const archive = new ZipArchive(golden('models/sequential_mlp.keras'), 'm.keras');
    expect(archive.names).toEqual(['metadata.json', 'config.json', 'model.weights.h5']);
    expect(JSON.parse(text(await archive.read('metadata.json')))).toMatchObject({ keras_version: '3.15.1' });
    await expect(archive.read('nothing')).rejects.toThrow(/m\.keras: the archive has no entry 'nothing'/);
  });

  test('deflated and stored entries of another writer', async () => {
    const content = bytesOf('abc'.repeat(1000));
    const archive = new ZipArchive(zipSync({ 'a/ü.txt': content, b: [content, { level: 0 }] }), 'x.zip');
    expect(await archive.read('a/ü.txt')).toEqual(content);
    expect(await archive.read('b')).toEqual(content);
  });
});

describe('writing', () => {
  test('fflate reads it', async () => {
    const large = new Uint8Array(100_000).map((_, i) => (i * 31) % 251);
    const archive = await writeZip([
      { name: 'config.json', data: bytesOf('{}'), modified: new Date(2026, 1, 3, 4, 5, 6) },
      { name: 'ünï/weights', data: large, compress: true },
      { name: 'empty', data: new Uint8Array(0) },
    ]);
    const unpacked = unzipSync(archive);
    expect(Object.keys(unpacked)).toEqual(['config.json', 'ünï/weights', 'empty']);
    expect(text(unpacked['config.json']!)).toBe('{}');
    expect(Buffer.compare(unpacked['ünï/weights']!, large)).toBe(0);
    expect(unpacked.empty!.length).toBe(0);
    const back = new ZipArchive(archive, 'a.zip');
    expect(Buffer.compare(await back.read('ünï/weights'), large)).toBe(0);
  });

  test('refuses names that leave the folder or occur twice', async () => {
    const data = new Uint8Array(1);
    await expect(writeZip([{ name: '../a', data }])).rejects.toMatchObject({ kind: 'unsafe_path' });
    await expect(
      writeZip([
        { name: 'a', data },
        { name: 'a', data },
      ]),
    ).rejects.toThrow(/twice/);
  });
});

describe('damaged and hostile archives', () => {
  test('the golden cases', () => {
    const kind = (name: string) => kindOf(() => new ZipArchive(golden(`models/damaged_${name}.keras`), name));
    expect(kind('truncated_zip')).toBe('bad_archive');
    expect(kind('not_a_zip')).toBe('bad_archive');
    expect(kind('empty_file')).toBe('bad_archive');
    expect(kind('path_traversal')).toBe('unsafe_path');
  });

  test('says what the file is instead', () => {
    expect(() => new ZipArchive(golden('models/damaged_not_a_zip.keras'), 'm.keras')).toThrow(
      /m\.keras: this is not a zip archive/,
    );
    expect(() => new ZipArchive(golden('models/sequential_mlp.keras').subarray(0, 5000), 'm.keras')).toThrow(/cut off/);
  });

  test('a wrong checksum', async () => {
    const bytes = await writeZip([{ name: 'a', data: bytesOf('hello') }]);
    bytes[31 + 2]! ^= 1;
    await expect(new ZipArchive(bytes, 'x').read('a')).rejects.toThrow(/entry 'a' is damaged: its checksum/);
  });

  test('a declared size beyond what could be stored', async () => {
    const bytes = zipSync({ bomb: new Uint8Array(1000) });
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 24, 0xfffffff0, true);
    expect(() => new ZipArchive(bytes, 'x')).toThrow(/zip bomb/);
    // A smaller lie than the largest ratio: found when the entry is unpacked.
    view.setUint32(directory + 24, 900, true);
    await expect(new ZipArchive(bytes, 'x').read('bomb')).rejects.toThrow(/another size/);
  });

  test('entries that overlap', async () => {
    const bytes = await writeZip([
      { name: 'a', data: new Uint8Array(100) },
      { name: 'b', data: new Uint8Array(100) },
    ]);
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 46 + 1 + 42, 0, true); // the second entry's place
    expect(() => new ZipArchive(bytes, 'x')).toThrow(/reaches to byte/);
  });

  test.each(['models/sequential_mlp.keras', 'datafiles/all_compressed.npz'])(
    'mutations of %s give typed errors',
    async (path) => {
      const tally = await survives(
        golden(path),
        async (damaged) => {
          const archive = new ZipArchive(damaged, path);
          for (const name of archive.names) await archive.read(name);
        },
        { seed: 100, count: 400 },
      );
      expect(tally.bad_archive).toBeGreaterThan(100);
    },
  );
});
