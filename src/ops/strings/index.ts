// tf.strings.
// Owns: joining, splitting, cases, parts, patterns, hashes. Numbers as text stand in numbers.ts, characters in unicode.ts.

import type { StringElement } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { broadcastShapes, type Dims, normalizeAxes, sameShape, sizeOf, stridesOf } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { hostFunction, known } from '../core/host.ts';
import { signature } from '../core/signature.ts';
import { acceptsRagged, acceptsRaggedList, reducesRagged } from '../ragged/accepts.ts';
import { RaggedTensor } from '../ragged/ragged-tensor.ts';
import { fingerprint64, hash64, sipHash } from './hash.ts';
import { fullMatcher, replacer } from './regex/index.ts';
import { bytesOf, elementOf, mapElements, stringTensor, textOf } from './text.ts';

export { asString, format, toNumber } from './numbers.ts';
export { unicodeScript } from './scripts.ts';
export {
  unicodeDecode,
  unicodeDecodeWithOffsets,
  unicodeEncode,
  unicodeSplit,
  unicodeSplitWithOffsets,
  unicodeTranscode,
} from './unicode.ts';

const EAGER = 'Call it outside tf.function.';
const elementsOf = (x: TensorLike, name: string): readonly StringElement[] =>
  known(stringTensor(x, name), `strings.${name}`, EAGER) as readonly StringElement[];
/** Strings computed of whole tensors of strings. */
const stringsOf = (
  name: string,
  inputs: readonly Tensor[],
  dims: Dims,
  compute: (...columns: (readonly StringElement[])[]) => StringElement[],
): Tensor => {
  const call = hostFunction(
    `strings.${name}`,
    () => [{ dims, dtype: 'string' }],
    (columns, [out]) => {
      const made = compute(...columns.map(({ data }) => data as readonly StringElement[]));
      for (let i = 0; i < made.length; i++) (out!.data as StringElement[])[i] = made[i]!;
    },
  );
  return p.customCall(call, inputs)[0] as Tensor;
};
const joinedBytes = (parts: readonly StringElement[], separator: string): StringElement => {
  if (parts.every((part) => typeof part === 'string')) return parts.join(separator);
  const all = parts.flatMap((part, i) => [...(i > 0 ? bytesOf(separator) : []), ...bytesOf(part)]);
  return elementOf(Uint8Array.from(all));
};

/** Strings of several tensors put together, element by element. */
export const join = acceptsRaggedList(
  signature(
    'strings.join',
    ['inputs', 'separator'],
    (inputs: readonly TensorLike[], separator: string = ''): Tensor => {
      const tensors = inputs.map((input) => stringTensor(input, 'join'));
      const dims = tensors
        .map((t) => t.dims)
        .reduce((a, b) => broadcastShapes(a, b, 'strings.join'), [] as readonly number[]);
      const size = dims.reduce((a, b) => a * b, 1);
      for (const tensor of tensors) {
        const count = sizeOf(tensor.dims);
        if (tensor.dims.length > 0 && (count !== size || !sameShape(tensor.dims, dims)))
          throw new ShapeError('strings.join: shapes differ; wanted equal ones, or scalars.');
      }
      return stringsOf('join', tensors, dims, (...columns) =>
        Array.from({ length: size }, (_, i) =>
          joinedBytes(
            columns.map((column) => column[column.length === 1 ? 0 : i]!),
            separator,
          ),
        ),
      );
    },
  ),
);
/** Strings put together along axes. */
export const reduceJoin = reducesRagged(
  signature(
    'strings.reduceJoin',
    ['inputs', 'axis', 'keepdims', 'separator'],
    (inputs: TensorLike, axis?: Axis, keepdims: boolean = false, separator: string = ''): Tensor => {
      const x = stringTensor(inputs, 'reduceJoin');
      const axes = normalizeAxes(axis, x.dims.length, 'strings.reduceJoin');
      const kept = x.dims.map((_, i) => i).filter((i) => !axes.includes(i));
      const strides = stridesOf(x.dims);
      const walk = (list: readonly number[]): number[] =>
        list.reduce<number[]>(
          (offsets, a) =>
            offsets.flatMap((offset) => Array.from({ length: x.dims[a]! }, (_, i) => offset + i * strides[a]!)),
          [0],
        );
      const inner = walk(axes);
      const dims = keepdims ? x.dims.map((n, i) => (axes.includes(i) ? 1 : n)) : kept.map((i) => x.dims[i]!);
      return stringsOf('reduceJoin', [x], dims, (elements) =>
        walk(kept).map((offset) =>
          joinedBytes(
            inner.map((at) => elements[offset + at]!),
            separator,
          ),
        ),
      );
    },
  ),
);

const ascii = (text: string, upper: boolean): string =>
  text.replace(upper ? /[a-z]+/g : /[A-Z]+/g, (part) => (upper ? part.toUpperCase() : part.toLowerCase()));
const cases = (name: string, upper: boolean) =>
  signature(
    `strings.${name}`,
    ['input', 'encoding'],
    (input: TensorLike, encoding: '' | 'utf-8' = ''): Tensor =>
      mapElements(stringTensor(input, name), name, 'string', (element) => {
        if (encoding === 'utf-8') return upper ? textOf(element).toUpperCase() : textOf(element).toLowerCase();
        return typeof element === 'string' ? ascii(element, upper) : element;
      }),
  );
/** Letters in capitals; without an encoding only those of ASCII. */
export const upper = acceptsRagged(cases('upper', true));
export const lower = acceptsRagged(cases('lower', false));
/** Without white space at both ends. */
export const strip = acceptsRagged(
  signature(
    'strings.strip',
    ['input'],
    (input: TensorLike): Tensor =>
      mapElements(stringTensor(input, 'strip'), 'strip', 'string', (element) =>
        textOf(element).replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ''),
      ),
  ),
);

type Unit = 'BYTE' | 'UTF8_CHAR';
/** Lengths in bytes, or in characters. */
export const length = acceptsRagged(
  signature(
    'strings.length',
    ['input', 'unit'],
    (input: TensorLike, unit: Unit = 'BYTE'): Tensor =>
      mapElements(stringTensor(input, 'length'), 'length', 'int32', (element) =>
        unit === 'BYTE' ? bytesOf(element).length : [...textOf(element)].length,
      ),
  ),
);
/** `len` bytes, or characters, from `pos` on; a negative position counts from the end. */
export const substr = acceptsRagged(
  signature(
    'strings.substr',
    ['input', 'pos', 'len', 'unit'],
    (input: TensorLike, pos: TensorLike, len: TensorLike, unit: Unit = 'BYTE'): Tensor => {
      const x = stringTensor(input, 'substr');
      const [starts, lengths] = [pos, len].map((value) =>
        Array.from(convertToTensor(value, undefined, 'strings.substr').dataSync() as ArrayLike<number>, Number),
      ) as [number[], number[]];
      return mapElements(x, 'substr', 'string', (element, i) => {
        const start = starts[starts.length === 1 ? 0 : i]!;
        const count = lengths[lengths.length === 1 ? 0 : i]!;
        const units = unit === 'BYTE' ? bytesOf(element) : [...textOf(element)];
        if (start < -units.length || start > units.length)
          throw new ValueError(
            `strings.substr: position ${start} is out of range for ${show(textOf(element))} of length ${units.length}.`,
          );
        const from = start < 0 ? start + units.length : start;
        // As in TensorFlow a negative length is as good as none: everything behind the position.
        const to = count < 0 ? units.length : from + count;
        return units instanceof Uint8Array ? elementOf(units.slice(from, to)) : units.slice(from, to).join('');
      });
    },
  ),
);

/** Rows of parts: at white space, or at a separator. */
export const split = acceptsRagged(
  signature(
    'strings.split',
    ['input', 'sep', 'maxsplit'],
    (input: TensorLike, sep: string = '', maxsplit: number = -1): RaggedTensor | Tensor => {
      const x = stringTensor(input, 'split');
      const parts = elementsOf(x, 'split').map((element) => splitOne(textOf(element), sep, maxsplit));
      return raggedRows(x, parts);
    },
  ),
);
/** Those of ASCII: TensorFlow knows no others, not the no-break space either. */
const SPACES = /[ \t\n\v\f\r]+/;
function splitOne(text: string, sep: string, maxsplit: number): string[] {
  const most = maxsplit < 0 ? Number.POSITIVE_INFINITY : maxsplit;
  const parts: string[] = [];
  let rest = sep === '' ? text.replace(/^[ \t\n\v\f\r]+/, '') : text;
  if (sep === '' && rest === '') return [];
  while (parts.length < most) {
    const found = sep === '' ? SPACES.exec(rest) : null;
    const at = sep === '' ? (found?.index ?? -1) : rest.indexOf(sep);
    if (at < 0) break;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + (found ? found[0].length : sep.length));
  }
  if (sep === '') rest = rest.replace(/[ \t\n\v\f\r]+$/, '');
  if (sep !== '' || rest !== '') parts.push(rest);
  return parts;
}
/** Parts of every element as ragged rows; those of a scalar as a vector. */
function raggedRows(x: Tensor, parts: readonly (readonly StringElement[])[]): RaggedTensor | Tensor {
  const flat = parts.flat();
  const values = eagerTensor(flat, [flat.length], 'string');
  if (x.dims.length === 0) return values;
  let rows: RaggedTensor = RaggedTensor.fromRowLengths(
    values,
    parts.map((row) => row.length),
  );
  for (let axis = x.dims.length - 1; axis > 0; axis--) rows = RaggedTensor.fromUniformRowLength(rows, x.dims[axis]!);
  return rows;
}
/** The bytes of each string as strings. */
export const bytesSplit = acceptsRagged(
  signature('strings.bytesSplit', ['input'], (input: TensorLike): RaggedTensor | Tensor => {
    const x = stringTensor(input, 'bytesSplit');
    return raggedRows(
      x,
      elementsOf(x, 'bytesSplit').map((element) =>
        Array.from(bytesOf(element), (byte) => elementOf(Uint8Array.of(byte))),
      ),
    );
  }),
);
/** Runs of `ngramWidth` neighbouring strings along the last axis. */
export const ngrams = signature(
  'strings.ngrams',
  ['data', 'ngramWidth', 'separator', 'padValues', 'paddingWidth', 'preserveShortSequences'],
  (
    data: TensorLike | RaggedTensor,
    ngramWidth: number | readonly number[],
    separator: string = ' ',
    padValues?: string | readonly [string, string],
    paddingWidth?: number,
    preserveShortSequences: boolean = false,
  ): RaggedTensor | Tensor => {
    const widths = typeof ngramWidth === 'number' ? [ngramWidth] : ngramWidth;
    const [left, right] = typeof padValues === 'string' ? [padValues, padValues] : (padValues ?? ['', '']);
    const grams = (row: readonly string[]): string[] =>
      widths.flatMap((width) => {
        const pad = padValues === undefined ? 0 : Math.min(paddingWidth ?? width - 1, width - 1);
        const padded = [...new Array<string>(pad).fill(left), ...row, ...new Array<string>(pad).fill(right)];
        const count = padded.length - width + 1;
        if (count <= 0) return preserveShortSequences && row.length > 0 ? [row.join(separator)] : [];
        return Array.from({ length: count }, (_, i) => padded.slice(i, i + width).join(separator));
      });
    if (data instanceof RaggedTensor)
      return RaggedTensor.fromRowLengths(...rowsAndLengths((data.toList() as string[][]).map(grams)));
    const x = stringTensor(data as TensorLike, 'ngrams');
    const flat = elementsOf(x, 'ngrams').map(textOf);
    const n = x.dims.at(-1) ?? 1;
    const rows = Array.from({ length: flat.length / n }, (_, i) => grams(flat.slice(i * n, (i + 1) * n)));
    return eagerTensor(rows.flat(), [...x.dims.slice(0, -1), rows[0]?.length ?? 0], 'string');
  },
);
const rowsAndLengths = (rows: readonly (readonly string[])[]): [Tensor, number[]] => [
  eagerTensor(rows.flat(), [rows.flat().length], 'string'),
  rows.map((row) => row.length),
];

/** Parts that match a pattern replaced; \1 in the replacement is a group. */
export const regexReplace = acceptsRagged(
  signature(
    'strings.regexReplace',
    ['input', 'pattern', 'rewrite', 'replaceGlobal'],
    (input: TensorLike, pattern: string, rewrite: string, replaceGlobal: boolean = true): Tensor => {
      const replace = replacer(pattern, rewrite, replaceGlobal);
      return mapElements(stringTensor(input, 'regexReplace'), 'regexReplace', 'string', (element) =>
        replace(textOf(element)),
      );
    },
  ),
);
/** Whether strings match a pattern from end to end. */
export const regexFullMatch = acceptsRagged(
  signature('strings.regexFullMatch', ['input', 'pattern'], (input: TensorLike, pattern: string): Tensor => {
    const matches = fullMatcher(pattern);
    return mapElements(stringTensor(input, 'regexFullMatch'), 'regexFullMatch', 'bool', (element) =>
      matches(textOf(element)) ? 1 : 0,
    );
  }),
);

const bucket = (name: string, hash: (bytes: Uint8Array) => bigint, input: TensorLike, numBuckets: number): Tensor => {
  if (!(numBuckets >= 1)) throw new ValueError(`strings.${name}: numBuckets ${show(numBuckets)}; wanted a number ≥ 1.`);
  return mapElements(
    stringTensor(input, name),
    name,
    'int64',
    (element) => hash(bytesOf(element)) % BigInt(numBuckets),
  );
};
export const toHashBucket = acceptsRagged(
  signature(
    'strings.toHashBucket',
    ['input', 'numBuckets'],
    (input: TensorLike, numBuckets: number): Tensor => bucket('toHashBucket', (b) => hash64(b), input, numBuckets),
  ),
);
export const toHashBucketFast = acceptsRagged(
  signature(
    'strings.toHashBucketFast',
    ['input', 'numBuckets'],
    (input: TensorLike, numBuckets: number): Tensor => bucket('toHashBucketFast', fingerprint64, input, numBuckets),
  ),
);
export const toHashBucketStrong = acceptsRagged(
  signature(
    'strings.toHashBucketStrong',
    ['input', 'numBuckets', 'key'],
    (input: TensorLike, numBuckets: number, key: readonly (number | bigint)[]): Tensor => {
      if (key.length !== 2)
        throw new DTypeError(`strings.toHashBucketStrong: key ${show(key)}; wanted two whole numbers.`);
      const both: [bigint, bigint] = [BigInt(key[0]!), BigInt(key[1]!)];
      return bucket('toHashBucketStrong', (b) => sipHash(b, both), input, numBuckets);
    },
  ),
);
/** Strings joined by segment number. */
export const unsortedSegmentJoin = signature(
  'strings.unsortedSegmentJoin',
  ['inputs', 'segmentIds', 'numSegments', 'separator'],
  (inputs: TensorLike, segmentIds: TensorLike, numSegments: number, separator: string = ''): Tensor => {
    const elements = elementsOf(inputs, 'unsortedSegmentJoin');
    const groups = Array.from({ length: numSegments }, (): StringElement[] => []);
    const ids = convertToTensor(segmentIds, undefined, 'strings.unsortedSegmentJoin').dataSync();
    elements.forEach((element, i) => {
      groups[Number(ids[i])]?.push(element);
    });
    return eagerTensor(
      groups.map((group) => joinedBytes(group, separator)),
      [numSegments],
      'string',
    );
  },
);
