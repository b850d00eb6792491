// The files of a data set in a folder, with their classes, in the very order that Keras gives them.
// Owns: listing (a folder of the disk, or files that a user picked in a page), labels from folders, shuffling, splits.
// Leaves reading the files to the data sets.
import { show, ValueError } from '../../base/errors.ts';
import { fileNameOf, joinPath } from '../../platform/path.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import { globalState } from '../../random/global-state.ts';
import { RandomState } from '../../random/random-state.ts';

/** Files that a user picked: an `<input type="file" webkitdirectory>` gives each its path below the folder. */
export type PickedFiles = Iterable<File> | ArrayLike<File>;
export type Directory = string | PickedFiles;

export interface IndexedFile {
  /** What the data set calls it: the path on the disk, or the path below the picked folder. */
  readonly path: string;
  readonly source: FileSource;
}
export interface DirectoryIndex {
  readonly files: IndexedFile[];
  /** The class of each file; null where there are no labels. */
  readonly labels: number[] | null;
  readonly classNames: string[] | null;
}
export type LabelsArgument = 'inferred' | readonly number[] | null;
export type Subset = 'training' | 'validation' | 'both';

export interface IndexRequest {
  /** Who asks, for messages. */
  readonly name: string;
  readonly labels: LabelsArgument;
  /** Endings of the files that count, with their dots, in small letters. */
  readonly formats: readonly string[];
  readonly classNames: readonly string[] | null;
  readonly shuffle: boolean;
  readonly seed: number | null;
  readonly followLinks: boolean;
  readonly verbose: boolean;
}

const byCodePoint = (a: string, b: string): number => {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
};

/** A folder: the names of its folders, and the files below one of them. */
interface Tree {
  readonly folders: string[];
  filesBelow(folder: string): Promise<{ folder: string; name: string; file: IndexedFile }[]>;
}

async function treeOnDisk(root: string, followLinks: boolean): Promise<Tree> {
  const entries = await platform().readFolder(root);
  return {
    folders: entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.name),
    async filesBelow(folder) {
      const found: { folder: string; name: string; file: IndexedFile }[] = [];
      // Links that lead back up end here: no real tree is so deep.
      const walk = async (here: string, depth: number): Promise<void> => {
        for (const { name, kind, isLink } of await platform().readFolder(here)) {
          const path = joinPath(here, name);
          if (kind === 'file') found.push({ folder: here, name, file: { path, source: path } });
          else if ((!isLink || followLinks) && depth < 40) await walk(path, depth + 1);
        }
      };
      await walk(folder === '' ? root : joinPath(root, folder), 0);
      return found;
    },
  };
}

function treeOfFiles(picked: PickedFiles): Tree {
  if (picked === null || typeof picked !== 'object' || !(Symbol.iterator in picked))
    throw new ValueError(
      `directory: found ${show(picked)}, wanted the path of a folder or the files picked in a page.`,
    );
  const all = Array.from(picked as Iterable<File>, (file) => {
    if (file === null || typeof file !== 'object' || typeof file.name !== 'string')
      throw new ValueError(`directory: found ${show(file)} among the picked files, wanted files.`);
    // The first part is the picked folder itself.
    const [, ...below] = (file.webkitRelativePath || `/${file.name}`).split('/');
    return { path: below.join('/'), source: file };
  });
  return {
    folders: [...new Set(all.filter(({ path }) => path.includes('/')).map(({ path }) => path.split('/')[0]!))],
    filesBelow: async (folder) =>
      all
        .filter(({ path }) => folder === '' || path.startsWith(`${folder}/`))
        .map((file) => ({ folder: file.path.split('/').slice(0, -1).join('/'), name: fileNameOf(file.path), file })),
  };
}

/** Lists all files with their labels, shuffled as NumPy shuffles for the seed. */
export async function indexDirectory(directory: Directory, request: IndexRequest): Promise<DirectoryIndex> {
  const { name, labels, classNames, formats } = request;
  const tree =
    typeof directory === 'string' ? await treeOnDisk(directory, request.followLinks) : treeOfFiles(directory);
  let folders = [''];
  if (labels === 'inferred') {
    folders = tree.folders.filter((folder) => !folder.startsWith('.')).sort(byCodePoint);
    if (classNames) {
      const missing = classNames.filter((wanted) => !folders.includes(wanted));
      if (missing.length > 0)
        throw new ValueError(
          `${name}: classNames ${show(classNames)}, but there is no folder ${show(missing[0])}; the folders are ${show(folders)}.`,
        );
      folders = [...classNames];
    }
  }
  const files: IndexedFile[] = [];
  const found: number[] = [];
  for (const [label, folder] of folders.entries()) {
    const below = (await tree.filesBelow(folder)).filter((entry) =>
      formats.some((ending) => entry.name.toLowerCase().endsWith(ending)),
    );
    if (below.length === 0 && labels === 'inferred')
      throw new ValueError(
        `${name}: the class folder ${show(folder)} holds no file of a known kind (${formats.join(', ')}); put some there, or name the other classes in classNames.`,
      );
    below.sort((a, b) => byCodePoint(a.folder, b.folder) || byCodePoint(a.name, b.name));
    for (const { file } of below) {
      files.push(file);
      found.push(label);
    }
  }
  const index = withLabels(name, files, found, labels, folders);
  if (request.verbose)
    platform().print(
      index.classNames === null
        ? `Found ${files.length} files.\n`
        : `Found ${files.length} files belonging to ${index.classNames.length} classes.\n`,
    );
  if (request.shuffle) {
    const seed = request.seed ?? drawnSeed();
    new RandomState(seed).shuffle(index.files);
    if (index.labels) new RandomState(seed).shuffle(index.labels);
  }
  return index;
}

/** What Keras draws where no seed is given. */
export const drawnSeed = (): number => globalState.randint(1e6);

function withLabels(
  name: string,
  files: IndexedFile[],
  found: number[],
  labels: LabelsArgument,
  folders: string[],
): DirectoryIndex {
  if (labels === 'inferred') return { files, labels: found, classNames: folders };
  if (labels === null) return { files, labels: null, classNames: null };
  if (labels.length !== files.length)
    throw new ValueError(
      `${name}: found ${labels.length} labels for ${files.length} files; wanted one label for each file, in the order of their paths.`,
    );
  return { files, labels: [...labels], classNames: [...new Set(labels)].sort((a, b) => a - b).map(String) };
}

/** What data sets come as: there is no grain, Google's loader for Python, here. */
export type DatasetFormat = 'tf';
export function requireFormat(name: string, format: unknown): void {
  if (format !== undefined && format !== null && format !== 'tf')
    throw new ValueError(`${name}: format: found ${show(format)}, wanted 'tf': data sets here are tf.data's.`);
}

/** Checks what Keras checks of a split. */
export function checkSplit(
  name: string,
  validationSplit: number | null,
  subset: Subset | null,
  shuffle: boolean,
  seed: number | null,
): void {
  if (validationSplit && !(validationSplit > 0 && validationSplit < 1))
    throw new ValueError(`${name}: validationSplit ${show(validationSplit)}; wanted a number between 0 and 1.`);
  if (Boolean(validationSplit) !== Boolean(subset))
    throw new ValueError(`${name}: validationSplit and subset must be given together; found only one of them.`);
  if (subset && !['training', 'validation', 'both'].includes(subset))
    throw new ValueError(`${name}: subset ${show(subset)}; wanted 'training', 'validation' or 'both'.`);
  if (validationSplit && shuffle && seed === null)
    throw new ValueError(
      `${name}: a split of shuffled files needs a seed, so that training and validation do not overlap; give the same seed to both.`,
    );
}

/** The part of the files that a subset stands for: the last ones are for validation. */
export function splitIndex(
  index: DirectoryIndex,
  validationSplit: number | null,
  subset: 'training' | 'validation' | null,
  verbose: boolean,
): DirectoryIndex {
  if (!validationSplit || !subset) return index;
  const { length } = index.files;
  const held = Math.trunc(validationSplit * length);
  const cut = <T>(list: T[]): T[] => (subset === 'training' ? list.slice(0, -held) : list.slice(-held));
  if (verbose)
    platform().print(
      `Using ${subset === 'training' ? length - held : held} files for ${subset === 'training' ? 'training' : 'validation'}.\n`,
    );
  return { files: cut(index.files), labels: index.labels && cut(index.labels), classNames: index.classNames };
}
