// gzip and zlib streams, unpacked within a limit.
// Owns: the limit and the wording of damage. Leaves inflating to fflate.
import { expansionLimit, FormatError, type FormatErrorKind, showBytes } from './file-error.ts';

const SLICE = 65536;

/** Unpacks a whole stream; throws FormatError of the given kind. */
export async function inflateStream(
  bytes: Uint8Array,
  format: 'gzip' | 'zlib',
  file: string,
  kind: FormatErrorKind,
): Promise<Uint8Array> {
  const { Gunzip, Unzlib } = await import('fflate');
  const limit = expansionLimit(bytes.length);
  const parts: Uint8Array[] = [];
  let size = 0;
  const take = (part: Uint8Array) => {
    size += part.length;
    if (size > limit)
      throw new FormatError(kind, file, `the ${format} data unpacks to more than ${showBytes(limit)}; refused.`);
    parts.push(part);
  };
  const stream = format === 'gzip' ? new Gunzip(take) : new Unzlib(take);
  try {
    // In slices, so that the limit is met before all is unpacked.
    for (let at = 0; at === 0 || at < bytes.length; at += SLICE) {
      stream.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new FormatError(kind, file, `the ${format} data is damaged or cut off (${why}).`, { cause: error });
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
