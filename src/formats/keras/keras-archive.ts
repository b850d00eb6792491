// `.keras` files: a zip archive of metadata.json, config.json, model.weights.h5 and assets.
// Owns: the archive's structure, its errors by kind. Leaves what the config means, and whether its layers are safe to
// build, to the saving code above.
import { decodeText, encodeText } from '../array-data.ts';
import { FormatError } from '../file-error.ts';
import { ZipArchive } from '../zip/zip-read.ts';
import { writeZip, type ZipInput } from '../zip/zip-write.ts';
import { isJsonObject, type JsonObject, parsePythonJson, printPythonJson } from './python-json.ts';
import { readWeightsH5, type VariablesInput, type WeightsStore, writeWeightsH5 } from './weights-store.ts';

const METADATA = 'metadata.json';
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
const ASSETS = 'assets/';

export interface KerasArchive {
  /** The file's name, for error messages. */
  readonly file: string;
  /** `keras_version`, `date_saved`; empty where the archive has none. */
  readonly metadata: JsonObject;
  /** The serialized model. */
  readonly config: JsonObject;
  readonly weights: WeightsStore;
  /** Files of layers, such as vocabularies, by path below `assets/`. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
}

/**
 * Opens a `.keras` file; `file` is its name for error messages. Arrays are read when asked for.
 *
 * Throws FormatError of kind `bad_archive`, `unsafe_path`, `missing_config`, `bad_config`, `missing_weights` or `bad_hdf5`.
 */
export async function readKerasArchive(bytes: Uint8Array, file: string): Promise<KerasArchive> {
  const archive = new ZipArchive(bytes, file);
  const config = await readJson(archive, CONFIG);
  if (!config) {
    throw new FormatError(
      'missing_config',
      file,
      `the archive has no ${CONFIG}; it holds ${archive.names.join(', ') || 'nothing'}.`,
    );
  }
  const metadata = (await readJson(archive, METADATA)) ?? {};
  if (!archive.has(WEIGHTS)) {
    throw new FormatError(
      'missing_weights',
      file,
      `the archive has no ${WEIGHTS}; it holds ${archive.names.join(', ')}.`,
    );
  }
  const weights = readWeightsH5(await archive.read(WEIGHTS), `${file}/${WEIGHTS}`);
  const assets = new Map<string, Uint8Array>();
  for (const name of archive.names) {
    if (name.startsWith(ASSETS) && !name.endsWith('/')) assets.set(name.slice(ASSETS.length), await archive.read(name));
  }
  return { file, metadata, config, weights, assets };
}

async function readJson(archive: ZipArchive, name: string): Promise<JsonObject | undefined> {
  if (!archive.has(name)) return undefined;
  const text = decodeText(await archive.read(name));
  if (typeof text !== 'string') throw new FormatError('bad_config', archive.file, `${name} is not UTF-8 text.`);
  const value = parsePythonJson(text, archive.file, name);
  if (!isJsonObject(value)) throw new FormatError('bad_config', archive.file, `${name} holds no JSON object.`);
  return value;
}

export interface KerasArchiveInput {
  readonly config: object;
  readonly weights: Iterable<VariablesInput>;
  readonly metadata?: object;
  readonly assets?: ReadonlyMap<string, Uint8Array | string>;
}

/** The version that files name as their writer's: cornu follows this Keras, so that Python's migrations do the same. */
export const KERAS_VERSION = '3.15.1';

/** The time as Keras writes it into metadata.json. */
function dateSaved(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}@${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A `.keras` file as Keras writes it: stored entries in its order. */
export function writeKerasArchive(input: KerasArchiveInput): Promise<Uint8Array> {
  const metadata = {
    keras_version: KERAS_VERSION,
    date_saved: dateSaved(new Date()),
    written_by: 'cornu',
    ...input.metadata,
  };
  const entries: ZipInput[] = [
    { name: METADATA, data: encodeText(printPythonJson(metadata)) },
    { name: CONFIG, data: encodeText(printPythonJson(input.config)) },
    { name: WEIGHTS, data: writeWeightsH5(input.weights) },
  ];
  for (const [path, content] of input.assets ?? []) entries.push({ name: ASSETS + path, data: encodeText(content) });
  return writeZip(entries);
}
