// Loads the pictures of a data set.
// Owns: reading files with a bound on how many at once. Leaves decoding and sizes to load-pixels.ts.
import { type FileSource, platform } from '../../platform/platform.ts';
import { readWebp } from '../../platform/webp.ts';
import { loadPixels, type PixelRequest } from './load-pixels.ts';

export interface PictureLoader {
  /** Errors name `path`. */
  load(source: FileSource, path: string): Promise<Uint8Array | Float32Array>;
  close(): void;
}

export function openLoader(request: PixelRequest): PictureLoader {
  return {
    load: async (source, path) => loadPixels(await platform().readFile(source), path, request, readWebp),
    close: () => {},
  };
}
