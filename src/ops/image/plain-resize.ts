// tf.image.resize of bytes, for threads that load pictures: one picture (height, width, channels) at a time, without tensors.
// Owns: the order of the work, row by row. Which pixels enter with which weights stands in taps.ts, the inner loops in
// plain-resize-kernels.ts.
import { COLUMN, ResizeMemory } from './plain-resize-kernels.ts';
import { HALF, methodOf, type ResizeMethodName } from './resize-methods.ts';
import type { Taps } from './taps.ts';

export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}
/** Where the rows of the result go. */
export interface Target {
  /** Floats; bytes for 'nearest'. */
  readonly data: Uint8Array | Float32Array;
  /** The first element of the first row, and from there to the next row's. */
  readonly at: number;
  readonly stride: number;
  /** Kernels on the memory in which `data` lies, where there are such: results are written where they belong, and at most
   * BEYOND bytes behind them, which are to be written later. */
  readonly memory?: ResizeMemory | undefined;
}

/** Where the work is done: buffers, and the address of the target's first row where kernels may write there themselves. */
interface Workplace {
  readonly memory: ResizeMemory;
  readonly places: readonly number[];
  readonly direct: number | null;
}
/** `row`: elements of a row of results. */
function workplace({ data, at, stride, memory }: Target, row: number, ...sizes: readonly number[]): Workplace {
  const start = stride === row && data instanceof Float32Array ? memory?.addressOf(data) : null;
  if (memory && start !== null && start !== undefined) {
    const places = memory.places(...sizes);
    if (places) return { memory, places, direct: start + 4 * at };
  }
  const own = ResizeMemory.own();
  const places = own.places(...sizes);
  if (!places) throw new RangeError(`tf.image.resize: there is no memory for rows of ${row} pixels.`);
  return { memory: own, places, direct: null };
}
interface Axes {
  readonly rows: Taps;
  readonly columns: Taps;
}

/** Elements that are widened at once: what stays in the processor's cache. */
const PIECE = 16384;

/** Every method leaves a picture of the same size as it is, but those whose kernel is wide. */
export const blurs = (method: ResizeMethodName): boolean => method === 'gaussian' || method === 'mitchellcubic';

/** Writes the picture in another size. */
export function resizeInto(
  image: Pixels,
  height: number,
  width: number,
  method: ResizeMethodName,
  target: Target,
): void {
  const same = height === image.height && width === image.width;
  if (same && !blurs(method)) return copied(image, target);
  const axes = axesOf(image, height, width, method);
  if (method === 'nearest') return picked(image, axes, target);
  if (method === 'bilinear') return interpolated(image, axes, target);
  return summed(image, axes, target);
}

/** Pictures of a data set are often of one size: the axes of the latest one are kept. */
let latest: { key: string; axes: Axes } | undefined;
function axesOf(image: Pixels, height: number, width: number, method: ResizeMethodName): Axes {
  const key = `${method} ${image.height} ${image.width} ${height} ${width}`;
  if (latest?.key !== key) {
    const axis = methodOf(method, false, HALF);
    latest = { key, axes: { rows: axis(image.height, height), columns: axis(image.width, width) } };
  }
  return latest.axes;
}

function copied({ data, height, width, channels }: Pixels, target: Target): void {
  const { data: out, at, stride } = target;
  const row = width * channels;
  const [rows, count] = stride === row ? [1, row * height] : [height, row];
  if (out instanceof Uint8Array) {
    for (let y = 0; y < rows; y++) out.set(data.subarray(y * count, (y + 1) * count), at + y * stride);
    return;
  }
  const piece = Math.min(count, PIECE);
  const { memory, places, direct } = workplace(target, row, piece, piece * 4);
  const [bytes, floats] = places as [number, number];
  for (let y = 0; y < rows; y++)
    for (let i = 0; i < count; i += piece) {
      const size = Math.min(piece, count - i);
      memory.bytes.set(data.subarray(y * count + i, y * count + i + size), bytes);
      if (direct !== null) {
        memory.kernels.widen(bytes, direct + 4 * i, size);
        continue;
      }
      memory.kernels.widen(bytes, floats, size);
      out.set(memory.floats.subarray(floats / 4, floats / 4 + size), at + y * stride + i);
    }
}

function picked({ data, width, channels }: Pixels, { rows, columns }: Axes, { data: out, at, stride }: Target): void {
  const from = Int32Array.from(columns.indices, (taps) => taps[0]! * channels);
  rows.indices.forEach((taps, y) => {
    const row = taps[0]! * width * channels;
    let to = at + y * stride;
    for (const column of from) for (let c = 0; c < channels; c++) out[to++] = data[row + column + c]!;
  });
}

/** Between two rows and two columns, rounded as TensorFlow rounds. */
function interpolated({ data, height, width, channels }: Pixels, { rows, columns }: Axes, target: Target): void {
  const { data: out, at, stride } = target;
  const wide = columns.indices.length;
  const count = wide * channels;
  const { memory, places, direct } = workplace(
    target,
    count,
    height * width * channels,
    width * channels * 4,
    wide * COLUMN,
    count * 4,
    count * 4,
    count * 4,
  );
  const [source, floats, table, first, second, result] = places as [number, number, number, number, number, number];
  const { bytes, words, kernels } = memory;
  columns.indices.forEach(([left, right], x) => {
    const to = (table + x * COLUMN) / 4;
    words[to] = left! * channels * 4;
    words[to + 1] = right! * channels * 4;
    memory.floats[to + 2] = columns.weights[x]![1]!;
  });
  bytes.set(data, source);
  // The rows of the picture that are interpolated across already: one is often needed again.
  const there: [number, number] = [-1, -1];
  const acrossed = (y: number, other: number): number => {
    const found = there.indexOf(y);
    if (found >= 0) return found;
    const slot = there[0] === other ? 1 : 0;
    kernels.widen(source + y * width * channels, floats, width * channels);
    kernels.across(floats, table, wide, slot === 0 ? first : second, channels * 4);
    there[slot] = y;
    return slot;
  };
  const resultRow = memory.floats.subarray(result / 4, result / 4 + count);
  rows.indices.forEach(([top, bottom], y) => {
    const above = acrossed(top!, bottom!);
    const below = acrossed(bottom!, top!);
    const place = (slot: number): number => (slot === 0 ? first : second);
    const to = direct === null ? result : direct + 4 * y * stride;
    kernels.between(place(above), place(below), rows.weights[y]![1]!, to, count);
    if (direct === null) out.set(resultRow, at + y * stride);
  });
}

/** Weighted sums of rows, then of columns. */
function summed({ data, width, channels }: Pixels, { rows, columns }: Axes, target: Target): void {
  const { data: out, at, stride } = target;
  const [wide, row] = [columns.indices.length, width * channels];
  const taps = columns.indices.reduce((sum, { length }) => sum + 1 + 2 * length, 0);
  const { memory, places, direct } = workplace(target, wide * channels, row, row * 4, taps * 4, wide * channels * 4);
  const [source, sums, table, result] = places as [number, number, number, number];
  const { bytes, words, floats, kernels } = memory;
  let to = table / 4;
  columns.indices.forEach((indices, x) => {
    words[to++] = indices.length;
    indices.forEach((index, k) => {
      words[to++] = index * channels * 4;
      floats[to++] = columns.weights[x]![k]!;
    });
  });
  const resultRow = floats.subarray(result / 4, result / 4 + wide * channels);
  rows.indices.forEach((indices, y) => {
    floats.fill(0, sums / 4, sums / 4 + row);
    indices.forEach((index, k) => {
      bytes.set(data.subarray(index * row, (index + 1) * row), source);
      kernels.accumulate(source, rows.weights[y]![k]!, sums, row);
    });
    kernels.gather(sums, table, wide, direct === null ? result : direct + 4 * y * stride, channels * 4);
    if (direct === null) out.set(resultRow, at + y * stride);
  });
}
