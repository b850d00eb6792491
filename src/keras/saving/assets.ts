// What layers keep in files beside weights and config: vocabularies as text, arrays under names of their own.
// Owns: who has such things, and their way in and out of files. Leaves what they mean to the layers.
import type { ArrayData } from '../../formats/array-data.ts';
import { FormatError } from '../../formats/file-error.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { SavedPart } from './state.ts';

interface HasAssets {
  saveAssets(): ReadonlyMap<string, Uint8Array>;
  loadAssets(assets: ReadonlyMap<string, Uint8Array>): void;
}
interface HasOwnArrays {
  saveOwnArrays(): ReadonlyMap<string, Tensor>;
  loadOwnArrays(arrays: ReadonlyMap<string, Tensor>): void;
}
const hasAssets = (object: object): object is HasAssets => 'saveAssets' in object && 'loadAssets' in object;
const hasOwnArrays = (object: object): object is HasOwnArrays => 'saveOwnArrays' in object && 'loadOwnArrays' in object;

/** Files of all parts, by path. */
export function assetsOf(parts: readonly SavedPart[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { path, object } of parts) {
    if (!hasAssets(object)) continue;
    for (const [name, bytes] of object.saveAssets()) files.set(path === '' ? name : `${path}/${name}`, bytes);
  }
  return files;
}

/** Gives each part the files below its path. */
export function loadAssets(parts: readonly SavedPart[], files: ReadonlyMap<string, Uint8Array>, file: string): void {
  for (const { path, object } of parts) {
    if (!hasAssets(object)) continue;
    const own = new Map<string, Uint8Array>();
    const start = path === '' ? '' : `${path}/`;
    for (const [name, bytes] of files) if (name.startsWith(start)) own.set(name.slice(start.length), bytes);
    if (own.size === 0) continue;
    try {
      object.loadAssets(own);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new FormatError('bad_config', `${file}/assets/${path}`, why, { cause: error });
    }
  }
}

/** Arrays under names of their own. */
export function ownArraysOf(object: object): ReadonlyMap<string, ArrayData> | undefined {
  if (!hasOwnArrays(object)) return undefined;
  const arrays = object.saveOwnArrays();
  return new Map(
    [...arrays].map(([name, { elements, dims, dtype }]) => [name, { data: elements!, shape: dims, dtype }]),
  );
}
export function loadOwnArrays(object: object, arrays: ReadonlyMap<string, ArrayData>): void {
  if (!hasOwnArrays(object) || arrays.size === 0) return;
  object.loadOwnArrays(
    new Map([...arrays].map(([name, { data, shape, dtype }]) => [name, eagerTensor(data, shape, dtype)])),
  );
}
