// doctor: what a file is, who wrote it, what is in it, and whether and how it loads, before anything of it is run.
// Owns: telling kinds of files apart, and the report. Leaves reading to the formats, and migrations to whoever makes them.

import { FileError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { expansionLimit, FormatError, showBytes } from '../../formats/file-error.ts';
import { imageFormatOf } from '../../formats/images/image.ts';
import { parsePythonJson } from '../../formats/keras/python-json.ts';
import type { StoredArray, WeightsStore } from '../../formats/keras/weights-store.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import { fromVersion } from '../keras2-config.ts';
import { whileLoading } from '../loading.ts';
import { type Migration, withMigrations } from '../migrations.ts';
import type { LoadOptions } from '../models/from-json.ts';
import { ModelBase } from '../models/model.ts';
import type { Config, Json } from '../schema.ts';
import { customObjectScope, deserializeKerasObject, withSharing } from '../serialization.ts';
import { upgradeCompileConfig } from './compile-config.ts';
import { loadModel } from './load-model.ts';
import { fromTfjs } from './tfjs-config.ts';

export interface DoctorLayer {
  readonly name: string;
  readonly className: string;
  /** Null where the layer cannot be made. */
  readonly parameters: number | null;
}
export interface Problem {
  readonly what: string;
  readonly why: string;
}
/** What is known of a file. */
export interface DoctorReport {
  readonly file: string;
  /** 'Keras 3 archive (.keras)', 'SavedModel', … */
  readonly kind: string;
  /** 'Keras 3.15.1', 'TensorFlow 2.21.0'; null where the file does not say. */
  readonly writer: string | null;
  readonly size: number;
  readonly model: string | null;
  readonly layers: readonly DoctorLayer[];
  readonly parameters: number;
  /** Optimizer and loss, where the model was compiled. */
  readonly compiled: string | null;
  readonly migrated: readonly Migration[];
  /** What keeps it from loading, or will be left out. */
  readonly problems: readonly Problem[];
  /** Whether loadModel or loadWeights takes it as it is. */
  readonly loads: boolean;
  toString(): string;
}

interface Found {
  kind: string;
  writer?: string | null;
  config?: Config | null;
  compiled?: Config | null;
  weights?: readonly { readonly owner: string; readonly arrays: readonly Pick<StoredArray, 'shape'>[] }[];
  problems?: Problem[];
  /** Whether it holds a model, rather than weights or arrays alone. */
  isModel?: boolean;
  /** What reads it, where no model and no weights do. */
  use?: string;
}

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const begins = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));

/** Says what a file or folder is and whether it loads: `console.log(String(await tf.doctor('model.keras')))`. */
export async function doctor(source: FileSource, options: LoadOptions = {}): Promise<DoctorReport> {
  const file =
    typeof source === 'string'
      ? source
      : source instanceof URL
        ? String(source)
        : 'name' in source
          ? String(source.name)
          : 'the given Blob';
  const stat = typeof source === 'string' && !/^https?:/.test(source) ? await platform().stat(source) : undefined;
  let size = 0;
  let found: Found;
  try {
    if (stat?.kind === 'folder') found = await folder(file);
    else if (typeof source === 'string' && !stat && (await platform().exists(`${source}.index`)))
      found = await checkpoint(source);
    else {
      const bytes = await platform().readFile(source);
      size = bytes.length;
      found = await content(bytes, file);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    found = { kind: 'unreadable', problems: [{ what: 'the file', why: error.message }] };
  }
  const first = report(file, size, found, options);
  const readable = found.config || /^ONNX/.test(found.kind);
  if (!first.loads || !readable || found.kind.startsWith('JSON')) return first;
  // Whether the weights fit is known when they are put in.
  try {
    await loadModel(source, { ...options, onMigrated: undefined });
    return first;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return report(
      file,
      size,
      { ...found, problems: [...(found.problems ?? []), { what: 'loading', why: error.message }] },
      options,
    );
  }
}

async function content(bytes: Uint8Array, file: string): Promise<Found> {
  if (begins(bytes, 'PK')) return zip(bytes, file);
  if (begins(bytes, '\x89HDF')) return hdf5(bytes, file);
  if (begins(bytes, '\x93NUMPY')) {
    const { readNpy } = await import('../../formats/npy/npy.ts');
    return {
      kind: 'NumPy array (.npy)',
      isModel: false,
      weights: [{ owner: 'the array', arrays: [readNpy(bytes, file)] }],
    };
  }
  if (begins(bytes, '{')) {
    const json = parsePythonJson(new TextDecoder().decode(bytes), file, 'the file') as Config;
    if (json.modelTopology !== undefined) return tensorflowJs(bytes, file);
    if (json.weight_map !== undefined) {
      const { readShards } = await import('./sharded-file.ts');
      const store = await readShards(bytes, file);
      return {
        kind: `weights of a Keras model in ${store.roots.length} files (.weights.json)`,
        isModel: false,
        weights: weightsOf(store),
      };
    }
    if (json.class_name === undefined)
      throw new FormatError('unsupported', file, 'the JSON describes no model: it has no class_name.');
    return { kind: "JSON of a model's structure (toJSON)", config: json, isModel: true };
  }
  if (/\.onnx$/i.test(file)) return { kind: 'ONNX model', writer: null };
  if (/\.safetensors$/i.test(file)) {
    const { Safetensors } = await import('../../formats/safetensors.ts');
    const { entries } = new Safetensors(bytes, file);
    return {
      kind: 'safetensors',
      isModel: false,
      weights: [...entries].map(([owner, { shape }]) => ({ owner, arrays: [{ shape }] })),
    };
  }
  if (/\.index$/.test(file)) return checkpoint(file.replace(/\.index$/, ''));
  const picture = imageFormatOf(bytes);
  if (picture)
    return {
      kind: `picture (${picture.toUpperCase()})`,
      isModel: false,
      use: 'tf.io.decodeImage(await tf.io.readFile(path))',
    };
  if (/\.tfrecords?$/i.test(file))
    return { kind: 'records (TFRecord)', isModel: false, use: 'tf.data.TFRecordDataset([path])' };
  if (/(^|\/)checkpoint$/.test(file))
    throw new FormatError(
      'unsupported',
      file,
      'the file names the latest checkpoint of its folder: give the folder, or the prefix that it names.',
    );
  throw new FormatError(
    'unsupported',
    file,
    bytes.length === 0
      ? 'the file is empty.'
      : 'the file is none that cornu knows: no zip archive, HDF5, JSON, ONNX, safetensors or NumPy.',
  );
}

/** Its weights lie beside it; whether they fit is known by loading. */
async function tensorflowJs(bytes: Uint8Array, file: string): Promise<Found> {
  const { readTfjsModel } = await import('../../formats/tfjs.ts');
  const { config, groups } = readTfjsModel(new TextDecoder().decode(bytes), file);
  return {
    kind: 'TensorFlow.js layers model (model.json)',
    config: fromTfjs(config as Json) as Config,
    isModel: true,
    weights: groups.flatMap(({ specs }) => specs.map((spec) => ({ owner: spec.name, arrays: [spec] }))),
  };
}

async function zip(bytes: Uint8Array, file: string): Promise<Found> {
  const { ZipArchive } = await import('../../formats/zip/zip-read.ts');
  const { names } = new ZipArchive(bytes, file);
  if (!names.includes('config.json') && names.some((name) => name.endsWith('.npy')))
    return {
      kind: 'NumPy arrays (.npz)',
      isModel: false,
      weights: [...(await (await import('../../formats/npy/npz.ts')).readNpz(bytes, file))].map(([owner, array]) => ({
        owner,
        arrays: [array],
      })),
    };
  const { readKerasArchive } = await import('../../formats/keras/keras-archive.ts');
  const archive = await readKerasArchive(bytes, file);
  const { compile_config: compiled, ...config } = archive.config as Config;
  const version = String(archive.metadata.keras_version ?? '');
  const older = version.startsWith('2.');
  const by = typeof archive.metadata.written_by === 'string' ? `${archive.metadata.written_by}, as ` : '';
  return {
    kind: `Keras ${older ? 2 : 3} archive (.keras)`,
    writer: version
      ? `${by}Keras ${version}${archive.metadata.date_saved ? `, ${String(archive.metadata.date_saved)}` : ''}`
      : null,
    config: fromVersion(version, config) as Config,
    compiled: isRecord(compiled) ? (compiled as Config) : null,
    weights: weightsOf(archive.weights),
    isModel: true,
  };
}
const weightsOf = (store: WeightsStore): NonNullable<Found['weights']> =>
  store.paths.map((path) => ({ owner: path || 'the model', arrays: store.get(path).arrays }));
async function hdf5(bytes: Uint8Array, file: string): Promise<Found> {
  const { hdf5Layout, readLegacyH5 } = await import('../../formats/keras/legacy-h5.ts');
  if (hdf5Layout(bytes, file) === 'weights') {
    const { readWeightsH5 } = await import('../../formats/keras/weights-store.ts');
    const store = readWeightsH5(bytes, file);
    return {
      kind: 'weights of a Keras model (.weights.h5)',
      isModel: false,
      weights: weightsOf(store),
    };
  }
  const legacy = readLegacyH5(bytes, file);
  return {
    kind: legacy.modelConfig ? 'Keras model in HDF5 (.h5)' : 'weights of a Keras model in HDF5, older layout',
    writer: legacy.kerasVersion ? `Keras ${legacy.kerasVersion}${legacy.backend ? ` on ${legacy.backend}` : ''}` : null,
    config: legacy.modelConfig ? (fromVersion(legacy.kerasVersion, legacy.modelConfig as Json) as Config) : null,
    compiled: (legacy.trainingConfig as Config | undefined) ?? null,
    weights: legacy.layers.map((layer) => ({ owner: layer.name, arrays: layer.weights })),
    isModel: legacy.modelConfig !== undefined,
  };
}
async function checkpoint(prefix: string): Promise<Found> {
  const { CheckpointReader } = await import('../../saved-model/checkpoint-reader.ts');
  const reader = await CheckpointReader.open(prefix);
  return {
    kind: 'checkpoint of TensorFlow',
    isModel: false,
    weights: reader.keys.map((key) => ({ owner: key, arrays: [reader.entry(key)!] })),
    problems: reader.objects
      ? []
      : [
          {
            what: 'the checkpoint',
            why: 'it is one of TensorFlow 1, without objects: read its tensors with tf.train.loadVariable.',
          },
        ],
  };
}
async function folder(path: string): Promise<Found> {
  const { isSavedModel, readSavedModel } = await import('../../saved-model/read-folder.ts');
  if (!(await isSavedModel(path))) {
    const { latestCheckpoint } = await import('../../saved-model/checkpoint-reader.ts');
    const latest = await latestCheckpoint(path);
    if (latest !== null) return checkpoint(latest);
    if (await platform().exists(`${path}/model.json`))
      throw new FormatError(
        'unsupported',
        path,
        `the folder is that of a TensorFlow.js model: give '${path}/model.json'.`,
      );
    throw new FormatError(
      'unsupported',
      path,
      'the folder is neither a SavedModel (saved_model.pb) nor one of checkpoints.',
    );
  }
  const saved = await readSavedModel(path, []);
  const { SavedModelLoader } = await import('../../saved-model/load.ts');
  const { savedModelConfig } = await import('./saved-model-file.ts');
  const { runner } = new SavedModelLoader(saved);
  const problems: Problem[] = [];
  for (const [name] of saved.meta.objectGraphDef?.concreteFunctions ?? []) {
    const missing = runner.has(name) && /signature_wrapper|serve|call/.test(name) ? [...runner.missingOps(name)] : [];
    if (missing.length > 0)
      problems.push({ what: `function ${name}`, why: `it needs ${missing.join(', ')}, which cornu does not have` });
  }
  const known = await savedModelConfig(saved);
  // A class of one's own runs as its graph.
  const config = known.config && Array.isArray((known.config.config as Config).layers) ? known.config : null;
  const { compiled } = known;
  return {
    kind: config ? 'SavedModel of a Keras model' : 'SavedModel',
    writer: saved.meta.metaInfoDef?.tensorflowVersion ? `TensorFlow ${saved.meta.metaInfoDef.tensorflowVersion}` : null,
    config,
    compiled,
    weights: (saved.variables?.keys ?? []).map((key) => ({ owner: key, arrays: [saved.variables!.entry(key)!] })),
    // With its layers the graph is not needed.
    problems: config ? [] : problems,
    isModel: true,
  };
}

function report(file: string, size: number, found: Found, options: LoadOptions): DoctorReport {
  const problems = [...(found.problems ?? [])];
  const stored = (found.weights ?? [])
    .flatMap(({ arrays }) => arrays)
    .reduce((sum, { shape }) => sum + elements(shape), 0);
  let model: ModelBase | null = null;
  let migrated: readonly Migration[] = [];
  if (found.config) {
    const { config, compiled } = found;
    const attempt = withMigrations((): ModelBase | null => {
      try {
        const made = customObjectScope(options.customObjects, () =>
          whileLoading(expansionLimit(Math.max(size, stored * 8)), () =>
            withSharing(() => deserializeKerasObject(config as Json)),
          ),
        );
        if (compiled) upgradeCompileConfig(compiled);
        if (made instanceof ModelBase) return made;
        problems.push({ what: 'the config', why: 'it describes no model.' });
      } catch (error) {
        problems.push({ what: 'the config', why: error instanceof Error ? error.message : String(error) });
      }
      return null;
    });
    model = attempt.result;
    migrated = attempt.migrated;
  }
  const layers = model
    ? model.layers.map((layer) => ({
        name: layer.name,
        className: layer.constructor.name,
        parameters: layer.built ? layer.countParams() : null,
      }))
    : layersOfConfig(found.config ?? null);
  const loads = found.kind !== 'unreadable' && problems.length === 0;
  const result = {
    file,
    kind: found.kind,
    writer: found.writer ?? null,
    size,
    model: model?.name ?? nameOf(found.config ?? null),
    layers,
    parameters: model?.built ? model.countParams() : stored,
    compiled:
      found.compiled && Object.keys(found.compiled).length > 0
        ? describeCompiled(upgradeCompileConfig(found.compiled))
        : null,
    migrated,
    problems,
    loads,
  };
  return { ...result, toString: () => print(result, found) };
}
const nameOf = (config: Config | null): string | null => {
  const inner = config?.config;
  return isRecord(inner) && typeof inner.name === 'string' ? inner.name : null;
};
/** The layers that a config lists, where the model cannot be made. */
function layersOfConfig(config: Config | null): DoctorLayer[] {
  const inner = config?.config;
  const list = isRecord(inner) ? inner.layers : null;
  return Array.isArray(list)
    ? (list.filter(isRecord) as Config[]).map((layer) => ({
        name: String(layer.name ?? (isRecord(layer.config) ? (layer.config as Config).name : '?')),
        className: String(layer.class_name),
        parameters: null,
      }))
    : [];
}
function describeCompiled(config: Config): string {
  const name = (value: Json | undefined): string =>
    typeof value === 'string'
      ? value
      : isRecord(value)
        ? String((value as Config).class_name ?? Object.keys(value).join(', '))
        : JSON.stringify(value ?? null);
  return `optimizer ${name(config.optimizer)}, loss ${name(config.loss)}`;
}

const counted = (parameters: number): string =>
  `${parameters.toLocaleString('en-US')} parameter${parameters === 1 ? '' : 's'}`;

/** Arrays that are listed. */
const MOST_ARRAYS = 40;

function print(report: Omit<DoctorReport, 'toString'>, { isModel = true, use, weights = [] }: Found): string {
  const lines = [`${report.file}: ${report.kind}${report.size > 0 ? `, ${showBytes(report.size)}` : ''}`];
  const say = (label: string, value: string): void => void lines.push(`  ${label.padEnd(11)} ${value}`);
  // What the line above has said already is left out of its errors.
  const within = (why: string): string =>
    why.startsWith(`${report.file}: `) ? why.slice(report.file.length + 2) : why;
  if (report.kind === 'unreadable')
    return [...lines, ...report.problems.map(({ why }) => `  problem     ${within(why)}`)].join('\n');
  if (use !== undefined) return [...lines, `  It holds no model; what reads it: ${use}.`].join('\n');
  say('written by', report.writer ?? 'not said');
  if (report.model !== null) say('model', report.model);
  say('parameters', report.parameters.toLocaleString('en-US'));
  if (!isModel) {
    const arrays = weights.flatMap(({ owner, arrays: own }) =>
      own.map(({ shape }) => `${owner} [${shape.join(', ')}]`),
    );
    lines.push(`  arrays      ${arrays.length}`);
    for (const array of arrays.slice(0, MOST_ARRAYS)) lines.push(`    ${array}`);
    if (arrays.length > MOST_ARRAYS) lines.push(`    and ${arrays.length - MOST_ARRAYS} more`);
  }
  if (report.compiled !== null) say('compiled', report.compiled);
  if (report.layers.length > 0) {
    lines.push(`  layers      ${report.layers.length}`);
    for (const { name, className, parameters } of report.layers)
      lines.push(`    ${name} (${className})${parameters ? `, ${counted(parameters)}` : ''}`);
  }
  for (const { name, about, places } of report.migrated)
    lines.push(`  migrated    ${name}: ${about} (${places.join('; ')})`);
  for (const { what, why } of report.problems) lines.push(`  problem     ${what}: ${within(why)}`);
  lines.push(
    !report.loads
      ? '  It does not load as it is.'
      : isModel
        ? '  It loads: tf.keras.models.loadModel(path).'
        : '  It holds no model: arrays or weights alone, for model.loadWeights(path) or the readers of arrays.',
  );
  return lines.join('\n');
}
