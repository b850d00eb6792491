// WebP pictures: read by sharp in Node, by the browser in a page.
// Owns: the way to those two. Frames are whole, one above the other.
import { isNode } from './platform.ts';
import { PlatformError } from './platform-error.ts';

export interface WebpPixels {
  readonly width: number;
  readonly height: number;
  /** 3, or 4 where the file has opacity or moves. */
  readonly channels: number;
  readonly frames: number;
  readonly data: Uint8Array;
}

/** The flags of the file's header: whether it has opacity, whether it moves. */
function flagsOf(bytes: Uint8Array): { alpha: boolean; moves: boolean } {
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  if (kind === 'VP8X') return { alpha: (bytes[20]! & 16) !== 0, moves: (bytes[20]! & 2) !== 0 };
  // A lossless picture says in bit 28 of its header whether it has opacity.
  if (kind === 'VP8L') return { alpha: (bytes[24]! & 16) !== 0, moves: false };
  return { alpha: false, moves: false };
}

const damaged = (file: string, cause: unknown): never => {
  const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  throw new PlatformError('damaged', file, `the WebP picture cannot be read (${why}).`, { cause });
};

export async function readWebp(bytes: Uint8Array, file: string): Promise<WebpPixels> {
  const { alpha, moves } = flagsOf(bytes);
  const channels = alpha || moves ? 4 : 3;
  try {
    return isNode() ? await withSharp(bytes, channels, moves) : await withBrowser(bytes, channels, moves);
  } catch (error) {
    return damaged(file, error);
  }
}

async function withSharp(bytes: Uint8Array, channels: number, moves: boolean): Promise<WebpPixels> {
  const { default: sharp } = await import('sharp');
  const picture = sharp(bytes, { animated: moves, failOn: 'error', limitInputPixels: 2 ** 28 });
  const { pages = 1, pageHeight } = await picture.metadata();
  const shaped = channels === 4 ? picture.ensureAlpha() : picture.removeAlpha();
  const { data, info } = await shaped
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const height = pageHeight ?? info.height;
  const frames = moves ? pages : 1;
  return {
    width: info.width,
    height,
    channels,
    frames,
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

interface FrameDecoder {
  readonly tracks: { readonly ready: Promise<void>; readonly selectedTrack: { readonly frameCount: number } | null };
  decode(options: { frameIndex: number }): Promise<{ image: CanvasImageSource & { close(): void } }>;
}

async function withBrowser(bytes: Uint8Array, channels: number, moves: boolean): Promise<WebpPixels> {
  const blob = new Blob([new Uint8Array(bytes)], { type: 'image/webp' });
  const first = await createImageBitmap(blob, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
  const { width, height } = first;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser draws no pictures');
  const pixelsOf = (source: CanvasImageSource): Uint8ClampedArray => {
    context.clearRect(0, 0, width, height);
    context.drawImage(source, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  };
  const pictures: Uint8ClampedArray[] = [];
  const { ImageDecoder } = globalThis as {
    ImageDecoder?: new (init: { data: Uint8Array; type: string }) => FrameDecoder;
  };
  if (moves && ImageDecoder) {
    const decoder = new ImageDecoder({ data: bytes, type: 'image/webp' });
    await decoder.tracks.ready;
    const count = decoder.tracks.selectedTrack?.frameCount ?? 1;
    for (let i = 0; i < count; i++) {
      const { image } = await decoder.decode({ frameIndex: i });
      pictures.push(pixelsOf(image));
      image.close();
    }
  } else pictures.push(pixelsOf(first));
  const size = width * height * channels;
  const data = new Uint8Array(size * pictures.length);
  pictures.forEach((rgba, frame) => {
    if (channels === 4) data.set(rgba, frame * size);
    else
      for (let i = 0, to = frame * size; i < rgba.length; i += 4, to += 3) {
        data[to] = rgba[i]!;
        data[to + 1] = rgba[i + 1]!;
        data[to + 2] = rgba[i + 2]!;
      }
  });
  return { width, height, channels, frames: pictures.length, data };
}
