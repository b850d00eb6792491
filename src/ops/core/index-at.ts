// x.at(1, '2:', null, '...'): NumPy's basic indexing, with positions and masks.
// Owns: parsing of indices and their order of application.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { Index } from '../../runtime/tensor-methods.ts';
import { booleanMask, gather } from './arrange.ts';
import { convertToTensor } from './convert.ts';

/** start:stop:step within an axis of length n, as Python's slice.indices gives them. */
export function sliceRange(text: string, n: number): { start: number; count: number; step: number } {
  const parts = text.split(':');
  const read = (part: string | undefined): number | null => {
    if (part === undefined || part.trim() === '') return null;
    const value = Number(part);
    if (!Number.isInteger(value))
      throw new ValueError(
        `at: ${show(text)} is no slice; wanted 'start:stop:step' of whole numbers, each part optional.`,
      );
    return value;
  };
  if (parts.length < 2 || parts.length > 3)
    throw new ValueError(`at: ${show(text)} is no index; wanted a whole number, 'start:stop:step', '...' or null.`);
  const [from, to, by] = [read(parts[0]), read(parts[1]), read(parts[2])];
  const step = by ?? 1;
  if (step === 0) throw new ValueError(`at: the step of ${show(text)} is 0.`);
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value < 0 ? value + n : value, low), high);
  const start = from === null ? (step > 0 ? 0 : n - 1) : step > 0 ? clamp(from, 0, n) : clamp(from, -1, n - 1);
  const stop = to === null ? (step > 0 ? n : -1) : step > 0 ? clamp(to, 0, n) : clamp(to, -1, n - 1);
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step };
}

/** How many axes an index takes. */
const width = (index: Index): number =>
  index === null || index === '...' ? 0 : index instanceof Tensor && index.dtype === 'bool' ? index.dims.length : 1;

/** The part of `x` that the indices name. */
export function indexAt(x: Tensor, indices: readonly Index[]): Tensor {
  const used = indices.reduce<number>((sum, index) => sum + width(index), 0);
  if (used > x.dims.length)
    throw new ShapeError(`at: ${used} indices for shape ${showShape(x.dims)}; wanted at most ${x.dims.length}.`);
  const ellipses = indices.filter((index) => index === '...').length;
  if (ellipses > 1) throw new ValueError("at: '...' may stand once.");
  let value: Value = x;
  let axis = 0;
  for (const index of indices) {
    if (index === '...') axis += x.dims.length - used;
    else if (index === null) {
      value = p.reshape(value, [...value.dims.slice(0, axis), 1, ...value.dims.slice(axis)]);
      axis++;
    } else if (typeof index === 'number') value = select(value, axis, index);
    else if (typeof index === 'string') value = cut(value, axis++, index);
    else if (index instanceof Tensor && index.dtype === 'bool')
      value = booleanMask(value as Tensor, index, { axis: axis++ });
    else {
      const positions = convertToTensor(index as readonly number[] | Tensor, undefined, 'at');
      value =
        positions.dtype === 'bool'
          ? booleanMask(value as Tensor, positions, { axis })
          : gather(value as Tensor, fromEnd(positions, value.dims[axis]!), { axis });
      axis += positions.dtype === 'bool' ? 1 : positions.dims.length;
    }
  }
  return value as Tensor;
}

/** Negative positions count from the end. */
function fromEnd(positions: Tensor, n: number): Tensor {
  const whole = positions.dtype === 'float32' && positions.weak ? p.convert(positions, 'int32') : positions;
  const negative = p.compare('less', whole, p.zerosLike(whole));
  return p.select(negative, p.offset(whole, n), whole) as Tensor;
}

function select(x: Value, axis: number, index: number): Value {
  const n = x.dims[axis]!;
  if (!Number.isInteger(index) || index < -n || index >= n) {
    throw new ValueError(
      `at: index ${index} is out of range for axis ${axis} of shape ${showShape(x.dims)}; wanted ${-n} to ${n - 1}.`,
    );
  }
  const at = index < 0 ? index + n : index;
  const part = p.slice(
    x,
    pick(x.dims, axis, at, 0),
    x.dims.map((m, a) => (a === axis ? at + 1 : m)),
  );
  return p.reshape(
    part,
    x.dims.filter((_, a) => a !== axis),
  );
}

const pick = (dims: Dims, axis: number, value: number, other: number): number[] =>
  dims.map((_, a) => (a === axis ? value : other));

function cut(x: Value, axis: number, text: string): Value {
  const { start, count, step } = sliceRange(text, x.dims[axis]!);
  if (step > 0) {
    const limit = count === 0 ? start : start + (count - 1) * step + 1;
    return p.slice(
      x,
      pick(x.dims, axis, start, 0),
      x.dims.map((m, a) => (a === axis ? limit : m)),
      pick(x.dims, axis, step, 1),
    );
  }
  const first = start + (count - 1) * step;
  const forward = p.slice(
    x,
    pick(x.dims, axis, count === 0 ? 0 : first, 0),
    x.dims.map((m, a) => (a === axis ? (count === 0 ? 0 : start + 1) : m)),
    pick(x.dims, axis, -step, 1),
  );
  return p.reverse(forward, [axis]);
}
