// Spatial axes made longer by repeating each element.
// Owns: the repetition, and the shapes it gives.
import type { Shape } from '../../../base/shape.ts';
import { repeat } from '../../../ops/core/pad.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { DataFormat } from '../spatial.ts';

const firstSpatial = (format: DataFormat): number => (format === 'channels_first' ? 2 : 1);

export const repeated = (x: Tensor, factors: readonly number[], format: DataFormat): Tensor =>
  factors.reduce((y, factor, i) => (factor === 1 ? y : repeat(y, factor, firstSpatial(format) + i)), x);
export const enlargedShape = (shape: Shape, factors: readonly number[], format: DataFormat): Shape =>
  shape.map((n, axis) => (n === null ? null : n * (factors[axis - firstSpatial(format)] ?? 1)));
