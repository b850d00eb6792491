// Decoders and encoders of pictures: files byte for byte as TensorFlow writes them, and damaged files, of which none may
// hang, take memory without bounds, or end in anything but an error of ours. What is decoded is held against TensorFlow and
// Pillow by the golden cases of area images.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../platform/platform-error.ts';
import { readWebp } from '../../platform/webp.ts';
import { FormatError } from '../file-error.ts';
import { decodeDefaults, decodePicture } from './decode-picture.ts';
import { FLOAT_SLACK } from './jpeg/color-kernels.ts';
import { decodeJpeg } from './jpeg/jpeg-decode.ts';
import { encodeJpeg } from './jpeg/jpeg-encode.ts';
import { openPicture } from './pillow/open.ts';
import { readPng } from './png.ts';
import { encodePng } from './png-encode.ts';
import { convertPng } from './png-samples.ts';

const fixture = (path: string) => new URL(`../../../test/${path}`, import.meta.url);
const files = fixture('golden/images/files/');

function formula(height: number, width: number, channels: number): Uint8Array {
  const data = new Uint8Array(height * width * channels);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) data[i++] = (x * x * 3 + y * 17 + x * y * (c + 1) + c * 50) % 256;
  return data;
}

describe('JPEG files', () => {
  interface Written {
    readonly size: readonly [number, number, number];
    readonly options: Readonly<Record<string, unknown>>;
    readonly sha256: string;
  }
  const cases = JSON.parse(readFileSync(fixture('fixtures/jpegs.json'), 'utf8')) as Written[];
  it.each(cases.map((written, i) => [i, written] as const))('are written as TensorFlow does (%i)', (_, written) => {
    const [height, width, channels] = written.size;
    const { density_unit, ...rest } = written.options;
    const named = Object.entries(rest).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
      value,
    ]);
    const options = { ...Object.fromEntries(named), densityUnit: density_unit === 'cm' ? 2 : 1 };
    const file = encodeJpeg({ height, width, channels, data: formula(height, width, channels) }, options);
    expect(createHash('sha256').update(file).digest('hex')).toBe(written.sha256);
    // What was written can be read: within the losses of the quality.
    const decoded = decodeJpeg(file);
    expect([decoded.height, decoded.width, decoded.channels]).toEqual([height, width, channels]);
  });
});

describe('JPEG pictures as floats in shared memory', () => {
  const names = ['cmyk', 'exif6', 'gray', 'low', 'opt', 'progressive', 'rgb', 'rgb444'];
  it.each(names)('%s.jpg has the pixels that it has as bytes', (name) => {
    const file = new Uint8Array(readFileSync(new URL(`${name}.jpg`, files)));
    const options = { dctMethod: 'fast', colors: 'rgb4' } as const;
    const expected = decodeJpeg(file, options);
    const { width, height } = expected;
    const count = width * height * 3;
    const address = 64;
    const from = (address + count * 4 + FLOAT_SLACK + 65535) & ~65535;
    const memory = new WebAssembly.Memory({ initial: from / 65536, maximum: from / 65536 + 256, shared: true });
    const found = decodeJpeg(file, { ...options, floats: { site: { memory, from }, address, width, height } });
    // Pictures of one colour, and of four, come as bytes.
    expect(found.asFloats).toBe(!['cmyk', 'gray'].includes(name));
    const pixels = found.asFloats ? new Float32Array(memory.buffer, address, count) : found.data;
    expect(createHash('sha256').update(Uint8Array.from(pixels)).digest('hex')).toBe(
      createHash('sha256').update(expected.data).digest('hex'),
    );
  });
});

describe('PNG files', () => {
  it.each([1, 2, 3, 4])('of %i channels come back as they were, with 8 and 16 bits', async (channels) => {
    const data = formula(7, 9, channels);
    const wide = Uint16Array.from(data, (x) => x * 251 + 3);
    for (const samples of [data, wide]) {
      const file = encodePng({ width: 9, height: 7, channels, data: samples }, zlibSync);
      const back = convertPng(await readPng(file), 0, samples === wide ? 16 : 8);
      expect(back.channels).toBe(channels);
      expect(Array.from(back.data)).toEqual(Array.from(samples));
    }
  });
});

describe('damaged files', () => {
  /** A small generator, so that a failure can be repeated by its number. */
  const randomOf = (seed: number) => () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const names = readdirSync(files).filter((name) => !/garbage|truncated/.test(name));

  it.each(names)('%s, cut and changed, is read or refused', async (name) => {
    const whole = new Uint8Array(readFileSync(new URL(name, files)));
    const random = randomOf(name.length * 7919);
    for (let round = 0; round < 60; round++) {
      let bytes = whole.slice();
      if (round % 3 === 0) bytes = bytes.subarray(0, Math.floor(random() * bytes.length));
      const changes = 1 + Math.floor(random() * 6);
      for (let i = 0; i < changes; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      for (const read of [
        () => decodePicture(bytes, { ...decodeDefaults, file: name, tryRecoverTruncated: round % 2 === 0 }, readWebp),
        () => openPicture(bytes, name, readWebp),
      ])
        try {
          await read();
        } catch (error) {
          if (!(error instanceof FormatError || error instanceof PlatformError)) throw error;
          expect(error.message, `round ${round}`).toContain(name);
        }
    }
  });

  it('a header that declares a huge picture is refused before memory is taken', async () => {
    const png = new Uint8Array(readFileSync(new URL('rgb.png', files)));
    const jpeg = new Uint8Array(readFileSync(new URL('rgb.jpg', files)));
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && (jpeg[i + 1] === 0xc0 || jpeg[i + 1] === 0xc2));
    jpeg.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    const bmp = new Uint8Array(readFileSync(new URL('rgb.bmp', files)));
    bmp.set([0xff, 0xff, 0xff, 0x0f], 18);
    const gif = new Uint8Array(readFileSync(new URL('still.gif', files)));
    const image = gif.lastIndexOf(0x2c);
    gif.set([0xff, 0xff, 0xff, 0xff], image + 5);
    const { crc32 } = await import('../checksum.ts');
    png.set([0, 0, 0x60, 0, 0, 0, 0x60, 0], 16);
    new DataView(png.buffer).setUint32(29, crc32(png.subarray(12, 29)));
    const before = process.memoryUsage().arrayBuffers;
    for (const bytes of [png, jpeg, bmp, gif])
      await expect(decodePicture(bytes, { ...decodeDefaults, file: 'huge' }, readWebp)).rejects.toThrow(FormatError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 27);
  });
});
