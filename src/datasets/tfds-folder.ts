// Folders that TensorFlow Datasets prepared: features.json, dataset_info.json, shards of TFRecord.
// Owns: finding the newest version, shards of splits. Leaves features to tfds-features.ts, split arithmetic to tfds.ts.
import { FileError } from '../base/errors.ts';
import { DatasetBase } from '../data/dataset.ts';
import { TFRecordDataset } from '../data/sources/readers.ts';
import { parseSingleExample } from '../ops/io/parse-example.ts';
import { joinPath } from '../platform/path.ts';
import { platform } from '../platform/platform.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { readerOf, type StoredFeature } from './tfds-features.ts';

export type Example = { [feature: string]: Tensor };

/** One split of a data set: how many examples, and those of a range. */
export interface Content {
  readonly size: number;
  /** The examples of each file, where there are files. */
  readonly shards?: readonly number[];
  range(from: number, to: number): DatasetBase<Example>;
}
export interface Prepared {
  readonly features: readonly string[];
  readonly supervised: readonly [string, string];
  readonly splits: ReadonlyMap<string, Content>;
}

interface StoredInfo {
  readonly splits?: readonly {
    readonly name: string;
    readonly shardLengths?: readonly string[];
    readonly filepathTemplate?: string;
  }[];
  readonly supervisedKeys?: { readonly tuple?: { readonly items: readonly { readonly featureKey: string }[] } };
}

const byVersion = (a: string, b: string): number => {
  const [left, right] = [a, b].map((name) => name.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return (left[i] ?? 0) - (right[i] ?? 0);
  return 0;
};

/** The folder of the newest version that is prepared, undefined where there is none. */
async function versionFolder(name: string, dataDir: string | undefined): Promise<string | undefined> {
  const machine = platform();
  const root = dataDir ?? machine.env('TFDS_DATA_DIR') ?? joinPath(machine.homeFolder, 'tensorflow_datasets');
  for (const base of [joinPath(root, ...name.split(':')[0]!.split('/')), root]) {
    if (await machine.exists(joinPath(base, 'features.json'))) return base;
    if ((await machine.stat(base))?.kind !== 'folder' || base === root) continue;
    const versions = (await machine.readFolder(base))
      .filter(({ name: folder, kind }) => kind === 'folder' && /^\d+\.\d+\.\d+$/.test(folder))
      .map((entry) => entry.name)
      .sort(byVersion);
    const wanted = name.split(':')[1];
    const version = wanted === undefined ? versions.at(-1) : versions.find((one) => one === wanted);
    if (version) return joinPath(base, version);
  }
  return undefined;
}

async function readJson<T>(path: string): Promise<T> {
  const text = new TextDecoder().decode(await platform().readFile(path));
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new FileError(`${path} is no JSON (${String(error)}); prepare the data set again.`, { cause: error });
  }
}

/** A prepared data set, undefined where there is no folder of it. */
export async function prepareFolder(name: string, dataDir: string | undefined): Promise<Prepared | undefined> {
  const folder = await versionFolder(name, dataDir);
  if (folder === undefined) return undefined;
  const path = joinPath(folder, 'features.json');
  const stored = await readJson<StoredFeature>(path);
  const info = await readJson<StoredInfo>(joinPath(folder, 'dataset_info.json'));
  const record = stored.featuresDict?.features ?? {};
  const reader = readerOf(stored, '', path);
  const example = async (serialized: Tensor): Promise<Example> =>
    (await reader.make(
      parseSingleExample(serialized, reader.features) as Parameters<typeof reader.make>[0],
    )) as Example;
  const files = (await platform().readFolder(folder)).map((entry) => entry.name);
  const splits = new Map(
    (info.splits ?? []).map(({ name: split, shardLengths = [] }) => {
      const size = shardLengths.reduce((sum, n) => sum + Number(n), 0);
      const shards = files.filter((file) => new RegExp(`-${split}\\.tfrecord-\\d+-of-\\d+$`).test(file)).sort();
      if (shards.length !== shardLengths.length)
        throw new FileError(
          `${folder}: split '${split}' has ${shardLengths.length} shards, ${shards.length} are there; prepare it again.`,
        );
      const paths = shards.map((file) => joinPath(folder, file));
      const range = (from: number, to: number): DatasetBase<Example> => {
        const records = TFRecordDataset(paths)
          .skip(from)
          .take(to - from);
        const known = new DatasetBase<Tensor>({ ...records.source, cardinality: to - from });
        return known.map(example, { numParallelCalls: -1 }) as DatasetBase<Example>;
      };
      return [split, { size, range, shards: shardLengths.map(Number) }] as const;
    }),
  );
  const keys = info.supervisedKeys?.tuple?.items.map((item) => item.featureKey);
  return { features: Object.keys(record), supervised: [keys?.[0] ?? 'image', keys?.[1] ?? 'label'], splits };
}
