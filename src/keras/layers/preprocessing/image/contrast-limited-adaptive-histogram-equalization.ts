// ContrastLimitedAdaptiveHistogramEqualization: equalization tile by tile, with limited contrast (Zuiderveld, 1994).
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/
import { type Class, callable } from '../../../../base/callable.ts';
import { roundInPlace } from '../../../../base/dtype.ts';
import { hostFunction } from '../../../../ops/core/host.ts';
import { cast } from '../../../../ops/math/elementwise.ts';
import * as p from '../../../../primitives/functions.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema, PIXELS, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { rescaled } from './pixels.ts';

const options = imageSchema(
  'ContrastLimitedAdaptiveHistogramEqualization',
  {
    valueRange: o.optional(valueRange, PIXELS),
    clipLimit: o.optional(o.number(), 4),
    tileGridSize: o.optional(o.perAxis(2), [8, 8]),
  },
  { positional: ['valueRange', 'clipLimit', 'tileGridSize', 'dataFormat'] },
);
export interface ContrastLimitedAdaptiveHistogramEqualizationOptions extends LayerOptionsOf<typeof options> {}
type Args =
  | [options?: ContrastLimitedAdaptiveHistogramEqualizationOptions]
  | [
      valueRange: ContrastLimitedAdaptiveHistogramEqualizationOptions['valueRange'],
      options?: ContrastLimitedAdaptiveHistogramEqualizationOptions,
    ];

const byteOf = (x: number): number => Math.min(Math.max(Math.trunc(x), 0), 255);
/** The position beyond an edge mirrored, the edge itself included. */
const mirrored = (i: number, n: number): number => {
  const at = i % (2 * n);
  return at < n ? at : 2 * n - 1 - at;
};
const tileOf = (i: number, count: number): number => Math.min(Math.max(i - 1, 0), count - 1);

/** What each byte becomes in a tile. */
function curve(counts: Float64Array, pixels: number, clipLimit: number): Float64Array {
  let excess = 0;
  if (clipLimit > 0) {
    const limit = (clipLimit * pixels) / 256;
    for (const [i, n] of counts.entries()) {
      excess += Math.max(n - limit, 0);
      counts[i] = Math.min(n, limit);
    }
  }
  let sum = 0;
  const cumulated = counts.map((n) => {
    sum += n + excess / 256;
    return sum;
  });
  const least = cumulated[0]!;
  return cumulated.map((n) => Math.min(Math.max(((n - least) * 255) / (pixels - least || 1), 0), 255));
}

/** One channel of one image: read and written through `at`. */
function equalize(
  read: (y: number, x: number) => number,
  write: (y: number, x: number, value: number) => void,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  clipLimit: number,
): void {
  const [tileHeight, tileWidth] = [Math.ceil(height / rows), Math.ceil(width / columns)];
  const curves: Float64Array[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const counts = new Float64Array(256);
      for (let y = 0; y < tileHeight; y++)
        for (let x = 0; x < tileWidth; x++)
          counts[byteOf(read(mirrored(row * tileHeight + y, height), mirrored(column * tileWidth + x, width)))]!++;
      curves.push(curve(counts, tileHeight * tileWidth, clipLimit));
    }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      // Between the middles of tiles their curves are mixed.
      const [fromTop, fromLeft] = [(y - tileHeight / 2) / tileHeight + 1, (x - tileWidth / 2) / tileWidth + 1];
      const [top, left] = [Math.floor(fromTop), Math.floor(fromLeft)];
      const [down, across] = [fromTop - top, fromLeft - left];
      const byte = byteOf(read(y, x));
      const value = (row: number, column: number): number =>
        curves[tileOf(row, rows) * columns + tileOf(column, columns)]![byte]!;
      const above = value(top, left) * (1 - across) + value(top, left + 1) * across;
      const below = value(top + 1, left) * (1 - across) + value(top + 1, left + 1) * across;
      write(y, x, above * (1 - down) + below * down);
    }
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class AdaptiveEqualizationLayer extends ImageLayer<true> {
  static override readonly schema = options;
  constructor(...args: Args) {
    super(options, args);
  }
  override draw(): true {
    return true;
  }
  override augment(images: Tensor): Tensor {
    const grid = [this.tileGridSize[0]!, this.tileGridSize[1]!] as const;
    const call = hostFunction(
      'adaptiveEqualization',
      ([first]) => [{ dims: first!.dims, dtype: first!.dtype }],
      ([input], [out]) => {
        const [batch, height, width, channels] = input!.dims as [number, number, number, number];
        const [source, target] = [input!.data as Float32Array, out!.data as Float32Array];
        for (let n = 0; n < batch; n++)
          for (let channel = 0; channel < channels; channel++) {
            const at = (y: number, x: number): number => ((n * height + y) * width + x) * channels + channel;
            const write = (y: number, x: number, value: number): void => {
              target[at(y, x)] = value;
            };
            equalize((y, x) => source[at(y, x)]!, write, [height, width], grid, this.clipLimit);
          }
        roundInPlace(out!.dtype, out!.data);
      },
    );
    const bytes = rescaled(cast(images, 'float32'), this.valueRange, PIXELS);
    const equalized = p.customCall(call, [bytes])[0] as Tensor;
    return cast(rescaled(equalized, PIXELS, this.valueRange), images.dtype);
  }
  override inference(images: Tensor): Tensor {
    return this.augment(images);
  }
}
interface AdaptiveEqualizationLayer extends Omit<LayerValues<typeof options>, 'dataFormat'> {}
export interface ContrastLimitedAdaptiveHistogramEqualization extends AdaptiveEqualizationLayer {}
export const ContrastLimitedAdaptiveHistogramEqualization: Class<Args, ContrastLimitedAdaptiveHistogramEqualization> =
  callable(AdaptiveEqualizationLayer, 'ContrastLimitedAdaptiveHistogramEqualization');
