// tf.io.gfile: files and folders.
// Owns: TensorFlow's names for them; they give promises. Leaves the work to the platform.

import { FileError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { joinPath } from '../../platform/path.ts';
import { platform } from '../../platform/platform.ts';
import { matchingPaths } from './glob.ts';

export { GFile } from './gfile-file.ts';

export const exists = (path: string): Promise<boolean> => platform().exists(path);
export const isdir = async (path: string): Promise<boolean> => (await platform().stat(path))?.kind === 'folder';
/** The names in a folder, sorted. */
export const listdir = async (path: string): Promise<string[]> =>
  (await platform().readFolder(path)).map(({ name }) => name).sort();
/** Makes a folder and those above it. */
export const makedirs = (path: string): Promise<void> => platform().makeFolder(path);
export const mkdir = makedirs;
/** The paths that match a pattern (`*`, `?`, `[a-z]`), sorted. */
export const glob = guarded(
  'io.gfile.glob',
  ['pattern'],
  async (pattern: string | readonly string[]): Promise<string[]> => {
    const found = await Promise.all((typeof pattern === 'string' ? [pattern] : pattern).map(matchingPaths));
    return [...new Set(found.flat())].sort();
  },
);
async function mayReplace(path: string, overwrite: boolean, where: string): Promise<void> {
  if (!overwrite && (await exists(path)))
    throw new FileError(`gfile.${where}: '${path}' exists; give overwrite: true to replace it.`);
}
type OverwriteOption = boolean | { readonly overwrite?: boolean };
const overwrites = (given: OverwriteOption): boolean => (typeof given === 'object' ? given.overwrite === true : given);
export const copy = guarded(
  'io.gfile.copy',
  ['src', 'dst', 'overwrite'],
  async (src: string, dst: string, overwrite: OverwriteOption = false): Promise<void> => {
    await mayReplace(dst, overwrites(overwrite), 'copy');
    await platform().writeFile(dst, await platform().readFile(src));
  },
);
export const rename = guarded(
  'io.gfile.rename',
  ['src', 'dst', 'overwrite'],
  async (src: string, dst: string, overwrite: OverwriteOption = false): Promise<void> => {
    await mayReplace(dst, overwrites(overwrite), 'rename');
    await platform().rename(src, dst);
  },
);
/** Deletes a file. */
export async function remove(path: string): Promise<void> {
  if (await isdir(path)) throw new FileError(`gfile.remove: '${path}' is a folder; use gfile.rmtree.`);
  if (!(await exists(path))) throw new FileError(`gfile.remove: there is no file '${path}'.`);
  await platform().remove(path);
}
/** Deletes a folder with all that is in it. */
export const rmtree = (path: string): Promise<void> => platform().remove(path);
export const join = guarded('io.gfile.join', ['path', '...parts'], (path: string, ...parts: string[]): string =>
  parts.reduce((a, b) => joinPath(a, b), path),
);

export interface FileStatistics {
  readonly length: number;
  readonly mtimeNsec: number;
  readonly isDirectory: boolean;
}
export async function stat(path: string): Promise<FileStatistics> {
  const found = await platform().stat(path);
  if (!found) throw new FileError(`gfile.stat: there is nothing at '${path}'.`);
  return { length: found.size, mtimeNsec: found.modified * 1e6, isDirectory: found.kind === 'folder' };
}
/**
 * Folders from the top down, or with `topdown: false` from the deepest up: the path, its folders, its files. A folder that cannot
 * be read is told to `onerror`, if it is there, and left out.
 */
export async function* walk(
  top: string,
  options: boolean | { readonly topdown?: boolean; readonly onerror?: ((error: unknown) => void) | null } = {},
  onerror?: ((error: unknown) => void) | null,
): AsyncGenerator<[folder: string, folders: string[], files: string[]]> {
  const { topdown = true, onerror: told = onerror } = typeof options === 'boolean' ? { topdown: options } : options;
  let entries: Awaited<ReturnType<ReturnType<typeof platform>['readFolder']>>;
  try {
    entries = await platform().readFolder(top);
  } catch (error) {
    if (!told) throw error;
    told(error);
    return;
  }
  const names = (kind: string): string[] =>
    entries
      .filter((entry) => entry.kind === kind)
      .map(({ name }) => name)
      .sort();
  const here: [string, string[], string[]] = [top, names('folder'), names('file')];
  if (topdown) yield here;
  for (const name of here[1]) yield* walk(joinPath(top, name), { topdown, onerror: told ?? null });
  if (!topdown) yield here;
}
/** What paths may begin with: nothing, for files, or the scheme of an address that can be read. */
export const getRegisteredSchemes = (): string[] => ['', 'http', 'https'];
