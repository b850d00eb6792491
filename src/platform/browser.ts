// Files in browsers. Owns: the operations on top of a file store, `fetch` for addresses, downloads through a link.
// A path that the store does not have is read from the site, so that a page opens `model.keras` beside it by its name.
import { type FileStore, makeMemoryStore, makePrivateStore } from './browser-store.ts';
import { download } from './download.ts';
import { md5 } from './md5.ts';
import { fileNameOf, isUrl, joinPath } from './path.ts';
import type { FileStat, GrowingFile, HashAlgorithm, PlatformFiles } from './platform.ts';
import { PlatformError } from './platform-error.ts';
import { byName, fetchBytes, partsOf } from './source.ts';

const bytesOf = (content: Uint8Array | string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(typeof content === 'string' ? new TextEncoder().encode(content) : content);

const hexOf = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

async function openStore(): Promise<FileStore> {
  try {
    return makePrivateStore(await navigator.storage.getDirectory());
  } catch {
    return makeMemoryStore(); // a page without https, or an old browser
  }
}

/** The files of a page or worker. */
export async function openBrowserFiles(given?: FileStore): Promise<PlatformFiles> {
  const store = given ?? (await openStore());

  const stat = async (path: string): Promise<FileStat | undefined> => {
    const file = await store.read(path);
    if (file)
      return { kind: 'file', size: file.size, modified: 'lastModified' in file ? Number(file.lastModified) : 0 };
    return (await store.list(path)) ? { kind: 'folder', size: 0, modified: 0 } : undefined;
  };

  const readFile: PlatformFiles['readFile'] = async (source) => {
    if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
    const text = String(source);
    if (isUrl(text)) return fetchBytes(text);
    const file = await store.read(text);
    if (file) return new Uint8Array(await file.arrayBuffer());
    if (typeof location === 'undefined') throw new PlatformError('not_found', text, 'there is no such file.');
    return fetchBytes(new URL(text, location.href).href);
  };

  const openToGrow = async (path: string, fresh = false): Promise<GrowingFile> => {
    const before = fresh ? undefined : await store.read(path);
    const parts: Uint8Array<ArrayBuffer>[] = before ? [new Uint8Array(await before.arrayBuffer())] : [];
    let size = before?.size ?? 0;
    return {
      get size() {
        return size;
      },
      write: async (bytes) => {
        parts.push(new Uint8Array(bytes));
        size += bytes.length;
      },
      close: () => store.write(path, parts),
    };
  };

  async function* walk(path: string, below = ''): AsyncGenerator<string> {
    for (const { name, kind } of await readFolder(joinPath(path, below))) {
      const relative = below ? `${below}/${name}` : name;
      if (kind === 'file') yield relative;
      else yield* walk(path, relative);
    }
  }
  const readFolder: PlatformFiles['readFolder'] = async (path) => {
    const entries = await store.list(path);
    if (!entries) throw new PlatformError('not_found', path, 'there is no such folder.');
    return entries.sort(byName);
  };

  const hash = async (bytes: Uint8Array, algorithm: HashAlgorithm): Promise<string> => {
    if (algorithm === 'md5') return md5(bytes);
    if (!globalThis.crypto?.subtle)
      throw new PlatformError('unavailable', '', 'this page cannot compute SHA-256: it needs https.');
    return hexOf(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  };

  let temporaryCount = 0;
  const platform: PlatformFiles = {
    readFile,
    async *readParts(source) {
      const file = source instanceof Blob || isUrl(String(source)) ? source : await store.read(String(source));
      if (file) yield* partsOf(file);
      else yield await readFile(source);
    },
    writeFile: (path, content) => store.write(path, [bytesOf(content)]),
    openToGrow,
    saveForUser: async (name, content) => {
      offerDownload(fileNameOf(name), bytesOf(content));
      return fileNameOf(name);
    },
    exists: async (path) => (await stat(path)) !== undefined,
    stat,
    readFolder,
    walk: (path) => walk(path),
    makeFolder: (path) => store.makeFolder(path),
    remove: (path) => store.remove(path),
    rename: async (from, to) => {
      const file = await store.read(from);
      if (!file) throw new PlatformError('not_found', from, 'there is no such file.');
      await store.write(to, [new Uint8Array(await file.arrayBuffer())]);
      await store.remove(from);
    },
    makeTemporaryFolder: async () => {
      const path = `/tmp/cornu-${Date.now()}-${temporaryCount++}`;
      await store.makeFolder(path);
      return path;
    },
    download: (url, path, options) => download(platform, url, path, options),
    hashFile: async (path, algorithm) => hash(await readFile(path), algorithm),
    hash,
    unpack,
    packageFolder: async () => undefined,
  };
  return platform;
}

async function unpack(bytes: Uint8Array, format: 'gzip' | 'zlib', limit = 2 ** 32): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream(format === 'zlib' ? 'deflate' : 'gzip'));
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) {
        await reader.cancel();
        throw new PlatformError('too_large', '', `the ${format} data unpacks to more than ${limit} bytes; refused.`);
      }
      parts.push(value);
    }
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    throw new PlatformError('damaged', '', `the ${format} data is damaged (${String(error)}).`, { cause: error });
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Lets the browser save bytes as a file in the user's folder of downloads. */
function offerDownload(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  if (typeof document === 'undefined') {
    throw new PlatformError('unavailable', name, 'a worker cannot offer a download; send the bytes to the page.');
  }
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address after this returns.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
