// What TensorFlow Datasets stores of each kind of feature (features.json), and what an example has of it.
// Owns: the names under which a record holds the parts of a feature, and the way from those to tensors, records, ragged tensors
// and data sets. Leaves files, shards and splits to tfds-folder.ts.
import { allocate, type DType } from '../base/dtype.ts';
import { FileError } from '../base/errors.ts';
import { DatasetBase } from '../data/dataset.ts';
import { eager, rowReader, stackTensors } from '../data/structure.ts';
import { inflateStream } from '../formats/gzip.ts';
import { decodeRaw } from '../ops/io/bytes.ts';
import {
  type Feature,
  type Features,
  FixedLenFeature,
  FixedLenSequenceFeature,
  RaggedFeature,
} from '../ops/io/features.ts';
import { decodeImage } from '../ops/io/pictures.ts';
import { cast } from '../ops/math/elementwise.ts';
import { RaggedTensor } from '../ops/ragged/ragged-tensor.ts';
import { bytesOf } from '../ops/strings/text.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';

interface StoredShape {
  readonly dimensions?: readonly string[];
}
interface StoredArray {
  readonly shape?: StoredShape;
  readonly dtype?: string;
  readonly encoding?: string;
}
/** A feature of features.json. */
export interface StoredFeature {
  readonly pythonClassName?: string;
  readonly image?: StoredArray;
  readonly video?: StoredArray;
  readonly tensor?: StoredArray;
  readonly audio?: StoredArray;
  readonly boundingBox?: StoredArray;
  readonly classLabel?: object;
  readonly text?: object;
  readonly translation?: { readonly languages?: readonly string[] };
  readonly featuresDict?: { readonly features?: Readonly<Record<string, StoredFeature>> };
  readonly sequence?: { readonly feature: StoredFeature; readonly length?: string };
}

type Parsed = Readonly<Record<string, Tensor | RaggedTensor>>;
/** What to ask a record for, and what becomes of the answer. */
export interface FeatureReader {
  readonly features: Features;
  make(parsed: Parsed): unknown;
}
/** A feature that is one list in the record: its dtype there, the shape of one value, and the way to it and to several. */
interface Leaf {
  readonly stored: 'string' | 'int64' | 'float32';
  readonly shape: readonly number[];
  one(value: Tensor): Tensor | Promise<Tensor>;
  many(values: Tensor): Tensor | Promise<Tensor>;
}

const dimensions = (shape: StoredShape | undefined): number[] => (shape?.dimensions ?? []).map(Number);

const same = (value: Tensor): Tensor => value;
const plain = (stored: Leaf['stored'], shape: readonly number[] = [], to: (value: Tensor) => Tensor = same): Leaf => ({
  stored,
  shape,
  one: to,
  many: to,
});

/** Texts that each become a tensor; several of them one on top of the other, of `shape` where there is none. */
function encoded(one: (value: Tensor) => Tensor | Promise<Tensor>, shape: readonly number[], dtype: DType): Leaf {
  const many = async (values: Tensor): Promise<Tensor> => {
    const { rows, row } = rowReader(values);
    const made = await Promise.all(Array.from({ length: rows }, (_, i) => one(row(i) as Tensor)));
    if (made.length > 0) return stackTensors(made, 'tfds.load');
    return eagerTensor(allocate(dtype, 0), [0, ...shape.map((size) => Math.max(size, 0))], dtype);
  };
  return { stored: 'string', shape: [], one, many };
}

function pictureLeaf({ shape, dtype = 'uint8' }: StoredArray): Leaf {
  const dims = dimensions(shape);
  const channels = dims.at(-1);
  const known = channels === 1 || channels === 3 || channels === 4 ? channels : 0;
  const depth = dtype === 'uint16' || dtype === 'float32' ? dtype : 'uint8';
  return encoded((value) => decodeImage(value, { channels: known, dtype: depth }), dims, depth);
}

function arrayLeaf(array: StoredArray, path: string): Leaf {
  const shape = dimensions(array.shape);
  const dtype = (array.dtype || 'float32') as DType;
  const encoding = (array.encoding ?? 'none').toLowerCase();
  if (encoding === 'bytes' || encoding === 'zlib') {
    const one = async (value: Tensor): Promise<Tensor> => {
      const packed = bytesOf(eager(value)[0] as string);
      const bytes = encoding === 'zlib' ? await inflateStream(packed, 'zlib', path, 'invalid_value') : packed;
      const flat = decodeRaw(eagerTensor([bytes], [], 'string'), dtype === 'bool' ? 'uint8' : dtype);
      return eagerTensor(eager(dtype === 'bool' ? cast(flat, 'bool') : flat), shape, dtype);
    };
    return encoded(one, shape, dtype);
  }
  if (dtype === 'string') return plain('string', shape);
  const stored = /int|bool/.test(dtype) ? 'int64' : 'float32';
  return plain(stored, shape, (value) => (stored === dtype ? value : cast(value, dtype)));
}

/** A feature that is one list; undefined where it is none. */
function leafOf(feature: StoredFeature, path: string): Leaf | undefined {
  if (feature.image) return pictureLeaf(feature.image);
  if (feature.classLabel) return plain('int64');
  if (feature.text) return plain('string');
  const array = feature.tensor ?? feature.audio ?? feature.boundingBox;
  return array && arrayLeaf(array, path);
}

const joined = (key: string, part: string): string => (key === '' ? part : `${key}/${part}`);
const single = (key: string, feature: Feature, to: (value: Tensor) => unknown): FeatureReader => ({
  features: { [key]: feature },
  make: (parsed) => to(parsed[key] as Tensor),
});

/** Readers of parts as a reader of the record of them. */
function recordOf(readers: readonly (readonly [name: string, reader: FeatureReader])[]): FeatureReader {
  return {
    features: Object.assign({}, ...readers.map(([, { features }]) => features)) as Features,
    make: async (parsed) =>
      Object.fromEntries(
        await Promise.all(readers.map(async ([name, { make }]) => [name, await make(parsed)] as const)),
      ),
  };
}

/** The reader of a feature that a record holds below `key`; `path` is what messages call the file. */
export function readerOf(feature: StoredFeature, key: string, path: string): FeatureReader {
  const unreadable = (why: string): never => {
    throw new FileError(
      `${path}: the feature '${key}' (${feature.pythonClassName ?? 'of no known kind'}) is not read: ${why}. Prepare the data set without it, or write its parts as tensors.`,
    );
  };
  if (feature.featuresDict)
    return recordOf(
      Object.entries(feature.featuresDict.features ?? {}).map(([name, part]) => [
        name,
        readerOf(part, joined(key, name), path),
      ]),
    );
  if (feature.translation)
    return recordOf(
      (feature.translation.languages ?? []).map((name) => [name, readerOf({ text: {} }, joined(key, name), path)]),
    );
  if (feature.video) {
    const { shape, ...rest } = feature.video;
    const [length = '-1', ...frame] = shape?.dimensions ?? [];
    return sequenceOf({ image: { ...rest, shape: { dimensions: frame } } }, length, key, path, unreadable);
  }
  if (feature.sequence) {
    const { feature: inner, length = '-1' } = feature.sequence;
    const reader = sequenceOf(inner, length, key, path, unreadable);
    if (!feature.pythonClassName?.endsWith('dataset_feature.Dataset')) return reader;
    const make = async (parsed: Parsed): Promise<unknown> =>
      DatasetBase.fromTensorSlices((await reader.make(parsed)) as Tensor);
    return { ...reader, make };
  }
  const leaf = leafOf(feature, path);
  if (!leaf)
    return unreadable('wanted pictures, videos, sounds, labels, texts, boxes, tensors, sequences or records of those');
  const { stored, shape } = leaf;
  if (shape.slice(1).includes(-1)) return unreadable(`only its first size may be unknown, found [${shape.join(', ')}]`);
  const asked = shape.includes(-1)
    ? FixedLenSequenceFeature(shape.slice(1), stored, { allowMissing: true })
    : FixedLenFeature(shape as number[], stored);
  return single(key, asked, leaf.one);
}

/** A list of a feature's values; of a record, the record of its parts' lists. */
function sequenceOf(
  inner: StoredFeature,
  length: string,
  key: string,
  path: string,
  unreadable: (why: string) => never,
): FeatureReader {
  const parts = inner.featuresDict?.features;
  if (parts)
    return recordOf(
      Object.entries(parts).map(([name, part]) => [
        name,
        sequenceOf(part, length, joined(key, name), path, unreadable),
      ]),
    );
  const leaf = leafOf(inner, path);
  if (leaf && !leaf.shape.includes(-1)) {
    const { stored, shape } = leaf;
    const count = Number(length);
    const asked =
      count >= 0
        ? FixedLenFeature([count, ...shape], stored)
        : FixedLenSequenceFeature(shape as number[], stored, { allowMissing: true });
    return single(key, asked, leaf.many);
  }
  // Lists of lists: all values, and the lengths of the rows at each depth.
  let depth = 0;
  let innermost = inner;
  for (; innermost.sequence; depth++) innermost = innermost.sequence.feature;
  const values = leafOf(innermost, path);
  const open = values?.shape[0] === -1 ? 1 : 0;
  if (!values || (values.stored === 'string' && !innermost.text) || values.shape.slice(open).length > 0)
    return unreadable('lists of lists are read where they hold numbers, labels or texts');
  const flat = joined(key, 'ragged_flat_values');
  const partitions = Array.from({ length: depth + open }, (_, i) =>
    RaggedFeature.RowLengths(joined(key, `ragged_row_lengths_${i}`)),
  );
  const to = (value: RaggedTensor | Tensor): unknown =>
    value instanceof RaggedTensor ? value.withFlatValues(values.many(value.flatValues) as Tensor) : value;
  return {
    features: { [key]: RaggedFeature(values.stored, { valueKey: flat, partitions, rowSplitsDtype: 'int64' }) },
    make: (parsed) => to(parsed[key]!),
  };
}
