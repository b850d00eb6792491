// What ops do with ragged tensors: the one table from names of ops to rules, which RaggedTensor.dispatch looks into.
// Owns: elementwise ops over the flat values, ops on padded rows, ops on the lists of rows. Reductions stand in reductions.ts.
import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { normalizeAxis, showShape, sizeOf } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asInteger, asIntegers, convertToTensor } from '../core/convert.ts';
import type { OpCall } from '../core/define.ts';
import { integersTensor } from '../core/shapes.ts';
import { bindArguments } from '../core/signature.ts';
import { where as whereDense } from '../math/elementwise.ts';
import { build, depthOf, type List, layOut, layOutAll, type Places, within, zipped } from './places.ts';
import { RaggedTensor } from './ragged-tensor.ts';
import { packedLike, reductionRules } from './reductions.ts';

export type Rule = (call: OpCall) => unknown;
type Value = Tensor | RaggedTensor;
const valueOf = (x: unknown, name: string): Value =>
  x instanceof RaggedTensor ? x : convertToTensor(x as TensorLike, undefined, name);
const rankOf = (x: Value): number => x.shape.length;

// ── Elementwise: the op on the flat values ──────────────────────────────────────────────────────────────────────

/** A plain operand beside the flat values of a ragged one, by TensorFlow's broadcasting: axes of 1 are repeated. */
function beside(operand: unknown, like: RaggedTensor, name: string): unknown {
  const x = typeof operand === 'number' || typeof operand === 'bigint' ? null : convertToTensor(operand as TensorLike);
  const rank = rankOf(like);
  const inner = rank - like.raggedRank - 1;
  if (x === null || x.dims.length <= inner) return operand;
  if (x.dims.length > rank)
    throw new ShapeError(`${name}: shapes ${showShape(x.dims)} and ${showShape(like.shape)} do not broadcast.`);
  const dims = [...new Array<number>(rank - x.dims.length).fill(1), ...x.dims];
  const outer = dims.slice(0, rank - inner);
  const rest = dims.slice(rank - inner);
  const rows = p.reshape(x, [sizeOf(outer), ...rest]) as Tensor;
  const index: number[] = [];
  const walk = (places: Places, axis: number, at: number): void => {
    if (typeof places === 'number') {
      index.push(at);
      return;
    }
    const n = outer[axis]!;
    if (n !== 1 && n !== places.length)
      throw new ShapeError(
        `${name}: shapes ${showShape(x.dims)} and ${showShape(like.shape)} do not broadcast: axis ${axis} has ${n} elements beside a row of ${places.length}; wanted 1, or rows that are all as long.`,
      );
    places.forEach((row, i) => {
      walk(row, axis + 1, at * n + (n === 1 ? 0 : i));
    });
  };
  walk(layOut(like, outer.length).places, 0, 0);
  return p.takeRows(rows, integersTensor(index, [index.length], 'int32'));
}

function sameRows(operands: readonly RaggedTensor[], name: string): void {
  const [first, ...others] = operands;
  const own = JSON.stringify(first!.nestedRowLengths());
  for (const other of others)
    if (JSON.stringify(other.nestedRowLengths()) !== own)
      throw new ShapeError(
        `${name}: ragged tensors with rows of ${own} and ${JSON.stringify(other.nestedRowLengths())} elements; wanted equal ones.`,
      );
}

/** An elementwise op of so many operands; what comes after them is passed on. */
const elementwise =
  (operands = 1): Rule =>
  ({ name, plain, args }) => {
    const given = args.slice(0, operands);
    const ragged = given.filter((x) => x instanceof RaggedTensor);
    if (ragged.length === 0) return plain(...args);
    sameRows(ragged, name);
    const flat = given.map((x) =>
      x instanceof RaggedTensor ? x.flatValues : x === undefined ? x : beside(x, ragged[0]!, name),
    );
    const result = plain(...flat, ...args.slice(operands));
    return result instanceof Tensor || result instanceof RaggedTensor ? ragged[0]!.withFlatValues(result) : result;
  };
/** An elementwise op of a list of operands. */
const ofList: Rule = ({ name, plain, args: [inputs, ...rest] }) => {
  const list = inputs as readonly unknown[];
  const ragged = list.filter((x) => x instanceof RaggedTensor);
  sameRows(ragged, name);
  const flat = list.map((x) => (x instanceof RaggedTensor ? x.flatValues : beside(x, ragged[0]!, name)));
  return ragged[0]!.withFlatValues(plain(flat, ...rest) as Tensor);
};

// ── Lists of rows ───────────────────────────────────────────────────────────────────────────────────────────────

const valuesOf = (list: unknown, name: string): Value[] => {
  if (list instanceof RaggedTensor) return [...list];
  return (list as readonly unknown[]).map((x) => valueOf(x, name));
};

const concat: Rule = ({ name, plain, args: [list, axis = 0] }) => {
  const values = valuesOf(list, name);
  const depth = Math.max(...values.map(depthOf));
  const at = normalizeAxis(asInteger(axis as number, `${name}: axis`), rankOf(values[0]!), name);
  if (at >= depth) {
    const ragged = values.filter((x) => x instanceof RaggedTensor);
    if (ragged.length !== values.length)
      throw new ShapeError(`${name}: plain and ragged tensors along inner axis ${at}.`);
    sameRows(ragged, name);
    return ragged[0]!.withFlatValues(
      plain(
        ragged.map((x) => x.flatValues),
        at - depth + 1,
      ) as Tensor,
    );
  }
  const { flat, lists } = layOutAll(values, depth);
  return build({ flat, depth, places: zipped(lists, at, (rows) => (rows as readonly List[]).flat()) });
};
const stack: Rule = ({ name, plain, args: [list, axis = 0] }) => {
  const values = valuesOf(list, name);
  const at = normalizeAxis(asInteger(axis as number, `${name}: axis`), rankOf(values[0]!) + 1, name);
  const depth = Math.max(...values.map(depthOf));
  const ragged = values.filter((x) => x instanceof RaggedTensor);
  if (at >= depth && ragged.length === values.length) {
    sameRows(ragged, name);
    const flat = ragged.map((x) => x.flatValues);
    return ragged[0]!.withFlatValues(plain(flat, at - depth + 1) as Tensor);
  }
  const { flat, lists } = layOutAll(values, Math.max(at, depth));
  return build({ flat, depth: Math.max(at, depth) + 1, places: zipped(lists, at, (rows) => rows) });
};

const numbersOf = (x: Value): Places =>
  x instanceof RaggedTensor
    ? (x.toList() as Places)
    : x.dims.length === 0
      ? Number(x.item())
      : deepNumbers(x.arraySync());
const deepNumbers = (list: unknown): Places => (Array.isArray(list) ? list.map(deepNumbers) : Number(list));
const pick = (list: Places, index: Places, name: string): Places => {
  if (typeof index !== 'number') return index.map((one) => pick(list, one, name));
  const found = (list as List)[index];
  if (found === undefined || index < 0)
    throw new ValueError(`${name}: index ${index} is out of range: wanted 0 to ${(list as List).length - 1}.`);
  return found;
};

const gather: Rule = ({ name, plain, args: [params, indices, validate, givenAxis, batchDims = 0] }) => {
  const batch = asInteger(batchDims as number, `${name}: batchDims`);
  if (!(params instanceof RaggedTensor) && batch === 0) {
    const ragged = indices as RaggedTensor;
    const axis = givenAxis === undefined ? 0 : asInteger(givenAxis as number, `${name}: axis`);
    if (axis === 0) return ragged.withFlatValues(plain(params, ragged.flatValues, validate, 0, 0) as Tensor);
  }
  const [x, index] = [valueOf(params, name), valueOf(indices, `${name}: indices`)];
  const first = batch < 0 ? batch + rankOf(index) : batch;
  const axis =
    givenAxis === undefined ? first : normalizeAxis(asInteger(givenAxis as number, `${name}: axis`), rankOf(x), name);
  const depth = Math.max(depthOf(x), axis + 1);
  const { flat, places } = layOut(x, depth);
  const taken = zipped([places, numbersOf(index)], first, ([rows, wanted]) =>
    within(rows!, axis - first, (list) => pick(list, wanted!, name)),
  );
  return build({ flat, depth: depth - 1 + rankOf(index) - first, places: taken });
};
const gatherNd: Rule = ({ name, args: [params, indices, batchDims = 0] }) => {
  const [x, index] = [valueOf(params, name), valueOf(indices, `${name}: indices`)];
  const wide = index instanceof RaggedTensor ? index.flatValues.dims.at(-1)! : index.dims.at(-1)!;
  const batch = asInteger(batchDims as number, `${name}: batchDims`);
  const depth = Math.max(depthOf(x), batch + wide);
  const { flat, places } = layOut(x, depth);
  const outer = rankOf(index) - 1;
  const taken = zipped([places, numbersOf(index)], batch, ([rows, wanted]) =>
    within(wanted!, outer - batch, (path) =>
      (path as readonly number[]).reduce<Places>((list, i) => pick(list, i, name), rows!),
    ),
  );
  return build({ flat, depth: depth - wide + outer - batch, places: taken });
};

const tile: Rule = ({ name, plain, args: [input, multiples] }) => {
  const x = input as RaggedTensor;
  const times = asIntegers(multiples as TensorLike, `${name}: multiples`);
  if (times.length !== rankOf(x))
    throw new ShapeError(`${name}: multiples ${show(times)} for rank ${rankOf(x)}; wanted one number for each axis.`);
  const depth = depthOf(x);
  const inner = times.slice(depth);
  const values = inner.some((n) => n !== 1) ? x.withFlatValues(plain(x.flatValues, [1, ...inner]) as Tensor) : x;
  const { flat, places } = layOut(values, depth);
  const repeated = (list: Places, axis: number): Places =>
    axis === depth
      ? list
      : new Array<List>(times[axis]!).fill((list as List).map((row) => repeated(row, axis + 1))).flat();
  return build({ flat, depth, places: repeated(places, 0) });
};
const reverse: Rule = ({ name, plain, args: [tensor, axis] }) => {
  const x = tensor as RaggedTensor;
  const depth = depthOf(x);
  const axes = asIntegers(axis as TensorLike, `${name}: axis`).map((a) => normalizeAxis(a, rankOf(x), name));
  const inner = axes.filter((a) => a >= depth).map((a) => a - depth + 1);
  const { flat, places } = layOut(x, depth);
  const turned = axes
    .filter((a) => a < depth)
    .reduce<Places>((list, a) => within(list, a, (row) => (row as List).slice().reverse()), places);
  return build({ flat: inner.length > 0 ? (plain(flat, inner) as Tensor) : flat, depth, places: turned });
};
const expandDims: Rule = ({ name, plain, args: [input, axis] }) => {
  const x = input as RaggedTensor;
  const depth = depthOf(x);
  const at = normalizeAxis(asInteger(axis as number, `${name}: axis`), rankOf(x) + 1, name);
  if (at >= depth) return x.withFlatValues(plain(x.flatValues, at - depth + 1) as Tensor);
  const { flat, places } = layOut(x, depth);
  return build({ flat, depth: depth + 1, places: within(places, at, (row) => [row]) });
};
const squeeze: Rule = ({ name, plain, args: [input, axis] }) => {
  const x = input as RaggedTensor;
  const depth = depthOf(x);
  if (axis === undefined) throw new ValueError(`${name}: a ragged tensor wants the axes that go.`);
  const axes = asIntegers(axis as TensorLike, `${name}: axis`).map((a) => normalizeAxis(a, rankOf(x), name));
  const inner = axes.filter((a) => a >= depth).map((a) => a - depth + 1);
  const outer = axes.filter((a) => a < depth).sort((a, b) => b - a);
  const { flat, places } = layOut(x, depth);
  const squeezed = outer.reduce<Places>(
    (list, a) =>
      within(list, a, (row) => {
        if ((row as List).length !== 1)
          throw new ShapeError(`${name}: axis ${a} has a row of ${(row as List).length} elements; wanted 1.`);
        return (row as List)[0]!;
      }),
    places,
  );
  const values = inner.length > 0 ? (plain(flat, inner) as Tensor) : flat;
  return build({ flat: values, depth: depth - outer.length, places: squeezed });
};
const split: Rule = ({ name, plain, args: [value, numOrSizes, axis = 0] }) => {
  const x = value as RaggedTensor;
  const depth = depthOf(x);
  const at = normalizeAxis(asInteger(axis as number, `${name}: axis`), rankOf(x), name);
  if (at >= depth)
    return (plain(x.flatValues, numOrSizes, at - depth + 1) as Tensor[]).map((part) => x.withFlatValues(part));
  if (at > 0) throw new ValueError(`${name}: axis ${at} is ragged; wanted axis 0 or an inner axis.`);
  const { flat, places } = layOut(x, depth);
  const rows = places as List;
  // The plain op knows how many rows go into each part.
  const parts = plain(
    Int32Array.from(rows, (_, i) => i),
    numOrSizes,
    0,
  ) as Tensor[];
  return parts.map((part) =>
    build({ flat, depth, places: Array.from(part.dataSync() as Int32Array, (i) => rows[i]!) }),
  );
};
const where: Rule = (call) => {
  const [condition, x, y] = call.args;
  if (x !== undefined && y !== undefined) return elementwise(3)(call);
  return whereDense((condition as RaggedTensor).toTensor({ defaultValue: false }));
};
const dynamicPartition: Rule = ({ args: [data, partitions, count] }) => {
  const x = valueOf(data, 'dynamicPartition');
  const ids = valueOf(partitions, 'dynamicPartition: partitions');
  const level = rankOf(ids);
  const depth = Math.max(depthOf(x), level);
  const { flat, places } = layOut(x, depth);
  const groups = Array.from(
    { length: asInteger(count as number, 'dynamicPartition: numPartitions') },
    (): Places[] => [],
  );
  zipped([places, numbersOf(ids)], level, ([row, id]) => {
    const group = groups[id as number];
    if (!group) throw new ValueError(`dynamicPartition: partition ${id} of ${groups.length}.`);
    group.push(row!);
    return 0;
  });
  return groups.map((group) => build({ flat, depth: depth - level + 1, places: group }));
};

// ── Padded rows ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Along the rows, where padding changes nothing. */
const padded =
  (padding: number, last: boolean): Rule =>
  ({ name, plain, args }) => {
    const x = args[0] as RaggedTensor;
    const axis = args[1] === undefined ? (last ? -1 : 0) : asInteger(args[1] as number, `${name}: axis`);
    const at = normalizeAxis(axis, rankOf(x), name);
    const depth = depthOf(x);
    if (at >= depth) return x.withFlatValues(plain(x.flatValues, at - depth + 1, ...args.slice(2)) as Tensor);
    const result = plain(x.toTensor({ defaultValue: padding }), at, ...args.slice(2)) as Tensor;
    return packedLike(result, x);
  };
const MATMUL_OPTIONS = ['transposeA', 'transposeB', 'adjointA', 'adjointB', 'aIsSparse', 'bIsSparse', 'outputType'];
const matmul: Rule = ({ name, plain, args: [a, b, ...rest] }) => {
  const dense = (x: unknown): Tensor => (x instanceof RaggedTensor ? x.toTensor() : convertToTensor(x as TensorLike));
  const [transposeA, transposeB, adjointA, adjointB] = bindArguments(name, MATMUL_OPTIONS, rest);
  const [x, y] = [valueOf(a, name), valueOf(b, name)];
  if (rankOf(x) !== 3 || rankOf(y) !== 3)
    throw new ShapeError(
      `${name}: ragged operands have ranks ${rankOf(x)} and ${rankOf(y)}; wanted batches of matrices, rank 3.`,
    );
  const product = plain(dense(a), dense(b), ...rest) as Tensor;
  const [, height, width] = product.dims as [number, number, number];
  // How many rows, or elements of the first row, each matrix has; null where all have as many.
  const sizes = (value: Value, axis: 1 | 2): number[] | null => {
    if (!(value instanceof RaggedTensor) || value.shape[axis] !== null) return null;
    return (layOut(value, Math.max(axis + 1, depthOf(value))).places as readonly (readonly List[])[]).map((rows) =>
      axis === 1 ? rows.length : (rows[0]?.length ?? 0),
    );
  };
  const rows = sizes(x, transposeA || adjointA ? 2 : 1);
  const columns = sizes(y, transposeB || adjointB ? 1 : 2);
  if (!rows && !columns) return product;
  const count = (k: number): number => rows?.[k] ?? height;
  if (!columns) {
    const flat = p.reshape(product, [product.dims[0]! * height, width]) as Tensor;
    const places = Array.from({ length: product.dims[0]! }, (_, k) =>
      Array.from({ length: count(k) }, (_unused, i) => k * height + i),
    );
    return build({ flat, depth: 2, places });
  }
  const flat = p.reshape(product, [sizeOf(product.dims)]) as Tensor;
  const places = columns.map((n, k) =>
    Array.from({ length: count(k) }, (_, i) => Array.from({ length: n }, (_unused, j) => (k * height + i) * width + j)),
  );
  return build({ flat, depth: 3, places });
};

// ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────

const named = (rule: Rule, names: string): [string, Rule][] => names.split(/\s+/).map((name) => [name, rule]);

export const raggedRules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...named(
    elementwise(1),
    `abs acos acosh angle asin asinh atan atanh besselI0 besselI0e besselI1 besselI1e besselJ0 besselJ1 besselK0 besselK0e
    besselK1 besselK1e besselY0 besselY1 bitcast cast ceil checkNumerics clipByValue conj cos cosh
    dawsn digamma dropout elu erf erfc erfcinv erfinv exp expint expm1 floor fresnelCos fresnelSin gelu identity imag invert
    isFinite isInf isNan leakyRelu lgamma log log1p logSigmoid logicalNot ndtri negative onesLike real reciprocal
    reciprocalNoNan relu relu6 rint round rsqrt saturateCast selu sigmoid sign silu sin sinh softplus softsign spence sqrt square
    statelessDropout stopGradient strings.asString strings.bytesSplit strings.length strings.lower strings.regexFullMatch
    strings.regexReplace strings.split strings.strip strings.substr strings.toHashBucket strings.toHashBucketFast
    strings.toHashBucketStrong strings.toNumber strings.unicodeScript strings.upper tan tanh zerosLike oneHot`,
  ),
  ...named(
    elementwise(2),
    `add atan2 bitwiseAnd bitwiseOr
    bitwiseXor leftShift rightShift complex divide divideNoNan equal floordiv floormod greater greaterEqual less lessEqual
    logicalAnd logicalOr logicalXor maximum minimum multiply multiplyNoNan nextafter notEqual pow realdiv scalarMul
    sigmoidCrossEntropyWithLogits squaredDifference subtract truncatediv truncatemod xdivy xlog1py xlogy zeta
    assertEqual assertGreater assertGreaterEqual assertLess assertLessEqual assertNoneEqual`,
  ),
  ...named(ofList, 'addN strings.join'),
  ...reductionRules,
  ['concat', concat],
  ['stack', stack],
  ['gather', gather],
  ['gatherNd', gatherNd],
  ['tile', tile],
  ['reverse', reverse],
  ['expandDims', expandDims],
  ['squeeze', squeeze],
  ['split', split],
  ['where', where],
  ['dynamicPartition', dynamicPartition],
  ['softmax', padded(Number.NEGATIVE_INFINITY, true)],
  ['cumsum', padded(0, false)],
  ['matmul', matmul],
  ['size', ({ plain, args: [x, ...rest] }) => plain((x as RaggedTensor).flatValues, ...rest)],
  [
    'rank',
    ({ plain, args: [x] }) => plain(p.full(0, { dims: ones((x as RaggedTensor).shape.length), dtype: 'int32' })),
  ],
  ['reshape', ({ plain, args: [x, shape] }) => plain((x as RaggedTensor).flatValues, shape)],
  ['bincount', ({ plain, args: [x, ...rest] }) => plain((x as RaggedTensor).flatValues, ...rest.map(flatOf))],
  [
    'embeddingLookup',
    ({ plain, args: [params, ids, ...rest] }) =>
      (ids as RaggedTensor).withFlatValues(plain(params, (ids as RaggedTensor).flatValues, ...rest) as Tensor),
  ],
  ['unstack', ({ args: [x] }) => [...(x as RaggedTensor)]],
]);
const ones = (rank: number): number[] => new Array<number>(rank).fill(1);
const flatOf = (x: unknown): unknown => (x instanceof RaggedTensor ? x.flatValues : x);
