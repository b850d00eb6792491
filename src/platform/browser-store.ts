// Where files lie in a browser: the origin's private file system, or memory where there is none.
// Owns: the two stores behind one interface, with paths as lists of names. Leaves addresses and Blobs to browser.ts.
import type { FolderEntry } from './platform.ts';
import { PlatformError } from './platform-error.ts';

export interface FileStore {
  /** Undefined where there is no such file. */
  read(path: string): Promise<Blob | undefined>;
  /** Writes a whole file, making folders. */
  write(path: string, parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void>;
  /** Undefined where there is no such folder. */
  list(path: string): Promise<FolderEntry[] | undefined>;
  makeFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** The names of a path, with '.' and '..' resolved. */
export function namesOf(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split(/[/\\]/)) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}

/** Files in memory; gone with the page. */
export function makeMemoryStore(): FileStore {
  const files = new Map<string, Blob>();
  const folders = new Set<string>(['']);
  const key = (path: string) => namesOf(path).join('/');
  const addFolders = (names: readonly string[]) => {
    for (let i = 0; i <= names.length; i++) folders.add(names.slice(0, i).join('/'));
  };
  return {
    read: async (path) => files.get(key(path)),
    write: async (path, parts) => {
      if (folders.has(key(path))) throw new PlatformError('is_folder', path, 'this is a folder, a file was expected.');
      addFolders(namesOf(path).slice(0, -1));
      files.set(key(path), new Blob([...parts]));
    },
    list: async (path) => {
      const folder = key(path);
      if (!folders.has(folder)) return undefined;
      const prefix = folder === '' ? '' : `${folder}/`;
      const inside = (other: string) =>
        other !== '' && other.startsWith(prefix) && !other.slice(prefix.length).includes('/') && other !== folder;
      const found: FolderEntry[] = [...folders]
        .filter(inside)
        .map((name) => ({ name: name.slice(prefix.length), kind: 'folder' }));
      for (const name of files.keys()) if (inside(name)) found.push({ name: name.slice(prefix.length), kind: 'file' });
      return found;
    },
    makeFolder: async (path) => addFolders(namesOf(path)),
    remove: async (path) => {
      const gone = key(path);
      const below = (other: string) => other === gone || other.startsWith(`${gone}/`);
      for (const name of [...files.keys()]) if (below(name)) files.delete(name);
      for (const name of [...folders]) if (name !== '' && below(name)) folders.delete(name);
    },
  };
}

const isMissing = (error: unknown) =>
  error instanceof Error && (error.name === 'NotFoundError' || error.name === 'TypeMismatchError');

/** The origin private file system: kept between visits, seen by this site only. */
export function makePrivateStore(root: FileSystemDirectoryHandle): FileStore {
  const folder = async (names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle | undefined> => {
    let here = root;
    try {
      for (const name of names) here = await here.getDirectoryHandle(name, { create });
    } catch (error) {
      if (!create && isMissing(error)) return undefined;
      throw new PlatformError('failed', names.join('/'), `the folder cannot be opened (${String(error)}).`, {
        cause: error,
      });
    }
    return here;
  };
  return {
    read: async (path) => {
      const names = namesOf(path);
      const parent = await folder(names.slice(0, -1), false);
      try {
        return await (await parent?.getFileHandle(names.at(-1) ?? ''))?.getFile();
      } catch (error) {
        if (isMissing(error) || error instanceof TypeError) return undefined;
        throw new PlatformError('failed', path, `cannot be read (${String(error)}).`, { cause: error });
      }
    },
    write: async (path, parts) => {
      const names = namesOf(path);
      const parent = await folder(names.slice(0, -1), true);
      try {
        const handle = await parent!.getFileHandle(names.at(-1) ?? '', { create: true });
        // What is written lies beside the file until it is closed.
        const stream = await handle.createWritable();
        for (const part of parts) await stream.write(part);
        await stream.close();
      } catch (error) {
        const isFull = error instanceof Error && error.name === 'QuotaExceededError';
        const why = isFull ? "the site's share of the disk is full; remove some files" : String(error);
        throw new PlatformError(isFull ? 'disk_full' : 'failed', path, `cannot be written: ${why}.`, { cause: error });
      }
    },
    list: async (path) => {
      const here = await folder(namesOf(path), false);
      if (!here) return undefined;
      const found: FolderEntry[] = [];
      for await (const [name, handle] of here.entries())
        found.push({ name, kind: handle.kind === 'directory' ? 'folder' : 'file' });
      return found;
    },
    makeFolder: async (path) => void (await folder(namesOf(path), true)),
    remove: async (path) => {
      const names = namesOf(path);
      const parent = await folder(names.slice(0, -1), false);
      await parent?.removeEntry(names.at(-1) ?? '', { recursive: true }).catch((error: unknown) => {
        if (!isMissing(error))
          throw new PlatformError('failed', path, `cannot be removed (${String(error)}).`, { cause: error });
      });
    },
  };
}
