// Shapes, slices, padding and joining in TensorFlow.
// Owns: what TensorFlow lacks made of what it has: gaps between elements by reshaping, negative padding by slicing.
import type { DType } from '../../../base/dtype.ts';
import type { GraphValue, Node } from '../../../graph/graph.ts';
import { type GraphTranslation, type NodeTable, T } from '../graph-translation.ts';
import { attribute, type Reference } from '../graph-writer.ts';
import { constantOf, constantPolynomial, type Polynomial, sum } from '../sizes.ts';

function broadcast(w: GraphTranslation, node: Node): Reference {
  const [x] = node.inputs as [GraphValue];
  const axes = node.params.axes as readonly number[];
  const dims = w.family.list(node, 'dims');
  const inner = w.dims(x);
  const trailing = axes.every((axis, i) => axis === dims.length - axes.length + i);
  const full = dims.map((_, axis) => (axes.includes(axis) ? inner[axes.indexOf(axis)]! : constantPolynomial(1)));
  const placed = trailing ? w.of(x) : w.reshape(w.of(x), full, x.dtype);
  return w.writer.one('BroadcastTo', [placed, w.writer.shape(dims)], { ...T(x.dtype), Tidx: attribute.type('int32') });
}

export function stridedSlice(
  w: GraphTranslation,
  x: Reference,
  dtype: DType,
  start: Reference,
  limit: Reference,
  strides: Reference,
): Reference {
  return w.writer.one('StridedSlice', [x, start, limit, strides], { ...T(dtype), Index: attribute.type('int32') });
}

export const pairs = (w: GraphTranslation, low: readonly Polynomial[], high: readonly Polynomial[]): Reference => {
  const flat = low.flatMap((l, i) => [l, high[i]!]);
  const dims = [constantPolynomial(low.length), constantPolynomial(2)];
  const known = flat.map(constantOf);
  if (known.every((n) => n !== null))
    return w.writer.constant({ dtype: 'int32', shape: [low.length, 2], data: Int32Array.from(known as number[]) });
  return w.reshape(w.writer.shape(flat), dims, 'int32');
};

export const isZero = (list: readonly Polynomial[]): boolean =>
  list.every((polynomial) => constantOf(polynomial) === 0);

function pad(w: GraphTranslation, node: Node): Reference {
  const [x, value] = node.inputs as [GraphValue, GraphValue];
  const [low, high] = [w.family.list(node, 'low'), w.family.list(node, 'high')];
  const interior = node.params.interior as readonly number[];
  let dims = w.dims(x);
  let from = w.of(x);
  const padded = (source: Reference, a: readonly Polynomial[], b: readonly Polynomial[]): Reference =>
    isZero([...a, ...b])
      ? source
      : w.writer.one('PadV2', [source, pairs(w, a, b), w.of(value)], {
          ...T(x.dtype),
          Tpaddings: attribute.type('int32'),
        });
  const zero = constantPolynomial(0);
  interior.forEach((gap, axis) => {
    if (gap === 0) return;
    // (…, n, …) → (…, n, 1 + gap, …) → (…, n · (1 + gap), …) less the last gap
    const split = [...dims.slice(0, axis + 1), constantPolynomial(1), ...dims.slice(axis + 1)];
    const spread = padded(
      w.reshape(from, split, x.dtype),
      split.map(() => zero),
      split.map((_, i) => (i === axis + 1 ? constantPolynomial(gap) : zero)),
    );
    const long = dims.map((size, i) => (i === axis ? scaled(size, gap + 1) : size));
    const joined = w.reshape(spread, long, x.dtype);
    const cut = long.map((size, i) => (i === axis ? sum(size, constantPolynomial(gap), -1) : size));
    from = stridedSlice(
      w,
      joined,
      x.dtype,
      w.writer.integers(cut.map(() => 0)),
      w.writer.shape(cut),
      w.writer.integers(cut.map(() => 1)),
    );
    dims = cut;
  });
  // What is negative is cut off.
  const negative = (list: readonly Polynomial[]): Polynomial[] =>
    list.map((p) => ((constantOf(p) ?? 0) < 0 ? p : zero));
  const positive = (list: readonly Polynomial[]): Polynomial[] =>
    list.map((p) => ((constantOf(p) ?? 1) < 0 ? zero : p));
  if (!isZero([...negative(low), ...negative(high)])) {
    const start = negative(low).map((p) => -(constantOf(p) ?? 0));
    const limit = dims.map((size, axis) => sum(size, negative(high)[axis]!));
    from = stridedSlice(
      w,
      from,
      x.dtype,
      w.writer.integers(start),
      w.writer.shape(limit),
      w.writer.integers(start.map(() => 1)),
    );
  }
  return padded(from, positive(low), positive(high));
}

const scaled = (polynomial: Polynomial, factor: number): Polynomial =>
  new Map([...polynomial].map(([mask, coefficient]) => [mask, coefficient * factor]));

/** Parts one after the other along an axis. */
export const concatenated = (
  w: GraphTranslation,
  parts: readonly Reference[],
  axis: number,
  dtype: DType,
): Reference =>
  parts.length === 1
    ? parts[0]!
    : w.writer.one('ConcatV2', [...parts, w.writer.integer(axis)], {
        ...T(dtype),
        N: attribute.int(parts.length),
        Tidx: attribute.type('int32'),
      });

function iota(w: GraphTranslation, node: Node): Reference {
  const dtype = node.params.dtype as DType;
  const axis = node.params.axis as number;
  const dims = w.family.list(node, 'dims');
  const range = w.writer.one('Range', [w.writer.integer(0), w.writer.size(dims[axis]!), w.writer.integer(1)], {
    Tidx: attribute.type('int32'),
  });
  const numbers = w.cast(range, 'int32', dtype);
  if (dims.length === 1) return numbers;
  const placed = w.reshape(
    numbers,
    dims.map((size, i) => (i === axis ? size : constantPolynomial(1))),
    dtype,
  );
  return w.writer.one('BroadcastTo', [placed, w.writer.shape(dims)], { ...T(dtype), Tidx: attribute.type('int32') });
}

export const movement: NodeTable = {
  reshape: (w, node) => w.reshape(w.of(node.inputs[0]!), w.dims(node.outputs[0]!), node.outputs[0]!.dtype),
  transpose: (w, { inputs: [x], params }) =>
    w.writer.one('Transpose', [w.of(x!), w.writer.integers(params.permutation as readonly number[])], {
      ...T(x!.dtype),
      Tperm: attribute.type('int32'),
    }),
  broadcast,
  pad,
  slice: (w, node) => {
    const [x] = node.inputs as [GraphValue];
    const [start, limit, strides] = ['start', 'limit', 'strides'].map((name) =>
      w.writer.shape(w.family.list(node, name)),
    ) as [Reference, Reference, Reference];
    return stridedSlice(w, w.of(x), x.dtype, start, limit, strides);
  },
  concatenate: (w, { inputs, params }) =>
    concatenated(
      w,
      inputs.map((input) => w.of(input)),
      params.axis as number,
      inputs[0]!.dtype,
    ),
  reverse: (w, { inputs: [x], params }) =>
    w.writer.one('ReverseV2', [w.of(x!), w.writer.integers(params.axes as readonly number[])], {
      ...T(x!.dtype),
      Tidx: attribute.type('int32'),
    }),
  iota,
};
