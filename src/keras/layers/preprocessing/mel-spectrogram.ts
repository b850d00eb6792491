// MelSpectrogram: sound as power over time in bands of the mel scale.
// Source: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/mel_spectrogram/
import { type Class, callable } from '../../../base/callable.ts';
import { ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { transpose } from '../../../ops/core/arrange.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { pad } from '../../../ops/core/pad.ts';
import { abs, cast, log, maximum, multiply, pow, subtract } from '../../../ops/math/elementwise.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import { reduceMax } from '../../../ops/math/reduce.ts';
import { rfft } from '../../../ops/signal/fourier.ts';
import { frame } from '../../../ops/signal/frames.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import { windowValues } from '../../initializers/stft.ts';
import type { Json } from '../../schema.ts';
import * as o from '../../schema.ts';
import type { TensorLike } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

type Window = 'hann' | 'hamming' | TensorLike | null;
const windows: o.Kind<Window> = {
  wanted: "'hann', 'hamming', the values of a window, or null",
  parse: (value) =>
    typeof value !== 'string' || value === 'hann' || value === 'hamming' ? { value: value as Window } : null,
  toConfig: (value) =>
    value === null || typeof value === 'string' ? (value as Json) : (convertToTensor(value).arraySync() as Json),
};
const options = layerSchema(
  'MelSpectrogram',
  {
    fftLength: o.optional(o.integer({ min: 1 }), 2048),
    sequenceStride: o.optional(o.integer({ min: 1 }), 512),
    sequenceLength: o.optional(o.nullable(o.integer({ min: 1 })), null),
    window: o.optional(windows, 'hann'),
    samplingRate: o.optional(o.number({ min: 0, open: 'min' }), 16000),
    numMelBins: o.optional(o.integer({ min: 1 }), 128),
    minFreq: o.optional(o.number({ min: 0 }), 20),
    maxFreq: o.optional(o.nullable(o.number({ min: 0 })), null),
    powerToDb: o.optional(o.boolean, true),
    topDb: o.optional(o.number(), 80),
    magExp: o.optional(o.number(), 2),
    minPower: o.optional(o.number({ min: 0 }), 1e-10),
    refPower: o.optional(o.number(), 1),
  },
  {
    upgrade: (given) => {
      given.sequenceLength ??= given.fftLength ?? 2048;
      given.maxFreq ??= Math.trunc(((given.samplingRate as number | undefined) ?? 16000) / 2);
    },
  },
);
export interface MelSpectrogramOptions extends LayerOptionsOf<typeof options> {}
type MelSpectrogramArgs = [options?: MelSpectrogramOptions];

const mel = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);
const decibels = (x: Tensor): Tensor => multiply(log(x), 10 / Math.LN10);

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class MelSpectrogramLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: MelSpectrogramArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    if (this.fftLength < this.sequenceLength!)
      throw new ValueError(
        `MelSpectrogram '${this.name}': fftLength is ${this.fftLength} and sequenceLength ${this.sequenceLength}; wanted fftLength to be no smaller.`,
      );
  }
  /** Sound (…, time) → (…, mel bins, frames) */
  override call(inputs: Tensor): Tensor {
    const x = cast(inputs, this.computeDtype === 'float64' ? 'float64' : 'float32');
    const power = pow(this.#magnitudes(x), this.magExp);
    const rank = power.rank;
    const bands = matmul(power, cast(this.#bands(power.dims[rank - 1]!), x.dtype));
    const scaled = this.powerToDb ? this.#decibels(bands) : bands;
    const order = Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
    return cast(transpose(scaled, order), this.computeDtype);
  }
  #magnitudes(x: Tensor): Tensor {
    const { fftLength, sequenceLength, window } = this;
    const half = Math.floor(fftLength / 2);
    const edges = x.dims.map((_, i) => (i === x.rank - 1 ? [half, half] : [0, 0]));
    const frames = frame(pad(x, edges, { mode: 'REFLECT' }), fftLength, this.sequenceStride);
    const left = Math.floor((fftLength - sequenceLength!) / 2);
    const values =
      window === null
        ? new Float64Array(sequenceLength!).fill(1)
        : typeof window === 'string'
          ? windowValues(window, sequenceLength!, true)
          : Float64Array.from(convertToTensor(window as TensorLike).dataSync() as Float32Array);
    const padded = new Float64Array(fftLength);
    if (window === null) padded.fill(1);
    else padded.set(values, left);
    return abs(rfft(multiply(frames, cast(eagerTensor(padded, [fftLength], 'float64'), x.dtype))));
  }
  /** Triangles over the bins of the transform, (bins, mel bins): each band rises from its lower to its middle edge and falls to the upper. */
  #bands(bins: number): Tensor {
    const count = this.numMelBins;
    const [low, high] = [mel(this.minFreq), mel(this.maxFreq!)];
    const edge = (i: number): number => low + ((high - low) * i) / (count + 1);
    const weights = new Float64Array(bins * count);
    for (let bin = 1; bin < bins; bin++) {
      const at = mel((this.samplingRate / 2 / (bins - 1)) * bin);
      for (let band = 0; band < count; band++) {
        const rise = (at - edge(band)) / (edge(band + 1) - edge(band));
        const fall = (edge(band + 2) - at) / (edge(band + 2) - edge(band + 1));
        weights[bin * count + band] = Math.max(0, Math.min(rise, fall));
      }
    }
    return eagerTensor(weights, [bins, count], 'float64');
  }
  #decibels(x: Tensor): Tensor {
    const reference = 10 * Math.log10(Math.max(Math.abs(this.refPower), this.minPower));
    const levels = subtract(decibels(maximum(x, this.minPower)), reference);
    return maximum(levels, subtract(reduceMax(levels), this.topDb));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const time = inputShape.at(-1) ?? null;
    const frames = time === null ? null : Math.floor((time + this.sequenceStride + 1) / this.sequenceStride);
    return [...inputShape.slice(0, -1), this.numMelBins, frames];
  }
}
interface MelSpectrogramLayer extends LayerValues<typeof options> {}
export interface MelSpectrogram extends MelSpectrogramLayer {}
export const MelSpectrogram: Class<MelSpectrogramArgs, MelSpectrogram> = callable(
  MelSpectrogramLayer,
  'MelSpectrogram',
);
