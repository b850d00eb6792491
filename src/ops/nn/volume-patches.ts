// tf.extractVolumePatches: patches of volumes as channels.
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { reshape } from '../core/arrange.ts';
import { asIntegers, convertToTensor } from '../core/convert.ts';
import { eye } from '../core/create.ts';
import { signature } from '../core/signature.ts';
import { conv3d } from './convolution.ts';

/** (batch, depth, height, width, size₀ · size₁ · size₂ · channels), by a convolution with filters of a single one. */
export const extractVolumePatches = signature(
  'extractVolumePatches',
  ['input', 'ksizes', 'strides', 'padding'],
  (input: TensorLike, ksizes: TensorLike, strides: TensorLike, padding: 'SAME' | 'VALID'): Tensor => {
    const x = convertToTensor(input, undefined, 'extractVolumePatches');
    const window = asIntegers(ksizes, 'extractVolumePatches: ksizes').slice(1, 4);
    const step = asIntegers(strides, 'extractVolumePatches: strides');
    const channels = x.dims[4]!;
    const count = window.reduce((a, b) => a * b, 1) * channels;
    const filters = reshape(eye(count, { dtype: x.dtype }), [...window, channels, count]);
    return conv3d(x, filters, step, padding);
  },
);
