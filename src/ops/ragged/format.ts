// How ragged tensors are written: as Python shows the arrays of arrays that they are, and as tf.print shows them.
// Owns: both texts. Leaves elements and the arrangement of lines to runtime/format.ts and strings/numbers.ts.
import { sizeOf } from '../../base/shape.ts';
import { formatElement, formatItems } from '../../runtime/format.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { fixedPoint } from '../strings/numbers.ts';
import { textOf } from '../strings/text.ts';

/** Where the rows begin and end, outermost first. */
type Splits = readonly (readonly number[])[];

/** What NumPy has for rows: an array of elements or, where the rows below differ in length, of arrays. */
interface Items {
  readonly dims: readonly number[];
  readonly words: readonly string[];
}
const emptyText = ([length, ...inner]: readonly number[]): string =>
  length ? `[${new Array<string>(length).fill(emptyText(inner)).join(', ')}]` : '[]';
const itemsText = ({ dims, words }: Items): string =>
  words.length === 0 ? emptyText(dims) : formatItems(dims, (i) => words[i]!);

/** Rows of an array: one array where all are as long, else an array of them. */
function cut({ dims, words }: Items, splits: readonly number[]): Items {
  const inner = dims.slice(1);
  const size = sizeOf(inner);
  const lengths = splits.slice(1).map((end, i) => end - splits[i]!);
  if (lengths.length === 0) return { dims: [0, 0, ...inner], words: [] };
  if (lengths.every((length) => length === lengths[0])) return { dims: [lengths.length, lengths[0]!, ...inner], words };
  const row = (length: number, i: number): string =>
    itemsText({ dims: [length, ...inner], words: words.slice(splits[i]! * size, splits[i + 1]! * size) });
  return { dims: [lengths.length], words: lengths.map(row) };
}

/** `[[b'a', b'b'], [b'c']]`: rows in NumPy's brackets, with commas. */
export function formatRows(values: Tensor, splits: Splits): string {
  const words = Array.from({ length: values.size }, (_, i) => formatElement(values.elements!, values.dtype, i));
  return itemsText(splits.reduceRight<Items>(cut, { dims: values.dims, words }));
}

/** `[[1, 2], ..., ['a']]`: rows as tf.print and tf.strings.format write them, `summarize` elements at both ends of each. */
export function summarizedRows(values: Tensor, splits: Splits, summarize: number): string {
  const elements = values.elements as ArrayLike<unknown>;
  const element = (i: number): string => {
    if (values.dtype === 'string') return `'${textOf(elements[i] as string).replaceAll(/['\\]/g, '\\$&')}'`;
    return fixedPoint(values.elements!, values.dtype, i);
  };
  const list = (from: number, to: number, item: (i: number) => string): string => {
    const places = Array.from({ length: to - from }, (_, i) => from + i);
    if (summarize < 0 || places.length <= 2 * summarize) return `[${places.map(item).join(', ')}]`;
    return `[${[...places.slice(0, summarize).map(item), '...', ...places.slice(-summarize).map(item)].join(', ')}]`;
  };
  const inner =
    (axis: number) =>
    (i: number): string => {
      if (axis === values.dims.length) return element(i);
      const n = values.dims[axis]!;
      return list(i * n, (i + 1) * n, inner(axis + 1));
    };
  const level =
    (k: number) =>
    (i: number): string =>
      k === splits.length ? inner(1)(i) : list(splits[k]![i]!, splits[k]![i + 1]!, level(k + 1));
  return list(0, splits[0]!.length - 1, level(0));
}
