// Affine transforms of single pictures as Keras's preprocessing makes them with SciPy's ndimage.
// Owns: pictures as plain arrays, the matrix, what lies beyond the edges, interpolation of order 0 and 1, flips, shifts of
// channels and brightness. Leaves the drawing of parameters to the generator.
import { show, ValueError } from '../../../base/errors.ts';

/** One picture: rows, columns and channels of `data` lie along the axes in the order that `first` says. */
export interface Sample {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Whether channels come first: (channels, height, width). */
  readonly first: boolean;
  readonly data: Float32Array;
}

export type FillMode = 'nearest' | 'constant' | 'reflect' | 'wrap';

export interface TransformParameters {
  /** Degrees. */
  readonly theta?: number;
  /** Pixels along the height and along the width. */
  readonly tx?: number;
  readonly ty?: number;
  /** Degrees. */
  readonly shear?: number;
  readonly zx?: number;
  readonly zy?: number;
  readonly flipHorizontal?: boolean | undefined;
  readonly flipVertical?: boolean | undefined;
  readonly channelShiftIntensity?: number | null;
  readonly brightness?: number | null;
}

export interface FillOptions {
  readonly fillMode: FillMode;
  readonly cval: number;
  readonly order: number;
}

type Matrix = readonly (readonly number[])[];
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** A place along an axis of n elements, brought inside; NaN where nothing is. */
function inside(x: number, n: number, mode: FillMode): number {
  if (x >= 0 && x <= n - 1) return x;
  if (mode === 'constant') return Number.NaN;
  if (mode === 'nearest' || n <= 1) return x < 0 ? 0 : n - 1;
  if (mode === 'wrap') {
    const size = n - 1;
    return x < 0 ? x + size * (Math.trunc(-x / size) + 1) : x - size * Math.trunc(x / size);
  }
  const twice = 2 * n;
  if (x < 0) {
    const near = x < -twice ? twice * Math.trunc(-x / twice) + x : x;
    return near < -n ? near + twice : -near - 1;
  }
  const near = x - twice * Math.trunc(x / twice);
  return near >= n ? twice - near - 1 : near;
}

/** Rotation, shift, shear and zoom around the centre, in one interpolation. */
export function affine(sample: Sample, parameters: TransformParameters, fill: FillOptions): Sample {
  const { theta = 0, tx = 0, ty = 0, shear = 0, zx = 1, zy = 1 } = parameters;
  const steps: Matrix[] = [];
  const [turn, slant] = [radians(theta), radians(shear)];
  if (theta !== 0)
    steps.push([
      [Math.cos(turn), -Math.sin(turn), 0],
      [Math.sin(turn), Math.cos(turn), 0],
      [0, 0, 1],
    ]);
  if (tx !== 0 || ty !== 0)
    steps.push([
      [1, 0, tx],
      [0, 1, ty],
      [0, 0, 1],
    ]);
  if (shear !== 0)
    steps.push([
      [1, -Math.sin(slant), 0],
      [0, Math.cos(slant), 0],
      [0, 0, 1],
    ]);
  if (zx !== 1 || zy !== 1)
    steps.push([
      [zx, 0, 0],
      [0, zy, 0],
      [0, 0, 1],
    ]);
  const [head, ...rest] = steps;
  if (!head) return sample;
  if (fill.order !== 0 && fill.order !== 1)
    throw new ValueError(`interpolationOrder ${show(fill.order)}; wanted 0 (nearest) or 1 (linear).`);
  const { height, width } = sample;
  const [oy, ox] = [height / 2 - 0.5, width / 2 - 0.5];
  const around = (y: number, x: number): Matrix => [
    [1, 0, y],
    [0, 1, x],
    [0, 0, 1],
  ];
  const matrix = times(times(around(oy, ox), rest.reduce(times, head)), around(-oy, -ox));
  // Keras exchanges the two axes of the matrix: it is written for (x, y).
  const swap = [1, 0, 2];
  const m = swap.map((i) => swap.map((j) => matrix[i]![j]!));
  return resampled(sample, m, fill);
}

function resampled(sample: Sample, m: Matrix, { fillMode, cval, order }: FillOptions): Sample {
  const { height, width, channels, first, data } = sample;
  const out = new Float32Array(data.length);
  const at = (y: number, x: number, c: number): number =>
    first ? (c * height + y) * width + x : (y * width + x) * channels + c;
  const clip = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const row = inside(m[0]![0]! * y + m[0]![1]! * x + m[0]![2]!, height, fillMode);
      const column = inside(m[1]![0]! * y + m[1]![1]! * x + m[1]![2]!, width, fillMode);
      const missing = Number.isNaN(row) || Number.isNaN(column);
      const [top, left] =
        order === 0 ? [Math.floor(row + 0.5), Math.floor(column + 0.5)] : [Math.floor(row), Math.floor(column)];
      const [down, across] = [row - top, column - left];
      const [y0, y1, x0, x1] = [clip(top, height), clip(top + 1, height), clip(left, width), clip(left + 1, width)];
      for (let c = 0; c < channels; c++) {
        const to = at(y, x, c);
        if (missing) out[to] = cval;
        else if (order === 0) out[to] = data[at(y0, x0, c)]!;
        else
          out[to] =
            (1 - down) * ((1 - across) * data[at(y0, x0, c)]! + across * data[at(y0, x1, c)]!) +
            down * ((1 - across) * data[at(y1, x0, c)]! + across * data[at(y1, x1, c)]!);
      }
    }
  return { ...sample, data: out };
}

/** Mirrored along the rows or along the columns. */
export function flipped(sample: Sample, axis: 'rows' | 'columns'): Sample {
  const { height, width, channels, first, data } = sample;
  const out = new Float32Array(data.length);
  const at = (y: number, x: number, c: number): number =>
    first ? (c * height + y) * width + x : (y * width + x) * channels + c;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        out[at(y, x, c)] = data[axis === 'rows' ? at(height - 1 - y, x, c) : at(y, width - 1 - x, c)]!;
  return { ...sample, data: out };
}

export function extremes(data: Float32Array): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** All channels shifted by a number, within the range that was there. */
export function channelShifted(sample: Sample, intensity: number): Sample {
  const [least, most] = extremes(sample.data);
  const by = Math.fround(intensity);
  return { ...sample, data: sample.data.map((value) => Math.min(Math.max(Math.fround(value + by), least), most)) };
}

/** Brighter or darker by a factor: through whole numbers of 0 to 255, as Pillow does it. */
export function brightened(sample: Sample, factor: number, scale: boolean): Sample {
  const [least, most] = extremes(sample.data);
  const local = least < 0 || most > 255;
  const spread = local || scale;
  const light = Math.fround(factor);
  const { channels, first, height, width } = sample;
  const span = Math.fround(most - least);
  const data = sample.data.map((value, i) => {
    let level = value;
    if (spread) {
      const shifted = Math.fround(value - least);
      level = Math.fround((span === 0 ? shifted : Math.fround(shifted / span)) * 255);
    }
    const pixel = Math.trunc(level) & 255;
    const channel = first ? Math.floor(i / (height * width)) : i % channels;
    const isAlpha = channels === 4 && channel === 3;
    const changed = isAlpha ? pixel : Math.trunc(Math.min(Math.max(Math.fround(light * pixel), 0), 255));
    return !scale && local ? (changed / 255) * (most - least) + least : changed;
  });
  return { ...sample, data };
}
