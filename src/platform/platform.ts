// Where the program runs, Node or a browser, behind one interface: files, downloads, terminal, interrupts.
// Owns: the interface and the choice between the two. What needs modules of Node, or the browser's file system, is loaded
// when it is first asked for, so that a bundle for browsers lacks the one and a start in Node does not wait for the other.
// Paths have forward slashes; errors are PlatformError.
import { browserPage } from './browser-page.ts';
import type { DownloadOptions } from './download.ts';
import { nodeProcess } from './node-process.ts';

/** What a file can be read from: a path, a URL, or what a user picked in a page. */
export type FileSource = string | URL | Blob;

export interface FileStat {
  readonly kind: 'file' | 'folder';
  /** Bytes; 0 for folders. */
  readonly size: number;
  /** Milliseconds since 1970; 0 where it is not known. */
  readonly modified: number;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Whether it is a link to what `kind` says. */
  readonly isLink?: true;
}

/** A file that grows; for downloads and records. */
export interface GrowingFile {
  /** Bytes so far, also those that were there before. */
  readonly size: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Puts everything on the disk. */
  close(): Promise<void>;
}

export type HashAlgorithm = 'sha256' | 'md5';

/** What has to be waited for. */
export interface PlatformFiles {
  /** The content of a file, URL or Blob. Where the thread `mayBlock` it is read at once, which is the quickest for small files. */
  readFile(source: FileSource, mayBlock?: boolean): Promise<Uint8Array<ArrayBuffer>>;
  /** The content of a file in parts, so that a large one need not be in memory. */
  readParts(source: FileSource): AsyncIterable<Uint8Array>;
  /**
   * Writes a file at once or not at all: a crash in the middle leaves the old file whole. Missing folders are made.
   * In a browser it goes to the site's own file system; see saveForUser.
   */
  writeFile(path: string, content: Uint8Array | string): Promise<void>;
  /** Opens a file for writing at its end, `fresh` to begin it anew. Missing folders are made. */
  openToGrow(path: string, fresh?: boolean): Promise<GrowingFile>;
  /** Gives the user a file: a download in a browser, a file in the working folder in Node. Returns its name or path. */
  saveForUser(name: string, content: Uint8Array | string): Promise<string>;
  exists(path: string): Promise<boolean>;
  /** Undefined where nothing is. */
  stat(path: string): Promise<FileStat | undefined>;
  /** The entries of a folder, by name in code point order. */
  readFolder(path: string): Promise<FolderEntry[]>;
  /** Paths of all files below a folder, relative to it, folder by folder in code point order. Links are followed once. */
  walk(path: string): AsyncIterable<string>;
  makeFolder(path: string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; nothing happens where nothing is. */
  remove(path: string): Promise<void>;
  /** Moves a file, replacing what is there. */
  rename(from: string, to: string): Promise<void>;
  /** A new empty folder for temporary files. */
  makeTemporaryFolder(): Promise<string>;
  /** Downloads to a file; see download.ts. */
  download(url: string, path: string, options?: DownloadOptions): Promise<void>;
  /** The digest of a file, in hexadecimal. */
  hashFile(path: string, algorithm: HashAlgorithm): Promise<string>;
  /** The digest of bytes, in hexadecimal. */
  hash(bytes: Uint8Array, algorithm: HashAlgorithm): Promise<string>;
  /** Unpacks gzip or zlib data; throws where more than `limit` bytes come out. */
  unpack(bytes: Uint8Array, format: 'gzip' | 'zlib', limit?: number): Promise<Uint8Array>;
  /** The folder of an installed npm package, or undefined where there is none. */
  packageFolder(name: string): Promise<string | undefined>;
}

/** What can be asked at once. */
export interface PlatformSurroundings {
  readonly kind: 'node' | 'browser';
  readonly homeFolder: string;
  readonly workingFolder: string;
  /** An environment variable; always undefined in browsers. */
  env(name: string): string | undefined;
  /** Writes to standard output, or to the console line by line. */
  print(text: string): void;
  /** Whether standard output is a terminal that can redraw a line. */
  readonly isTerminal: boolean;
  /** The width of the terminal, 80 where there is none. */
  readonly columns: number;
  /**
   * Calls `handler` on Ctrl-C instead of ending the program; a second Ctrl-C ends it. Returns what undoes it.
   */
  onInterrupt(handler: () => void): () => void;
  /** Calls `handler` whenever nothing is left to do and the program is about to end; a timer it starts goes on. Never in a browser. */
  onLastTurn(handler: () => void): void;
  readonly hardwareConcurrency: number;
  /** The content of a small file at once; undefined where nothing is, and where files must be waited for: in browsers, before Node 20.16. */
  readNow(path: string): Uint8Array | undefined;
}

export type Platform = PlatformSurroundings & PlatformFiles;

/** Whether this is Node, Bun or Deno. */
export const isNode = (): boolean =>
  typeof process !== 'undefined' && typeof process.versions?.node === 'string' && !('document' in globalThis);

let current: Platform | undefined;

/** The platform that the program runs on. */
export function platform(): Platform {
  current ??= isNode()
    ? join(nodeProcess, () => import('./node.ts').then((node) => node.openNodeFiles()))
    : join(browserPage, () => import('./browser.ts').then((browser) => browser.openBrowserFiles()));
  return current;
}

/** Surroundings that are there at once, and files whose code is loaded with their first use. */
function join(surroundings: PlatformSurroundings, load: () => Promise<PlatformFiles>): Platform {
  let loading: Promise<PlatformFiles> | undefined;
  const files = () => (loading ??= load());
  const late: PlatformFiles = {
    readFile: async (source, mayBlock) => (await files()).readFile(source, mayBlock),
    async *readParts(source) {
      yield* (await files()).readParts(source);
    },
    writeFile: async (path, content) => (await files()).writeFile(path, content),
    openToGrow: async (path, fresh) => (await files()).openToGrow(path, fresh),
    saveForUser: async (name, content) => (await files()).saveForUser(name, content),
    exists: async (path) => (await files()).exists(path),
    stat: async (path) => (await files()).stat(path),
    readFolder: async (path) => (await files()).readFolder(path),
    async *walk(path) {
      yield* (await files()).walk(path);
    },
    makeFolder: async (path) => (await files()).makeFolder(path),
    remove: async (path) => (await files()).remove(path),
    rename: async (from, to) => (await files()).rename(from, to),
    makeTemporaryFolder: async () => (await files()).makeTemporaryFolder(),
    download: async (url, path, options) => (await files()).download(url, path, options),
    hashFile: async (path, algorithm) => (await files()).hashFile(path, algorithm),
    hash: async (bytes, algorithm) => (await files()).hash(bytes, algorithm),
    unpack: async (bytes, format, limit) => (await files()).unpack(bytes, format, limit),
    packageFolder: async (name) => (await files()).packageFolder(name),
  };
  // Getters such as `columns` must stay getters: a terminal is resized.
  return Object.defineProperties(late as Platform, Object.getOwnPropertyDescriptors(surroundings));
}
