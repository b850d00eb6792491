// Downloads to a file, on either platform: resumed where they were cut, checked by size and hash, renamed when whole.
// Owns: the HTTP side and the file `NAME.part`. A download that was cut in the middle is never taken for whole.
import type { GrowingFile, HashAlgorithm, PlatformFiles } from './platform.ts';
import { PlatformError } from './platform-error.ts';

export interface DownloadOptions {
  /** What the file's digest must be, in hexadecimal. */
  readonly hash?: { readonly algorithm: HashAlgorithm; readonly hex: string } | undefined;
  /** Called as bytes arrive; `total` is undefined where the server does not say. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for the server's first answer. */
  readonly connectTimeout?: number;
  /** Milliseconds without a byte after which the download counts as cut. */
  readonly stallTimeout?: number;
}

type Files = Pick<PlatformFiles, 'stat' | 'remove' | 'rename' | 'openToGrow' | 'hashFile' | 'readFile' | 'writeFile'>;

/** Downloads `url` to `path`. Throws PlatformError of code `network`, `cut_off`, `wrong_hash`, `cancelled`. */
export async function download(files: Files, url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const part = `${path}.part`;
  const mark = `${part}.etag`;
  const resumed = await fetchInto(files, url, part, mark, options);
  try {
    await checkHash(files, url, part, options);
  } catch (error) {
    await files.remove(part);
    await files.remove(mark);
    if (!resumed) throw error;
    // What was there before may have been of another version: once more from the beginning.
    await fetchInto(files, url, part, mark, options);
    await checkHash(files, url, part, options).catch(async (again: unknown) => {
      await files.remove(part);
      throw again;
    });
  }
  await files.rename(part, path);
  await files.remove(mark);
}

async function checkHash(files: Files, url: string, part: string, { hash }: DownloadOptions): Promise<void> {
  if (!hash) return;
  const found = await files.hashFile(part, hash.algorithm);
  if (found.toLowerCase() === hash.hex.toLowerCase()) return;
  throw new PlatformError(
    'wrong_hash',
    url,
    `what was downloaded has ${hash.algorithm} ${found}, wanted is ${hash.hex}; it was removed. Check the address, or try again later.`,
  );
}

/** Fetches into the part file; returns whether it went on where an earlier download had been cut. */
async function fetchInto(
  files: Files,
  url: string,
  part: string,
  mark: string,
  options: DownloadOptions,
): Promise<boolean> {
  const before = (await files.stat(part))?.size ?? 0;
  const etag = before > 0 ? await readMark(files, mark) : undefined;
  // Without a hash only the server's own mark says that the rest belongs to the beginning.
  const resume = before > 0 && (etag !== undefined || options.hash !== undefined);
  const headers: Record<string, string> = resume ? { Range: `bytes=${before}-` } : {};
  if (resume && etag) headers['If-Range'] = etag;
  const response = await connect(url, headers, options);
  if (resume && response.status === 416) {
    await response.body?.cancel();
    await files.remove(part);
    return fetchInto(files, url, part, mark, options);
  }
  const continues = resume && response.status === 206 && startOf(response) === before;
  if (!response.ok || (response.status === 206 && !continues)) {
    await response.body?.cancel();
    throw new PlatformError('network', url, `the server answered ${response.status} ${response.statusText}.`);
  }
  const newMark = response.headers.get('etag');
  if (newMark && !newMark.startsWith('W/')) await files.writeFile(mark, newMark);
  else await files.remove(mark);
  const file = await files.openToGrow(part, !continues);
  try {
    await receive(response, file, url, options);
  } finally {
    await file.close();
  }
  return continues;
}

const readMark = (files: Files, mark: string) =>
  files.readFile(mark).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );

const startOf = (response: Response) => Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]);

async function connect(url: string, headers: Record<string, string>, options: DownloadOptions): Promise<Response> {
  const { signal, connectTimeout = 10_000 } = options;
  const control = new AbortController();
  const cancel = () => control.abort();
  signal?.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(cancel, connectTimeout);
  try {
    signal?.throwIfAborted();
    const response = await fetch(url, { headers, signal: control.signal });
    return response;
  } catch (error) {
    if (signal?.aborted) throw new PlatformError('cancelled', url, 'the download was cancelled.', { cause: error });
    const why = control.signal.aborted ? `no answer within ${connectTimeout} ms` : reasonOf(error);
    throw new PlatformError('network', url, `cannot be reached (${why}). Is there a connection?`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/** Node's fetch says only 'fetch failed'; the reason is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}

async function receive(response: Response, file: GrowingFile, url: string, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, stallTimeout = 30_000 } = options;
  const length = response.headers.get('content-length');
  const isEncoded = (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
  const total = length === null || isEncoded ? undefined : file.size + Number(length);
  const reader = response.body?.getReader();
  if (!reader) return;
  let stalled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => void reader.cancel().catch(() => undefined);
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stalled = true;
      cancel();
    }, stallTimeout);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  let failure: unknown;
  try {
    onProgress?.(file.size, total);
    for (;;) {
      watch();
      const { done, value } = await reader.read();
      if (done) break;
      await file.write(value);
      onProgress?.(file.size, total);
    }
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    failure = error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
  if (signal?.aborted)
    throw new PlatformError('cancelled', url, 'the download was cancelled; a new one goes on from here.');
  if (failure !== undefined || stalled || (total !== undefined && file.size !== total)) {
    const why = stalled
      ? `no byte came for ${stallTimeout} ms`
      : failure !== undefined
        ? reasonOf(failure)
        : 'the connection ended';
    const of = total === undefined ? '' : ` of ${total}`;
    throw new PlatformError(
      'cut_off',
      url,
      `the download was cut off after ${file.size}${of} bytes (${why}); try again, it goes on from there.`,
      {
        cause: failure,
      },
    );
  }
}
