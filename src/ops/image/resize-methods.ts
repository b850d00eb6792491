// The methods of tf.image.resize, by name.
// Owns: the names, and which taps each stands for. Free of tensors, so that threads that load pictures can use it too.
import { didYouMean, show, ValueError } from '../../base/errors.ts';
import { area, bicubic, bilinear, type Grid, nearest, sampled, type Taps } from './taps.ts';

/** The methods of tf.image.resize. */
export const ResizeMethod = {
  BILINEAR: 'bilinear',
  NEAREST_NEIGHBOR: 'nearest',
  BICUBIC: 'bicubic',
  AREA: 'area',
  LANCZOS3: 'lanczos3',
  LANCZOS5: 'lanczos5',
  GAUSSIAN: 'gaussian',
  MITCHELLCUBIC: 'mitchellcubic',
} as const;
export type ResizeMethodName = (typeof ResizeMethod)[keyof typeof ResizeMethod];

/** The taps of an axis of `from` elements resampled to `to`. */
export type Axis = (from: number, to: number) => Taps;
export const methodOf = (method: string, antialias: boolean, grid: Grid): Axis => {
  const name = method.toLowerCase();
  const kernel =
    name === 'bilinear'
      ? 'triangle'
      : name === 'bicubic'
        ? 'keyscubic'
        : (name as 'lanczos3' | 'lanczos5' | 'gaussian' | 'mitchellcubic');
  if (name === 'nearest') return (from, to) => nearest(from, to, grid);
  if (name === 'area') return (from, to) => area(from, to, { ...grid, halfPixelCenters: false });
  if (!antialias && name === 'bilinear') return (from, to) => bilinear(from, to, grid);
  if (!antialias && name === 'bicubic') return (from, to) => bicubic(from, to, grid);
  if (!Object.values(ResizeMethod).includes(name as ResizeMethodName))
    throw new ValueError(`resize: unknown method ${show(method)}.${didYouMean(method, Object.values(ResizeMethod))}`);
  return (from, to) => sampled(kernel, from, to, antialias);
};

/** Pixels' centres lie between whole numbers. */
export const HALF: Grid = { alignCorners: false, halfPixelCenters: true };
