// TensorFlow's ops on text, and what makes rows of different lengths of it: they run op by op.
import * as ops from '../../ops/index.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Implementations, NodeView } from './node.ts';
import { integers, knownElements } from './operands.ts';

const { strings } = ops;
const decoder = new TextDecoder();
const textAt = (element: unknown): string =>
  element instanceof Uint8Array ? decoder.decode(element) : String(element);
const texts = (x: Tensor): string[] => Array.from(knownElements(x), textAt);
const textTensor = (values: readonly string[], dims: readonly number[]): Tensor =>
  eagerTensor([...values], dims, 'string');
const scalarText = (n: NodeView, index: number): string => texts(n.tensor(index))[0] ?? '';

/** Rows of words → positions, words and the shape of the matrix that would hold them. */
function sparseRows(rows: readonly (readonly string[])[]): Tensor[] {
  const positions = rows.flatMap((row, i) => row.flatMap((_, j) => [i, j]));
  const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const words = rows.flat();
  return [
    integers(positions, [words.length, 2], 'int64'),
    textTensor(words, [words.length]),
    integers([rows.length, longest], [2], 'int64'),
  ];
}
const splitWords = (text: string, separator: string, most: number): string[] => {
  const parts = separator === '' ? text.split(/\s+/u).filter((word) => word !== '') : text.split(separator);
  return most > 0 && parts.length > most + 1
    ? [...parts.slice(0, most), parts.slice(most).join(separator || ' ')]
    : parts;
};

/** Rows of a ragged tensor, given by where they begin or by the row of each value, as a full tensor. */
function raggedToTensor(n: NodeView): Tensor {
  const values = n.tensor(1);
  const fallback = n.tensor(2);
  const kinds = n.def.attr.get('row_partition_types')?.list?.s.map(textAt) ?? [];
  const partitions = kinds.map((_, i) => n.integers(i + 3));
  const shape = n.integers(0);
  let rowsOf: number[][] | null = null;
  kinds.forEach((kind, i) => {
    const part = partitions[i]!;
    if (kind === 'FIRST_DIM_SIZE') return;
    if (kind === 'ROW_SPLITS')
      rowsOf = part.slice(1).map((end, row) => Array.from({ length: end - part[row]! }, (_, j) => part[row]! + j));
    else if (kind === 'VALUE_ROWIDS') {
      const rows: number[][] = Array.from({ length: partitions[0]![0]! }, () => []);
      part.forEach((row, at) => void rows[row]!.push(at));
      rowsOf = rows;
    }
  });
  if (kinds.filter((kind) => kind !== 'FIRST_DIM_SIZE').length !== 1 || !rowsOf)
    return n.unsupported('rows that are ragged in more than one dimension');
  const rows: number[][] = rowsOf;
  const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const width = shape.length > 1 && shape[1]! >= 0 ? shape[1]! : longest;
  const height = shape.length > 0 && shape[0]! >= 0 ? shape[0]! : rows.length;
  const inner = values.dims.slice(1);
  const size = inner.reduce((a, b) => a * b, 1);
  const elements = knownElements(values);
  const empty = knownElements(fallback)[0];
  const out: unknown[] = [];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const at = rows[i]?.[j];
      for (let k = 0; k < size; k++) out.push(at === undefined ? empty : elements[at * size + k]);
    }
  return ops.constant(out as number[], { dtype: values.dtype, shape: [height, width, ...inner] });
}

export const text: Implementations = {
  StringLower: (n) => strings.lower(n.tensor(0)),
  StringUpper: (n) => strings.upper(n.tensor(0)),
  StringStrip: (n) => strings.strip(n.tensor(0)),
  StringLength: (n) => strings.length(n.tensor(0), { unit: n.text('unit', 'BYTE') as 'BYTE' }),
  StaticRegexReplace: (n) =>
    strings.regexReplace(n.tensor(0), n.text('pattern'), n.text('rewrite'), n.bool('replace_global', true)),
  RegexReplace: (n) =>
    strings.regexReplace(n.tensor(0), scalarText(n, 1), scalarText(n, 2), n.bool('replace_global', true)),
  StaticRegexFullMatch: (n) => strings.regexFullMatch(n.tensor(0), n.text('pattern')),
  RegexFullMatch: (n) => strings.regexFullMatch(n.tensor(0), scalarText(n, 1)),
  StringSplitV2: (n) => {
    const separator = scalarText(n, 1);
    return sparseRows(texts(n.tensor(0)).map((line) => splitWords(line, separator, n.int('maxsplit', -1))));
  },
  StringSplit: (n) => {
    const separator = scalarText(n, 1);
    return sparseRows(texts(n.tensor(0)).map((line) => splitWords(line, separator, -1).filter((word) => word !== '')));
  },
  StringJoin: (n) => strings.join(n.tensors, n.text('separator', '')),
  StringToNumber: (n) => strings.toNumber(n.tensor(0), n.dtype('out_type', 'float32')),
  AsString: (n) => strings.asString(n.tensor(0)),
  StringToHashBucketFast: (n) => strings.toHashBucketFast(n.tensor(0), n.int('num_buckets')),
  StringToHashBucketStrong: (n) => strings.toHashBucketStrong(n.tensor(0), n.int('num_buckets'), n.ints('key')),
  Substr: (n) => strings.substr(n.tensor(0), n.tensor(1), n.tensor(2), { unit: n.text('unit', 'BYTE') as 'BYTE' }),
  UnicodeTranscode: (n) => n.tensor(0),
  UnicodeDecode: (n) => {
    const rows = texts(n.tensor(0)).map((line) => Array.from(line, (letter) => letter.codePointAt(0)!));
    const splits = [0];
    for (const row of rows) splits.push(splits.at(-1)! + row.length);
    const letters = rows.flat();
    return [
      integers(splits, [splits.length], n.dtype('Tsplits', 'int64')),
      integers(letters, [letters.length], 'int32'),
    ];
  },
  RaggedTensorToTensor: raggedToTensor,
};
