// A convolution of each channel by itself, over any number of spatial axes.
// Owns: the way from (…window, channels, multiplier) kernels to grouped ones.
import { reshape } from '../../../ops/core/arrange.ts';
import { convolution } from '../../../ops/nn/convolution.ts';
import type { Tensor } from '../../../runtime/tensor.ts';

export interface DepthwiseSettings {
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly dilationRate: readonly number[];
}
/** (batch, …spatial, channels) → (batch, …spatial, channels · multiplier) */
export function depthwiseConvolution(x: Tensor, kernel: Tensor, settings: DepthwiseSettings, format: string): Tensor {
  const [channels, multiplier] = kernel.dims.slice(-2) as [number, number];
  const grouped = reshape(kernel, [...kernel.dims.slice(0, -2), 1, channels * multiplier]);
  return convolution(x, grouped, settings.strides, settings.padding, format, settings.dilationRate);
}
