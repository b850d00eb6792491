// Weights in several files, as Keras writes them with maxShardSize: `model.weights.json` names the `.weights.h5` files beside it.
// Owns: which files those are, and their being one store. Leaves each file to weights-store.ts.
import { FormatError } from '../../formats/file-error.ts';
import { isJsonObject, parsePythonJson } from '../../formats/keras/python-json.ts';
import { joinStores, readWeightsH5, type WeightsStore } from '../../formats/keras/weights-store.ts';
import { isUnsafePath } from '../../formats/zip/zip-read.ts';
import type { FileSource } from '../../platform/platform.ts';
import { readIfThere } from '../../platform/read-if-there.ts';

/** The names of the files that hold the weights, in order. */
function shardNames(content: Uint8Array, file: string): string[] {
  const json = parsePythonJson(new TextDecoder().decode(content), file, 'the list of shards');
  const map = isJsonObject(json) ? json.weight_map : undefined;
  if (!isJsonObject(map)) throw new FormatError('bad_config', file, 'it has no weight_map, so it lists no shards.');
  const names = [...new Set(Object.values(map).flat())];
  for (const name of names) {
    if (typeof name !== 'string' || name === '')
      throw new FormatError('bad_config', file, `weight_map names ${JSON.stringify(name)}, wanted names of files.`);
    if (isUnsafePath(name) || /[/\\]/.test(name))
      throw new FormatError('unsafe_path', file, `weight_map names '${name}', wanted files beside this one.`);
  }
  return (names as string[]).sort();
}

/** All shards as one store. */
export async function readShards(content: Uint8Array, file: string): Promise<WeightsStore> {
  const folder = file.replace(/[^/\\]*$/, '');
  const stores: WeightsStore[] = [];
  for (const name of shardNames(content, file)) {
    const path = `${folder}${name}`;
    const bytes = await readIfThere(path as FileSource);
    if (!bytes) throw new FormatError('missing_weights', file, `the shard '${name}' that it names is not beside it.`);
    stores.push(readWeightsH5(bytes, path));
  }
  return joinStores(stores, file);
}
