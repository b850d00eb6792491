// Coordinates as row numbers of flattened axes.
// Owns: the one place where several coordinates become one number, and so the check of each on its own axis: a wrong one may
// still make a number that exists. The check of the row number itself is of the primitives and the compiler.
import { isBig } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import type { Dims } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';

/** A row that no tensor has: the check of rows refuses it. */
const NOWHERE = -1;

/**
 * Row numbers of coordinates (integers of one shape and dtype) over axes of the given lengths, the first axis first.
 * The first `trusted` coordinates are known to lie in their axes. Throws for one out of range, or where the values are not
 * known yet makes a row that is refused when the program runs.
 */
export function rowNumbers(coordinates: readonly Value[], lengths: Dims, name: string, trusted = 0): Value {
  const [first, ...rest] = coordinates;
  let row = first!;
  let bad: Value | null = null;
  coordinates.forEach((coordinate, axis) => {
    if (axis < trusted || isInRange(coordinate, lengths[axis]!, axis, name) || coordinates.length === 1) return;
    const outside = p.binary(
      'or',
      p.compare('less', coordinate, p.full(0, coordinate)),
      p.compare('greaterEqual', coordinate, p.full(lengths[axis]!, coordinate)),
    );
    bad = bad === null ? outside : p.binary('or', bad, outside);
  });
  rest.forEach((coordinate, k) => {
    row = p.add(p.mul(row, p.full(lengths[k + 1]!, row)), coordinate);
  });
  return bad === null ? row : p.select(bad, p.full(NOWHERE, row), row);
}

/** Whether coordinates are known and in range; throws where they are known and are not. */
function isInRange(coordinate: Value, length: number, axis: number, name: string): boolean {
  const { elements } = coordinate as Tensor;
  if (!elements) return false;
  for (let i = 0; i < elements.length; i++) {
    const index = Number(elements[i]);
    if (!(index >= 0 && index < length))
      throw new ValueError(
        `${name}: index ${index} at position ${i} is out of range for axis ${axis} of length ${length}; wanted 0 to ${length - 1}.`,
      );
  }
  return true;
}

/** Indices of a dtype that can be computed with: flattened ones may be larger than a byte, and one may be negative. */
export const computable = (indices: Value): Value =>
  indices.dtype === 'int32' || indices.dtype === 'int64'
    ? indices
    : p.convert(indices, isBig(indices.dtype) || indices.dtype === 'uint32' ? 'int64' : 'int32');
