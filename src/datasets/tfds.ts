// `tfds.load`: data sets by name, from folders that TensorFlow Datasets prepared, or the built-in ones.
// Owns: splits and their arithmetic, the form of examples. Leaves the reading of prepared folders to tfds-folder.ts.
import { didYouMean, show, ValueError } from '../base/errors.ts';
import { DatasetBase } from '../data/dataset.ts';
import { DONE } from '../data/pull.ts';
import { eager, part } from '../data/structure.ts';
import type { Element } from '../data/types.ts';
import { TensorSpec } from '../ops/core/tensor-spec.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import type { Options } from '../runtime/tensor-methods.ts';
import * as builtIn from './built-in.ts';
import type { Content, Prepared } from './tfds-folder.ts';

export type { Example } from './tfds-folder.ts';

import type { Example } from './tfds-folder.ts';

type PerSplit<S, T extends Tensor | [Tensor, Tensor] | Example> = S extends readonly string[]
  ? { -readonly [K in keyof S]: DatasetBase<T> }
  : S extends string
    ? DatasetBase<T>
    : Record<string, DatasetBase<T>>;

export interface DatasetInfo {
  readonly name: string;
  /** The number of examples of each split. */
  readonly splits: Readonly<Record<string, { readonly numExamples: number }>>;
  readonly features: readonly string[];
  readonly supervisedKeys: readonly [string, string];
}
export interface LoadOptions<S>
  extends Options<{
    shuffleFiles: boolean;
    batchSize: number | null;
    dataDir: string;
    download: boolean;
    seed: number;
  }> {
  readonly split?: S | undefined;
}

/** Parts of splits: 'train', 'train[:80%]', 'train[100:200]', 'train[:2shard]', 'train[1shard]', 'train+test', 'all'. */
export function splitRanges(
  split: string,
  sizes: ReadonlyMap<string, number>,
  shardsOf: (name: string) => readonly number[] = () => [],
): [name: string, from: number, to: number][] {
  return split.split('+').flatMap((given): [string, number, number][] => {
    const found =
      /^\s*(\w+)\s*(?:\[\s*(?:(-?\d+)shard|(-?\d+(?:%|shard)?)?\s*:\s*(-?\d+(?:%|shard)?)?)\s*\])?\s*$/.exec(given);
    const name = found?.[1];
    if (!found || name === undefined)
      throw new ValueError(
        `split: ${show(given)} is none; write 'train', 'train[:80%]', 'train[100:]', 'train[:2shard]'.`,
      );
    if (name === 'all' && !given.includes('[')) return [...sizes].map(([one, size]) => [one, 0, size]);
    const size = sizes.get(name);
    if (size === undefined)
      throw new ValueError(`split: there is no split '${name}'.${didYouMean(name, [...sizes.keys(), 'all'])}`);
    /** Where the examples of a file begin. */
    const shardStart = (text: string): number => {
      const shards = shardsOf(name);
      const number = Number.parseInt(text, 10);
      if (shards.length === 0) throw new ValueError(`split: ${show(given)}: '${name}' is not kept in files.`);
      const at = Math.min(Math.max(number < 0 ? number + shards.length : number, 0), shards.length);
      return shards.slice(0, at).reduce((sum, n) => sum + n, 0);
    };
    const place = (text: string | undefined, otherwise: number): number => {
      if (text === undefined) return otherwise;
      if (text.endsWith('shard')) return shardStart(text);
      const value = text.endsWith('%') ? roundHalfEven((Number.parseInt(text, 10) / 100) * size) : Number(text);
      if (text.endsWith('%') && Math.abs(Number.parseInt(text, 10)) > 100)
        throw new ValueError(`split: ${show(given)}: percent beyond 100.`);
      return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
    };
    const [, , shard, first, last] = found;
    if (shard !== undefined) {
      const next = Number(shard) + 1;
      return [[name, shardStart(shard), next === 0 ? size : shardStart(String(next))]];
    }
    const from = place(first, 0);
    return [[name, from, Math.max(place(last, size), from)]];
  });
}
/** As Python rounds. */
function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + (below % 2) : Math.round(x);
}

const PICTURES = {
  mnist: builtIn.mnist,
  fashion_mnist: builtIn.fashionMnist,
  cifar10: builtIn.cifar10,
  cifar100: builtIn.cifar100,
} as const;

/** Rows of pictures and labels as records, made when they are asked for. */
function contentOf([x, y]: builtIn.Split): Content {
  const dims = x.dims.length === 3 ? [...x.dims.slice(1), 1] : x.dims.slice(1);
  const size = dims.reduce((a, b) => a * b, 1);
  const [pixels, labels] = [eager(x), eager(y) as Uint8Array];
  return {
    size: x.dims[0]!,
    range: (from, to) =>
      new DatasetBase<Example>({
        open: () => {
          let i = from;
          return {
            next: () => {
              if (i >= to) return DONE;
              const at = i++;
              return {
                image: eagerTensor(part(pixels, at * size, (at + 1) * size), dims, 'uint8'),
                label: eagerTensor(BigInt64Array.of(BigInt(labels[at]!)), [], 'int64'),
              };
            },
          };
        },
        cardinality: to - from,
        spec: () => ({ image: new TensorSpec(dims, 'uint8'), label: new TensorSpec([], 'int64') }),
      }),
  };
}

async function prepare(name: string, dataDir: string | undefined): Promise<Prepared> {
  const { prepareFolder } = await import('./tfds-folder.ts');
  const folder = await prepareFolder(name, dataDir);
  if (folder) return folder;
  const known = PICTURES[name as keyof typeof PICTURES];
  if (!known)
    throw new ValueError(
      `tfds.load: there is no prepared folder for '${name}', and it is none of the built-in sets.${didYouMean(name, Object.keys(PICTURES))} Prepare it with Python's tfds.load, and give its folder as dataDir.`,
    );
  const [train, test] = await known.loadData();
  return {
    features: ['image', 'label'],
    supervised: ['image', 'label'],
    splits: new Map([
      ['train', contentOf(train)],
      ['test', contentOf(test)],
    ]),
  };
}

/** A split as asked for. */
function form(
  prepared: Prepared,
  split: string,
  options: LoadOptions<unknown> & { asSupervised?: boolean | undefined },
) {
  const sizes = new Map([...prepared.splits].map(([key, content]) => [key, content.size]));
  const parts = splitRanges(split, sizes, (name) => prepared.splits.get(name)?.shards ?? []).map(([name, from, to]) =>
    prepared.splits.get(name)!.range(from, to),
  );
  let all = parts.reduce((left, right) => left.concatenate(right));
  if (options.shuffleFiles) all = all.shuffle(10_000, { seed: options.seed });
  const [input, target] = prepared.supervised;
  const made: DatasetBase<Element> = options.asSupervised
    ? all.map((example) => [example[input]!, example[target]!] as const)
    : all;
  const size = options.batchSize;
  if (size === undefined || size === null) return made;
  return made.batch(size < 0 ? all.length : size);
}

/**
 * A data set by name: 'mnist', 'fashion_mnist', 'cifar10', 'cifar100', or any that Python's tfds prepared in `dataDir`
 * (`~/tensorflow_datasets`). `split` may be several and take parts: `['train[:80%]', 'test']`. `asSupervised` gives pairs.
 */
export function load<const S extends string | readonly string[] | undefined = undefined>(
  name: string,
  options: LoadOptions<S> & { readonly asSupervised: true; readonly withInfo: true },
): Promise<[PerSplit<S, [Tensor, Tensor]>, DatasetInfo]>;
export function load<const S extends string | readonly string[] | undefined = undefined>(
  name: string,
  options: LoadOptions<S> & { readonly asSupervised?: false | undefined; readonly withInfo: true },
): Promise<[PerSplit<S, Example>, DatasetInfo]>;
export function load<const S extends string | readonly string[] | undefined = undefined>(
  name: string,
  options: LoadOptions<S> & { readonly asSupervised: true; readonly withInfo?: false | undefined },
): Promise<PerSplit<S, [Tensor, Tensor]>>;
export function load<const S extends string | readonly string[] | undefined = undefined>(
  name: string,
  options?: LoadOptions<S> & { readonly asSupervised?: false | undefined; readonly withInfo?: false | undefined },
): Promise<PerSplit<S, Example>>;
export async function load(
  name: string,
  options: LoadOptions<string | readonly string[]> & {
    readonly asSupervised?: boolean | undefined;
    readonly withInfo?: boolean | undefined;
  } = {},
): Promise<unknown> {
  const prepared = await prepare(name, options.dataDir);
  const { split } = options;
  const one = (given: string) => form(prepared, given, options);
  const made =
    split === undefined
      ? Object.fromEntries([...prepared.splits.keys()].map((key) => [key, one(key)]))
      : typeof split === 'string'
        ? one(split)
        : split.map(one);
  if (!options.withInfo) return made;
  const info: DatasetInfo = {
    name,
    splits: Object.fromEntries([...prepared.splits].map(([key, { size }]) => [key, { numExamples: size }])),
    features: prepared.features,
    supervisedKeys: prepared.supervised,
  };
  return [made, info];
}
