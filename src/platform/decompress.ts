// Compressed files in parts, unpacked as they come: gzip and zlib, by the platform's own streams.
// Owns: the stream and the wording of damage. Leaves the limit on whole files in memory to `unpack`.
import { PlatformError } from './platform-error.ts';

/** The unpacked parts of a compressed stream; `deflate` is the zlib format. Throws PlatformError of kind `damaged`. */
export async function* decompressed(
  parts: AsyncIterable<Uint8Array>,
  format: 'gzip' | 'deflate',
  path: string,
): AsyncGenerator<Uint8Array> {
  const source = parts[Symbol.asyncIterator]();
  let failure: unknown;
  const packed = new ReadableStream<BufferSource>({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array<ArrayBuffer>);
      } catch (error) {
        failure = error;
        controller.error(error);
      }
    },
    cancel: async () => void (await source.return?.()),
  });
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (failure !== undefined) throw failure;
    const name = format === 'gzip' ? 'gzip' : 'zlib';
    throw new PlatformError('damaged', path, `the ${name} data is damaged or cut off (${String(error)}).`, {
      cause: error,
    });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
