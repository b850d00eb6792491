// Several pictures one after the other into one buffer.
// Owns: reading the files, and which of them could not be loaded. Free of tensors: the calling thread and workers run it.

import type { ResizeMemory } from '../../ops/image/plain-resize-kernels.ts';
import type { FileSource } from '../../platform/platform.ts';
import { platform } from '../../platform/platform.ts';
import { readWebp } from '../../platform/webp.ts';
import { loadPixels, type PixelRequest } from './load-pixels.ts';

export interface PictureFile {
  readonly source: FileSource;
  /** What messages call it. */
  readonly path: string;
}
/** (pictures, height, width, channels). */
export type PicturePixels = Uint8Array | Float32Array;
/** Which could not be loaded, and why: their pixels are zeros. */
export type FailedPictures = readonly { readonly index: number; readonly error: unknown }[];

export const sizeOfPicture = ({ height, width, channels }: PixelRequest): number => height * width * channels;
/** Bytes of so many pixels. */
export const bytesOf = (count: number, { method }: PixelRequest): number => count * (method === 'nearest' ? 1 : 4);
/** The first `count` pixels of a buffer. */
export const pixelsOn = (
  buffer: ArrayBuffer | SharedArrayBuffer,
  count: number,
  { method }: PixelRequest,
): PicturePixels => (method === 'nearest' ? new Uint8Array(buffer, 0, count) : new Float32Array(buffer, 0, count));

/** Fills `pixels`. `mayBlock`: whether the thread may wait for the disk, as workers may; `memory`: kernels on the pixels' memory. */
export async function loadGroup(
  files: readonly PictureFile[],
  request: PixelRequest,
  pixels: PicturePixels,
  mayBlock = false,
  memory?: ResizeMemory,
): Promise<FailedPictures> {
  const size = sizeOfPicture(request);
  const failed: { index: number; error: unknown }[] = [];
  for (const [index, { source, path }] of files.entries())
    try {
      const bytes = await platform().readFile(source, mayBlock);
      await loadPixels(bytes, path, request, readWebp, pixels, index * size, memory);
    } catch (error) {
      pixels.fill(0, index * size, (index + 1) * size);
      failed.push({ index, error });
    }
  return failed;
}
