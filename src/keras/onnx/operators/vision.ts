// ONNX's operators that sample images at places given as data, and those of detectors.
// Owns: GridSample, AffineGrid, RoiAlign, MaxRoiPool, DeformConv, NonMaxSuppression, CenterCropPad, Col2Im, MaxUnpool.
// Sources: https://onnx.ai/onnx/operators/, and PyTorch's documentation of the functions that they were made after.
import type { Dims } from '../../../base/shape.ts';
import { suppressed } from '../../../ops/image/boxes.ts';
import * as tf from '../../../ops/index.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { Operator } from './context.ts';
import { range, windowOf } from './convolutions.ts';

const floats = (values: readonly number[], dtype: Tensor['dtype']): Tensor =>
  tf.cast(eagerTensor(Float32Array.from(values), [values.length], 'float32'), dtype);
const product = (dims: Dims): number => dims.reduce((a, b) => a * b, 1);

// ── Sampling ────────────────────────────────────────────────────────────────────────────────────────────────────

type Padding = 'zeros' | 'border' | 'reflection';

/** Places folded back into [low, high], as often as needed. */
function reflected(at: Tensor, low: number, high: number): Tensor {
  const span = high - low;
  if (span <= 0) return tf.zerosLike(at);
  const distance = tf.abs(tf.subtract(at, low));
  const folds = tf.floor(tf.divide(distance, span));
  const rest = tf.subtract(distance, tf.multiply(folds, span));
  const even = tf.equal(tf.floormod(folds, 2), 0);
  return tf.add(tf.where(even, rest, tf.subtract(span, rest)), low);
}

/** Pixels at whole places of one sort, (batch, …places) each axis; what lies outside is 0 where it is not folded or held in. */
function pixels(x: Tensor, places: readonly Tensor[], padding: Padding, corners: boolean): Tensor {
  const spatial = x.dims.slice(2);
  let inside: Tensor | null = null;
  const held = places.map((place, axis) => {
    const n = spatial[axis]!;
    let at = place;
    if (padding === 'reflection') at = corners ? reflected(at, 0, n - 1) : reflected(at, -0.5, n - 0.5);
    if (padding === 'zeros') {
      const within = tf.logicalAnd(tf.greaterEqual(at, 0), tf.lessEqual(at, n - 1));
      inside = inside ? tf.logicalAnd(inside, within) : within;
    }
    return tf.cast(tf.clipByValue(at, 0, n - 1), 'int32');
  });
  const rank = held[0]!.rank - 1;
  const batch = p.iota(held[0]!.dims, 0, 'int32') as Tensor;
  const last = p.transpose(x, [0, ...range(spatial.length, 2), 1]) as Tensor;
  const found = tf.gatherNd(last, tf.stack([batch, ...held], -1)); // (batch, …places, channels)
  const shown = inside ? tf.multiply(found, tf.expandDims(tf.cast(inside as Tensor, found.dtype), -1)) : found;
  return p.transpose(shown, [0, rank + 1, ...range(rank, 1)]) as Tensor;
}

/** Weights of the four neighbours of a fraction in cubic interpolation. */
function cubicWeights(t: Tensor, a: number): Tensor[] {
  const near = (d: Tensor): Tensor =>
    tf.add(tf.multiply(tf.multiply(tf.subtract(tf.multiply(d, a + 2), a + 3), d), d), 1);
  const far = (d: Tensor): Tensor =>
    tf.subtract(tf.multiply(tf.add(tf.multiply(tf.subtract(tf.multiply(d, a), 5 * a), d), 8 * a), d), 4 * a);
  const rest = tf.subtract(1, t);
  return [far(tf.add(t, 1)), near(t), near(rest), far(tf.add(rest, 1))];
}

/** x (batch, channels, …spatial) at places in pixels, one tensor (batch, …places) an axis. */
function sampled(x: Tensor, places: readonly Tensor[], mode: string, padding: Padding, corners: boolean): Tensor {
  const spatial = x.dims.slice(2);
  if (mode === 'nearest') return pixels(x, places.map(tf.round), padding, corners);
  const cubic = mode === 'cubic';
  const held = places.map((at, axis) => {
    const n = spatial[axis]!;
    if (cubic || padding === 'zeros') return at;
    const folded = padding === 'border' ? at : corners ? reflected(at, 0, n - 1) : reflected(at, -0.5, n - 0.5);
    return tf.clipByValue(folded, 0, n - 1);
  });
  const first = held.map((at) => tf.floor(at));
  const weights = held.map((at, axis) => {
    const t = tf.subtract(at, first[axis]!);
    return cubic ? cubicWeights(t, -0.75) : [tf.subtract(1, t), t];
  });
  const taps = cubic ? 4 : 2;
  let total: Tensor | null = null;
  for (let tap = 0; tap < taps ** held.length; tap++) {
    const steps = held.map((_, axis) => Math.floor(tap / taps ** axis) % taps);
    const at = first.map((place, axis) => tf.add(place, steps[axis]! - (cubic ? 1 : 0)));
    const weight = steps.map((step, axis) => weights[axis]![step]!).reduce((a, b) => tf.multiply(a, b));
    const part = tf.multiply(pixels(x, at, padding, corners), tf.expandDims(weight, 1));
    total = total ? tf.add(total, part) : part;
  }
  return total!;
}

const gridSample: Operator = (inputs, context) => {
  const [x, grid] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const spatial = x.dims.slice(2);
  const corners = context.int('align_corners', 0) === 1;
  const mode = context.text('mode', 'linear').replace(/^bi/, '');
  // The last axis of the grid counts the axes of x from the last.
  const columns = tf.unstack(grid, { axis: -1 }).toReversed();
  const places = columns.map((at, axis) => {
    const n = spatial[axis]!;
    const wide = tf.add(at, 1);
    return corners ? tf.multiply(wide, (n - 1) / 2) : tf.divide(tf.subtract(tf.multiply(wide, n), 1), 2);
  });
  return sampled(x, places, mode, context.text('padding_mode', 'zeros') as Padding, corners);
};

const affineGrid: Operator = (inputs, context) => {
  const theta = context.need(inputs[0], 0); // (batch, axes, axes + 1)
  const size = context.known(context.need(inputs[1], 1), 'size');
  const spatial = size.slice(2);
  const corners = context.int('align_corners', 0) === 1;
  const places = spatial.map((n, axis) => {
    const line = range(n).map((i) => (corners ? (n === 1 ? -1 : (2 * i) / (n - 1) - 1) : (2 * i + 1) / n - 1));
    return p.broadcast(floats(line, theta.dtype), spatial, [axis]) as Tensor;
  });
  const ones = p.full(1, { dims: spatial, dtype: theta.dtype }) as Tensor;
  const points = p.reshape(tf.stack([...places.toReversed(), ones], -1), [product(spatial), spatial.length + 1]);
  const turned = tf.matmul(points as Tensor, theta, { transposeB: true });
  return p.reshape(turned, [size[0]!, ...spatial, spatial.length]) as Tensor;
};

/** Regions of interest, each cut into bins whose samples are averaged or compared. */
const roiAlign: Operator = (inputs, context) => {
  const [x, rois, owners] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
  const [count, scale] = [rois.dims[0]!, context.float('spatial_scale', 1)];
  const bins = [context.int('output_height', 1), context.int('output_width', 1)];
  const spatial = x.dims.slice(2);
  const half = context.opset >= 16 && context.text('coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const ratio = context.int('sampling_ratio', 0);
  const corner = (i: number): Tensor =>
    tf.subtract(tf.multiply(p.slice(rois, [0, i], [count, i + 1]) as Tensor, scale), half ? 0.5 : 0); // (rois, 1)
  const starts = [corner(1), corner(0)];
  const lengths = [corner(3), corner(2)].map((end, axis) => {
    const length = tf.subtract(end, starts[axis]!);
    return half ? length : tf.maximum(length, 1);
  });
  const own = p.reshape(tf.gather(x, tf.cast(owners, 'int32')), [count, ...x.dims.slice(1)]) as Tensor;
  const largest = context.text('mode', 'avg') === 'max';
  /** With so many samples a bin along each axis. */
  const withSamples = (image: Tensor, rows: readonly Tensor[], sizes: readonly Tensor[], samples: number[]): Tensor => {
    const n = rows[0]!.dims[0]!;
    const lines = rows.map((start, axis) => {
      const [bin, each] = [bins[axis]!, samples[axis]!];
      const fractions = range(bin * each).map((i) => (Math.floor(i / each) + ((i % each) + 0.5) / each) / bin);
      const line = tf.add(start, tf.multiply(sizes[axis]!, tf.expandDims(floats(fractions, x.dtype), 0)));
      const away = tf.logicalOr(tf.less(line, -1), tf.greater(line, spatial[axis]!));
      return { at: tf.clipByValue(line, 0, spatial[axis]! - 1), away };
    });
    const dims = [n, ...bins.map((bin, axis) => bin * samples[axis]!)];
    const spread = (line: Tensor, axis: number): Tensor => p.broadcast(line, dims, [0, axis + 1]) as Tensor;
    const outside = tf.logicalOr(spread(lines[0]!.away, 0), spread(lines[1]!.away, 1));
    const places = lines.map(({ at }, axis) => spread(at, axis));
    const weighted = largest ? mostWeighted(image, places) : sampled(image, places, 'linear', 'border', true);
    const values = tf.where(tf.expandDims(outside, 1), tf.zerosLike(weighted), weighted);
    const parts = p.reshape(values, [n, x.dims[1]!, bins[0]!, samples[0]!, bins[1]!, samples[1]!]) as Tensor;
    return largest ? tf.reduceMax(parts, { axis: [3, 5] }) : tf.reduceMean(parts, { axis: [3, 5] });
  };
  if (ratio > 0) return withSamples(own, starts, lengths, [ratio, ratio]);
  // The number of samples follows from the size of each region.
  const known = lengths.map((length) => context.known(length, 'size of regions (sampling_ratio is 0)'));
  const one = (list: Tensor, i: number): Tensor => tf.gather(list, eagerTensor(Int32Array.of(i), [1], 'int32'));
  const results = range(count).map((i) => {
    const samples = bins.map((bin, axis) => Math.max(1, Math.ceil(known[axis]![i]! / bin)));
    const at = (list: readonly Tensor[]): Tensor[] => list.map((each) => one(each, i));
    return withSamples(one(own, i), at(starts), at(lengths), samples);
  });
  return results.length === 1 ? results[0]! : tf.concat(results, 0);
};

/** The largest of the four weighted neighbours: what a bin's maximum is taken of. */
function mostWeighted(x: Tensor, places: readonly Tensor[]): Tensor {
  const first = places.map((at) => tf.floor(at));
  const weights = places.map((at, axis) => {
    const t = tf.subtract(at, first[axis]!);
    return [tf.subtract(1, t), t];
  });
  return range(4)
    .map((tap) => {
      const steps = [tap % 2, tap >> 1];
      const found = pixels(
        x,
        first.map((at, axis) => tf.add(at, steps[axis]!)),
        'border',
        true,
      );
      return tf.multiply(found, tf.expandDims(tf.multiply(weights[0]![steps[0]!]!, weights[1]![steps[1]!]!), 1));
    })
    .reduce((a, b) => tf.maximum(a, b));
}

/** The largest pixel of each bin of each region; bins are known beforehand. */
const maxRoiPool: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0);
  const rois = context.known(context.need(inputs[1], 1), 'regions');
  const pooled = context.ints('pooled_shape') ?? context.fail('pooled_shape is missing.');
  const scale = context.float('spatial_scale', 1);
  const [channels, height, width] = x.dims.slice(1) as [number, number, number];
  const regions = range(rois.length / 5).map((i) => {
    const [owner, ...corners] = rois.slice(i * 5, i * 5 + 5);
    const [x1, y1, x2, y2] = corners.map((at) => Math.round(at * scale)) as [number, number, number, number];
    const cut = (start: number, end: number, bins: number, n: number, k: number): [number, number] => {
      const step = Math.max(end - start + 1, 1) / bins;
      const hold = (at: number): number => Math.min(Math.max(at + start, 0), n);
      return [hold(Math.floor(k * step)), hold(Math.ceil((k + 1) * step))];
    };
    const cells = range(pooled[0]! * pooled[1]!).map((cell) => {
      const [top, bottom] = cut(y1, y2, pooled[0]!, height, Math.floor(cell / pooled[1]!));
      const [left, right] = cut(x1, x2, pooled[1]!, width, cell % pooled[1]!);
      if (bottom <= top || right <= left) return tf.zeros([channels], x.dtype);
      const part = p.slice(x, [owner!, 0, top, left], [owner! + 1, channels, bottom, right]) as Tensor;
      return tf.reduceMax(part, { axis: [0, 2, 3] });
    });
    return p.reshape(tf.stack(cells, 1), [channels, ...pooled]) as Tensor;
  });
  return tf.stack(regions, 0);
};

const deformedConvolution: Operator = (inputs, context) => {
  const [x, w, offset] = [0, 1, 2].map((i) => context.need(inputs[i], i)) as [Tensor, Tensor, Tensor];
  const [bias, mask] = [inputs[3] ?? null, inputs[4] ?? null];
  const size = w.dims.slice(2);
  if (size.length !== 2) context.fail('it has other than two spatial axes, which cornu does not do.');
  const { strides, dilation, low } = windowOf(context, x.dims.slice(2), size);
  const [batch, channels] = x.dims as [number, number];
  const out = offset.dims.slice(2) as number[];
  const [owners, groups, taps] = [context.int('offset_group', 1), context.int('group', 1), product(size)];
  const each = channels / owners;
  const shifts = p.reshape(offset, [batch, owners, taps, 2, ...out]) as Tensor;
  const gates = mask ? (p.reshape(mask, [batch, owners, taps, ...out]) as Tensor) : null;
  const at = (tensor: Tensor, ...places: readonly number[]): Tensor =>
    p.reshape(
      p.slice(
        tensor,
        tensor.dims.map((_, i) => (i === 0 ? 0 : (places[i - 1] ?? 0))),
        tensor.dims.map((n, i) => (i === 0 || places[i - 1] === undefined ? n : places[i - 1]! + 1)),
      ),
      [batch, ...out],
    ) as Tensor;
  const columns = range(taps).map((tap) => {
    const corner = [Math.floor(tap / size[1]!), tap % size[1]!];
    const parts = range(owners).map((owner) => {
      const image = p.slice(x, [0, owner * each, 0, 0], [batch, (owner + 1) * each, ...x.dims.slice(2)]) as Tensor;
      const places = [0, 1].map((axis) => {
        const line = range(out[axis]!).map((i) => i * strides[axis]! - low[axis]! + corner[axis]! * dilation[axis]!);
        const still = p.broadcast(floats(line, x.dtype), [batch, ...out], [axis + 1]) as Tensor;
        return tf.add(still, at(shifts, owner, tap, axis));
      });
      const found = sampled(image, places, 'linear', 'zeros', true);
      return gates ? tf.multiply(found, tf.expandDims(at(gates, owner, tap), 1)) : found;
    });
    return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
  });
  // (batch, groups, channels / groups · taps, places)
  const inside = channels / groups;
  const stacked = p.reshape(tf.stack(columns, 2), [batch, groups, inside * taps, product(out)]) as Tensor;
  const kernel = p.reshape(w, [1, groups, w.dims[0]! / groups, inside * taps]) as Tensor;
  const y = p.reshape(tf.matmul(kernel, stacked), [batch, w.dims[0]!, ...out]) as Tensor;
  return bias ? tf.add(y, p.reshape(bias, [1, w.dims[0]!, 1, 1]) as Tensor) : y;
};

// ── Detection ───────────────────────────────────────────────────────────────────────────────────────────────────

const nonMaxSuppression: Operator = (inputs, context) => {
  const [boxes, scores] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const [places, values] = [context.known(boxes, 'boxes'), context.known(scores, 'scores')];
  const setting = (i: number, what: string): number | undefined =>
    inputs[i] ? context.known(inputs[i], what)[0] : undefined;
  const most = setting(2, 'number of boxes') ?? 0;
  const [iou, least] = [setting(3, 'iou_threshold') ?? 0, setting(4, 'score_threshold') ?? Number.NEGATIVE_INFINITY];
  const [batch, classes, count] = scores.dims as [number, number, number];
  const centred = context.int('center_point_box', 0) === 1;
  const chosen: number[] = [];
  for (let row = 0; row < batch; row++) {
    const own = places.slice(row * count * 4, (row + 1) * count * 4);
    const corners = centred
      ? own.map((_, i) => {
          const box = i - (i % 4);
          const [x, y, w, h] = own.slice(box, box + 4) as [number, number, number, number];
          return [y - h / 2, x - w / 2, y + h / 2, x + w / 2][i % 4]!;
        })
      : own;
    for (let kind = 0; kind < classes; kind++) {
      const from = (row * classes + kind) * count;
      const kept = suppressed(corners, values.slice(from, from + count), most, iou, least, 0).chosen;
      for (const box of kept) chosen.push(row, kind, box);
    }
  }
  return eagerTensor(BigInt64Array.from(chosen, BigInt), [chosen.length / 3, 3], 'int64');
};

// ── Cutting and putting together ────────────────────────────────────────────────────────────────────────────────

const centerCropPad: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0);
  const wanted = context.known(context.need(inputs[1], 1), 'shape');
  const axes = context.ints('axes')?.map((axis) => (axis < 0 ? axis + x.rank : axis)) ?? range(x.rank);
  const [begin, limit] = [x.dims.map(() => 0), [...x.dims]];
  const [low, high] = [x.dims.map(() => 0), x.dims.map(() => 0)];
  axes.forEach((axis, i) => {
    const [n, m] = [x.dims[axis]!, wanted[i]!];
    if (m < n) {
      begin[axis] = Math.floor((n - m) / 2);
      limit[axis] = begin[axis]! + m;
    } else {
      low[axis] = Math.floor((m - n) / 2);
      high[axis] = m - n - low[axis]!;
    }
  });
  return p.pad(p.slice(x, begin, limit), p.scalar(0, x.dtype), low, high) as Tensor;
};

const columnsToImage: Operator = (inputs, context) => {
  const x = context.need(inputs[0], 0); // (batch, channels · taps, places)
  const image = context.known(context.need(inputs[1], 1), 'image_shape');
  const block = context.known(context.need(inputs[2], 2), 'block_shape');
  const { strides, dilation, low, high } = windowOf(context, image, block);
  const taps = product(block);
  const [batch, channels] = [x.dims[0]!, x.dims[1]! / taps];
  const whole = image.map((n, i) => n + low[i]! + high[i]!);
  const counts = whole.map((n, i) => Math.floor((n - (block[i]! - 1) * dilation[i]! - 1) / strides[i]!) + 1);
  const total = product(whole);
  const owners = range(taps).flatMap((tap) =>
    range(product(counts)).map((place) => {
      let [at, step, left, right] = [0, 1, tap, place];
      for (let axis = block.length - 1; axis >= 0; axis--) {
        const position = (right % counts[axis]!) * strides[axis]! + (left % block[axis]!) * dilation[axis]!;
        at += position * step;
        step *= whole[axis]!;
        left = Math.floor(left / block[axis]!);
        right = Math.floor(right / counts[axis]!);
      }
      return at;
    }),
  );
  const columns = p.transpose(p.reshape(x, [batch * channels, taps * product(counts)]), [1, 0]) as Tensor;
  const places = eagerTensor(Int32Array.from(owners), [owners.length], 'int32');
  const sums = p.scatterRows(tf.zeros([total, batch * channels], x.dtype), places, columns, 'add') as Tensor;
  const images = p.reshape(p.transpose(sums, [1, 0]), [batch, channels, ...whole]) as Tensor;
  const begin = [0, 0, ...low];
  return p.slice(images, begin, [batch, channels, ...image.map((n, i) => n + low[i]!)]) as Tensor;
};

const maxUnpool: Operator = (inputs, context) => {
  const [x, places] = [context.need(inputs[0], 0), context.need(inputs[1], 1)];
  const size = context.ints('kernel_shape') ?? context.fail('kernel_shape is missing.');
  const { strides, low, high } = windowOf(context, x.dims.slice(2), size);
  const inferred = x.dims.slice(2).map((n, i) => (n - 1) * strides[i]! + size[i]! - low[i]! - high[i]!);
  const wanted = inputs[2] ? context.known(inputs[2], 'output_shape') : [...x.dims.slice(0, 2), ...inferred];
  // Places count the elements of the inferred shape; a wanted one is larger, its elements counted anew.
  const own = [...x.dims.slice(0, 2), ...inferred];
  const flat = p.reshape(places, [places.size]) as Tensor;
  let [rest, at] = [tf.cast(flat, 'int32'), tf.zeros([places.size], 'int32') as Tensor];
  let step = 1;
  for (let axis = own.length - 1; axis >= 0; axis--) {
    at = tf.add(at, tf.multiply(tf.floormod(rest, own[axis]!), step));
    rest = tf.floordiv(rest, own[axis]!);
    step *= wanted[axis]!;
  }
  const zero = tf.zeros([product(wanted)], x.dtype);
  return p.reshape(p.scatterRows(zero, at, p.reshape(x, [x.size]), 'update'), wanted) as Tensor;
};

export const vision: Readonly<Record<string, Operator>> = {
  GridSample: gridSample,
  AffineGrid: affineGrid,
  RoiAlign: roiAlign,
  MaxRoiPool: maxRoiPool,
  DeformConv: deformedConvolution,
  NonMaxSuppression: nonMaxSuppression,
  CenterCropPad: centerCropPad,
  Col2Im: columnsToImage,
  MaxUnpool: maxUnpool,
};
