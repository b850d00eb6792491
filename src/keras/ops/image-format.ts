// Images with the channels last or first.
// Owns: the turning around.
import { transpose } from '../../ops/core/arrange.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { imageDataFormat } from '../config.ts';
import { tensor } from './define.ts';

export type Format = 'channels_last' | 'channels_first';
export const isFirst = (format: Format | undefined): boolean => (format ?? imageDataFormat()) === 'channels_first';
/** Applies `f` to images with the channels last. */
export function channelsLast(images: TensorLike, format: Format | undefined, f: (x: Tensor) => Tensor): Tensor {
  const x = tensor(images);
  if (!isFirst(format)) return f(x);
  const batch = x.shape.length === 4;
  return transpose(f(transpose(x, batch ? [0, 2, 3, 1] : [1, 2, 0])), batch ? [0, 3, 1, 2] : [2, 0, 1]);
}
