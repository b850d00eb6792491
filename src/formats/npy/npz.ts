// NumPy's .npz files: a zip archive of .npy arrays.
// Owns: the names (without `.npy`), reading one array at a time. Leaves the archive to zip/, the arrays to npy.ts.
import type { ArrayData } from '../array-data.ts';
import { FormatError } from '../file-error.ts';
import { ZipArchive } from '../zip/zip-read.ts';
import { writeZip } from '../zip/zip-write.ts';
import { readNpy, writeNpy } from './npy.ts';

const SUFFIX = '.npy';

/** An open .npz file; arrays are unpacked when asked for. */
export class NpzArchive {
  readonly #archive: ZipArchive;

  constructor(bytes: Uint8Array, file: string) {
    this.#archive = new ZipArchive(bytes, file);
  }

  get names(): string[] {
    return this.#archive.names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  }

  has(name: string): boolean {
    return this.#archive.has(name + SUFFIX);
  }

  /** The array of that name; throws FormatError where there is none or it is damaged. */
  async read(name: string): Promise<ArrayData> {
    const { file } = this.#archive;
    if (!this.has(name)) {
      throw new FormatError(
        'bad_npy',
        file,
        `there is no array '${name}'; the file holds ${this.names.slice(0, 20).join(', ') || 'none'}.`,
      );
    }
    return readNpy(await this.#archive.read(name + SUFFIX), `${file}/${name}${SUFFIX}`);
  }

  /** The bytes of an array's .npy file. */
  readBytes(name: string): Promise<Uint8Array> {
    return this.#archive.read(name + SUFFIX);
  }
}

/** Every array of a .npz file, by name. */
export async function readNpz(bytes: Uint8Array, file: string): Promise<Map<string, ArrayData>> {
  const archive = new NpzArchive(bytes, file);
  const arrays = new Map<string, ArrayData>();
  for (const name of archive.names) arrays.set(name, await archive.read(name));
  return arrays;
}

/** A .npz file of these arrays, as numpy.savez writes it, or numpy.savez_compressed. */
export function writeNpz(
  arrays: ReadonlyMap<string, ArrayData> | Readonly<Record<string, ArrayData>>,
  options: { compress?: boolean } = {},
): Promise<Uint8Array> {
  const entries = arrays instanceof Map ? [...arrays] : Object.entries(arrays);
  return writeZip(
    entries.map(([name, array]: [string, ArrayData]) => ({
      name: name + SUFFIX,
      data: writeNpy(array),
      compress: options.compress === true,
    })),
  );
}
