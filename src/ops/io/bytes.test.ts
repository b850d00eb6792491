import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cornu-io-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { io } = tf;

describe('tf.io: bytes', () => {
  it('serializes tensors as TensorFlow does', () => {
    // tf.io.serialize_tensor(tf.constant([[1, 2]])) in TensorFlow 2.21.
    const bytes = io.serializeTensor([[1, 2]]);
    const hex = Buffer.from(bytes.numpy() as never).toString('hex');
    expect(hex).toBe('08031208120208011202080222080100000002000000');
    expect(io.parseTensor(bytes, 'int32').arraySync()).toEqual([[1, 2]]);
    expect(() => io.parseTensor(bytes, 'float32')).toThrow(/the bytes hold int32, wanted float32/);
    const words = tf.constant(['a', 'bc']);
    expect(io.parseTensor(io.serializeTensor(words), 'string').numpy()).toEqual(['a', 'bc']);
  });
  it('reads raw numbers', () => {
    expect(io.decodeRaw(['ab', 'cd'], 'uint8').arraySync()).toEqual([
      [97, 98],
      [99, 100],
    ]);
    expect(io.decodeRaw('ab', 'int16').arraySync()).toEqual([97 + 256 * 98]);
    expect(io.decodeRaw('ab', 'int16', { littleEndian: false }).arraySync()).toEqual([98 + 256 * 97]);
    expect(() => io.decodeRaw(['ab', 'c'], 'uint8')).toThrow(/2 and 1 bytes/);
    expect(() => io.decodeRaw('abc', 'int16')).toThrow(/3 bytes are no whole number of int16/);
  });
  it('speaks base64', () => {
    expect(io.encodeBase64(['hello', 'ÿ?']).numpy()).toEqual(['aGVsbG8', 'w78_']);
    expect(io.encodeBase64('hello', true).numpy()).toBe('aGVsbG8=');
    expect(io.decodeBase64(['aGVsbG8', 'aGVsbG8=']).numpy()).toEqual(['hello', 'hello']);
    expect(() => io.decodeBase64('a+b')).toThrow(/no web-safe base64/);
  });
});

describe('tf.io.gfile', () => {
  const { gfile } = io;
  it('makes, lists, copies, moves and deletes', async () => {
    const inner = gfile.join(folder, 'a', 'b');
    await gfile.makedirs(inner);
    await io.writeFile(gfile.join(inner, 'x.txt'), 'one');
    await gfile.copy(gfile.join(inner, 'x.txt'), gfile.join(inner, 'y.txt'));
    await expect(gfile.copy(gfile.join(inner, 'x.txt'), gfile.join(inner, 'y.txt'))).rejects.toThrow(/y\.txt' exists/);
    await gfile.rename(gfile.join(inner, 'y.txt'), gfile.join(folder, 'z.txt'));
    expect(await gfile.listdir(folder)).toEqual(['a', 'z.txt']);
    expect((await gfile.glob(gfile.join(inner, '*.txt'))).map((path) => path.slice(-5))).toEqual(['x.txt']);
    expect(await gfile.stat(gfile.join(folder, 'z.txt'))).toMatchObject({ length: 3, isDirectory: false });
    const seen = [];
    for await (const [, folders, files] of gfile.walk(folder)) seen.push([folders, files]);
    expect(seen).toEqual([
      [['a'], ['z.txt']],
      [['b'], []],
      [[], ['x.txt']],
    ]);
    await gfile.remove(gfile.join(folder, 'z.txt'));
    await gfile.rmtree(gfile.join(folder, 'a'));
    expect(await gfile.listdir(folder)).toEqual([]);
    await expect(gfile.remove(gfile.join(folder, 'z.txt'))).rejects.toThrow(/there is no file/);
  });
});
