// Files from the internet, kept in Keras's cache: the core of `keras.utils.getFile` and of the built-in data sets.
// Owns: the names and places of Keras's cache, verification by hash, the bar. Leaves the download itself to the platform.
import { ValueError } from '../../base/errors.ts';
import { folderOf, joinPath } from '../../platform/path.ts';
import { type HashAlgorithm, platform } from '../../platform/platform.ts';
import { makeDownloadBar } from './download-bar.ts';
import { type ArchiveFormat, extractArchive } from './extract-archive.ts';
import { kerasHome } from './keras-home.ts';

export interface FetchOptions {
  /** The file's name in the cache; the last part of the address otherwise. */
  readonly fileName?: string | undefined;
  /** The folder below the cache; `datasets` otherwise. An absolute path stands for itself. */
  readonly subfolder?: string | undefined;
  /** The cache; `$KERAS_HOME` or `~/.keras` otherwise. */
  readonly cacheFolder?: string | undefined;
  /** The digest that the file must have, in hexadecimal. */
  readonly hash?: string | undefined;
  /** By its length otherwise: 64 digits are SHA-256, others MD5. */
  readonly hashAlgorithm?: HashAlgorithm | 'auto' | undefined;
  /** Unpacks the archive; what is returned is then the folder. */
  readonly extract?: boolean | undefined;
  readonly archiveFormat?: ArchiveFormat | undefined;
  /** Downloads even where the file is there. */
  readonly forceDownload?: boolean | undefined;
  /** Prints what is downloaded, with a bar; true otherwise. */
  readonly verbose?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for the server's first answer. */
  readonly connectTimeout?: number | undefined;
}

interface Places {
  /** The downloaded file. */
  readonly file: string;
  /** Where an archive is unpacked. */
  readonly folder: string;
}

/** The names that Keras gives the file and the folder it is unpacked into. */
function placesOf(origin: string, options: FetchOptions): Places {
  const base = joinPath(options.cacheFolder ?? kerasHome(), options.subfolder ?? 'datasets');
  const given = options.fileName;
  if (given !== undefined && /[/\\]/.test(given)) {
    throw new ValueError(
      `fileName: '${given}' is a path; wanted a name. Say where it shall lie by cacheFolder and subfolder.`,
    );
  }
  const name = given || nameIn(origin);
  if (!name || name === '.' || name === '..' || /[/\\]/.test(name)) {
    throw new ValueError(`origin: no file name can be taken from '${origin}'; give one as fileName.`);
  }
  if (!options.extract) return { file: joinPath(base, name), folder: '' };
  if (given?.includes('.')) {
    return { file: joinPath(base, name), folder: joinPath(base, `${name.slice(0, name.indexOf('.'))}_extracted`) };
  }
  return { file: joinPath(base, `${name}_archive`), folder: joinPath(base, name) };
}

/** The last part of an address's path; empty where it is no address. */
function nameIn(origin: string): string {
  try {
    return decodeURIComponent(new URL(origin).pathname.split('/').at(-1)!);
  } catch {
    return '';
  }
}

/** Downloads that are under way, so that two callers of one file wait for the same. */
const underWay = new Map<string, Promise<string>>();

/**
 * The path of a file that lies at an address, downloaded once; of the folder, where it is unpacked.
 *
 * Throws PlatformError (`network`, `cut_off`, `wrong_hash`, `disk_full`, …), FormatError for a bad archive, ValueError for
 * a bad name. A cut download goes on where it was cut when it is tried again.
 */
export function fetchCached(origin: string, options: FetchOptions = {}): Promise<string> {
  const places = placesOf(origin, options);
  const waiting = underWay.get(places.file);
  if (waiting) return waiting;
  const fetching = fetchTo(places, origin, options).finally(() => underWay.delete(places.file));
  underWay.set(places.file, fetching);
  return fetching;
}

async function fetchTo({ file, folder }: Places, origin: string, options: FetchOptions): Promise<string> {
  const machine = platform();
  if (options.forceDownload || !(await isWhole(file, options))) {
    await machine.makeFolder(folderOf(file));
    let bar: ReturnType<typeof makeDownloadBar> | undefined;
    // The bar begins with the first byte, so that nothing is announced that cannot be reached.
    const onProgress = (received: number, total: number | undefined) => {
      if (!bar) machine.print(`Downloading data from ${origin}\n`);
      bar ??= makeDownloadBar(machine);
      bar.update(received, total);
    };
    try {
      await machine.download(origin, file, {
        hash: hashOf(options),
        onProgress: options.verbose === false ? undefined : onProgress,
        signal: options.signal,
        ...(options.connectTimeout !== undefined && { connectTimeout: options.connectTimeout }),
      });
    } finally {
      bar?.end();
    }
  }
  if (!options.extract) return file;
  const isDone = await extractArchive(file, folder, options.archiveFormat);
  if (!isDone) console.warn(`${file} could not be unpacked: it is no archive of the kind asked for.`);
  return folder;
}

function hashOf({ hash, hashAlgorithm = 'auto' }: FetchOptions) {
  if (hash === undefined) return undefined;
  const algorithm = hashAlgorithm !== 'auto' ? hashAlgorithm : hash.length === 64 ? 'sha256' : 'md5';
  return { algorithm, hex: hash } as const;
}

/** Whether the file is there, and the one that is wanted. */
async function isWhole(file: string, options: FetchOptions): Promise<boolean> {
  const machine = platform();
  if (!(await machine.exists(file))) return false;
  const hash = hashOf(options);
  if (!hash || (await machine.hashFile(file, hash.algorithm)) === hash.hex.toLowerCase()) return true;
  if (options.verbose !== false) {
    machine.print(
      `${file} is incomplete or outdated: its ${hash.algorithm} is not ${hash.hex}. It is downloaded again.\n`,
    );
  }
  return false;
}
