// tf.io.readFile, writeFile, matchingFiles, matchFilenamesOnce.
import type { StringElement } from '../../base/dtype.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import { eagerTensor, Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { bytesOf, elementOf, stringTensor, textOf } from '../strings/text.ts';
import { matchingPaths } from './glob.ts';

/** A path as a text, also where it is a string scalar. */
export const pathOf = (path: TensorLike | FileSource, name: string): string => {
  if (typeof path === 'string') return path;
  return textOf(stringTensor(path as TensorLike, name).elements![0] as StringElement);
};

/** The content of a file, an address or a picked file, as a string scalar. */
export async function readFile(filename: TensorLike | FileSource): Promise<Tensor> {
  const source =
    filename instanceof Tensor || typeof filename === 'string' || Array.isArray(filename)
      ? pathOf(filename as TensorLike, 'readFile')
      : (filename as FileSource);
  return eagerTensor([elementOf(await platform().readFile(source))], [], 'string');
}

/** Writes a whole file, making its folders. */
export async function writeFile(filename: TensorLike, contents: Uint8Array | TensorLike): Promise<void> {
  const bytes =
    contents instanceof Uint8Array
      ? contents
      : bytesOf(stringTensor(contents as TensorLike, 'writeFile').elements![0] as StringElement);
  await platform().writeFile(pathOf(filename, 'writeFile'), bytes);
}

/** The paths that match patterns, sorted: a string vector. */
export async function matchingFiles(pattern: TensorLike): Promise<Tensor> {
  const patterns = stringTensor(pattern, 'matchingFiles').elements as StringElement[];
  const found = await Promise.all(patterns.map((one) => matchingPaths(textOf(one))));
  const paths = found.flat().sort();
  return eagerTensor(paths, [paths.length], 'string');
}
export const matchFilenamesOnce = matchingFiles;
