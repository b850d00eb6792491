// Operands that are read beyond their edges (padding of convolutions): copied with the border filled in.
// Owns: understanding a guard as bounds on coordinates, the layout of the padded copy, and the kernel that makes it. The copy
// covers one image: the loops outside of it move its source.
import {
  binary,
  compare,
  constant,
  type Expr,
  index,
  integer,
  type LoopIndex,
  type LoopKernel,
  load,
  plus,
  type Statement,
  times,
} from '../../../compiler/loop-ir.ts';
import { affineOf, coefficientOf } from '../codegen/affine.ts';
import type { Axis, Nest } from './nest.ts';

type Load = Extract<Expr, { op: 'load' }>;

export interface Padding {
  /** The nest with A's strides in the copy; axes outside of it keep the source's and are marked. */
  readonly nest: Nest;
  /** Makes the copy: buffers 0 source, 1 copy. */
  readonly kernel: LoopKernel;
  /** Floats to the element of the copy that belongs to the first of A. */
  readonly offset: number;
  readonly bytes: number;
}

/** A coordinate: Σ coefficient · loop + constant, which must lie in [low, high]. */
export interface Coordinate {
  readonly terms: readonly (readonly [LoopIndex, number])[];
  readonly constant: number;
  low: number;
  high: number;
}

/** The comparisons of a conjunction, or undefined when it is something else. */
function comparisons(e: Expr): readonly Extract<Expr, { op: 'compare' }>[] | undefined {
  if (e.op === 'compare') return [e];
  if (e.op === 'const' && Number(e.value) !== 0) return [];
  if (e.op !== 'binary' || e.fn !== 'and') return undefined;
  const [a, b] = [comparisons(e.a), comparisons(e.b)];
  return a && b ? [...a, ...b] : undefined;
}

/** The coordinates that a guard bounds, or undefined where it says something else. */
export function coordinatesOf(guard: Expr): Coordinate[] | undefined {
  const list = comparisons(guard);
  if (!list) return undefined;
  const coordinates: Coordinate[] = [];
  for (const { fn, a, b, signed } of list) {
    if (a.type !== 'i32' || !signed || b.op !== 'const') return undefined;
    const affine = affineOf(a);
    if (affine.terms.length === 0 || affine.terms.some(({ atom }) => atom.op !== 'index')) return undefined;
    const terms = affine.terms.map(
      ({ atom, coefficient }) => [(atom as { loop: LoopIndex }).loop, coefficient] as const,
    );
    const same = (c: Coordinate) =>
      c.constant === affine.constant &&
      c.terms.length === terms.length &&
      terms.every(([loop, k]) => c.terms.some(([l, m]) => l === loop && m === k));
    let coordinate = coordinates.find(same);
    if (!coordinate) {
      coordinate = { terms, constant: affine.constant, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
      coordinates.push(coordinate);
    }
    const bound = Number(b.value);
    if (fn === 'ge') coordinate.low = Math.max(coordinate.low, bound);
    else if (fn === 'gt') coordinate.low = Math.max(coordinate.low, bound + 1);
    else if (fn === 'lt') coordinate.high = Math.min(coordinate.high, bound - 1);
    else if (fn === 'le') coordinate.high = Math.min(coordinate.high, bound);
    else return undefined;
  }
  return coordinates;
}

/** A dimension of the copy. */
interface Dimension {
  readonly extent: number;
  readonly source: number;
  readonly coordinate: Coordinate | undefined;
  readonly loop: LoopIndex | undefined;
  /** The coordinate's smallest value. */
  readonly from: number;
}

const LARGEST_COPY = 1 << 24;

export function paddingOf(a: Load, nest: Nest, loopOf: (axis: Axis) => LoopIndex | undefined): Padding | undefined {
  if (a.otherwise?.op !== 'const' || !Object.is(Math.abs(Number(a.otherwise.value)), 0)) return undefined;
  const coordinates = coordinatesOf(a.guard!);
  if (!coordinates || coordinates.length === 0) return undefined;
  const address = affineOf(a.index);
  const guarded = new Map<LoopIndex, Coordinate>();
  const dimensions: Dimension[] = [];
  let rest = address.constant;
  let widest = 0;
  for (const coordinate of coordinates) {
    // The address must move with the coordinate: one step is always as many elements.
    const [first, k] = coordinate.terms[0]!;
    const stride = coefficientOf(address, first) / k;
    if (!Number.isInteger(stride) || stride <= 0) return undefined;
    let [from, to] = [coordinate.constant, coordinate.constant];
    for (const [loop, coefficient] of coordinate.terms) {
      if (guarded.has(loop) || coefficientOf(address, loop) !== stride * coefficient) return undefined;
      guarded.set(loop, coordinate);
      from += Math.min(0, coefficient * (loop.extent - 1));
      to += Math.max(0, coefficient * (loop.extent - 1));
    }
    rest -= stride * coordinate.constant;
    widest = Math.max(widest, stride);
    dimensions.push({ extent: to - from + 1, source: stride, coordinate, loop: undefined, from });
  }
  const axes = [...nest.rows, ...nest.depth];
  const outside = new Set<Axis>();
  for (const axis of axes) {
    const loop = loopOf(axis);
    if (!loop || axis.a === 0 || guarded.has(loop)) continue;
    if (axis.a < 0) return undefined;
    if (axis.a > widest) outside.add(axis);
    else dimensions.push({ extent: axis.extent, source: axis.a, coordinate: undefined, loop, from: 0 });
  }
  // Guards may name loops of the batch only when those are no axes of A: then this is no image.
  for (const loop of guarded.keys()) if (!axes.some((axis) => loopOf(axis) === loop)) return undefined;

  dimensions.sort((x, y) => y.source - x.source);
  const strides: number[] = [];
  let size = 1;
  for (let d = dimensions.length - 1; d >= 0; d--) {
    strides[d] = size;
    size *= dimensions[d]!.extent;
  }
  if (size > LARGEST_COPY) return undefined;
  const strideIn = (axis: Axis): number => {
    const loop = loopOf(axis);
    if (!loop || axis.a === 0 || outside.has(axis)) return axis.a;
    const at = dimensions.findIndex((d) => d.loop === loop || (d.coordinate && guarded.get(loop) === d.coordinate));
    const { coordinate } = dimensions[at]!;
    const k = coordinate ? coordinate.terms.find(([l]) => l === loop)![1] : 1;
    return strides[at]! * k;
  };
  const moved = new Map(
    axes.map((axis) => [axis, outside.has(axis) ? { ...axis, outside: true } : { ...axis, a: strideIn(axis) }]),
  );
  let offset = 0;
  dimensions.forEach(({ coordinate, from }, d) => {
    if (coordinate) offset += strides[d]! * (coordinate.constant - from);
  });
  const kernel = copyKernel(dimensions, rest);
  return {
    nest: {
      ...nest,
      rows: nest.rows.map((axis) => moved.get(axis)!),
      depth: nest.depth.map((axis) => moved.get(axis)!),
      offsets: [0, nest.offsets[1], nest.offsets[2]],
    },
    kernel,
    offset,
    bytes: size * 4,
  };
}

/** `first`: floats to the source's first element from the address that the axes outside give. */
function copyKernel(dimensions: readonly Dimension[], first: number): LoopKernel {
  const loops = dimensions.map(({ extent }, d): LoopIndex => ({ name: `p${d}`, extent }));
  let source: Expr = integer(first);
  let target: Expr = integer(0);
  let guard: Expr | undefined;
  dimensions.forEach(({ extent, source: stride, coordinate, from }, d) => {
    const i = index(loops[d]!);
    source = plus(source, times(plus(i, integer(from)), stride));
    if (!coordinate) return;
    for (const test of [
      coordinate.low > from ? compare('ge', i, integer(coordinate.low - from)) : undefined,
      coordinate.high < from + extent - 1 ? compare('le', i, integer(coordinate.high - from)) : undefined,
    ]) {
      if (test) guard = guard ? binary('and', guard, test) : test;
    }
  });
  let stride = 1;
  for (let d = loops.length - 1; d >= 0; d--) {
    target = plus(times(index(loops[d]!), stride), target);
    stride *= loops[d]!.extent;
  }
  const value = load('f32', 0, source, guard, guard ? constant('f32', 0) : undefined);
  const store: Statement = { kind: 'store', buffer: 1, index: target, value };
  const body = loops.slice(1).reduceRight<Statement[]>((inner, loop) => [{ kind: 'loop', loop, body: inner }], [store]);
  return {
    kind: 'loops',
    buffers: [
      { storage: 'f32', access: 'read' },
      { storage: 'f32', access: 'write' },
    ],
    outer: loops[0]!,
    body,
    serial: false,
  };
}
