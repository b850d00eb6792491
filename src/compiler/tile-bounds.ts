// Between which numbers the values of an attention lie, for some queries and some keys: that keys are hidden by a mask, so that
// their probabilities are zero, is seen from that.
// Owns: ranges of values, as far as masks by position decide them. Leaves what follows to tile-cut.ts.
//
// Numbers nobody knows are taken to be of ordinary size: masks add or put numbers beyond that, and so must anything that hides a key.
import { allocate, type DType, dtypes } from '../base/dtype.ts';
import { stridesOf } from '../base/shape.ts';
import type { GraphValue, Node } from '../graph/graph.ts';
import type { ArrayValue, MapPrimitive } from '../graph/primitive.ts';
import { axesInResult, countedAxis, isMoved, type RegionAxes } from './tile-region.ts';

/** The smallest and the largest that a value may be. */
export type Range = readonly [least: number, most: number];
/** By axis, where along it: from, to. */
export type Where = ReadonlyMap<number, Range>;

/** Scores, gradients and all else that is computed of arguments is smaller. */
const ORDINARY = 2 ** 28;
/** The largest of a row's scores is: they may have other things added to them. */
export const LARGEST = 2 ** 29;
/** How much lower a score must be than another for its exponential to vanish beside the other's, in float64 too. */
export const VANISHING = 1000;
/** Whole numbers beyond this may wrap. */
const WHOLE = 2 ** 30;

export class Bounds {
  readonly #axes: RegionAxes;
  readonly #inside: ReadonlySet<Node>;
  readonly #where: Where;
  readonly #known = new Map<Node, Range | null>();

  constructor(axes: RegionAxes, inside: ReadonlySet<Node>, where: Where) {
    this.#axes = axes;
    this.#inside = inside;
    this.#where = where;
  }

  /** Of a node of the region; null where nothing is known. */
  of(node: Node): Range | null {
    let range = this.#known.get(node);
    if (range === undefined) {
      range = this.#make(node);
      this.#known.set(node, range);
    }
    return range;
  }

  ofOperand(node: Node, operand: number): Range | null {
    const value = node.inputs[operand]!;
    if (this.#inside.has(value.node)) return this.of(value.node);
    if (value.node.kind === 'constant') return this.#ofConstant(value, this.#axes.ofOperand(node, operand));
    return unknown(originOf(value.node), value.dtype);
  }

  #make(node: Node): Range | null {
    const { primitive, params, inputs } = node;
    const { dtype, dims } = node.outputs[0]!;
    if (primitive!.kind !== 'map') return unknown(node, dtype);
    const along = countedAxis(node);
    if (along !== null) {
      const [from, to] = this.#where.get(this.#axes.of(node)[along]!) ?? [0, dims[along]!];
      return [from, to - 1];
    }
    if (!axesInResult(node)) return unknown(node, dtype);
    const ranges = inputs.map((_, operand) => this.ofOperand(node, operand));
    if (!primitive!.pointwise) return ranges[0]!;
    if (primitive!.absorbing?.some((operand) => isZero(ranges[operand]!))) return [0, 0];
    if (!primitive!.monotone?.(inputs, params) || !ranges.every((range) => range !== null)) return unknown(node, dtype);
    return atEnds(node, primitive as MapPrimitive, ranges as readonly Range[]) ?? unknown(node, dtype);
  }

  /** Of the elements that lie there. */
  #ofConstant({ node, dims, dtype }: GraphValue, axes: readonly number[]): Range | null {
    const { lanes, kind } = dtypes[dtype];
    if (lanes !== 1 || kind === 'string' || typeof node.data![0] === 'bigint') return unknown(node, dtype);
    const data = node.data as Float64Array;
    const strides = stridesOf(dims);
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const visit = (axis: number, at: number): void => {
      if (axis === dims.length) {
        least = Math.min(least, data[at]!);
        most = Math.max(most, data[at]!);
        return;
      }
      const [from, to] = this.#where.get(axes[axis]!) ?? [0, dims[axis]!];
      for (let i = dims[axis] === 1 ? 0 : from; i < Math.min(to, dims[axis]!); i++)
        visit(axis + 1, at + i * strides[axis]!);
    };
    visit(0, 0);
    return Number.isNaN(least) || Number.isNaN(most) ? null : [least, most];
  }
}

export const isZero = (range: Range | null): boolean => range !== null && range[0] === 0 && range[1] === 0;

/** What a value is, in another shape. */
const originOf = (node: Node): Node => (node.kind === 'apply' && isMoved(node) ? originOf(node.inputs[0]!.node) : node);

/** What can be said of a value that depends on arguments. */
function unknown(node: Node, dtype: DType): Range | null {
  if (dtype === 'bool') return [0, 1];
  if (dtypes[dtype].kind !== 'float') return null;
  const { primitive } = node;
  const most = primitive?.kind === 'reduce' && primitive.combine === 'max' ? LARGEST : ORDINARY;
  return [-most, most];
}

/** Of a result that is monotone in each operand: its values where each is at one of its ends. */
function atEnds(node: Node, primitive: MapPrimitive, ranges: readonly Range[]): Range | null {
  const places = ranges.map(([least, most]) => {
    const turn = primitive.turnsAt;
    return turn !== undefined && least < turn && turn < most ? [least, most, turn] : [least, most];
  });
  const corners = places.reduce<number[][]>(
    (all, ends) => all.flatMap((corner) => ends.map((end) => [...corner, end])),
    [[]],
  );
  const dims = [corners.length];
  const operands = node.inputs.map(({ dtype }, operand): ArrayValue | null => {
    const { kind, bits } = dtypes[dtype];
    const numbers = corners.map((corner) => corner[operand]!);
    // Narrow whole numbers wrap soon, wide ones are held apart.
    if (kind === 'int' && (bits !== 32 || numbers.some((x) => Math.abs(x) > WHOLE))) return null;
    const data = allocate(dtype, corners.length) as Float64Array;
    if (kind === 'uint' || typeof data[0] === 'bigint') return null;
    data.set(numbers);
    return { dims, dtype, data };
  });
  const { dtype } = node.outputs[0]!;
  const data = allocate(dtype, corners.length);
  if (typeof data[0] === 'bigint' || operands.includes(null)) return null;
  primitive.evaluate(operands as ArrayValue[], node.params, [{ dims, dtype, data }]);
  const results = data as Float64Array;
  const [least, most] = [Math.min(...results), Math.max(...results)];
  return Number.isNaN(least) || Number.isNaN(most) ? null : [least, most];
}
