// RadialConstraint, of Keras 2: kernels whose elements depend on their distance from the middle alone.
import { type Class, callable } from '../../base/callable.ts';
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { gather, reshape } from '../../ops/core/arrange.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { Constraint_ } from './constraint.ts';

class RadialConstraint_ extends Constraint_ {
  /** (rows, columns, channels, filters), as many rows as columns: each square ring takes one element of the diagonal. */
  override call(w: Tensor): Tensor {
    const [rows, columns] = w.dims;
    if (w.rank !== 4 || rows !== columns)
      throw new ShapeError(
        `constraint RadialConstraint: found shape ${showShape(w.shape)}, wanted the kernel of a two-dimensional convolution with as many rows as columns.`,
      );
    const size = rows!;
    const half = Math.floor(size / 2);
    const odd = size % 2;
    const source = (row: number, column: number): number => {
      const ring = Math.max(Math.abs(2 * row - size + 1), Math.abs(2 * column - size + 1)) >> 1;
      // The elements that Keras takes: the one above the middle for the middle, from there on those below it.
      const at = ring === 0 ? half - 1 : half + ring - odd;
      return (at < 0 ? at + size : at) * (size + 1);
    };
    const places = Array.from({ length: size * size }, (_, i) => source(Math.floor(i / size), i % size));
    return reshape(gather(reshape(w, [size * size, ...w.dims.slice(2)]), places), w.dims);
  }
}
export interface RadialConstraint extends RadialConstraint_ {}
/** Each square ring around the middle of a kernel has one value. */
export const RadialConstraint: Class<[], RadialConstraint> = callable(RadialConstraint_, 'RadialConstraint');
