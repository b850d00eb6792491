// Reductions of ragged tensors: over rows padded with what changes nothing.
// Owns: the padding of each reduction, and the structure of what is left.
import { dtypes } from '../../base/dtype.ts';
import { isRecord } from '../../base/record.ts';
import { normalizeAxes } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { expandDims } from '../core/arrange.ts';
import { asInteger, asIntegers, convertToTensor } from '../core/convert.ts';
import type { OpCall } from '../core/define.ts';
import { reduceMean, reduceSum } from '../math/reduce.ts';
import { unsortedSegmentSum } from '../math/segments.ts';
import { build, type List, layOut, type Places } from './places.ts';
import { RaggedTensor } from './ragged-tensor.ts';

/** Which elements exist: lists as long as the rows, numbers where there are elements. */
const structureOf = (x: RaggedTensor): List => layOut(x, x.raggedRank + 1).places as List;
/** The structure that is left when axes are reduced: an element is there when any of those it is made of could be. */
function reducedStructure(node: Places, depth: number, axes: readonly number[], level = 0): Places {
  if (depth === level) return node;
  const children = node as List;
  if (!axes.includes(level)) return children.map((child) => reducedStructure(child, depth, axes, level + 1));
  return reducedStructure(united(children, depth - level - 1), depth, axes, level + 1);
}
/** Lists one over the other: as long as the longest. */
function united(nodes: List, depth: number): Places {
  if (depth === 0) return 0;
  const lists = nodes as readonly List[];
  const length = lists.reduce((most, list) => Math.max(most, list.length), 0);
  return Array.from({ length }, (_, i) =>
    united(
      lists.flatMap((list) => (i < list.length ? [list[i]!] : [])),
      depth - 1,
    ),
  );
}
/** The elements of a padded tensor that exist, with so many ragged axes; the tensor itself where there are none. */
function packedAs(dense: Tensor, structure: Places, raggedRank: number): RaggedTensor | Tensor {
  if (raggedRank < 1) return dense;
  const depth = raggedRank + 1;
  const { flat, places } = layOut(dense, depth);
  const keep = (list: Places, there: Places): Places =>
    typeof there === 'number' ? list : there.map((inner, i) => keep((list as List)[i]!, inner));
  return build({ flat, depth, places: keep(places, structure) });
}
/** A padded tensor with the rows of another. */
export const packedLike = (dense: Tensor, like: RaggedTensor): RaggedTensor =>
  packedAs(dense, structureOf(like), like.raggedRank) as RaggedTensor;

interface Arguments {
  readonly x: RaggedTensor;
  readonly axes: number[] | null;
  readonly keepdims: boolean;
}
function argumentsOf({ name, args }: OpCall): Arguments {
  const [x, second, third] = args;
  const options = isRecord(second) ? second : isRecord(third) ? third : { keepdims: third === true };
  const axis = isRecord(second) ? second.axis : (second ?? options.axis);
  const ragged = x as RaggedTensor;
  const list = axis === undefined || axis === null ? null : asIntegers(axis as TensorLike, `${name}: axis`);
  return {
    x: ragged,
    axes: list && normalizeAxes(list, ragged.shape.length, name),
    keepdims: options.keepdims === true,
  };
}

type Padding = (x: RaggedTensor) => TensorLike;
/** The least and the largest finite number of a dtype: the extremes of nothing, as in TensorFlow. */
const lowest: Padding = ({ dtype }) => (dtype === 'bool' ? false : dtypes[dtype].min);
const highest: Padding = ({ dtype }) => (dtype === 'bool' ? true : dtypes[dtype].max);

/** A reduction that padding with `padding` leaves as it is. */
function reduced(call: OpCall, padding: Padding): RaggedTensor | Tensor {
  const { x, axes, keepdims } = argumentsOf(call);
  if (axes === null) return call.plain(x.flatValues, null, { keepdims }) as Tensor;
  const dense = call.plain(x.toTensor({ defaultValue: padding(x) }), axes) as Tensor;
  const outer = axes.filter((axis) => axis <= x.raggedRank);
  const structure = reducedStructure(structureOf(x), x.raggedRank + 1, outer);
  const result = packedAs(dense, structure, x.raggedRank - outer.length);
  return keepdims ? axes.reduce((y, axis) => expandDims(y as Tensor, axis), result) : result;
}
/** Sums over numbers of elements: an empty row has none, and gives NaN. */
function mean(call: OpCall, x: RaggedTensor): RaggedTensor | Tensor {
  const { axes, keepdims } = argumentsOf(call);
  if (axes === null) return reduceMean(x.flatValues, null, { keepdims });
  const sum = reduced({ ...call, plain: reduceSum as OpCall['plain'], args: [x, axes, { keepdims }] }, () => 0);
  const ones = x.withFlatValues(p.onesLike(x.flatValues) as Tensor);
  const count = reduced({ ...call, plain: reduceSum as OpCall['plain'], args: [ones, axes, { keepdims }] }, () => 0);
  const divide = (a: Tensor, b: Tensor): Tensor => p.div(a, b) as Tensor;
  return sum instanceof RaggedTensor
    ? sum.withFlatValues(divide(sum.flatValues, (count as RaggedTensor).flatValues))
    : divide(sum, count as Tensor);
}
const mapped = (f: (...flat: Tensor[]) => Tensor, ...values: (RaggedTensor | Tensor)[]): RaggedTensor | Tensor => {
  const [first] = values;
  const result = f(...values.map((value) => (value instanceof RaggedTensor ? value.flatValues : value)));
  return first instanceof RaggedTensor ? first.withFlatValues(result) : result;
};
/** The mean of squares less the square of the mean, as TensorFlow has it for ragged tensors. */
function variance(call: OpCall): RaggedTensor | Tensor {
  const { x } = argumentsOf(call);
  const squares = mean(call, x.withFlatValues(p.square(x.flatValues) as Tensor));
  return mapped((a, b) => p.sub(a, p.square(b)) as Tensor, squares, mean(call, x));
}

/** Rows put together by segment numbers; of a segment without rows nothing exists. */
const segments =
  (padding: Padding) =>
  (call: OpCall): RaggedTensor | Tensor => {
    const [data, ids, count] = call.args as [RaggedTensor, TensorLike, number];
    const segmentIds = convertToTensor(ids, undefined, `${call.name}: segmentIds`);
    const result = call.plain(data.toTensor({ defaultValue: padding(data) }), segmentIds, count) as Tensor;
    const rows = structureOf(data);
    const groups = asIntegers(segmentIds, call.name);
    const structure = Array.from({ length: asInteger(count, call.name) }, (_, k) =>
      united(
        rows.filter((_row, i) => groups[i] === k),
        data.raggedRank,
      ),
    );
    return packedAs(result, structure, data.raggedRank);
  };
/** Sums of segments over a function of how many rows each element has. */
const averaged =
  (divisor: (count: Tensor) => Tensor) =>
  (call: OpCall): RaggedTensor | Tensor => {
    const [data, ...rest] = call.args as [RaggedTensor, TensorLike, number];
    const sums = (x: RaggedTensor): RaggedTensor =>
      segments(() => 0)({ ...call, plain: unsortedSegmentSum as OpCall['plain'], args: [x, ...rest] }) as RaggedTensor;
    const count = sums(data.withFlatValues(p.onesLike(data.flatValues) as Tensor));
    return mapped((a, n) => p.div(a, divisor(n)) as Tensor, sums(data), count);
  };

/** Texts of each group joined. */
function reduceJoin(call: OpCall): RaggedTensor | Tensor {
  const [data, axis, keepdims = false, separator = ''] = call.args as [RaggedTensor, TensorLike?, boolean?, string?];
  if (axis === undefined || axis === null) return call.plain(data.flatValues, null, keepdims, separator) as Tensor;
  const [at] = normalizeAxes(asIntegers(axis, `${call.name}: axis`), data.shape.length, call.name);
  const depth = data.raggedRank + 1;
  const { flat, places } = layOut(data, depth);
  const texts = flat.elements as readonly string[];
  const columns = (list: readonly List[]): List => {
    const width = Math.max(0, ...list.map((row) => row.length));
    return Array.from({ length: width }, (_, k) => list.flatMap((row) => (k < row.length ? [row[k]!] : [])));
  };
  const join = (list: Places): Tensor =>
    call.plain(
      convertToTensor(
        (list as readonly number[]).map((i) => texts[i]!),
        'string',
      ),
      0,
      false,
      separator,
    ) as Tensor;
  const out: Tensor[] = [];
  const grouped = (list: Places, level: number): Places => {
    if (level > 0) return (list as List).map((row) => grouped(row, level - 1));
    const leaf = depth - at! - 1;
    if (leaf === 0) return out.push(join(list)) - 1;
    return columns(list as readonly List[]).map((column) => out.push(join(column)) - 1);
  };
  const result = grouped(places, at!);
  const values = convertToTensor(
    out.map((one) => one.elements![0] as string),
    'string',
  );
  return build({ flat: values, depth: depth - 1, places: result });
}

export const reductionRules: readonly (readonly [string, (call: OpCall) => unknown])[] = [
  ['reduceSum', (call) => reduced(call, () => 0)],
  ['reduceProd', (call) => reduced(call, () => 1)],
  ['reduceMax', (call) => reduced(call, lowest)],
  ['reduceMin', (call) => reduced(call, highest)],
  ['reduceAny', (call) => reduced(call, () => false)],
  ['reduceAll', (call) => reduced(call, () => true)],
  ['reduceMean', (call) => mean(call, argumentsOf(call).x)],
  ['reduceVariance', variance],
  ['reduceStd', (call) => mapped((x) => p.unary('sqrt', x) as Tensor, variance(call))],
  ['strings.reduceJoin', reduceJoin],
  ['unsortedSegmentSum', segments(() => 0)],
  ['unsortedSegmentProd', segments(() => 1)],
  ['unsortedSegmentMax', segments(lowest)],
  ['unsortedSegmentMin', segments(highest)],
  ['unsortedSegmentMean', averaged((count) => count)],
  ['unsortedSegmentSqrtN', averaged((count) => p.unary('sqrt', count) as Tensor)],
];
