// tf.signal.mdct and its inverse: modified discrete cosine transforms of overlapping frames.
// Owns: the folding of frames. Leaves frames, windows and cosines to frames.ts.
import type { DType } from '../../base/dtype.ts';
import { ShapeError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { concat, reverse, split } from '../core/arrange.ts';
import { asInteger, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { multiply, negative, subtract } from '../math/elementwise.ts';
import { dct, frame, overlapAndAdd, vorbisWindow } from './frames.ts';

type WindowFunction = ((length: number, options: { readonly dtype: DType }) => Tensor) | null;
const vorbis: WindowFunction = (length, { dtype }) => vorbisWindow(length, { dtype });
const windowed = (x: Tensor, length: number, windowFn: WindowFunction): Tensor =>
  multiply(x, windowFn ? windowFn(length, { dtype: x.dtype }) : Math.SQRT1_2);
const flipped = (x: Tensor): Tensor => reverse(x, [-1]);

/** The cosine transforms of frames that overlap by half: (…, frames, frameLength / 2). */
export const mdct = signature(
  'mdct',
  ['signals', 'frameLength', 'windowFn', 'padEnd', 'norm'],
  (
    signals: TensorLike,
    frameLength: number | Tensor,
    windowFn: WindowFunction | undefined = vorbis,
    padEnd: boolean | null = false,
    norm?: 'ortho' | null,
  ): Tensor => {
    const length = asInteger(frameLength, 'mdct: frameLength');
    if (length % 4 !== 0) throw new ShapeError(`mdct: frameLength ${length}; wanted a multiple of 4.`);
    const frames = windowed(frame(signals, length, length / 2, padEnd ?? false), length, windowFn);
    const [a, b, c, d] = split(frames, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const folded = concat([subtract(negative(flipped(c)), d), subtract(a, flipped(b))], -1);
    return dct(folded, { type: 4, norm: norm ?? undefined });
  },
  true,
);
/** Signals from their modified cosine transforms. */
export const inverseMdct = signature(
  'inverseMdct',
  ['mdcts', 'windowFn', 'norm'],
  (mdcts: TensorLike, windowFn: WindowFunction | undefined = vorbis, norm?: 'ortho' | null): Tensor => {
    const x = convertToTensor(mdcts, undefined, 'inverseMdct');
    const half = x.dims.at(-1)!;
    const cosines = dct(x, { type: 4, norm: norm ?? undefined });
    const [first, second] = split(norm === 'ortho' ? cosines : multiply(cosines, 0.5 / half), 2, -1) as [
      Tensor,
      Tensor,
    ];
    const unfolded = concat([second, negative(flipped(second)), negative(flipped(first)), negative(first)], -1);
    return overlapAndAdd(windowed(unfolded, 2 * half, windowFn), half);
  },
  true,
);
