// What the fuzzer does with values: one function for each family of primitives, each of which tries to add a node.
// Owns: the choice of operands and parameters. Leaves the pool of values to graph-builder.ts.
import { type DType, dtypes } from '../../src/base/dtype.ts';
import { type Dims, sizeOf } from '../../src/base/shape.ts';
import type { HostFunction } from '../../src/graph/primitive.ts';
import type { Spec } from '../../src/graph/value.ts';
import {
  type BinaryName,
  binaryRules,
  compareRules,
  type Rule,
  type UnaryName,
  unaryRules,
} from '../../src/primitives/elementwise/rules.ts';
import type { GraphBuilder, Known } from './graph-builder.ts';
import { convolutionOperation, dotOperation, windowOperation } from './graph-contractions.ts';
import { condOperation, scanOperation, whileOperation } from './graph-control.ts';

export type Operation = (b: GraphBuilder) => void;

const names = <N extends string>(table: Record<N, unknown>): N[] => Object.keys(table) as N[];
const any = (): boolean => true;
const kindOf = (spec: Spec) => dtypes[spec.dtype].kind;
const takes = (rule: Rule, spec: Spec): boolean => rule.kinds.includes(kindOf(spec));
const isFloat32 = (spec: Spec): boolean => spec.dtype === 'float32';
const isReal = (spec: Spec): boolean => spec.dtype === 'float32' || spec.dtype === 'float64';
const ofRank =
  (low: number) =>
  (spec: Spec): boolean =>
    spec.dims.length >= low;

const unary: Operation = (b) => {
  const name = b.random.pick(names(unaryRules)) as UnaryName;
  const rule: Rule = unaryRules[name];
  const x = b.find((spec) => takes(rule, spec));
  if (!x) return;
  if (b.apply(name, [x])) return;
  // Out of its domain: brought near.
  if (!isReal(x.value)) return;
  const inside = b.apply('tanh', [x]);
  const positive = inside && (rule.range[0] > 0 ? b.apply('exp', [inside]) : inside);
  if (positive) b.apply(name, [positive]);
};

const binary: Operation = (b) => {
  const name = b.random.pick(
    b.chance(2) ? (['add', 'sub', 'mul', 'max', 'min'] as const) : names(binaryRules),
  ) as BinaryName;
  const rule: Rule = binaryRules[name];
  const x = b.find((spec) => takes(rule, spec) && (name !== 'pow' || kindOf(spec) === 'float'));
  if (!x) return;
  const y = b.chance(6) ? x : b.like(x.value);
  // The angle of a zero depends on its sign, which depends on the order of sums.
  if (name === 'atan2' && b.float && [x, y].some(({ data }) => (data as Float64Array).includes(0))) return;
  if (name === 'pow') {
    const base = b.apply('abs', [x]);
    if (base) b.apply('pow', [base, y]);
  } else b.apply(name, b.chance(2) ? [x, y] : [y, x]);
};

const compare: Operation = (b) => {
  const x = b.find((spec) => spec.dtype !== 'complex64');
  if (x) b.apply(b.random.pick(names(compareRules)), [x, b.like(x.value)]);
};

const select: Operation = (b) => {
  const x = b.find(any)!;
  const condition = b.like({ dims: x.value.dims, dtype: 'bool' });
  b.apply('select', [condition, x, b.like(x.value)]);
};

const TARGETS: readonly DType[] = [
  'float32',
  'int32',
  'bool',
  'float32',
  'int32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'int16',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'complex64',
];
const convert: Operation = (b) => {
  const x = b.find(any)!;
  const dtype = b.random.pick(TARGETS.slice(0, b.chance(2) ? TARGETS.length : 5));
  b.apply('convert', [x], { dtype });
};

const bitcast: Operation = (b) => {
  const x = b.find((spec) => spec.dtype === 'int32' || spec.dtype === 'uint32' || spec.dtype === 'int64');
  if (!x) return;
  b.apply('bitcast', [x], {
    dtype: x.value.dtype === 'int32' ? 'uint32' : x.value.dtype === 'uint32' ? 'int32' : 'uint64',
  });
};

const parts: Operation = (b) => {
  const z = b.find((spec) => spec.dtype === 'complex64');
  if (z && b.chance(2)) b.apply(b.random.pick(['real', 'imag'] as const), [z]);
  else {
    const x = b.find(isFloat32);
    if (x) b.apply('complex', [x, b.like(x.value)]);
  }
};

const still: Operation = (b) => {
  const x = b.find((spec) => kindOf(spec) !== 'complex');
  if (x) b.apply(b.random.pick(['stopGradient', 'isFinite'] as const), [x]);
};

/** Another shape of the same size. */
function refactor(b: GraphBuilder, dims: Dims): Dims {
  let rest = sizeOf(dims);
  if (rest === 0) return b.chance(2) ? [0] : [...dims, 1];
  const result: number[] = [];
  for (let i = 0; i < 4 && rest > 1; i++) {
    const divisors = Array.from({ length: rest }, (_, k) => k + 1).filter((k) => rest % k === 0);
    const n = i === 3 ? rest : b.random.pick(divisors);
    result.push(n);
    rest /= n;
  }
  if (rest > 1) result.push(rest);
  if (b.chance(6)) result.splice(b.random.below(result.length + 1), 0, 1);
  return result;
}

const reshape: Operation = (b) => {
  const x = b.find(any)!;
  b.apply('reshape', [x], { dims: refactor(b, x.value.dims) });
};

const transpose: Operation = (b) => {
  const x = b.find(ofRank(2));
  if (!x) return;
  const permutation = x.value.dims.map((_, i) => i);
  for (let i = permutation.length - 1; i > 0; i--) {
    const j = b.random.below(i + 1);
    [permutation[i], permutation[j]] = [permutation[j]!, permutation[i]!];
  }
  b.apply('transpose', [x], { permutation });
};

const broadcast: Operation = (b) => {
  const x = b.find((spec) => sizeOf(spec.dims) <= 400);
  if (!x) return;
  const dims: number[] = [];
  const axes: number[] = [];
  for (const n of x.value.dims) {
    if (b.chance(3)) dims.push(b.between(1, 5));
    axes.push(dims.length);
    dims.push(n === 1 && b.chance(2) ? b.between(1, 6) : n);
  }
  if (b.chance(3) || dims.length === 0) dims.push(b.between(1, 7));
  b.apply('broadcast', [x], { dims, axes });
};

const pad: Operation = (b) => {
  const x = b.find(ofRank(1));
  if (!x) return;
  const amount = (): number[] => x.value.dims.map(() => (b.chance(2) ? b.between(0, 3) : 0));
  const value = b.chance(2)
    ? b.constant({ dims: [], dtype: x.value.dtype })
    : b.like({ dims: [], dtype: x.value.dtype });
  const interior = b.chance(3) ? amount() : x.value.dims.map(() => 0);
  b.apply('pad', [x, value], { low: amount(), high: amount(), interior });
};

const slice: Operation = (b) => {
  const x = b.find(ofRank(1));
  if (!x) return;
  const start = x.value.dims.map((n) => (b.chance(2) ? b.random.below(n + 1) : 0));
  const limit = x.value.dims.map((n, i) => (b.chance(2) ? n : b.between(Math.min(start[i]! + 1, n), n)));
  const strides = x.value.dims.map(() => (b.chance(4) ? b.between(1, 3) : 1));
  b.apply('slice', [x], { start, limit, strides });
};

const concatenate: Operation = (b) => {
  const x = b.find(ofRank(1));
  if (!x) return;
  const axis = b.random.below(x.value.dims.length);
  const count = b.chance(15) ? b.between(20, 40) : b.between(2, 4);
  const list: Known[] = [x];
  for (let i = 1; i < count; i++) {
    const dims = x.value.dims.map((n, k) => (k === axis && b.chance(2) ? b.between(0, 4) : n));
    list.push(b.like({ dims, dtype: x.value.dtype }));
  }
  b.apply('concatenate', list, { axis });
};

const reverse: Operation = (b) => {
  const x = b.find(ofRank(1));
  if (!x) return;
  const axes = x.value.dims.map((_, i) => i).filter(() => b.chance(2));
  if (axes.length > 0) b.apply('reverse', [x], { axes });
};

const iota: Operation = (b) => {
  const dims = b.dims();
  const dtype = b.random.pick(['float32', 'int32', 'int32', 'int64', 'float64', 'uint8'] as const);
  if (dims.length > 0) b.apply('iota', [], { dims, axis: b.random.below(dims.length), dtype });
};

/** Indices in range: given, or computed and brought into range. */
function indices(b: GraphBuilder, dims: Dims, rows: number): Known | null {
  if (rows === 0 && sizeOf(dims) > 0) return null;
  const dtype = b.chance(4) ? 'int64' : 'int32';
  if (dtype === 'int32' && b.chance(2)) {
    const x = b.like({ dims, dtype });
    const limits = [0, Math.max(rows - 1, 0)].map((n) => b.constant({ dims: [], dtype }, new Int32Array([n])));
    const [low, high] = limits.map((limit) => b.apply('broadcast', [limit], { dims, axes: [] }));
    const raised = low && b.apply('max', [x, low]);
    return raised && high ? b.apply('min', [raised, high]) : null;
  }
  const numbers = Array.from({ length: sizeOf(dims) }, () => b.random.below(rows));
  const data = dtype === 'int64' ? BigInt64Array.from(numbers, BigInt) : Int32Array.from(numbers);
  return b.chance(3) ? b.constant({ dims, dtype }, data) : b.argument({ dims, dtype }, data);
}

const smallDims = (b: GraphBuilder): Dims => b.random.pick([[], [1], [3], [7], [2, 3], [20], [0]]);

const takeRows: Operation = (b) => {
  const x = b.find(ofRank(1));
  // As many as there are rows, at times: then all shapes are equal.
  const where = x && indices(b, b.chance(3) ? [x.value.dims[0]!] : smallDims(b), x.value.dims[0]!);
  if (x && where) b.apply('takeRows', [x, where]);
};

const scatterRows: Operation = (b) => {
  const x = b.find((spec) => ofRank(1)(spec) && kindOf(spec) !== 'complex' && kindOf(spec) !== 'bool');
  const where = x && indices(b, smallDims(b), x.value.dims[0]!);
  if (!x || !where) return;
  const updates = b.like({ dims: [...where.value.dims, ...x.value.dims.slice(1)], dtype: x.value.dtype });
  b.apply('scatterRows', [x, where, updates], { mode: b.random.pick(['update', 'add', 'mul', 'min', 'max']) });
};

const someAxes = (b: GraphBuilder, rank: number): number[] => {
  const axes = Array.from({ length: rank }, (_, i) => i).filter(() => b.chance(2));
  return axes.length > 0 ? axes : [b.random.below(rank)];
};

const reduce: Operation = (b) => {
  const name = b.random.pick(['reduceSum', 'reduceSum', 'reduceSum', 'reduceMax', 'reduceMin', 'reduceProd'] as const);
  const narrow = name === 'reduceMax' || name === 'reduceMin';
  const x = b.find(
    (spec) =>
      ofRank(1)(spec) && (kindOf(spec) === 'complex' ? name === 'reduceSum' : kindOf(spec) !== 'bool' || narrow),
  );
  if (!x) return;
  const axes = someAxes(b, x.value.dims.length);
  // Long products overflow on the way to what they are in the end.
  if (name === 'reduceProd' && axes.reduce((n, axis) => n * x.value.dims[axis]!, 1) > 12) return;
  b.apply(name, [x], { axes });
};

const sort: Operation = (b) => {
  const x = b.find((spec) => ofRank(1)(spec) && kindOf(spec) !== 'complex' && kindOf(spec) !== 'bool');
  if (x) b.applyAll('sort', [x], { descending: b.chance(2) });
};

const cumulative: Operation = (b) => {
  const x = b.find((spec) => ofRank(1)(spec) && (kindOf(spec) === 'float' || kindOf(spec) === 'int'));
  const combine = b.random.pick(['sum', 'prod', 'max', 'min'] as const);
  if (x) b.apply('cumulative', [x], { combine, reverse: b.chance(2) });
};

const randomBits: Operation = (b) => {
  const key = b.like({ dims: [2], dtype: 'uint32' });
  const [counter, first] = [b.like({ dims: [4], dtype: 'uint32' }), b.like({ dims: [], dtype: 'uint64' })];
  b.apply('randomBits', [key, counter, first], { dims: b.random.pick([[1], [3], [2, 2], [19], [], [3, 50]]) });
};

/** Twice its operand, in JavaScript. */
const twice: HostFunction = {
  hostFunction: 'twice',
  infer: (inputs) => [...inputs],
  evaluate: ([x], [y]) => {
    for (let i = 0; i < y!.data.length; i++) y!.data[i] = 2 * (x!.data as Float64Array)[i]!;
  },
};
const customCall: Operation = (b) => {
  const x = b.find(isFloat32);
  if (x) b.apply('customCall', [x], { call: twice });
};

/** A softmax along the last axis: reductions between maps. */
const softmax: Operation = (b) => {
  const x = b.find((spec) => isReal(spec) && ofRank(1)(spec) && sizeOf(spec.dims) > 0);
  if (!x) return;
  const { dims } = x.value;
  const last = dims.length - 1;
  const spread = (v: Known | null) =>
    v && b.apply('broadcast', [v], { dims, axes: dims.slice(0, -1).map((_, i) => i) });
  const largest = spread(b.apply('reduceMax', [x], { axes: [last] }));
  const shifted = largest && b.apply('sub', [x, largest]);
  const powers = shifted && b.apply('exp', [shifted]);
  const sum = powers && spread(b.apply('reduceSum', [powers], { axes: [last] }));
  if (powers && sum) b.apply('div', [powers, sum]);
};

/** All operations but control flow, each as often as it is named. */
const straight: readonly Operation[] = [
  ...new Array<Operation>(6).fill(unary),
  ...new Array<Operation>(8).fill(binary),
  ...[compare, compare, select, select, convert, convert, bitcast, parts, still],
  ...[reshape, reshape, reshape, transpose, transpose, broadcast, broadcast, broadcast, pad, pad],
  ...[slice, slice, concatenate, concatenate, reverse, iota],
  ...[takeRows, takeRows, scatterRows, reduce, reduce, reduce, reduce, softmax],
  ...[sort, cumulative, randomBits, customCall],
  ...[dotOperation, dotOperation, dotOperation, convolutionOperation, windowOperation],
];

const inside = (): readonly Operation[] => operations;

/** All operations, each as often as it is named; bodies of control flow hold control flow again, now and then. */
export const operations: readonly Operation[] = [
  ...straight,
  scanOperation(inside),
  scanOperation(inside),
  condOperation(inside),
  whileOperation(inside),
];

/** Operations that have gradients, or feed those that have. */
export const differentiable: readonly Operation[] = [
  ...new Array<Operation>(6).fill(unary),
  ...new Array<Operation>(6).fill(binary),
  ...[compare, select, select, reshape, transpose, broadcast, broadcast, pad, slice, concatenate, reverse],
  ...[takeRows, scatterRows, reduce, reduce, reduce, sort, cumulative, dotOperation, dotOperation],
  ...[convolutionOperation, windowOperation, windowOperation, softmax],
];
