// ONNX's operators of strings, and those whose results are as many as the data has different things.
// Owns: StringConcat, StringNormalizer, StringSplit, RegexFullMatch, TfIdfVectorizer, Unique. All need their data beforehand.
import { allocate, type Data, type StringElement } from '../../../base/dtype.ts';
import { broadcastShapes } from '../../../base/shape.ts';
import { decodeText } from '../../../formats/array-data.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';

function textsOf(x: Tensor, context: OperatorContext): string[] {
  if (x.dtype !== 'string') context.fail(`its input is ${x.dtype}; strings are wanted.`);
  if (!x.elements) context.dependsOnData('its input depends on the data');
  const text = (element: StringElement): string =>
    typeof element === 'string' ? element : String(decodeText(element));
  return (x.elements as StringElement[]).map(text);
}
const textTensor = (texts: readonly string[], dims: readonly number[]): Tensor =>
  eagerTensor([...texts], dims, 'string');
const counts = (values: readonly number[]): Tensor =>
  eagerTensor(BigInt64Array.from(values, BigInt), [values.length], 'int64');

const normalizer: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0);
  const sensitive = context.int('is_case_sensitive', 0) === 1;
  const fold = (text: string): string => (sensitive ? text : text.toLowerCase());
  const stop = new Set((context.texts('stopwords') ?? []).map(fold));
  const change = context.text('case_change_action', 'NONE');
  const kept = textsOf(x, context)
    .filter((text) => !stop.has(fold(text)))
    .map((text) => (change === 'LOWER' ? text.toLowerCase() : change === 'UPPER' ? text.toUpperCase() : text));
  const rest = kept.length > 0 ? kept : [''];
  return textTensor(rest, x.rank === 2 ? [1, rest.length] : [rest.length]);
};

const splitter: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0);
  const delimiter = context.text('delimiter', '');
  const most = context.has('maxsplit') ? context.int('maxsplit', 0) : Number.POSITIVE_INFINITY;
  const rows = textsOf(x, context).map((text) => {
    const parts: string[] = [];
    let rest = delimiter ? text : text.trimStart();
    while (parts.length < most) {
      const found = delimiter ? rest.indexOf(delimiter) : rest.search(/\s/);
      if (found < 0) break;
      parts.push(rest.slice(0, found));
      rest = delimiter ? rest.slice(found + delimiter.length) : rest.slice(found).trimStart();
    }
    return rest === '' && !delimiter ? parts : text === '' ? [] : [...parts, rest];
  });
  const width = Math.max(0, ...rows.map((row) => row.length));
  const filled = rows.flatMap((row) => [...row, ...new Array<string>(width - row.length).fill('')]);
  return [textTensor(filled, [...x.dims, width]), p.reshape(counts(rows.map((row) => row.length)), x.dims) as Tensor];
};

/** Counts of n-grams from pools, with gaps of up to max_skip_count. */
const tfIdf: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0);
  const items = x.dtype === 'string' ? textsOf(x, context) : context.known(x, 'input');
  const pool: readonly (string | number)[] = context.texts('pool_strings')?.length
    ? context.texts('pool_strings')!
    : (context.ints('pool_int64s') ?? []);
  const starts = context.ints('ngram_counts') ?? [];
  const places = context.ints('ngram_indexes') ?? [];
  const weights = context.floats('weights');
  const [least, most, skips] = [
    context.int('min_gram_length', 1),
    context.int('max_gram_length', 1),
    context.int('max_skip_count', 0),
  ];
  const known = new Map<string, number>();
  let number = 0;
  starts.forEach((start, i) => {
    const size = i + 1;
    for (let at = start; at + size <= (starts[i + 1] ?? pool.length); at += size)
      known.set(JSON.stringify(pool.slice(at, at + size)), number++);
  });
  const width = Math.max(...places) + 1;
  const rows = x.rank === 2 ? x.dims[0]! : 1;
  const length = items.length / rows;
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const line = items.slice(row * length, (row + 1) * length);
    for (let size = least; size <= most; size++)
      for (let step = 1; step <= (size === 1 ? 1 : skips + 1); step++)
        for (let at = 0; at + (size - 1) * step < length; at++) {
          const gram = Array.from({ length: size }, (_, i) => line[at + i * step]!);
          const found = known.get(JSON.stringify(gram));
          if (found !== undefined) data[row * width + places[found]!]!++;
        }
  }
  const mode = context.text('mode', 'TF');
  known.forEach((gram) => {
    for (let row = 0; row < rows; row++) {
      const at = row * width + places[gram]!;
      const weight = weights?.[gram] ?? 1;
      if (mode === 'IDF') data[at] = data[at]! > 0 ? weight : 0;
      else if (mode === 'TFIDF') data[at] = data[at]! * weight;
    }
  });
  return eagerTensor(data, x.rank === 2 ? [rows, width] : [width], 'float32');
};

/** The different slices along an axis, or elements: themselves, where each is first, which each is, how often. */
const unique: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0);
  if (!x.elements) context.dependsOnData('how many different values there are depends on the data');
  const wanted = context.has('axis') ? context.int('axis', 0) : null;
  const axis = wanted === null ? 0 : wanted < 0 ? wanted + x.rank : wanted;
  const flat = wanted === null ? (p.reshape(x, [x.size]) as Tensor) : x;
  const order = [axis, ...flat.dims.map((_, i) => i).filter((i) => i !== axis)];
  const rows = p.transpose(flat, order) as Tensor;
  const [n, width] = [rows.dims[0]!, rows.size / (rows.dims[0]! || 1)];
  const elements = rows.elements as ArrayLike<number | bigint | string>;
  const slices = Array.from({ length: n }, (_, i) =>
    Array.from({ length: width }, (__, k) => elements[i * width + k]!),
  );
  const seen = new Map<string, { first: number; count: number; place: number }>();
  const owners = slices.map((slice, i) => {
    const key = slice.map(String).join('\u0000');
    const entry = seen.get(key) ?? { first: i, count: 0, place: seen.size };
    entry.count++;
    seen.set(key, entry);
    return entry;
  });
  const entries = [...seen.values()];
  const compare = (a: (typeof entries)[number], b: (typeof entries)[number]): number => {
    const [left, right] = [slices[a.first]!, slices[b.first]!];
    const at = left.findIndex((value, i) => value !== right[i]);
    return at < 0 ? 0 : left[at]! < right[at]! ? -1 : 1;
  };
  if (context.int('sorted', 1) === 1) entries.sort(compare);
  entries.forEach((entry, place) => {
    entry.place = place;
  });
  const data = allocate(x.dtype, entries.length * width) as unknown[];
  entries.forEach(({ first }, i) => {
    slices[first]!.forEach((value, k) => {
      data[i * width + k] = value;
    });
  });
  const made = eagerTensor(data as Data, [entries.length, ...rows.dims.slice(1)], x.dtype);
  return [
    p.transpose(
      made,
      order.map((_, i) => order.indexOf(i)),
    ) as Tensor,
    counts(entries.map(({ first }) => first)),
    counts(owners.map(({ place }) => place)),
    counts(entries.map(({ count }) => count)),
  ];
};

export const texts: Readonly<Record<string, Operator>> = {
  StringConcat: (inputs, context) => {
    const [a, b] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
    const dims = broadcastShapes(a.dims, b.dims, 'StringConcat');
    const [left, right] = [a, b].map((x) => textsOf(tf.broadcastTo(x, dims), context));
    return textTensor(
      left!.map((text, i) => text + right![i]!),
      dims,
    );
  },
  StringNormalizer: normalizer,
  StringSplit: splitter,
  RegexFullMatch: (inputs, context) =>
    tf.strings.regexFullMatch(context.need(inputs[0], 0), context.text('pattern', '')),
  TfIdfVectorizer: tfIdf,
  Unique: unique,
};
