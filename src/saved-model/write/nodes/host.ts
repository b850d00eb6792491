// Functions of the host in TensorFlow: tables, hashing, texts as the numbers of their words.
// Owns: their ops. Leaves the tables themselves to tables.ts.
import { ValueError } from '../../../base/errors.ts';
import type { GraphValue, Node } from '../../../graph/graph.ts';
import type { Binning, HashMeaning, LookupMeaning, TextMeaning } from '../../../graph/host-meaning.ts';
import type { HostFunction } from '../../../graph/primitive.ts';
import { type GraphTranslation, type NodeTable, T } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';
import { constantPolynomial } from '../sizes.ts';
import { transforms } from './special.ts';

/** A number of no table: what is not found. */
const MISSING = -(2n ** 63n);
/** What no bin and no word has: one-hot rows are zeros there. */
const NOWHERE = 2n ** 63n - 1n;
const long = (w: GraphTranslation, value: bigint): Reference =>
  w.writer.constant({ dtype: 'int64', shape: [], data: BigInt64Array.of(value) });
const text = (w: GraphTranslation, value: string): Reference =>
  w.writer.constant({ dtype: 'string', shape: [], data: [value] });
const plus = (w: GraphTranslation, x: Reference, y: bigint): Reference =>
  y === 0n ? x : w.writer.one('AddV2', [x, long(w, y)], T('int64'));
const asText = (w: GraphTranslation, x: Reference, dtype: 'string' | 'int64' | 'int32'): Reference =>
  dtype === 'string' ? x : w.writer.one('AsString', [x], T(dtype));

function binOf(
  w: GraphTranslation,
  x: Reference,
  dtype: 'string' | 'int64' | 'int32',
  by: Binning,
  count: bigint,
): Reference {
  if (by === 'remainder') return w.writer.one('FloorMod', [x, long(w, count)], T('int64'));
  const num_buckets = { i: count };
  const input = asText(w, x, dtype);
  if (by === 'fingerprint') return w.writer.one('StringToHashBucketFast', [input], { num_buckets });
  return w.writer.one('StringToHashBucketStrong', [input], { num_buckets, key: { list: { i: [...by] } } });
}
function lookup(w: GraphTranslation, x: Reference, meaning: LookupMeaning): Reference {
  const { keyDtype, valueDtype, bins } = meaning;
  const otherwise = bins ? MISSING : meaning.otherwise;
  const found = w.writer.one(
    'LookupTableFindV2',
    [w.table(meaning), x, valueDtype === 'string' ? text(w, String(otherwise)) : long(w, otherwise as bigint)],
    { Tin: attribute.type(keyDtype), Tout: attribute.type(valueDtype) },
  );
  if (!bins) return found;
  const isMissing = w.writer.one('Equal', [found, long(w, MISSING)], T('int64'));
  const bin = plus(w, binOf(w, x, keyDtype, bins.by, bins.count), bins.first);
  return w.writer.one('SelectV2', [isMissing, bin, found], T('int64'));
}
function hashed(w: GraphTranslation, input: GraphValue, { by, count, mask }: HashMeaning): Reference {
  const dtype = input.dtype as 'string' | 'int64' | 'int32';
  const x = w.of(input);
  const bin = binOf(w, x, dtype, by, count);
  if (mask === null) return bin;
  const isMask = w.writer.one('Equal', [asText(w, x, dtype), text(w, mask)], T('string'));
  return w.writer.one('SelectV2', [isMask, long(w, 0n), plus(w, bin, 1n)], T('int64'));
}

function words(w: GraphTranslation, input: GraphValue, meaning: TextMeaning): Reference {
  const { rows } = meaning;
  const batch = w.dims(input)[0] ?? constantPolynomial(1);
  let x = w.reshape(w.of(input), [batch], 'string');
  if (meaning.lower) x = w.writer.one('StringLower', [x], { encoding: attribute.text('') });
  if (meaning.remove !== null)
    x = w.writer.one('StaticRegexReplace', [x], {
      pattern: attribute.text(meaning.remove),
      rewrite: attribute.text(''),
      replace_global: attribute.bool(true),
    });
  const split = w.writer.add('StringSplitV2', [x, text(w, '')], { maxsplit: attribute.int(-1) });
  // The row of each word: the first column of its position.
  const column = (n: number): Reference => w.writer.integers([0, n]);
  const rowOf = w.writer.one(
    'StridedSlice',
    [split.output(0, 'indices'), column(0), column(1), w.writer.integers([1, 1])],
    {
      ...T('int64'),
      Index: attribute.type('int32'),
      begin_mask: attribute.int(1),
      end_mask: attribute.int(1),
      shrink_axis_mask: attribute.int(2),
    },
  );
  const numbers = lookup(w, split.output(0, 'values'), meaning.lookup);
  const isInt = 'length' in rows;
  const dense = w.writer.one(
    'RaggedTensorToTensor',
    [
      w.writer.integers([-1, isInt ? rows.length : -1], 'int64'),
      numbers,
      long(w, isInt ? 0n : NOWHERE),
      w.cast(w.writer.size(batch), 'int32', 'int64'),
      rowOf,
    ],
    {
      ...T('int64'),
      Tindex: attribute.type('int64'),
      Tshape: attribute.type('int64'),
      num_row_partition_tensors: attribute.int(2),
      row_partition_types: {
        list: { s: ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'].map((kind) => new TextEncoder().encode(kind)) },
      },
    },
  );
  if (isInt) return dense;
  const hot = w.writer.one(
    'OneHot',
    [dense, w.writer.integer(rows.depth), w.writer.scalar(1, 'float32'), w.writer.scalar(0, 'float32')],
    { ...T('float32'), TI: attribute.type('int64'), axis: attribute.int(-1) },
  );
  const settings = { ...T('float32'), Tidx: attribute.type('int32'), keep_dims: attribute.bool(false) };
  const counts = w.writer.one(rows.binary ? 'Max' : 'Sum', [hot, w.writer.integers([1])], settings);
  // A text without words has no largest.
  if (rows.binary)
    return w.cast(w.writer.one('Maximum', [counts, w.writer.scalar(0, 'float32')], T('float32')), 'float32', 'int64');
  if (!rows.weights) return w.cast(counts, 'float32', 'int64');
  const weights = w.writer.constant({
    dtype: 'float32',
    shape: [rows.weights.length],
    data: Float32Array.from(rows.weights),
  });
  return w.writer.one('Mul', [counts, weights], T('float32'));
}

function customCall(w: GraphTranslation, node: Node): Reference | readonly Reference[] {
  const [input] = node.inputs as [GraphValue];
  const call = node.params.call as HostFunction;
  const transform = transforms[call.hostFunction];
  if (transform) return transform(w, node);
  const meaning = call.meaning?.();
  if (!meaning)
    throw new ValueError(
      `export: ${node.scope ? `layer '${node.scope}'` : 'the function'} runs code of its own on texts or tables, which cannot be written to a SavedModel. Apply it to the data before the model.`,
    );
  if (meaning.kind === 'lookup') return lookup(w, w.of(input), meaning);
  return meaning.kind === 'hash' ? hashed(w, input, meaning) : words(w, input, meaning);
}

export const host: NodeTable = { customCall };
