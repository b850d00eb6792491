// Files in Node. Owns: reading, atomic writing, folders, and the wording of what goes wrong.
import type * as Fs from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { fileNameOf, folderOf, isUrl, joinPath } from './path.ts';
import type { FileSource, FileStat, FolderEntry, GrowingFile, PlatformFiles } from './platform.ts';
import { describeSystemError } from './platform-error.ts';
import { byName, fetchBytes, partsOf } from './source.ts';

type FileOperations = Pick<
  PlatformFiles,
  | 'readFile'
  | 'readParts'
  | 'writeFile'
  | 'openToGrow'
  | 'exists'
  | 'stat'
  | 'readFolder'
  | 'walk'
  | 'makeFolder'
  | 'remove'
  | 'rename'
>;

let temporaryCount = 0;

/** The file operations, on Node's fs/promises. */
export function makeNodeFiles(fs: typeof FsPromises, fsSync: typeof Fs) {
  const atOnce: Reader = { readFile: (path) => fsSync.readFileSync(path) };
  const describe = describeSystemError;

  const makeFolder = async (path: string): Promise<void> => {
    try {
      await fs.mkdir(path, { recursive: true });
    } catch (error) {
      // mkdir says EEXIST where a file has the folder's name.
      throw describe(renamed(error, 'EEXIST', 'ENOTDIR'), path, 'the folder cannot be made');
    }
  };

  /** Where a link leads: replacing the link itself would part it from its target. */
  const target = (path: string) => fs.realpath(path).catch(() => path);

  const writeFile = async (given: string, content: Uint8Array | string): Promise<void> => {
    const path = await target(given);
    const folder = folderOf(path);
    await makeFolder(folder);
    const temporary = joinPath(folder, `.${fileNameOf(path)}.${process.pid}.${temporaryCount++}.tmp`);
    try {
      const file = await fs.open(temporary, 'wx');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await fs.rename(temporary, path);
    } catch (error) {
      await fs.rm(temporary, { force: true }).catch(() => undefined);
      throw describe(error, given, 'cannot be written, what was there before is untouched');
    }
  };

  const openToGrow = async (path: string, fresh = false): Promise<GrowingFile> => {
    await makeFolder(folderOf(path));
    const attempt = async <T>(run: () => Promise<T>): Promise<T> => {
      try {
        return await run();
      } catch (error) {
        throw describe(error, path, 'cannot be written');
      }
    };
    const file = await attempt(() => fs.open(path, fresh ? 'w' : 'a'));
    let size = (await attempt(() => file.stat())).size;
    return {
      get size() {
        return size;
      },
      write: (bytes) =>
        attempt(async () => {
          await file.writeFile(bytes);
          size += bytes.length;
        }),
      close: () =>
        attempt(async () => {
          await file.sync();
          await file.close();
        }),
    };
  };

  const stat = async (path: string): Promise<FileStat | undefined> => {
    try {
      const found = await fs.stat(path);
      const isFolder = found.isDirectory();
      return { kind: isFolder ? 'folder' : 'file', size: isFolder ? 0 : found.size, modified: found.mtimeMs };
    } catch (error) {
      const described = describe(error, path, 'cannot be looked up');
      if (described.code === 'not_found' || described.code === 'not_folder') return undefined;
      throw described;
    }
  };

  const readFolder = async (path: string): Promise<FolderEntry[]> => {
    try {
      const entries = await fs.readdir(path, { withFileTypes: true });
      const found: FolderEntry[] = [];
      for (const entry of entries) {
        const isLink = entry.isSymbolicLink();
        const isFolder = isLink
          ? await fs.stat(joinPath(path, entry.name)).then(
              (behind) => behind.isDirectory(),
              () => false, // a link to nothing counts as a file that cannot be read, as in Python
            )
          : entry.isDirectory();
        found.push({ name: entry.name, kind: isFolder ? 'folder' : 'file', ...(isLink && { isLink }) });
      }
      return found.sort(byName);
    } catch (error) {
      throw describe(error, path, 'cannot be listed');
    }
  };

  async function* walk(path: string, below = '', above: readonly string[] = []): AsyncGenerator<string> {
    const here = joinPath(path, below);
    const real = await target(here);
    if (above.includes(real)) return; // a link back up
    for (const { name, kind } of await readFolder(here)) {
      const relative = below ? `${below}/${name}` : name;
      if (kind === 'file') yield relative;
      else yield* walk(path, relative, [...above, real]);
    }
  }

  const operations: FileOperations = {
    readFile: (source, mayBlock) => readSource(mayBlock ? atOnce : fs, source),
    readParts: (source) => readParts(fs, source),
    writeFile,
    openToGrow,
    exists: async (path) => (await stat(path)) !== undefined,
    stat,
    readFolder,
    walk: (path) => walk(path),
    makeFolder,
    remove: async (path) => {
      try {
        await fs.rm(path, { recursive: true, force: true });
      } catch (error) {
        throw describe(error, path, 'cannot be removed');
      }
    },
    rename: async (from, to) => {
      await makeFolder(folderOf(to));
      try {
        await fs.rename(from, to);
      } catch (error) {
        throw describe(error, to, `'${from}' cannot be moved there`);
      }
    },
  };
  return { operations, describe };
}

const renamed = (error: unknown, from: string, to: string): unknown =>
  error instanceof Error && 'code' in error && error.code === from ? Object.assign(error, { code: to }) : error;

interface Reader {
  readFile(path: string | URL): Promise<Buffer> | Buffer;
}

async function readSource(fs: Reader, source: FileSource): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const text = String(source);
  if (isUrl(text)) return fetchBytes(text);
  try {
    const content = await fs.readFile(source instanceof URL ? source : text);
    const { buffer } = content;
    // Small Node buffers share their memory with others; large ones have their own and need no copy.
    const owns = buffer instanceof ArrayBuffer && buffer.byteLength === content.byteLength;
    return owns ? new Uint8Array(buffer) : new Uint8Array(content);
  } catch (error) {
    throw describeSystemError(error, text, 'cannot be read');
  }
}

const PART = 1 << 20;

async function* readParts(fs: typeof FsPromises, source: FileSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Blob || isUrl(String(source))) {
    yield* partsOf(source);
    return;
  }
  try {
    const file = await fs.open(source instanceof URL ? source : String(source));
    try {
      for (;;) {
        // Each part has its own memory: the reader may keep it.
        const { bytesRead, buffer } = await file.read(new Uint8Array(PART), 0, PART);
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw describeSystemError(error, String(source), 'cannot be read');
  }
}
