// STFTSpectrogram: the short-time Fourier transform of sound as a convolution, whose kernels can be trained.
// Source: https://keras.io/api/layers/preprocessing_layers/audio_preprocessing/stft_spectrogram/
import { type Class, callable } from '../../../base/callable.ts';
import { ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { concat, reshape, slice, transpose } from '../../../ops/core/arrange.ts';
import { pad } from '../../../ops/core/pad.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { add, atan2, cast, log, maximum, sqrt, square } from '../../../ops/math/elementwise.ts';
import { conv1d } from '../../../ops/nn/convolution.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { epsilon } from '../../config.ts';
import { STFT, type WindowName, windowValues } from '../../initializers/stft.ts';
import * as o from '../../schema.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { dataFormat, windowLength } from '../spatial.ts';

const windows: o.Kind<WindowName | null> = {
  wanted: 'the name of a window, or null',
  parse: (value) => {
    if (value !== null && typeof value !== 'string') return null;
    if (value !== null) windowValues(value, 1, false);
    return { value: value as WindowName | null };
  },
};
const options = layerSchema(
  'STFTSpectrogram',
  {
    mode: o.optional(o.oneOf('log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'), 'log'),
    frameLength: o.optional(o.integer({ min: 1 }), 256),
    frameStep: o.optional(o.nullable(o.integer({ min: 1 })), null),
    fftLength: o.optional(o.nullable(o.integer({ min: 1 })), null),
    window: o.optional(windows, 'hann'),
    periodic: o.optional(o.boolean, false),
    scaling: o.optional(o.nullable(o.oneOf('density', 'spectrum')), 'density'),
    padding: o.optional(o.oneOf('valid', 'same'), 'valid'),
    dataFormat,
    expandDims: o.optional(o.boolean, false),
  },
  { positional: ['mode', 'frameLength', 'frameStep', 'fftLength'] },
);
export interface STFTSpectrogramOptions extends LayerOptionsOf<typeof options> {}
type STFTSpectrogramArgs =
  | [options?: STFTSpectrogramOptions]
  | [mode: STFTSpectrogramOptions['mode'], options?: STFTSpectrogramOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class STFTSpectrogramLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  realKernel: Variable | null = null;
  imagKernel: Variable | null = null;

  constructor(...args: STFTSpectrogramArgs) {
    super(options, args);
    const { frameLength, frameStep, fftLength } = this;
    if (frameStep !== null && frameStep > frameLength)
      throw new ValueError(
        `STFTSpectrogram '${this.name}': frameStep ${frameStep} is greater than frameLength ${frameLength}.`,
      );
    if (fftLength !== null && fftLength < frameLength)
      throw new ValueError(
        `STFTSpectrogram '${this.name}': fftLength ${fftLength} is less than frameLength ${frameLength}.`,
      );
    this.inputSpec = { ndim: 3 };
  }
  get #step(): number {
    return this.frameStep ?? Math.max(Math.floor(this.frameLength / 2), 1);
  }
  get #frequencies(): number {
    return Math.floor((this.fftLength ?? 2 ** Math.ceil(Math.log2(this.frameLength))) / 2) + 1;
  }
  override build(_inputShape: Shape): void {
    const { window, scaling, periodic } = this;
    const shape = [this.frameLength, 1, this.#frequencies];
    const kernel = (side: 'real' | 'imag'): Variable =>
      this.addWeight({ name: `${side}_kernel`, shape, initializer: new STFT({ side, window, scaling, periodic }) });
    if (this.mode !== 'imag') this.realKernel = kernel('real');
    if (this.mode !== 'real') this.imagKernel = kernel('imag');
  }
  /** Every channel by itself: (batch, channels, frequencies, frames) */
  #transform(x: Tensor, kernel: Variable): Tensor {
    const [batch, channels, time] = x.dims as [number, number, number];
    const out = conv1d(reshape(x, [batch * channels, time, 1]), cast(kernel, x.dtype), {
      stride: this.#step,
      padding: this.padding === 'same' ? 'SAME' : 'VALID',
    });
    const [, frames, frequencies] = out.dims as [number, number, number];
    return reshape(transpose(out, [0, 2, 1]), [batch, channels, frequencies, frames]);
  }
  #arranged(x: Tensor): Tensor {
    const [batch, channels, frequencies, frames] = x.dims as [number, number, number, number];
    const last = this.dataFormat === 'channels_last';
    if (this.expandDims) return transpose(x, last ? [0, 3, 2, 1] : [0, 1, 3, 2]);
    const flat = reshape(x, [batch, channels * frequencies, frames]);
    return last ? transpose(flat, [0, 2, 1]) : flat;
  }
  override call(inputs: Tensor): Tensor {
    const x = this.dataFormat === 'channels_last' ? transpose(inputs, [0, 2, 1]) : inputs;
    const { mode } = this;
    if (mode === 'real') return this.#arranged(this.#transform(x, this.realKernel!));
    const imaginary = this.#transform(x, this.imagKernel!);
    if (mode === 'imag') return this.#arranged(imaginary);
    const real = this.#transform(x, this.realKernel!);
    if (mode === 'angle') return this.#arranged(atan2(imaginary, real));
    if (mode === 'stft') return this.#arranged(concat([real, imaginary], { axis: 2 }));
    const power = add(square(real), square(imaginary));
    if (mode === 'psd') {
      // All frequencies but the first and the last stand for their negatives too.
      const inner = slice(power, [0, 0, 1, 0], [-1, -1, power.dims[2]! - 2, -1]);
      return this.#arranged(
        add(
          power,
          pad(inner, [
            [0, 0],
            [0, 0],
            [1, 1],
            [0, 0],
          ]),
        ),
      );
    }
    const magnitude = this.#arranged(sqrt(maximum(power, epsilon())));
    return mode === 'magnitude' ? magnitude : log(maximum(magnitude, epsilon()));
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const last = this.dataFormat === 'channels_last';
    const [batch = null, a = null, b = null] = inputShape;
    const [time, channels] = last ? [a, b] : [b, a];
    const frames = windowLength(time, this.frameLength, this.#step, 1, this.padding);
    const frequencies = this.#frequencies * (this.mode === 'stft' ? 2 : 1);
    if (this.expandDims) return last ? [batch, frames, frequencies, channels] : [batch, channels, frames, frequencies];
    const features = channels === null ? null : channels * frequencies;
    return last ? [batch, frames, features] : [batch, features, frames];
  }
}
interface STFTSpectrogramLayer extends LayerValues<typeof options> {}
export interface STFTSpectrogram extends STFTSpectrogramLayer {}
export const STFTSpectrogram: Class<STFTSpectrogramArgs, STFTSpectrogram> = callable(
  STFTSpectrogramLayer,
  'STFTSpectrogram',
);
