// ONNX's operators that move, cut and join elements, or make shapes.
// Owns: these operators; versions that take as attributes what newer ones take as inputs.
import type { Dims } from '../../../base/shape.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { Operator, OperatorContext } from './context.ts';
import { dtypeFrom } from './elementwise.ts';

const integers = (values: readonly number[], dims: Dims = [values.length]): Tensor =>
  eagerTensor(BigInt64Array.from(values, BigInt), dims, 'int64');
const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
const product = (dims: Dims): number => dims.reduce((a, b) => a * b, 1);

function reshape(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const wanted = context.list(inputs[1], 'shape') ?? context.fail('no shape is given.');
  const keepZeros = context.int('allowzero', 0) === 1;
  const dims = wanted.map((n, i) => (n === 0 && !keepZeros ? (x.dims[i] ?? 0) : n));
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = x.size / product(dims.filter((_, i) => i !== open));
  return p.reshape(x, dims) as Tensor;
}

function squeeze(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const axes = context.list(inputs[1], 'axes')?.map((axis) => positive(axis, x.rank));
  return p.reshape(
    x,
    x.dims.filter((n, i) => (axes ? !axes.includes(i) : n !== 1)),
  ) as Tensor;
}

function unsqueeze(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const given = context.list(inputs[1], 'axes') ?? context.fail('no axes are given.');
  const rank = x.rank + given.length;
  const axes = given.map((axis) => positive(axis, rank));
  let next = 0;
  return p.reshape(
    x,
    Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : x.dims[next++]!)),
  ) as Tensor;
}

function slice(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const starts = context.list(inputs[1], 'starts') ?? context.fail('no starts are given.');
  const ends = context.list(inputs[2], 'ends') ?? context.fail('no ends are given.');
  const axes = (context.list(inputs[3], 'axes') ?? starts.map((_, i) => i)).map((axis) => positive(axis, x.rank));
  const steps = context.list(inputs[4], 'steps') ?? starts.map(() => 1);
  const [begin, limit, strides] = [x.dims.map(() => 0), [...x.dims], x.dims.map(() => 1)];
  const turned: number[] = [];
  axes.forEach((axis, i) => {
    const n = x.dims[axis]!;
    const step = steps[i]!;
    const clamp = (value: number, low: number, high: number) =>
      Math.min(Math.max(value < 0 ? value + n : value, low), high);
    if (step > 0) {
      begin[axis] = clamp(starts[i]!, 0, n);
      limit[axis] = Math.max(clamp(ends[i]!, 0, n), begin[axis]!);
      strides[axis] = step;
      return;
    }
    // Backwards: the same elements forwards, then turned round.
    const first = clamp(starts[i]!, -1, n - 1);
    const last = clamp(ends[i]!, -1, n - 1);
    const count = Math.max(0, Math.ceil((first - last) / -step));
    turned.push(axis);
    begin[axis] = count === 0 ? 0 : first + (count - 1) * step;
    limit[axis] = count === 0 ? 0 : first + 1;
    strides[axis] = -step;
  });
  return p.reverse(p.slice(x, begin, limit, strides), turned) as Tensor;
}

function split(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor[] {
  const x = context.need(inputs[0], 0);
  const axis = positive(context.int('axis', 0), x.rank);
  const n = x.dims[axis]!;
  const count = context.node.output.length;
  const part = Math.ceil(n / count);
  const sizes =
    context.list(inputs[1], 'split') ?? Array.from({ length: count }, (_, i) => Math.min(part, n - i * part));
  let from = 0;
  return sizes.map((size) => {
    const [begin, limit] = [x.dims.map(() => 0), [...x.dims]];
    begin[axis] = from;
    limit[axis] = from += size;
    return p.slice(x, begin, limit) as Tensor;
  });
}

function pad(inputs: readonly (Tensor | null)[], context: OperatorContext): Tensor {
  const x = context.need(inputs[0], 0);
  const pads = context.list(inputs[1], 'pads') ?? context.fail('no pads are given.');
  const axes = inputs[3]
    ? context.known(inputs[3], 'axes').map((axis) => positive(axis, x.rank))
    : x.dims.map((_, i) => i);
  const [low, high] = [x.dims.map(() => 0), x.dims.map(() => 0)];
  axes.forEach((axis, i) => {
    low[axis] = pads[i]!;
    high[axis] = pads[axes.length + i]!;
  });
  const mode = context.text('mode', 'constant');
  if (mode === 'constant') {
    const value = inputs[2] ? p.reshape(inputs[2], []) : p.scalar(context.float('value', 0), x.dtype);
    return p.pad(x, p.convert(value, x.dtype), low, high) as Tensor;
  }
  // Where each element of the result comes from, axis by axis.
  return x.dims.reduce((result: Tensor, n, axis) => {
    if (low[axis] === 0 && high[axis] === 0) return result;
    const source = Array.from({ length: n + low[axis]! + high[axis]! }, (_, i) => {
      const at = i - low[axis]!;
      if (mode === 'edge') return Math.min(Math.max(at, 0), n - 1);
      if (mode === 'wrap') return ((at % n) + n) % n;
      const period = Math.max(2 * (n - 1), 1);
      const folded = ((at % period) + period) % period;
      return folded < n ? folded : period - folded;
    });
    return tf.gather(result, eagerTensor(Int32Array.from(source), [source.length], 'int32'), { axis });
  }, x);
}

/** Indices that may be negative, counted from the end. */
function wrapped(indices: Tensor, n: number): Tensor {
  const whole = tf.cast(indices, 'int32');
  return tf.where(tf.less(whole, 0), tf.add(whole, n), whole);
}

function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = wrapped(indices, x.dims[axis]!);
  return tf.gatherNd(x, coordinates(at, axis));
}
/** Of each element of `at`: its own position, but on `axis` what it holds. */
function coordinates(at: Tensor, axis: number): Tensor {
  return tf.stack(
    at.dims.map((_, i) => (i === axis ? at : (p.iota(at.dims, i, 'int32') as Tensor))),
    -1,
  );
}

function scattered(x: Tensor, places: Tensor, updates: Tensor, context: OperatorContext): Tensor {
  switch (context.text('reduction', 'none')) {
    case 'none':
      return tf.tensorScatterNdUpdate(x, places, updates);
    case 'add':
      return tf.tensorScatterNdAdd(x, places, updates);
    case 'max':
      return tf.tensorScatterNdMax(x, places, updates);
    case 'min':
      return tf.tensorScatterNdMin(x, places, updates);
    default:
      return multiplied(x, places, updates);
  }
}
/** Rows multiplied by what falls on them, which may be several. */
function multiplied(x: Tensor, places: Tensor, updates: Tensor): Tensor {
  const depth = places.dims.at(-1)!;
  const [outer, inner] = [x.dims.slice(0, depth), x.dims.slice(depth)];
  const count = product(places.dims.slice(0, -1));
  const strides = outer.map((_, i) => product(outer.slice(i + 1)));
  const flat = tf.reduceSum(tf.multiply(places, tf.constant(strides, { dtype: 'int32' })), -1);
  const rows = p.reshape(x, [product(outer), ...inner]);
  const made = p.scatterRows(rows, p.reshape(flat, [count]), p.reshape(updates, [count, ...inner]), 'mul');
  return p.reshape(made, x.dims) as Tensor;
}

function blocks(depthFirst: boolean, spaceToDepth: boolean): Operator {
  return (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const [n, c, h, w] = x.dims as [number, number, number, number];
    const b = context.int('blocksize', 1);
    if (spaceToDepth) {
      const parts = p.reshape(x, [n, c, h / b, b, w / b, b]);
      const turned = context.text('mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
      return p.reshape(p.transpose(parts, turned), [n, c * b * b, h / b, w / b]) as Tensor;
    }
    const rest = c / (b * b);
    const byDepth = depthFirst && context.text('mode', 'DCR') === 'DCR';
    const parts = byDepth ? [n, b, b, rest, h, w] : [n, rest, b, b, h, w];
    const order = byDepth ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
    return p.reshape(p.transpose(p.reshape(x, parts), order), [n, rest, h * b, w * b]) as Tensor;
  };
}

function constant(context: OperatorContext): Tensor {
  const tensor = context.tensor('value');
  if (tensor) return tensor;
  const single = (data: Float32Array | BigInt64Array, dims: Dims): Tensor =>
    eagerTensor(data, dims, data instanceof Float32Array ? 'float32' : 'int64');
  if (context.has('value_float')) return single(Float32Array.of(context.float('value_float', 0)), []);
  if (context.has('value_int')) return single(BigInt64Array.of(BigInt(context.int('value_int', 0))), []);
  const floats = context.floats('value_floats');
  if (floats?.length) return single(Float32Array.from(floats), [floats.length]);
  const ints = context.ints('value_ints');
  if (ints) return single(BigInt64Array.from(ints, BigInt), [ints.length]);
  const texts = context.texts('value_strings');
  if (texts?.length) return eagerTensor(texts, [texts.length], 'string');
  return eagerTensor([context.text('value_string', '')], [], 'string');
}

export const shaping: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const axis = positive(context.int('axis', 1), x.rank);
    return p.reshape(x, [product(x.dims.slice(0, axis)), product(x.dims.slice(axis))]) as Tensor;
  },
  Transpose: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    return p.transpose(x, context.ints('perm') ?? x.dims.map((_, i) => x.rank - 1 - i)) as Tensor;
  },
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: (inputs, context) => {
    const parts = inputs.map((x, i) => context.need(x, i));
    return p.concatenate(parts, positive(context.int('axis', 1), parts[0]!.rank)) as Tensor;
  },
  Split: split,
  Slice: slice,
  Pad: pad,
  Expand: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const wanted = context.known(context.need(inputs[1], 1), 'shape');
    const rank = Math.max(wanted.length, x.rank);
    const at = (dims: Dims, i: number): number => dims[i - (rank - dims.length)] ?? 1;
    return p.broadcastTo(
      x,
      Array.from({ length: rank }, (_, i) => Math.max(at(x.dims, i), at(wanted, i))),
    ) as Tensor;
  },
  Tile: (inputs, context) => tf.tile(context.need(inputs[0], 0), context.known(context.need(inputs[1], 1), 'repeats')),
  Shape: (inputs, context) => {
    const { dims } = context.need(inputs[0], 0);
    return integers(dims.slice(context.int('start', 0), context.has('end') ? context.int('end', 0) : undefined));
  },
  Size: (inputs, context) => integers([context.need(inputs[0], 0).size], []),
  Gather: (inputs, context) => {
    const [x, indices] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
    const axis = positive(context.int('axis', 0), x.rank);
    return tf.gather(x, wrapped(indices, x.dims[axis]!), { axis });
  },
  GatherElements: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    return gatherElements(x, context.need(inputs[1], 1), positive(context.int('axis', 0), x.rank));
  },
  GatherND: (inputs, context) =>
    tf.gatherNd(context.need(inputs[0], 0), tf.cast(context.need(inputs[1], 1), 'int32'), {
      batchDims: context.int('batch_dims', 0),
    }),
  ScatterND: (inputs, context) =>
    scattered(
      context.need(inputs[0], 0),
      tf.cast(context.need(inputs[1], 1), 'int32'),
      context.need(inputs[2], 2),
      context,
    ),
  ScatterElements: (inputs, context) => {
    const [x, indices, updates] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
    const axis = positive(context.int('axis', 0), x.rank);
    return scattered(x, coordinates(wrapped(indices, x.dims[axis]!), axis), updates, context);
  },
  Scatter: (inputs, context) => shaping.ScatterElements!(inputs, context),
  Compress: (inputs, context) => {
    const condition = context.known(context.need(inputs[1], 1), 'condition');
    const x = context.need(inputs[0], 0);
    const whole = context.has('axis') ? x : (p.reshape(x, [x.size]) as Tensor);
    const kept = condition.flatMap((keep, i) => (keep ? [i] : []));
    return tf.gather(whole, tf.constant(kept, { dtype: 'int32' }), { axis: context.int('axis', 0) });
  },
  SpaceToDepth: blocks(false, true),
  DepthToSpace: blocks(true, false),
  Range: (inputs, context) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => context.known(context.need(inputs[i], i), 'range')[0]!);
    const { dtype } = inputs[0]!;
    const count = Math.max(0, Math.ceil((limit! - start!) / delta!));
    return tf.cast(
      tf.constant(
        Array.from({ length: count }, (_, i) => start! + i * delta!),
        { dtype: 'float64' },
      ),
      dtype,
    );
  },
  Constant: (_, context) => constant(context),
  ConstantOfShape: (inputs, context) => {
    const dims = context.known(context.need(inputs[0], 0), 'shape');
    const value = context.tensor('value') ?? eagerTensor(new Float32Array(1), [1], 'float32');
    return p.broadcast(p.reshape(value, []), dims, []) as Tensor;
  },
  EyeLike: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const dtype = context.has('dtype') ? dtypeFrom(context, context.int('dtype', 1)) : x.dtype;
    const [row, column] = [p.iota(x.dims, 0, 'int32') as Tensor, p.iota(x.dims, 1, 'int32') as Tensor];
    return tf.cast(tf.equal(tf.subtract(column, row), context.int('k', 0)), dtype);
  },
  OneHot: (inputs, context) => {
    const [indices, depth, values] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
    const n = context.known(depth, 'depth')[0]!;
    const axis = positive(context.int('axis', -1), indices.rank + 1);
    const hot = tf.oneHot(wrapped(indices, n), n, { axis, dtype: 'bool' });
    return tf.where(hot, p.slice(values, [1], [2]) as Tensor, p.slice(values, [0], [1]) as Tensor);
  },
  Trilu: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    const k = inputs[1] ? context.known(inputs[1], 'k')[0]! : 0;
    const [row, column] = [-2, -1].map((axis) => p.iota(x.dims, axis + x.rank, 'int32') as Tensor);
    const distance = tf.subtract(column!, row!);
    const kept = context.int('upper', 1) === 1 ? tf.greaterEqual(distance, k) : tf.lessEqual(distance, k);
    return tf.where(kept, x, tf.zerosLike(x));
  },
  NonZero: (inputs, context) => {
    const x = context.need(inputs[0], 0);
    context.known(x, 'input');
    return tf.cast(tf.transpose(tf.where(tf.cast(x, 'bool'))), 'int64');
  },
  ReverseSequence: (inputs, context) =>
    tf.reverseSequence(context.need(inputs[0], 0), context.need(inputs[1], 1), {
      seqAxis: context.int('time_axis', 0),
      batchAxis: context.int('batch_axis', 1),
    }),
};
