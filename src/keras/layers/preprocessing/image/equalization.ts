// Equalization: values are spread so that each range of them is about as frequent, channel by channel over the batch.
// Source: https://keras.io/api/layers/preprocessing_layers/image_augmentation/equalization/
import { type Class, callable } from '../../../../base/callable.ts';
import { roundInPlace } from '../../../../base/dtype.ts';
import { hostFunction } from '../../../../ops/core/host.ts';
import * as p from '../../../../primitives/functions.ts';
import type { Tensor } from '../../../../runtime/tensor.ts';
import * as o from '../../../schema.ts';
import type { LayerOptionsOf, LayerValues } from '../../layer-options.ts';
import { imageSchema, PIXELS, valueRange } from './factors.ts';
import { ImageLayer } from './image-layer.ts';
import { rescaled } from './pixels.ts';

const options = imageSchema(
  'Equalization',
  { valueRange: o.optional(valueRange, PIXELS), bins: o.optional(o.integer({ min: 2 }), 256) },
  { positional: ['valueRange', 'bins', 'dataFormat'] },
);
export interface EqualizationOptions extends LayerOptionsOf<typeof options> {}
type EqualizationArgs =
  | [options?: EqualizationOptions]
  | [valueRange: EqualizationOptions['valueRange'], options?: EqualizationOptions];

/** NumPy's rounding: halves to even. */
const rounded = (x: number): number => {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x);
};
const binOf = (x: number, bins: number): number => Math.min(Math.max(Math.trunc(x), 0), bins - 1);

/** What each bin of a channel becomes; null where all values are in one bin. */
function table(counts: Int32Array): number[] | null {
  if (counts.filter((n) => n > 0).length <= 1) return null;
  let sum = 0;
  const cumulated = Array.from(counts, (n) => {
    sum += n;
    return sum;
  });
  const least = cumulated.find((n) => n > 0)!;
  return cumulated.map((n) => Math.min(Math.max(rounded(((n - least) * 255) / (sum - least || 1)), 0), 255));
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class EqualizationLayer extends ImageLayer<true> {
  static override readonly schema = options;
  constructor(...args: EqualizationArgs) {
    super(options, args);
  }
  override draw(): true {
    return true;
  }
  override augment(images: Tensor): Tensor {
    const { bins } = this;
    const equalize = hostFunction(
      'equalization',
      ([first]) => [{ dims: first!.dims, dtype: first!.dtype }],
      ([input], [out]) => {
        const channels = input!.dims[3]!;
        const source = input!.data as Float32Array;
        const target = out!.data as Float32Array;
        for (let channel = 0; channel < channels; channel++) {
          const counts = new Int32Array(bins);
          for (let i = channel; i < source.length; i += channels)
            counts[binOf((source[i]! * (bins - 1)) / 255, bins)]!++;
          const values = table(counts);
          for (let i = channel; i < source.length; i += channels)
            target[i] = values ? values[binOf((source[i]! / 255) * (bins - 1), bins)]! : source[i]!;
        }
        roundInPlace(out!.dtype, out!.data);
      },
    );
    const bytes = rescaled(images, this.valueRange, PIXELS);
    return rescaled(p.customCall(equalize, [bytes])[0] as Tensor, PIXELS, this.valueRange);
  }
}
interface EqualizationLayer extends Omit<LayerValues<typeof options>, 'dataFormat'> {}
export interface Equalization extends EqualizationLayer {}
export const Equalization: Class<EqualizationArgs, Equalization> = callable(EqualizationLayer, 'Equalization');
