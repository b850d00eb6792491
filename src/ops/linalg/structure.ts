// tf.linalg: bands, diagonals, transposes, traces, products with vectors, norms.
// Owns: what rearranges or sums matrices without decomposing them.

import { isComplex } from '../../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../../base/errors.ts';
import { type Dims, normalizeAxes, normalizeAxis, sameShape, showShape } from '../../base/shape.ts';
import type { Value } from '../../graph/value.ts';
import * as p from '../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { Axis, TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertPair, convertToTensor } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { matmul } from '../math/matmul.ts';
import { floating } from '../math/operands.ts';
import { band, diagonalOf, transposed } from './batch.ts';
import { svd } from './spectral.ts';

const anyMatrices = (x: TensorLike, name: string): Tensor => {
  const t = convertToTensor(x, undefined, name);
  if (t.dims.length < 2) throw new ShapeError(`${name}: found shape ${showShape(t.dims)}; wanted matrices (…, m, n).`);
  return t;
};

/** Matrices with zeros outside of a band of `numLower` diagonals below and `numUpper` above the main one; negative: all. */
export const bandPart = signature(
  'bandPart',
  ['input', 'numLower', 'numUpper'],
  (input: TensorLike, numLower: number, numUpper: number): Tensor => {
    const x = anyMatrices(input, 'bandPart');
    const [m, n] = x.dims.slice(-2) as [number, number];
    if (numLower > m || numUpper > n)
      throw new ValueError(
        `bandPart: ${numLower} diagonals below and ${numUpper} above the main one of ${showShape(x.dims)}; wanted at most ${m} and ${n}, or −1 for all.`,
      );
    return band(x, numUpper < 0 ? -n : -numUpper, numLower < 0 ? m : numLower) as Tensor;
  },
);
/** The last two axes exchanged. */
export const matrixTranspose = signature(
  'matrixTranspose',
  ['a', 'conjugate'],
  (a: TensorLike, conjugate: boolean = false): Tensor => {
    const x = transposed(anyMatrices(a, 'matrixTranspose'));
    return (conjugate ? p.conj(x) : x) as Tensor;
  },
);
/** The conjugate transpose. */
export const adjoint = signature(
  'adjoint',
  ['matrix'],
  (matrix: TensorLike): Tensor => p.conj(transposed(anyMatrices(matrix, 'adjoint'))) as Tensor,
);
/** Sums of the main diagonals. */
export const trace = signature('trace', ['x'], (x: TensorLike): Tensor => {
  const t = anyMatrices(x, 'trace');
  return p.reduceSum(band(t, 0, 0), [t.dims.length - 2, t.dims.length - 1]) as Tensor;
});
/** Matrix times vector. */
export const matvec = signature(
  'matvec',
  ['a', 'b', 'transposeA', 'adjointA', 'aIsSparse', 'bIsSparse'],
  (
    a: TensorLike,
    b: TensorLike,
    transposeA: boolean = false,
    adjointA: boolean = false,
    _aIsSparse?: boolean,
    _bIsSparse?: boolean,
  ): Tensor => {
    const [x, y] = convertPair(a, b, 'matvec');
    const product = matmul(x, p.reshape(y, [...y.dims, 1]) as Tensor, { transposeA, adjointA });
    return p.reshape(product, product.dims.slice(0, -1)) as Tensor;
  },
);
/** The cross product of vectors of length 3. */
export const cross = signature('cross', ['a', 'b'], (a: TensorLike, b: TensorLike): Tensor => {
  const [x, y] = convertPair(a, b, 'cross');
  if (!sameShape(x.dims, y.dims))
    throw new ShapeError(`cross: found shapes ${showShape(x.dims)} and ${showShape(y.dims)}; wanted equal ones.`);
  const last = x.dims.length - 1;
  if (x.dims[last] !== 3)
    throw new ShapeError(`cross: found shape ${showShape(x.dims)}; wanted vectors of length 3 along the last axis.`);
  const turn = (v: Value, by: number): Value => {
    const piece = (from: number, to: number): Value =>
      p.slice(
        v,
        v.dims.map((_, i) => (i === last ? from : 0)),
        v.dims.map((n, i) => (i === last ? to : n)),
      );
    return p.concatenate([piece(by, 3), piece(0, by)], last);
  };
  return p.sub(p.mul(turn(x, 1), turn(y, 2)), p.mul(turn(x, 2), turn(y, 1))) as Tensor;
});

// ── Diagonals ───────────────────────────────────────────────────────────────────────────────────────────────────

export type Align = 'RIGHT_LEFT' | 'LEFT_RIGHT' | 'LEFT_LEFT' | 'RIGHT_RIGHT';

/** Where element `n` of diagonal `d` stands in a row of `width`: shorter ones lie at the left or the right end. */
function alignment(align: Align): (d: number, length: number, width: number) => number {
  const [above, below] = align.split('_');
  if (!['LEFT', 'RIGHT'].includes(above!) || !['LEFT', 'RIGHT'].includes(below!))
    throw new ValueError(
      `diagonals: align ${show(align)}; wanted 'RIGHT_LEFT', 'LEFT_RIGHT', 'LEFT_LEFT' or 'RIGHT_RIGHT'.`,
    );
  return (d, length, width) => ((d >= 0 && above === 'LEFT') || (d <= 0 && below === 'LEFT') ? 0 : width - length);
}
const diagonalLength = (d: number, rows: number, columns: number): number =>
  Math.min(rows + Math.min(d, 0), columns - Math.max(d, 0));
function diagonalRange(k: TensorLike, name: string): [low: number, high: number] {
  const list = asIntegers(k, `${name}: k`);
  const [low, high] = [list[0], list[1] ?? list[0]];
  if (low === undefined || high === undefined || list.length > 2 || low > high)
    throw new ValueError(`${name}: k ${show(list)}; wanted a diagonal, or [lowest, highest].`);
  return [low, high];
}

/** For every element of a matrix its place among flattened diagonals, −1 outside. */
function matrixPlaces(
  rows: number,
  columns: number,
  low: number,
  high: number,
  width: number,
  align: Align,
): Int32Array {
  const offset = alignment(align);
  const places = new Int32Array(rows * columns).fill(-1);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const d = j - i;
      if (d < low || d > high) continue;
      places[i * columns + j] =
        (high - d) * width + offset(d, diagonalLength(d, rows, columns), width) + Math.min(i, j);
    }
  return places;
}
/** Elements by place along the flattened last axes, `otherwise` where the place is −1. */
function placed(x: Value, axes: number, places: Int32Array, dims: Dims, otherwise: Value): Value {
  const outer = x.dims.slice(0, x.dims.length - axes);
  const flat = p.reshape(x, [outer.reduce((a, b) => a * b, 1), x.dims.slice(outer.length).reduce((a, b) => a * b, 1)]);
  const index = eagerTensor(
    places.map((n) => Math.max(n, 0)),
    [places.length],
    'int32',
  );
  const taken = p.transpose(p.takeRows(p.transpose(flat, [1, 0]), index), [1, 0]);
  const inside = eagerTensor(
    Uint8Array.from(places, (n) => (n >= 0 ? 1 : 0)),
    dims,
    'bool',
  );
  const all = [...outer, ...dims];
  return p.select(p.broadcastTo(inside, all), p.reshape(taken, all), p.broadcastTo(otherwise, all));
}

/** Of bools the padding 0 is false. */
const paddingOf = (padding: TensorLike, x: Value): TensorLike =>
  x.dtype === 'bool' && typeof padding === 'number' ? padding !== 0 : padding;
/** Matrices with the given diagonals, the rest padding. */
export const diag = signature(
  'diag',
  ['diagonal', 'k', 'numRows', 'numCols', 'paddingValue', 'align'],
  (
    diagonal: TensorLike,
    k: TensorLike = 0,
    numRows: number = -1,
    numCols: number = -1,
    paddingValue: TensorLike = 0,
    align: Align = 'RIGHT_LEFT',
  ): Tensor => {
    const x = convertToTensor(diagonal, undefined, 'diag');
    const [low, high] = diagonalRange(k, 'diag');
    const width = x.dims.at(-1)!;
    const [below, above] = [Math.max(-high, 0), Math.max(low, 0)];
    let [rows, columns] = [numRows, numCols];
    if (rows === -1 && columns === -1) rows = columns = width + Math.max(below, above);
    else if (rows === -1) rows = width + below;
    else if (columns === -1) columns = width + above;
    const padding = convertPair(x, paddingOf(paddingValue, x), 'diag')[1];
    const places = matrixPlaces(rows, columns, low, high, width, align);
    return placed(x, low === high ? 1 : 2, places, [rows, columns], p.reshape(padding, [])) as Tensor;
  },
);
/** The diagonals of matrices; several ones as rows, highest first. */
export const diagPart = signature(
  'diagPart',
  ['input', 'k', 'paddingValue', 'align'],
  (input: TensorLike, k: TensorLike = 0, paddingValue: TensorLike = 0, align: Align = 'RIGHT_LEFT'): Tensor => {
    const x = anyMatrices(input, 'diagPart');
    const [low, high] = diagonalRange(k, 'diagPart');
    const [rows, columns] = x.dims.slice(-2) as [number, number];
    const width = Math.min(rows + Math.min(high, 0), columns - Math.max(low, 0));
    const count = high - low + 1;
    const offset = alignment(align);
    const places = new Int32Array(count * width).fill(-1);
    for (let d = high; d >= low; d--) {
      const length = diagonalLength(d, rows, columns);
      const start = offset(d, length, width);
      for (let n = 0; n < length; n++)
        places[(high - d) * width + start + n] = (n + Math.max(-d, 0)) * columns + n + Math.max(d, 0);
    }
    const padding = p.reshape(convertPair(x, paddingOf(paddingValue, x), 'diagPart')[1], []);
    return placed(x, 2, places, low === high ? [width] : [count, width], padding) as Tensor;
  },
);
/** Matrices with their diagonals replaced. */
export const setDiag = signature(
  'setDiag',
  ['input', 'diagonal', 'k', 'align'],
  (input: TensorLike, diagonal: TensorLike, k: TensorLike = 0, align: Align = 'RIGHT_LEFT'): Tensor => {
    const [x, d] = convertPair(anyMatrices(input, 'setDiag'), diagonal, 'setDiag');
    const [low, high] = diagonalRange(k, 'setDiag');
    const [rows, columns] = x.dims.slice(-2) as [number, number];
    const outer = x.dims.slice(0, -2);
    const wanted = low === high ? outer : [...outer, high - low + 1];
    const width = Math.min(rows + Math.min(high, 0), columns - Math.max(low, 0));
    if (!sameShape(d.dims.slice(0, -1), wanted) || d.dims.at(-1) !== width)
      throw new ShapeError(
        `setDiag: diagonal has shape ${showShape(d.dims)} and input ${showShape(x.dims)}; wanted ${showShape([...wanted, width])}.`,
      );
    const places = matrixPlaces(rows, columns, low, high, width, align);
    return placed(d, low === high ? 1 : 2, places, [rows, columns], x) as Tensor;
  },
);
/** A tensor of twice the rank with the elements on its diagonal. */
export const tensorDiag = signature('tensorDiag', ['diagonal'], (diagonal: TensorLike): Tensor => {
  const x = convertToTensor(diagonal, undefined, 'tensorDiag');
  const n = x.size;
  return p.reshape(diag(p.reshape(x, [n]) as Tensor), [...x.dims, ...x.dims]) as Tensor;
});
/** The diagonal of a tensor of even rank whose halves are of equal shape. */
export const tensorDiagPart = signature('tensorDiagPart', ['input'], (input: TensorLike): Tensor => {
  const x = convertToTensor(input, undefined, 'tensorDiagPart');
  const half = x.dims.slice(0, x.dims.length / 2);
  if (x.dims.length % 2 !== 0 || half.some((n, i) => n !== x.dims[half.length + i]))
    throw new ShapeError(`tensorDiagPart: found shape ${showShape(x.dims)}; wanted an even rank with equal halves.`);
  const n = half.reduce((a, b) => a * b, 1);
  return p.reshape(diagonalOf(p.reshape(x, [n, n])), half) as Tensor;
});

// ── Norms ───────────────────────────────────────────────────────────────────────────────────────────────────────

const keep = (value: Value, x: Value, axes: readonly number[], keepdims: boolean): Value =>
  keepdims
    ? p.reshape(
        value,
        x.dims.map((n, i) => (axes.includes(i) ? 1 : n)),
      )
    : value;

function normValue(x: Tensor, ord: number | string, axis: Axis | undefined, keepdims: boolean, name: string): Value {
  const given = axis === undefined || axis === null ? null : asIntegers(axis as TensorLike, `${name}: axis`);
  const axes = normalizeAxes(given, x.dims.length, name);
  const magnitude = isComplex(x.dtype)
    ? p.unary('sqrt', p.add(p.square(p.real(x)), p.square(p.imag(x))))
    : p.unary('abs', x);
  const matrix = given?.length === 2;
  const root = (squares: Value): Value => p.unary('sqrt', squares);
  if (ord === 'euclidean' || ord === 'fro' || (ord === 2 && !matrix)) {
    if (ord === 'fro' && !matrix)
      throw new ValueError(`${name}: ord 'fro' is for matrices; give axis as [rows, columns].`);
    return keep(root(p.reduceSum(p.square(magnitude), axes)), x, axes, keepdims);
  }
  const power = typeof ord === 'number' ? ord : ord === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN;
  if (!matrix) {
    if (!(power > 0))
      throw new ValueError(`${name}: ord ${show(ord)}; wanted 'euclidean', 'fro', a positive number or Infinity.`);
    if (power === Number.POSITIVE_INFINITY) return keep(p.reduceMax(magnitude, axes), x, axes, keepdims);
    if (power === 1) return keep(p.reduceSum(magnitude, axes), x, axes, keepdims);
    const sum = p.reduceSum(p.binary('pow', magnitude, p.full(power, magnitude)), axes);
    return keep(p.binary('pow', sum, p.full(1 / power, sum)), x, axes, keepdims);
  }
  const [rows, columns] = given.map((a) => normalizeAxis(a, x.dims.length, name)) as [number, number];
  if (power === 1 || power === Number.POSITIVE_INFINITY) {
    const summed = power === 1 ? rows : columns;
    const other = power === 1 ? columns : rows;
    const sums = p.reduceSum(magnitude, [summed]);
    return keep(p.reduceMax(sums, [other > summed ? other - 1 : other]), x, axes, keepdims);
  }
  if (power !== 2)
    throw new ValueError(`${name}: ord ${show(ord)} for matrices; wanted 'euclidean', 'fro', 1, 2 or Infinity.`);
  const order = [...x.dims.map((_, i) => i).filter((i) => i !== rows && i !== columns), rows, columns];
  const s = svd(p.transpose(x, order) as Tensor, { computeUv: false });
  return keep(p.reduceMax(s, [s.dims.length - 1]), x, axes, keepdims);
}

/** Norms of vectors along one axis, of matrices along two, or of all elements. */
export const norm = signature(
  'norm',
  ['tensor', 'ord', 'axis', 'keepdims'],
  (
    tensor: TensorLike,
    ord: number | 'euclidean' | 'fro' | 'inf' = 'euclidean',
    axis?: Axis,
    keepdims: boolean = false,
  ): Tensor => {
    const x = convertToTensor(tensor, undefined, 'norm');
    if (x.dtype === 'string' || x.dtype === 'bool')
      throw new DTypeError(`norm: found dtype ${x.dtype}, wanted numbers.`);
    return normValue(floating(x, 'norm'), ord, axis, keepdims, 'norm') as Tensor;
  },
);
/** The tensor divided by its norm, and the norm. */
export const normalize = signature(
  'normalize',
  ['tensor', 'ord', 'axis'],
  (
    tensor: TensorLike,
    ord: number | 'euclidean' | 'fro' | 'inf' = 'euclidean',
    axis?: Axis,
  ): [normalized: Tensor, norm: Tensor] => {
    const x = floating(tensor, 'normalize');
    const length = normValue(x, ord, axis, true, 'normalize');
    const wide = p.broadcastTo(length, x.dims);
    return [p.div(x, wide) as Tensor, length as Tensor];
  },
);
