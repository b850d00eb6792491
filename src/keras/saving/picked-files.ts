// Files that the user of a page picked together: the folder of a SavedModel, a model.json with its weights.
// Owns: putting them where readers find one beside the other, and which of them is the model. Leaves reading to load-model.ts.
import { FormatError } from '../../formats/file-error.ts';
import { isUnsafePath } from '../../formats/zip/zip-read.ts';
import { type FileSource, platform } from '../../platform/platform.ts';

/** Where a model is read from: a path, an address, a file; or all files of a folder, as `<input type="file" webkitdirectory>` gives them. */
export type ModelSource = FileSource | ArrayLike<File>;

export const isPicked = (source: ModelSource): source is ArrayLike<File> =>
  typeof source === 'object' &&
  source !== null &&
  !(source instanceof URL) &&
  !(source instanceof Blob) &&
  'length' in source;

/** The path of the model among them: the folder of a SavedModel, model.json, or the one file of a format. */
function modelAmong(paths: readonly string[]): string {
  const graph = paths.find((path) => /(^|\/)saved_model\.pb$/.test(path));
  if (graph !== undefined) return graph.replace(/saved_model\.pb$/, '').replace(/\/$/, '');
  const found = paths.filter((path) => /(\.(keras|h5|hdf5|onnx)|(^|\/)model\.json)$/.test(path));
  if (found.length === 1) return found[0]!;
  throw new FormatError(
    'missing_config',
    '',
    `loadModel: found ${paths.slice(0, 10).join(', ') || 'no files'}; wanted the files of one model: a folder with saved_model.pb, a model.json with its weights, or one .keras, .h5 or .onnx file.`,
  );
}

/** Calls `read` with a path at which the files lie, as long as it takes. */
export async function withPicked<T>(files: ArrayLike<File>, read: (path: string) => Promise<T>): Promise<T> {
  const named = Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name }));
  const unsafe = named.find(({ path }) => isUnsafePath(path));
  if (unsafe) throw new FormatError('unsafe_path', unsafe.path, 'the file would leave the folder.');
  const model = modelAmong(named.map(({ path }) => path));
  const folder = await platform().makeTemporaryFolder();
  try {
    for (const { file, path } of named)
      await platform().writeFile(`${folder}/${path}`, new Uint8Array(await file.arrayBuffer()));
    return await read(model === '' ? folder : `${folder}/${model}`);
  } finally {
    await platform().remove(folder);
  }
}
