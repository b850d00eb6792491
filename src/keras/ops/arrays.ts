// keras.ops: making, joining, cutting and moving arrays.
// Owns: NumPy's names for them.
import type { DType } from '../../base/dtype.ts';
import { isFloating as isFloatingDType } from '../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis, type Shape } from '../../base/shape.ts';
import * as arrange from '../../ops/core/arrange.ts';
import * as create from '../../ops/core/create.ts';
import { op } from '../../ops/core/define.ts';
import {
  scatterNd,
  tensorScatterNdAdd,
  tensorScatterNdMax,
  tensorScatterNdMin,
  tensorScatterNdUpdate,
} from '../../ops/core/gather-nd.ts';
import { pad as padOp, repeat as repeatOp, roll as rollOp } from '../../ops/core/pad.ts';
import { unravelIndex as unravel } from '../../ops/core/shapes.ts';
import * as sorting from '../../ops/core/sorting.ts';
import * as structure from '../../ops/linalg/structure.ts';
import { bincount as bincountOp } from '../../ops/math/counting.ts';
import * as math from '../../ops/math/elementwise.ts';
import { reduceSum } from '../../ops/math/reduce.ts';
import * as segments from '../../ops/math/segments.ts';
import { getItem as getItemOp } from '../../ops/methods.ts';
import { kaiserWindow } from '../../ops/signal/frames.ts';
import { fromDense, type SparseTensor } from '../../ops/sparse/index.ts';
import { type Nested, Tensor } from '../../runtime/tensor.ts';
import type { Axis, Index, TensorLike } from '../../runtime/tensor-methods.ts';
import { floatx } from '../config.ts';
import { floats, kerasOp, promoted, tensor, to } from './define.ts';

export const array = kerasOp(
  'array',
  ['x', 'dtype'],
  (x: TensorLike, dtype?: DType): Tensor => (dtype === undefined ? tensor(x) : to(tensor(x), dtype)),
);
export const zeros = kerasOp(
  'zeros',
  ['shape', 'dtype'],
  (shape: Shape | TensorLike, dtype?: DType): Tensor => create.zeros(shape, dtype ?? (floatx() as DType)),
);
export const ones = kerasOp(
  'ones',
  ['shape', 'dtype'],
  (shape: Shape | TensorLike, dtype?: DType): Tensor => create.ones(shape, dtype ?? (floatx() as DType)),
);
export const empty = zeros;
const like = (name: string, f: (x: Tensor, dtype?: DType) => Tensor) =>
  kerasOp(name, ['x', 'dtype'], (x: TensorLike, dtype?: DType): Tensor => f(tensor(x), dtype));
export const zerosLike = like('zerosLike', (x, type) => create.zerosLike(x, type));
export const onesLike = like('onesLike', (x, type) => create.onesLike(x, type));
export const emptyLike = like('emptyLike', (x, type) => create.zerosLike(x, type));
export const full = kerasOp(
  'full',
  ['shape', 'fillValue', 'dtype'],
  (shape: Shape | TensorLike, fillValue: TensorLike, dtype?: DType): Tensor =>
    arrange.broadcastTo(to(tensor(fillValue), dtype ?? (floatx() as DType)), shape as TensorLike),
);
export const fullLike = kerasOp(
  'fullLike',
  ['x', 'fillValue', 'dtype'],
  (x: TensorLike, fillValue: TensorLike, dtype?: DType): Tensor => {
    const t = tensor(x);
    return math.add(create.zerosLike(t, dtype ?? t.dtype), to(tensor(fillValue), dtype ?? t.dtype));
  },
);
export const eye = kerasOp(
  'eye',
  ['N', 'M', 'k', 'dtype'],
  (n: number, m?: number, k: number = 0, dtype?: DType): Tensor => {
    const columns = m ?? n;
    const position = create.range(columns).expandDims(0).sub(create.range(n).expandDims(1));
    return to(math.equal(position, k), dtype ?? (floatx() as DType));
  },
);
export const identity = kerasOp('identity', ['n', 'dtype'], (n: number, dtype?: DType): Tensor => eye(n, n, 0, dtype));
export const arange = kerasOp(
  'arange',
  ['start', 'stop', 'step', 'dtype'],
  (start: TensorLike, stop?: TensorLike, step?: TensorLike, dtype?: DType): Tensor => {
    const given = [start, ...(stop === undefined ? [] : [stop]), ...(step === undefined ? [] : [step])];
    const type = dtype ?? promoted(...given)[0]!.dtype;
    const [from, until, by] = [stop === undefined ? 0 : start, stop ?? start, step ?? 1].map((x) =>
      typeof x === 'number' ? x : tensor(x).item(),
    ) as [number, number, number];
    return create.range(from, until, by, { dtype: type });
  },
);
function spaced(start: TensorLike, stop: TensorLike, num: number, endpoint: boolean, axis: number): Tensor {
  const [a, b] = promoted(floats(start), floats(stop)) as [Tensor, Tensor];
  const last = endpoint || num === 0 ? b : math.add(a, math.multiply(math.subtract(b, a), (num - 1) / num));
  return create.linspace(a, last, num, axis);
}
/** Numbers at equal distances; with retstep also the distance. */
export const linspace = kerasOp(
  'linspace',
  ['start', 'stop', 'num', 'endpoint', 'retstep', 'dtype', 'axis'],
  (
    start: TensorLike,
    stop: TensorLike,
    num: number = 50,
    endpoint: boolean = true,
    retstep: boolean = false,
    dtype?: DType,
    axis: number = 0,
  ): Tensor | [Tensor, Tensor] => {
    const result = spaced(start, stop, num, endpoint, axis);
    const samples = dtype === undefined ? result : to(result, dtype);
    if (!retstep) return samples;
    const [a, b] = promoted(floats(start), floats(stop)) as [Tensor, Tensor];
    const parts = endpoint ? num - 1 : num;
    return [samples, math.divide(math.subtract(b, a), parts > 0 ? parts : Number.NaN)];
  },
);
export const logspace = kerasOp(
  'logspace',
  ['start', 'stop', 'num', 'endpoint', 'base', 'dtype', 'axis'],
  (
    start: TensorLike,
    stop: TensorLike,
    num: number = 50,
    endpoint: boolean = true,
    base: number = 10,
    dtype?: DType,
    axis: number = 0,
  ): Tensor => {
    const result = math.pow(base, spaced(start, stop, num, endpoint, axis));
    return dtype === undefined ? result : to(result, dtype);
  },
);
export const geomspace = kerasOp(
  'geomspace',
  ['start', 'stop', 'num', 'endpoint', 'dtype', 'axis'],
  (
    start: TensorLike,
    stop: TensorLike,
    num: number = 50,
    endpoint: boolean = true,
    dtype?: DType,
    axis: number = 0,
  ): Tensor => {
    const result = math.exp(spaced(math.log(floats(start)), math.log(floats(stop)), num, endpoint, axis));
    return dtype === undefined ? result : to(result, dtype);
  },
);
export const tri = kerasOp(
  'tri',
  ['N', 'M', 'k', 'dtype'],
  (n: number, m?: number, k: number = 0, dtype?: DType): Tensor => {
    const position = create
      .range(m ?? n)
      .expandDims(0)
      .sub(create.range(n).expandDims(1));
    return to(math.lessEqual(position, k), dtype ?? (floatx() as DType));
  },
);
const triangle = (name: string, keeps: (position: Tensor, k: number) => Tensor) =>
  kerasOp(name, ['x', 'k'], (x: TensorLike, k: number = 0): Tensor => {
    const t = tensor(x);
    const [rows, columns] = [t.shape.at(-2)!, t.shape.at(-1)!];
    const position = create.range(columns).expandDims(0).sub(create.range(rows).expandDims(1));
    return math.where(keeps(position, k), t, create.zerosLike(t));
  });
export const tril = triangle('tril', (position, k) => math.lessEqual(position, k));
export const triu = triangle('triu', (position, k) => math.greaterEqual(position, k));
export const vander = kerasOp(
  'vander',
  ['x', 'N', 'increasing'],
  (x: TensorLike, n?: number, increasing: boolean = false): Tensor => {
    const t = tensor(x);
    const count = n ?? t.dims[0]!;
    const powers = create.range(count);
    const order = increasing ? powers : math.subtract(count - 1, powers);
    return math.pow(t.expandDims(1), to(order, t.dtype).expandDims(0));
  },
);
const window = (name: string, f: (i: Tensor, n: number) => Tensor) =>
  kerasOp(name, ['x'], (x: number): Tensor => (x === 1 ? create.ones([1]) : f(create.range(x).cast('float32'), x)));
const turn = (i: Tensor, n: number, k = 1): Tensor => math.cos(math.multiply(i, (2 * Math.PI * k) / (n - 1)));
export const bartlett = window('bartlett', (i, n) =>
  math.subtract(1, math.abs(math.subtract(math.multiply(i, 2 / (n - 1)), 1))),
);
export const blackman = window('blackman', (i, n) =>
  math.add(math.subtract(0.42, math.multiply(turn(i, n), 0.5)), math.multiply(turn(i, n, 2), 0.08)),
);
export const hamming = window('hamming', (i, n) => math.subtract(0.54, math.multiply(turn(i, n), 0.46)));
export const hanning = window('hanning', (i, n) => math.subtract(0.5, math.multiply(turn(i, n), 0.5)));
export const kaiser = kerasOp('kaiser', ['x', 'beta'], (x: number, beta: number): Tensor => kaiserWindow(x, beta));

// ── Shapes ──────────────────────────────────────────────────────────────────────────────────────────────────────

export const shape = (x: TensorLike): Shape => tensor(x).shape;
export const ndim = (x: TensorLike): number => tensor(x).shape.length;
export const size = (x: TensorLike): number => tensor(x).size;
export const dtype = (x: TensorLike): DType => tensor(x).dtype;
export const reshape = kerasOp(
  'reshape',
  ['x', 'newshape'],
  (x: TensorLike, newshape: Shape | number): Tensor =>
    arrange.reshape(x, typeof newshape === 'number' ? [newshape] : newshape),
);
export const ravel = kerasOp('ravel', ['x'], (x: TensorLike): Tensor => arrange.reshape(x, [-1]));
export const expandDims = kerasOp(
  'expandDims',
  ['x', 'axis'],
  (x: TensorLike, axis: number | readonly number[]): Tensor => {
    if (typeof axis === 'number') return arrange.expandDims(x, axis);
    const t = tensor(x);
    const rank = t.shape.length + axis.length;
    return [...axis]
      .map((a) => normalizeAxis(a, rank, 'ops.expandDims'))
      .sort((a, b) => a - b)
      .reduce((y, a) => arrange.expandDims(y, a), t);
  },
);
export const squeeze = kerasOp(
  'squeeze',
  ['x', 'axis'],
  (x: TensorLike, axis?: Axis): Tensor => arrange.squeeze(x, axis),
);
export const transpose = kerasOp(
  'transpose',
  ['x', 'axes'],
  (x: TensorLike, axes?: readonly number[]): Tensor => arrange.transpose(x, axes),
);
export const moveaxis = kerasOp(
  'moveaxis',
  ['x', 'source', 'destination'],
  (x: TensorLike, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const t = tensor(x);
    const rank = t.shape.length;
    const list = (axis: number | readonly number[]): number[] =>
      (typeof axis === 'number' ? [axis] : [...axis]).map((a) => normalizeAxis(a, rank, 'ops.moveaxis'));
    const [from, until] = [list(source), list(destination)];
    const order = t.shape.map((_, i) => i).filter((i) => !from.includes(i));
    until
      .map((at, i) => [at, from[i]!] as const)
      .sort((a, b) => a[0] - b[0])
      .forEach(([at, axis]) => {
        order.splice(at, 0, axis);
      });
    return arrange.transpose(t, order);
  },
);
export const swapaxes = kerasOp(
  'swapaxes',
  ['x', 'axis1', 'axis2'],
  (x: TensorLike, axis1: number, axis2: number): Tensor => {
    const t = tensor(x);
    const order = t.shape.map((_, i) => i);
    const [a, b] = [normalizeAxis(axis1, order.length), normalizeAxis(axis2, order.length)];
    [order[a], order[b]] = [b, a];
    return arrange.transpose(t, order);
  },
);
export const broadcastTo = kerasOp(
  'broadcastTo',
  ['x', 'shape'],
  (x: TensorLike, wanted: Shape): Tensor => arrange.broadcastTo(x, wanted as number[]),
);
export const meshgrid: typeof arrange.meshgrid = op('ops.meshgrid', arrange.meshgrid);
export const concatenate = kerasOp(
  'concatenate',
  ['xs', 'axis'],
  (xs: readonly TensorLike[], axis: number = 0): Tensor => arrange.concat(promoted(...xs), axis),
);
export const stack = kerasOp(
  'stack',
  ['x', 'axis'],
  (x: readonly TensorLike[], axis: number = 0): Tensor => arrange.stack(promoted(...x), axis),
);
const atLeast = (x: Tensor, rank: number): Tensor =>
  x.shape.length >= rank
    ? x
    : rank === 1 || x.shape.length === 0
      ? atLeast(x.reshape([...x.shape, 1]), rank)
      : x.shape.length === 1 && rank === 2
        ? x.expandDims(0)
        : x.shape.length === 1
          ? x.expandDims(0).expandDims(-1)
          : x.expandDims(-1);
export const vstack = kerasOp(
  'vstack',
  ['xs'],
  (xs: readonly TensorLike[]): Tensor =>
    arrange.concat(
      promoted(...xs).map((x) => atLeast(x, 2)),
      0,
    ),
);
export const hstack = kerasOp('hstack', ['xs'], (xs: readonly TensorLike[]): Tensor => {
  const all = promoted(...xs).map((x) => atLeast(x, 1));
  return arrange.concat(all, all[0]!.shape.length === 1 ? 0 : 1);
});
export const dstack = kerasOp(
  'dstack',
  ['xs'],
  (xs: readonly TensorLike[]): Tensor =>
    arrange.concat(
      promoted(...xs).map((x) => atLeast(x, 3)),
      2,
    ),
);
export const append = kerasOp(
  'append',
  ['x1', 'x2', 'axis'],
  (x1: TensorLike, x2: TensorLike, axis?: number): Tensor => {
    const both = promoted(x1, x2);
    return axis === undefined
      ? arrange.concat(
          both.map((x) => arrange.reshape(x, [-1])),
          0,
        )
      : arrange.concat(both, axis);
  },
);
type Sections = number | readonly number[];
function splitAt(x: Tensor, sections: Sections, axis: number): Tensor[] {
  if (typeof sections === 'number') return arrange.split(x, sections, axis);
  const n = x.shape.at(axis)!;
  const ends = [...sections.map((i) => Math.min(i < 0 ? i + n : i, n)), n];
  return arrange.split(
    x,
    ends.map((end, i) => Math.max(0, end - (ends[i - 1] ?? 0))),
    axis,
  );
}
export const split = kerasOp(
  'split',
  ['x', 'indicesOrSections', 'axis'],
  (x: TensorLike, indicesOrSections: Sections, axis: number = 0): Tensor[] =>
    splitAt(tensor(x), indicesOrSections, axis),
);
export const arraySplit = kerasOp(
  'arraySplit',
  ['x', 'indicesOrSections', 'axis'],
  (x: TensorLike, indicesOrSections: Sections, axis: number = 0): Tensor[] => {
    const t = tensor(x);
    if (typeof indicesOrSections !== 'number') return splitAt(t, indicesOrSections, axis);
    const n = t.dims.at(axis)!;
    const [each, rest] = [Math.floor(n / indicesOrSections), n % indicesOrSections];
    return arrange.split(
      t,
      Array.from({ length: indicesOrSections }, (_, i) => each + (i < rest ? 1 : 0)),
      axis,
    );
  },
);
export const hsplit = kerasOp('hsplit', ['x', 'indicesOrSections'], (x: TensorLike, sections: Sections): Tensor[] =>
  splitAt(tensor(x), sections, ndim(x) === 1 ? 0 : 1),
);
export const vsplit = kerasOp('vsplit', ['x', 'indicesOrSections'], (x: TensorLike, sections: Sections): Tensor[] =>
  splitAt(tensor(x), sections, 0),
);
export const dsplit = kerasOp('dsplit', ['x', 'indicesOrSections'], (x: TensorLike, sections: Sections): Tensor[] =>
  splitAt(tensor(x), sections, 2),
);
export const unstack = kerasOp(
  'unstack',
  ['x', 'num', 'axis'],
  (x: TensorLike, num?: number, axis: number = 0): Tensor[] => arrange.unstack(x, num, axis),
);
export const tile = kerasOp('tile', ['x', 'repeats'], (x: TensorLike, repeats: number | readonly number[]): Tensor => {
  let t = tensor(x);
  const times = typeof repeats === 'number' ? [repeats] : [...repeats];
  while (times.length < t.shape.length) times.unshift(1);
  if (times.length > t.shape.length)
    t = arrange.reshape(t, [...new Array<number>(times.length - t.shape.length).fill(1), ...t.dims]);
  return arrange.tile(t, times);
});
export const repeat = kerasOp(
  'repeat',
  ['x', 'repeats', 'axis'],
  (x: TensorLike, repeats: TensorLike, axis?: number): Tensor => repeatOp(x, repeats, axis),
);
export const roll = kerasOp(
  'roll',
  ['x', 'shift', 'axis'],
  (x: TensorLike, shift: number | readonly number[], axis?: Axis): Tensor => {
    const t = tensor(x);
    if (axis === undefined) return arrange.reshape(rollOp(arrange.reshape(t, [-1]), shift as number, 0), t.shape);
    return rollOp(t, shift as number, axis);
  },
);
export const flip = kerasOp(
  'flip',
  ['x', 'axis'],
  (x: TensorLike, axis?: Axis): Tensor => arrange.reverse(x, axis ?? tensor(x).shape.map((_, i) => i)),
);
export const fliplr = kerasOp('fliplr', ['x'], (x: TensorLike): Tensor => arrange.reverse(x, [1]));
export const flipud = kerasOp('flipud', ['x'], (x: TensorLike): Tensor => arrange.reverse(x, [0]));
export const rot90 = kerasOp(
  'rot90',
  ['array', 'k', 'axes'],
  (x: TensorLike, k: number = 1, axes: readonly [number, number] = [0, 1]): Tensor => {
    const t = tensor(x);
    const [a, b] = axes.map((axis) => normalizeAxis(axis, t.shape.length)) as [number, number];
    const quarter = ((k % 4) + 4) % 4;
    if (quarter === 0) return t;
    if (quarter === 2) return arrange.reverse(t, [a, b]);
    return quarter === 1 ? swapaxes(arrange.reverse(t, [b]), a, b) : arrange.reverse(swapaxes(t, a, b), [b]);
  },
);
export const pad = kerasOp(
  'pad',
  ['x', 'padWidth', 'mode', 'constantValues'],
  (
    x: TensorLike,
    padWidth: number | readonly (number | readonly number[])[],
    mode: 'constant' | 'reflect' | 'symmetric' = 'constant',
    constantValues: TensorLike = 0,
  ): Tensor => {
    const t = tensor(x);
    const given =
      typeof padWidth === 'number'
        ? [[padWidth, padWidth]]
        : typeof padWidth[0] === 'number'
          ? [padWidth as number[]]
          : (padWidth as number[][]);
    const rows = given.map((row) => (row.length === 1 ? [row[0]!, row[0]!] : row));
    return padOp(t, rows.length === 1 && t.shape.length > 1 ? t.shape.map(() => rows[0]!) : rows, mode, constantValues);
  },
);

// ── Taking and putting ──────────────────────────────────────────────────────────────────────────────────────────

const fromEnd = (indices: Tensor, n: number): Tensor =>
  math.where(math.less(indices, 0), math.add(indices, n), indices);
const wholes = (x: TensorLike): Tensor => {
  const t = tensor(x);
  return isFloatingDType(t.dtype) ? to(t, 'int32') : t;
};
export const take = kerasOp(
  'take',
  ['x', 'indices', 'axis'],
  (x: TensorLike, indices: TensorLike, axis?: number): Tensor => {
    const t = axis === undefined ? arrange.reshape(x, [-1]) : tensor(x);
    const at = normalizeAxis(axis ?? 0, t.shape.length, 'ops.take');
    const n = t.shape[at];
    const index = wholes(indices);
    return arrange.gather(t, n === null || n === undefined ? index : fromEnd(index, n), { axis: at });
  },
);
export const takeAlongAxis = kerasOp(
  'takeAlongAxis',
  ['x', 'indices', 'axis'],
  (x: TensorLike, indices: TensorLike, axis?: number): Tensor => {
    const index = wholes(indices);
    const t = axis === undefined ? arrange.reshape(x, [-1]) : tensor(x);
    const at = normalizeAxis(axis ?? 0, t.shape.length, 'ops.takeAlongAxis');
    const outer = t.dims.map((n, i) => (i === at ? -1 : Math.max(n, index.dims[i]!)));
    const wide = (y: Tensor): Tensor =>
      arrange.broadcastTo(
        y,
        outer.map((n, i) => (i === at ? y.dims[at]! : n)),
      );
    const [source, places] = [wide(t), wide(fromEnd(index, t.dims[at]!))];
    const last = t.shape.length - 1;
    const moved = arrange.gather(moveaxis(source, at, last), moveaxis(places, at, last), { batchDims: last });
    return moveaxis(moved, last, at);
  },
);
export const getItem = (x: TensorLike, key: Index | readonly Index[]): Tensor =>
  getItemOp(tensor(x), ...((Array.isArray(key) ? key : [key]) as Index[]));
export const slice = kerasOp(
  'slice',
  ['inputs', 'startIndices', 'shape'],
  (inputs: TensorLike, startIndices: TensorLike, lengths: TensorLike): Tensor =>
    arrange.slice(inputs, startIndices, lengths),
);
export const sliceUpdate = kerasOp(
  'sliceUpdate',
  ['inputs', 'startIndices', 'updates'],
  (inputs: TensorLike, startIndices: TensorLike, updates: TensorLike): Tensor => {
    const [x, u] = [tensor(inputs), tensor(updates)];
    const start = Array.from(tensor(startIndices).dataSync() as ArrayLike<number>, Number);
    const around = start.map((from, i) => [from, x.dims[i]! - from - u.dims[i]!]);
    if (around.some((row) => row[1]! < 0))
      throw new ShapeError(`ops.sliceUpdate: updates ${show(u.dims)} at ${show(start)} do not lie in ${show(x.dims)}.`);
    const inside = to(padOp(create.onesLike(u, 'int32'), around), 'bool');
    return math.where(inside, padOp(to(u, x.dtype), around), x);
  },
);
export const scatter = kerasOp(
  'scatter',
  ['indices', 'values', 'shape'],
  (indices: TensorLike, values: TensorLike, wanted: TensorLike): Tensor => scatterNd(indices, values, wanted),
);
export const scatterUpdate = kerasOp(
  'scatterUpdate',
  ['inputs', 'indices', 'updates', 'reduction'],
  (inputs: TensorLike, indices: TensorLike, updates: TensorLike, reduction?: 'add' | 'max' | 'min' | 'mul'): Tensor => {
    if (reduction === 'add') return tensorScatterNdAdd(inputs, indices, updates);
    if (reduction === 'max') return tensorScatterNdMax(inputs, indices, updates);
    if (reduction === 'min') return tensorScatterNdMin(inputs, indices, updates);
    if (reduction === 'mul') {
      // The factors of each place, whatever their number.
      const [x, places] = [tensor(inputs), tensor(indices)];
      const depth = places.dims.at(-1)!;
      const rows = x.dims.slice(0, depth);
      const strides = rows.map((_, i) => rows.slice(i + 1).reduce((a, b) => a * b, 1));
      const flat = reduceSum(math.multiply(places, to(tensor(Int32Array.from(strides)), places.dtype)), { axis: -1 });
      const count = rows.reduce((a, b) => a * b, 1);
      const values = arrange.reshape(updates, [flat.size, ...x.dims.slice(depth)]);
      const factors = segments.unsortedSegmentProd(values, arrange.reshape(flat, [-1]), count);
      return math.multiply(x, arrange.reshape(factors, x.dims));
    }
    if (reduction !== undefined)
      throw new ValueError(
        `ops.scatterUpdate: reduction ${show(reduction)}; wanted null, 'add', 'max', 'min' or 'mul'.`,
      );
    return tensorScatterNdUpdate(inputs, indices, updates);
  },
);
export const unravelIndex = kerasOp(
  'unravelIndex',
  ['indices', 'shape'],
  (indices: TensorLike, dims: TensorLike): Tensor[] => arrange.unstack(unravel(indices, dims)),
);
/** Along an axis, or of the flat array where the axis is null. */
const ordering =
  (f: (x: Tensor, axis: number) => Tensor) =>
  (x: TensorLike, axis: number | null = -1): Tensor => {
    const t = tensor(x);
    const numbers = t.dtype === 'bool' ? to(t, 'int32') : t;
    return axis === null ? f(arrange.reshape(numbers, [-1]), 0) : f(numbers, axis);
  };
const sorted = ordering(sorting.sort);
const order = ordering(sorting.argsort);
export const sort = kerasOp(
  'sort',
  ['x', 'axis'],
  (x: TensorLike, axis?: number | null): Tensor => to(sorted(x, axis), tensor(x).dtype),
  true,
);
export const argsort = kerasOp('argsort', ['x', 'axis'], order, true);
/** Positions of the kth smallest and those below it, ascending, and then of the others, descending. */
export const argpartition = kerasOp(
  'argpartition',
  ['x', 'kth', 'axis'],
  (x: TensorLike, kth: number, axis?: number | null): Tensor => {
    const given = axis === null ? arrange.reshape(x, [-1]) : tensor(x);
    const last = moveaxis(given, axis ?? -1, -1);
    const n = last.shape.at(-1)!;
    const low = Math.min(Math.max(kth < 0 ? kth + n : kth, 0), n - 1) + 1;
    const ascending = order(last, -1);
    const [first, rest] = arrange.split(ascending, [low, n - low], -1) as [Tensor, Tensor];
    const others = takeAlongAxis(last, rest, -1);
    const downwards = sorting.argsort(others, -1, 'DESCENDING', true);
    const all = arrange.concat([first, takeAlongAxis(rest, downwards, -1)], -1);
    return moveaxis(all, -1, axis ?? -1);
  },
  true,
);
export const topK = kerasOp(
  'topK',
  ['x', 'k', 'sorted'],
  (x: TensorLike, k: number, _sorted: boolean = true): [values: Tensor, indices: Tensor] => sorting.topK(x, k),
);
export const searchsorted = kerasOp(
  'searchsorted',
  ['sortedSequence', 'values', 'side'],
  (sortedSequence: TensorLike, values: TensorLike, side: 'left' | 'right' = 'left'): Tensor => {
    const v = tensor(values);
    return arrange.reshape(sorting.searchsorted(sortedSequence, arrange.reshape(v, [-1]), side), v.shape);
  },
);
/** The number of the bin of each element: how many edges lie at or below it. */
export const digitize = kerasOp('digitize', ['x', 'bins'], (x: TensorLike, bins: TensorLike): Tensor => {
  const t = floats(x);
  return to(
    reduceSum(math.cast(math.greaterEqual(t.expandDims(-1), to(tensor(bins), t.dtype)), 'int32'), { axis: -1 }),
    'int32',
  );
});
export const bincount = kerasOp(
  'bincount',
  ['x', 'weights', 'minlength', 'sparse'],
  (x: TensorLike, weights?: TensorLike, minlength: number = 0, sparse: boolean = false): Tensor | SparseTensor => {
    const counts = bincountOp(to(tensor(x), 'int32'), weights, {
      minlength,
      axis: tensor(x).shape.length > 1 ? -1 : undefined,
    });
    return sparse ? fromDense(counts) : counts;
  },
);
export const isin = kerasOp(
  'isin',
  ['x1', 'x2', 'assumeUnique', 'invert'],
  (x1: TensorLike, x2: TensorLike, _assumeUnique: boolean = false, invert: boolean = false): Tensor => {
    const [a, b] = promoted(x1, x2) as [Tensor, Tensor];
    const hit = math.greater(
      reduceSum(math.cast(math.equal(a.expandDims(-1), arrange.reshape(b, [-1])), 'int32'), { axis: -1 }),
      0,
    );
    return invert ? math.logicalNot(hit) : hit;
  },
);
export const select = kerasOp(
  'select',
  ['condlist', 'choicelist', 'default'],
  (condlist: readonly TensorLike[], choicelist: readonly TensorLike[], fallback: TensorLike = 0): Tensor =>
    condlist.reduceRight<Tensor>((rest, condition, i) => {
      const [choice, other] = promoted(choicelist[i]!, rest) as [Tensor, Tensor];
      return math.where(to(tensor(condition), 'bool'), choice, other);
    }, tensor(fallback)),
);
const segment = (name: string, f: typeof segments.unsortedSegmentSum, ofSorted: typeof segments.segmentSum) =>
  kerasOp(
    name,
    ['data', 'segmentIds', 'numSegments', 'sorted'],
    (data: TensorLike, segmentIds: TensorLike, numSegments?: number, isSorted: boolean = false): Tensor => {
      if (isSorted && numSegments !== undefined)
        throw new ValueError(`${name}: numSegments is given with sorted; wanted one of the two.`);
      if (isSorted) return ofSorted(data, segmentIds);
      const ids = to(tensor(segmentIds), 'int32');
      const count = numSegments ?? Array.from(ids.dataSync() as Int32Array).reduce((a, b) => Math.max(a, b + 1), 0);
      return f(data, ids, count);
    },
  );
export const segmentSum = segment('segmentSum', segments.unsortedSegmentSum, segments.segmentSum);
export const segmentMax = segment('segmentMax', segments.unsortedSegmentMax, segments.segmentMax);
export const segmentMin = segment('segmentMin', segments.unsortedSegmentMin, segments.segmentMin);
export const segmentProd = segment('segmentProd', segments.unsortedSegmentProd, segments.segmentProd);

// ── Diagonals ───────────────────────────────────────────────────────────────────────────────────────────────────

export const diagonal = kerasOp(
  'diagonal',
  ['x', 'offset', 'axis1', 'axis2'],
  (x: TensorLike, offset: number = 0, axis1: number = 0, axis2: number = 1): Tensor =>
    structure.diagPart(moveaxis(x, [axis1, axis2], [-2, -1]), offset),
);
export const diag = kerasOp(
  'diag',
  ['x', 'k'],
  (x: TensorLike, k: number = 0): Tensor =>
    tensor(x).shape.length === 1 ? structure.diag(x, k) : structure.diagPart(x, k),
);
export const diagflat = kerasOp(
  'diagflat',
  ['x', 'k'],
  (x: TensorLike, k: number = 0): Tensor => structure.diag(arrange.reshape(x, [-1]), k),
);
export const trace = kerasOp(
  'trace',
  ['x', 'offset', 'axis1', 'axis2'],
  (x: TensorLike, offset: number = 0, axis1: number = 0, axis2: number = 1): Tensor =>
    reduceSum(diagonal(x, offset, axis1, axis2), { axis: -1 }),
);

// ── In and out ──────────────────────────────────────────────────────────────────────────────────────────────────

export const copy = kerasOp('copy', ['x'], (x: TensorLike): Tensor => arrange.identity(x));
export const convertToTensor = kerasOp(
  'convertToTensor',
  ['x', 'dtype', 'sparse', 'ragged'],
  (x: TensorLike, dtypeName?: DType): Tensor => (dtypeName === undefined ? tensor(x) : to(tensor(x), dtypeName)),
);
export const convertToNumpy = (x: TensorLike): Nested => tensor(x).numpy();
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
