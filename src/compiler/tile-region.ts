// A part of a graph between small values, with large ones inside that nothing else reads: what attention computes of queries, keys
// and values through its scores. Which of its axes are the same, and along which of them it can be cut into parts.
// Owns: regions and their axes. Leaves finding them to tile-attention.ts, the loops to tile-loops.ts.
import { type Dims, sizeOf } from '../base/shape.ts';
import { type GraphValue, type Node, paramsOf } from '../graph/graph.ts';
import { dotFree } from '../primitives/contract/dot-general.ts';
import type { DotDimensions } from '../primitives/functions.ts';

export interface Region {
  /** What is computed, in order. */
  readonly nodes: readonly Node[];
  /** Of those, the ones whose results others read. */
  readonly results: readonly Node[];
  /** The largest of each row, of which exponentials are made: computed here, or read. */
  readonly maxima: readonly Node[];
}

/** An operand of a region's node that is not made in the region. A value that is read twice may be cut along different axes. */
export interface Leaf {
  readonly node: Node;
  readonly operand: number;
  readonly value: GraphValue;
}

/** What a region does with an axis. */
export type AxisUse =
  /** Every part of the axis is computed by itself. */
  | 'apart'
  /** Results are sums over it, of parts that are computed by themselves. */
  | 'summed'
  /** Elements of different parts meet. */
  | 'mixed';

/** Which axes of a region's values are the same, by numbers; null where an axis is one long or never cut. */
export class RegionAxes {
  readonly leaves: readonly Leaf[];
  readonly #region: Region;
  readonly #inside: ReadonlySet<Node>;
  readonly #parents: number[] = [];
  readonly #numbers = new Map<Node | GraphValue, readonly number[]>();
  readonly #leafNumbers = new Map<Node, Map<number, readonly number[]>>();
  #uses: Map<number, AxisUse> | null = null;

  constructor(region: Region) {
    this.#region = region;
    this.#inside = new Set(region.nodes);
    const leaves: Leaf[] = [];
    for (const node of region.nodes) {
      this.#numbers.set(
        node,
        node.outputs[0]!.dims.map(() => this.#axis()),
      );
      const own = new Map<number, readonly number[]>();
      this.#leafNumbers.set(node, own);
      node.inputs.forEach((value, operand) => {
        if (this.#inside.has(value.node)) return;
        leaves.push({ node, operand, value });
        own.set(
          operand,
          value.dims.map(() => this.#axis()),
        );
      });
      this.#join(node);
    }
    this.leaves = leaves;
  }

  /** The axes of a node's result. */
  of(node: Node): readonly number[] {
    return this.#numbers.get(node)!.map((axis) => this.#find(axis));
  }

  /** The axes of a node's operand. */
  ofOperand(node: Node, operand: number): readonly number[] {
    const inner = this.#leafNumbers.get(node)!.get(operand);
    return inner ? inner.map((axis) => this.#find(axis)) : this.of(node.inputs[operand]!.node);
  }

  /** How long an axis is. */
  extent(axis: number): number {
    for (const node of this.#region.nodes) {
      const at = this.of(node).indexOf(axis);
      if (at >= 0 && node.outputs[0]!.dims[at]! > 1) return node.outputs[0]!.dims[at]!;
    }
    return 1;
  }

  use(axis: number): AxisUse {
    this.#uses ??= this.#allUses();
    return this.#uses.get(axis) ?? 'apart';
  }

  #axis(): number {
    return this.#parents.push(this.#parents.length) - 1;
  }

  #find(axis: number): number {
    let root = axis;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    this.#parents[axis] = root;
    return root;
  }

  #same(a: number, b: number): void {
    this.#parents[this.#find(a)] = this.#find(b);
  }

  #join(node: Node): void {
    const { primitive, inputs } = node;
    const result = this.of(node);
    const operand = (i: number) => this.ofOperand(node, i);
    if (primitive!.kind === 'contract') {
      const p = paramsOf<DotDimensions>(node);
      const [a, b] = [operand(0), operand(1)];
      const free = dotFree(inputs[0]!, inputs[1]!, p);
      p.lhsBatch.forEach((axis, i) => this.#same(a[axis]!, b[p.rhsBatch[i]!]!));
      p.lhsContract.forEach((axis, i) => this.#same(a[axis]!, b[p.rhsContract[i]!]!));
      const made = [
        ...p.lhsBatch.map((axis) => a[axis]!),
        ...free.lhs.map((axis) => a[axis]!),
        ...free.rhs.map((axis) => b[axis]!),
      ];
      made.forEach((axis, i) => this.#same(axis, result[i]!));
    } else if (primitive!.kind === 'reduce') {
      const kept = keptAxes(node);
      kept.forEach((axis, i) => this.#same(operand(0)[axis]!, result[i]!));
    } else
      inputs.forEach((_, i) => {
        axesInResult(node)?.forEach((axis, k) => {
          if (axis !== null) this.#same(operand(i)[k]!, result[axis]!);
        });
      });
  }

  #allUses(): Map<number, AxisUse> {
    const uses = new Map<number, AxisUse>();
    const results = new Set(this.#region.results);
    const readInside = new Set(this.#region.nodes.flatMap(({ inputs }) => inputs.map((value) => value.node)));
    const note = (axis: number, use: AxisUse) => {
      if (uses.get(axis) !== 'mixed') uses.set(axis, use);
    };
    for (const node of this.#region.nodes) {
      const result = this.of(node);
      // The same axis twice in one value, or made long by one operand only.
      for (const [i, axis] of result.entries()) if (result.indexOf(axis) !== i) note(axis, 'mixed');
      const { primitive } = node;
      if (primitive!.kind !== 'contract' && primitive!.kind !== 'reduce') continue;
      const left = new Set(
        (primitive!.kind === 'contract' ? paramsOf<DotDimensions>(node).lhsContract : reducedAxes(node)).map(
          (axis) => this.ofOperand(node, 0)[axis]!,
        ),
      );
      const isSum = primitive!.combine === 'add';
      for (const axis of left) note(axis, isSum && results.has(node) && !readInside.has(node) ? 'summed' : 'mixed');
    }
    return uses;
  }
}

/** The axes that a reduction reduces, and those that it keeps. */
export const reducedAxes = (node: Node): Dims => paramsOf<{ readonly axes: Dims }>(node).axes;
export const keptAxes = (node: Node): number[] =>
  node.inputs[0]!.dims.map((_, axis) => axis).filter((axis) => !reducedAxes(node).includes(axis));

/** Of a node whose elements are each made of one of every operand's: the result's axis that each axis of the operands is. */
export function axesInResult({ primitive, inputs, outputs, params }: Node): readonly (number | null)[] | null {
  if (primitive?.kind !== 'map') return null;
  return primitive.pointwise
    ? outputs[0]!.dims.map((_, axis) => axis)
    : (primitive.axesInResult?.(inputs, params) ?? null);
}

/** The axis of its result along which a node counts; null for others. */
export const countedAxis = ({ primitive, params }: Node): number | null =>
  primitive?.kind === 'map' ? (primitive.countsAlong?.(params) ?? null) : null;

/** Whether a node puts elements elsewhere, each once; whether it gives one to several. */
export const isMoved = (node: Node): boolean => movesAxes(node) && sizeOf(node.inputs[0]!.dims) === sizeOfResult(node);
export const isSpread = (node: Node): boolean => movesAxes(node) && sizeOf(node.inputs[0]!.dims) < sizeOfResult(node);

const movesAxes = (node: Node): boolean =>
  node.primitive?.kind === 'map' && !node.primitive.pointwise && axesInResult(node) !== null;
const sizeOfResult = (node: Node): number => sizeOf(node.outputs[0]!.dims);
