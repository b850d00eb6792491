// The initializer of short-time Fourier transforms: kernels of cosines and sines under a window.
// Owns: the kernel and its windows, as SciPy defines them.
import { type Class, callable } from '../../base/callable.ts';
import { allocate, type DType } from '../../base/dtype.ts';
import { didYouMean, ShapeError, ValueError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Options, TensorLike } from '../../runtime/tensor-methods.ts';
import { boolean, type Config, type Json, type Kind, nullable, oneOf, optional, schema } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { Initializer_ } from './initializer.ts';

/** Σ aₖ cos(k x) with x from −π to π. */
const cosines =
  (...terms: readonly number[]) =>
  (i: number, n: number): number =>
    terms.reduce((sum, term, k) => sum + term * Math.cos(k * (-Math.PI + (2 * Math.PI * i) / (n - 1))), 0);

const windows = {
  boxcar: () => 1,
  hann: cosines(0.5, 0.5),
  hamming: cosines(0.54, 0.46),
  blackman: cosines(0.42, 0.5, 0.08),
  nuttall: cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
  blackmanharris: cosines(0.35875, 0.48829, 0.14128, 0.01168),
  flattop: cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
  bartlett: (i: number, n: number) => 1 - Math.abs((2 * i) / (n - 1) - 1),
  triang: (i: number, n: number) => 1 - Math.abs((i - (n - 1) / 2) / ((n + (n % 2)) / 2)),
  cosine: (i: number, n: number) => Math.sin((Math.PI / n) * (i + 0.5)),
} as const;
export type WindowName = keyof typeof windows | 'rect' | 'hanning';
const aliases: Readonly<Record<string, keyof typeof windows>> = {
  rect: 'boxcar',
  rectangular: 'boxcar',
  hanning: 'hann',
};

/** SciPy's `get_window`: symmetric, or periodic for Fourier analysis. */
export function windowValues(name: string, length: number, periodic: boolean): Float64Array {
  const key = (aliases[name] ?? name) as keyof typeof windows;
  if (!Object.hasOwn(windows, key))
    throw new ValueError(`STFT: unknown window '${name}'.${didYouMean(name, Object.keys(windows))}`);
  const n = periodic ? length + 1 : length;
  return Float64Array.from({ length }, (_, i) => (n === 1 ? 1 : windows[key](i, n)));
}

type Window = WindowName | TensorLike | null;
const windowKind: Kind<Window> = {
  wanted: 'the name of a window, its values, or null',
  parse: (value) => {
    if (typeof value === 'string') windowValues(value, 1, false);
    return { value: value as Window };
  },
  toConfig: (value) => serializeKerasObject(value),
  fromConfig: (value: Json) => deserializeKerasObject(value),
};
const options = schema(
  'STFT',
  {
    side: optional(oneOf('real', 'imag'), 'real'),
    window: optional(windowKind, 'hann'),
    periodic: optional(boolean, false),
    scaling: optional(nullable(oneOf('density', 'spectrum')), 'density'),
  },
  { positional: ['side', 'window', 'scaling', 'periodic'] },
);
export interface STFTOptions
  extends Options<{
    side: 'real' | 'imag';
    window: Window;
    scaling: 'density' | 'spectrum' | null;
    periodic: boolean;
  }> {}
type STFTArgs = [side?: 'real' | 'imag', window?: Window, options?: STFTOptions] | [options?: STFTOptions];

class STFT_ extends Initializer_ {
  declare readonly side: 'real' | 'imag';
  declare readonly window: Window;
  declare readonly scaling: 'density' | 'spectrum' | null;
  declare readonly periodic: boolean;
  constructor(...args: STFTArgs) {
    super();
    options.assign(this, args);
  }

  /** (frame length, 1, bins) */
  override call(shape: Dims, { dtype }: { readonly dtype: DType }): Tensor {
    if (shape.length !== 3)
      throw new ShapeError(`initializer STFT: found shape ${showShape(shape)}, wanted (frame length, channels, bins).`);
    const [frame, channels, bins] = shape as readonly [number, number, number];
    const window = this.#window(frame);
    let scale = 1;
    if (window && this.scaling === 'density') scale = Math.sqrt(window.reduce((sum, w) => sum + w * w, 0));
    else if (window && this.scaling === 'spectrum') scale = window.reduce((sum, w) => sum + Math.abs(w), 0);
    const data = allocate(dtype, frame * channels * bins) as Float32Array;
    const length = (bins - 1) * 2;
    const wave = this.side === 'real' ? Math.cos : Math.sin;
    // Angles are float32 as Keras computes them: where a sine should be 0 it is what is left of their rounding.
    const pi = Math.fround(Math.PI);
    let at = 0;
    for (let t = 0; t < frame; t++)
      for (let c = 0; c < channels; c++)
        for (let k = 0; k < bins; k++) {
          const angle = Math.fround(Math.fround(-2 * t * Math.fround(k / length)) * pi);
          data[at++] = (wave(angle) * (window?.[t] ?? 1)) / scale;
        }
    return eagerTensor(data, shape, dtype);
  }

  #window(frame: number): Float64Array | null {
    if (this.window === null) return null;
    if (typeof this.window === 'string') return windowValues(this.window, frame, this.periodic);
    const values = convertToTensor(this.window, undefined, 'STFT: window');
    if (values.dims.length !== 1 || values.dims[0] !== frame)
      throw new ShapeError(`initializer STFT: the window has shape ${showShape(values.dims)}, wanted (${frame},).`);
    return Float64Array.from(values.dataSync() as Float32Array);
  }

  override getConfig(): Config {
    return options.toConfig(this);
  }
}
export interface STFT extends STFT_ {}
/** Cosines ('real') or sines ('imag') of the discrete Fourier transform, under a window. */
export const STFT: Class<STFTArgs, STFT> = callable(STFT_, 'STFT');
