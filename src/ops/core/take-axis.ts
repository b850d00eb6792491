// Rows along any axis. Owns: that one movement, which is no op itself. Leaves tf.gather to arrange.ts.
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';

/** Rows along any axis: the axes of the indices take its place. */
export function takeAxis(x: Value, indices: Value, axis: number): Value {
  if (axis === 0) return p.takeRows(x, indices);
  const order = [axis, ...x.dims.map((_, a) => a).filter((a) => a !== axis)];
  const taken = p.takeRows(p.transpose(x, order), indices);
  const count = indices.dims.length;
  return p.transpose(taken, [
    ...Array.from({ length: axis }, (_, a) => count + a),
    ...Array.from({ length: count }, (_, a) => a),
    ...Array.from({ length: x.dims.length - axis - 1 }, (_, a) => count + axis + a),
  ]);
}
