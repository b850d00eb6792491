// Files that may be missing, wherever they lie.
// Owns: asking for them by reading: an address has no other way to say whether something is there.
import { type FileSource, platform } from './platform.ts';
import { PlatformError } from './platform-error.ts';

/** The content of a file, null where there is none. */
export async function readIfThere(source: FileSource): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await platform().readFile(source);
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'not_found') return null;
    throw error;
  }
}
