// tf.pad, tf.roll, tf.repeat, tf.reverseSequence: elements added, shifted, repeated.
// Owns: these ops. The moving itself is of the primitives.

import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis, showShape, sizeOf } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertPair, convertToTensor } from './convert.ts';
import { signature } from './signature.ts';
import { takeAxis } from './take-axis.ts';

/** Elements before and after each axis: a constant, or the tensor mirrored with its edge (SYMMETRIC) or without it (REFLECT). */
export const pad = signature(
  'pad',
  ['tensor', 'paddings', 'mode', 'constantValues'],
  (
    tensor: TensorLike,
    paddings: TensorLike,
    mode: 'CONSTANT' | 'REFLECT' | 'SYMMETRIC' | 'constant' | 'reflect' | 'symmetric' = 'CONSTANT',
    constantValues: TensorLike = 0,
  ): Tensor => {
    const x = convertToTensor(tensor, undefined, 'pad');
    const rows = convertToTensor(paddings, undefined, 'pad: paddings');
    const flat = asIntegers(rows, 'pad: paddings');
    if (rows.dims.length !== 2 || rows.dims[0] !== x.dims.length || rows.dims[1] !== 2 || flat.some((n) => n < 0)) {
      throw new ShapeError(
        `pad: paddings ${show(flat)} of shape ${showShape(rows.dims)} for a tensor of shape ${showShape(x.dims)}; wanted [before, after] for each axis, none negative.`,
      );
    }
    const low = x.dims.map((_, i) => flat[2 * i]!);
    const high = x.dims.map((_, i) => flat[2 * i + 1]!);
    const kind = mode.toUpperCase();
    if (kind === 'CONSTANT') {
      const value =
        x.dtype === 'bool'
          ? p.convert(convertToTensor(constantValues), 'bool')
          : convertPair(x, constantValues, 'pad: constantValues')[1];
      return p.pad(x, p.reshape(value, []), low, high) as Tensor;
    }
    if (kind !== 'REFLECT' && kind !== 'SYMMETRIC')
      throw new ValueError(`pad: mode ${show(mode)}; wanted 'CONSTANT', 'REFLECT' or 'SYMMETRIC'.`);
    const skip = kind === 'REFLECT' ? 1 : 0;
    let y: Value = x;
    x.dims.forEach((n, axis) => {
      const [before, after] = [low[axis]!, high[axis]!];
      if (before === 0 && after === 0) return;
      if (before > n - skip || after > n - skip)
        throw new ShapeError(
          `pad: ${kind} cannot add ${before} and ${after} elements to axis ${axis} of length ${n}; wanted at most ${n - skip}.`,
        );
      const piece = (from: number, to: number): Value =>
        p.slice(
          y,
          y.dims.map((_, a) => (a === axis ? from : 0)),
          y.dims.map((m, a) => (a === axis ? to : m)),
        );
      const parts = [
        ...(before > 0 ? [p.reverse(piece(skip, before + skip), [axis])] : []),
        y,
        ...(after > 0 ? [p.reverse(piece(n - after - skip, n - skip), [axis])] : []),
      ];
      y = p.concatenate(parts, axis);
    });
    return y as Tensor;
  },
);

/** Elements moved along axes, those that fall off coming back at the other end. */
export const roll = signature(
  'roll',
  ['input', 'shift', 'axis'],
  (input: TensorLike, shift: TensorLike, axis: Axis | Tensor): Tensor => {
    const x = convertToTensor(input, undefined, 'roll');
    const shifts = asIntegers(shift, 'roll: shift');
    const axes = asIntegers(axis as TensorLike, 'roll: axis').map((a) => normalizeAxis(a, x.dims.length, 'roll'));
    if (shifts.length !== axes.length)
      throw new ShapeError(`roll: shift ${show(shifts)} and axis ${show(axes)}; wanted as many shifts as axes.`);
    let y: Value = x;
    axes.forEach((a, i) => {
      const n = y.dims[a]!;
      if (n === 0) return;
      const by = ((shifts[i]! % n) + n) % n;
      if (by === 0) return;
      const piece = (from: number, to: number): Value =>
        p.slice(
          y,
          y.dims.map((_, k) => (k === a ? from : 0)),
          y.dims.map((m, k) => (k === a ? to : m)),
        );
      y = p.concatenate([piece(n - by, n), piece(0, n - by)], a);
    });
    return y as Tensor;
  },
);

/** Every element (or slice along an axis) so many times, the copies side by side. */
export const repeat = signature(
  'repeat',
  ['input', 'repeats', 'axis'],
  (input: TensorLike, repeats: TensorLike, axis?: number): Tensor => {
    const given = convertToTensor(input, undefined, 'repeat');
    const x = axis === undefined ? p.reshape(given, [sizeOf(given.dims)]) : given;
    const at = axis === undefined ? 0 : normalizeAxis(axis, x.dims.length, 'repeat');
    const n = x.dims[at]!;
    const counts = asIntegers(repeats, 'repeat: repeats');
    if (counts.some((count) => count < 0)) throw new ValueError(`repeat: repeats ${show(counts)}; wanted numbers ≥ 0.`);
    if (counts.length === 1) {
      const dims = [...x.dims.slice(0, at + 1), counts[0]!, ...x.dims.slice(at + 1)];
      const spread = p.broadcast(
        x,
        dims,
        x.dims.map((_, i) => (i <= at ? i : i + 1)),
      );
      return p.reshape(spread, [...x.dims.slice(0, at), n * counts[0]!, ...x.dims.slice(at + 1)]) as Tensor;
    }
    if (counts.length !== n)
      throw new ShapeError(
        `repeat: ${counts.length} repeats for axis ${at} of length ${n}; wanted one number, or ${n}.`,
      );
    const positions = counts.flatMap((count, i) => new Array<number>(count).fill(i));
    return takeAxis(x, convertToTensor(Int32Array.from(positions)), at) as Tensor;
  },
);

/** The first `seqLengths[i]` elements along `seqAxis` of batch i in reverse, the others as they are. */
export const reverseSequence = signature(
  'reverseSequence',
  ['input', 'seqLengths', 'seqAxis', 'batchAxis'],
  (input: TensorLike, seqLengths: TensorLike, seqAxis: number = 1, batchAxis: number = 0): Tensor => {
    const x = convertToTensor(input, undefined, 'reverseSequence');
    const axis = normalizeAxis(seqAxis, x.dims.length, 'reverseSequence');
    const batch = normalizeAxis(batchAxis, x.dims.length, 'reverseSequence');
    const lengths = convertToTensor(seqLengths, undefined, 'reverseSequence: seqLengths');
    if (lengths.dims.length !== 1 || lengths.dims[0] !== x.dims[batch])
      throw new ShapeError(
        `reverseSequence: seqLengths has shape ${showShape(lengths.dims)}; wanted (${x.dims[batch]},), one for each of axis ${batch} of ${showShape(x.dims)}.`,
      );
    const n = x.dims[axis]!;
    // (batch, time) → where each element comes from.
    const grid = [x.dims[batch]!, n];
    const position = p.iota(grid, 1, 'int32');
    const length = p.broadcast(p.convert(lengths, 'int32'), grid, [0]);
    const from = p.select(p.compare('less', position, length), p.sub(p.offset(length, -1), position), position);
    const row = p.add(from, p.scale(p.iota(grid, 0, 'int32'), n));
    const order = [batch, axis, ...x.dims.map((_, i) => i).filter((i) => i !== batch && i !== axis)];
    const moved = p.transpose(x, order);
    const rows = p.reshape(moved, [grid[0]! * n, ...moved.dims.slice(2)]);
    const taken = p.reshape(p.takeRows(rows, p.reshape(row, [grid[0]! * n])), moved.dims);
    return p.transpose(
      taken,
      order.map((_, i) => order.indexOf(i)),
    ) as Tensor;
  },
);
