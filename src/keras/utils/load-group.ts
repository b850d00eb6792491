// Several pictures one after the other into one buffer.
// Owns: reading the files, and which of them could not be loaded. Free of tensors: the calling thread and workers run it.
import type { FileSource } from '../../platform/platform.ts';
import { isNode, platform } from '../../platform/platform.ts';
import { readWebp } from '../../platform/webp.ts';
import { loadPixels, type PixelRequest } from './load-pixels.ts';

export interface PictureFile {
  readonly source: FileSource;
  /** What messages call it. */
  readonly path: string;
}
export interface PictureGroup {
  /** (pictures, height, width, channels); zeros where one failed. */
  readonly pixels: Uint8Array | Float32Array;
  /** Which could not be loaded, and why. */
  readonly failed: readonly { readonly index: number; readonly error: unknown }[];
}

export const sizeOfPicture = ({ height, width, channels }: PixelRequest): number => height * width * channels;

/** Bytes of shared buffers after which an ordinary one is given. */
const MOST_UNCOUNTED = 2 ** 26;
let uncounted = 0;

/**
 * Room for pixels. V8 counts ordinary buffers against its heap: batches of some 25 MB make it collect everything at every other
 * batch, which takes longer than the decoding. Shared ones it does not count, and frees them with the young objects; an ordinary
 * one now and then sees to it that those are collected.
 */
export function roomFor(count: number, { method }: PixelRequest): Uint8Array | Float32Array {
  const isWhole = method === 'nearest';
  const bytes = count * (isWhole ? 1 : 4);
  uncounted += bytes;
  const isShared = isNode() && uncounted < MOST_UNCOUNTED;
  if (!isShared) uncounted = 0;
  const buffer = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return isWhole ? new Uint8Array(buffer) : new Float32Array(buffer);
}

/** `mayBlock`: whether the thread may wait for the disk, as workers may. */
export async function loadGroup(
  files: readonly PictureFile[],
  request: PixelRequest,
  pixels: Uint8Array | Float32Array = roomFor(files.length * sizeOfPicture(request), request),
  mayBlock = false,
): Promise<PictureGroup> {
  const size = sizeOfPicture(request);
  const failed: { index: number; error: unknown }[] = [];
  for (const [index, { source, path }] of files.entries())
    try {
      const bytes = await platform().readFile(source, mayBlock);
      pixels.set(await loadPixels(bytes, path, request, readWebp), index * size);
    } catch (error) {
      failed.push({ index, error });
    }
  return { pixels, failed };
}
