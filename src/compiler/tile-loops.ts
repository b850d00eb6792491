// The loops over the parts of an attention, as scans: over batches, over heads, over blocks of queries; results that sum over the
// queries are carried from block to block.
// Owns: along which axes a region is cut, how its operands are brought into that order, and the bodies.
// Leaves finding regions to tile-attention.ts, sharing the runs among threads to the backend.
import { allocate } from '../base/dtype.ts';
import { type Dims, sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import type { Region, RegionAxes } from './tile-region.ts';

/** What decides whether and how scores are cut. */
export interface TileLimits {
  /** Fewer scores are left as they are: they stay in cache, and computing them again would cost more than it saves. */
  readonly least: number;
  /** Scores that are in work at a time. */
  readonly most: number;
  /** Blocks of fewer queries make thin products. */
  readonly queries: number;
}
/** Loops of fewer runs leave threads without work. */
const FEWEST_RUNS = 16;

/** A loop: over all of each of some axes, or over blocks of one. */
interface Loop {
  readonly axes: readonly number[];
  readonly runs: number;
  /** What a run sees of each of the axes. */
  readonly left: number;
}

/** A region's operand, as far as the loops have cut it. */
interface Operand {
  readonly value: GraphValue;
  /** The axes of the whole operand, and how long they are now. */
  readonly axes: readonly number[];
  readonly dims: Dims;
}

/** Puts the loops of a region into `out` and gives its results; null where it cannot be cut. */
export function tileRegion(
  out: Graph,
  region: Region,
  axes: RegionAxes,
  valueOf: (value: GraphValue) => GraphValue,
  limits: TileLimits,
): GraphValue[] | null {
  const loops = new Cut(region, axes).loops(limits);
  if (loops.length === 0) return null;
  const operands = axes.leaves.map(
    ({ node, operand, value }): Operand => ({
      value: valueOf(value),
      axes: axes.ofOperand(node, operand),
      dims: value.dims,
    }),
  );
  return new Tiling(region, axes).loop(out, loops, new Map(), operands);
}

/** Along which axes a region is cut. */
class Cut {
  readonly #region: Region;
  readonly #axes: RegionAxes;
  readonly #extents = new Map<number, number>();
  /** The node with the most values: those of the pairs. */
  readonly #pairs: Node;

  constructor(region: Region, axes: RegionAxes) {
    this.#region = region;
    this.#axes = axes;
    const size = (node: Node) => sizeOf(node.outputs[0]!.dims);
    const products = region.nodes.filter(
      (node) => node.primitive!.kind === 'contract' && !region.results.includes(node),
    );
    this.#pairs = products.reduce((most, node) => (size(node) > size(most) ? node : most), products[0]!);
    this.#pairs.outputs[0]!.dims.forEach((n, i) => {
      this.#extents.set(axes.of(this.#pairs)[i]!, n);
    });
  }

  loops({ most: limit, queries }: TileLimits): Loop[] {
    const all = sizeOf(this.#pairs.outputs[0]!.dims);
    const apart = [...this.#extents].filter(([axis, n]) => n > 1 && this.#axes.use(axis) === 'apart');
    const batch = apart.filter(([axis]) => this.#isBatch(axis));
    const loops: Loop[] = [];
    let left = all;
    // Batches and heads, as one loop where operands have both or neither.
    let axes: number[] = [];
    let runs = 1;
    for (const [axis, n] of batch) {
      if (runs >= FEWEST_RUNS && left <= limit) break;
      const joined = [...axes, axis];
      if (axes.length > 0 && !this.#together(joined)) {
        loops.push({ axes, runs, left: 1 });
        axes = [axis];
        runs = n;
      } else {
        axes = joined;
        runs *= n;
      }
      left /= n;
    }
    if (axes.length > 0) loops.push({ axes, runs, left: 1 });
    // A single matrix is cut in any case.
    const most = loops.length > 0 ? limit : Math.min(limit, left / 2);
    if (left > most) {
      // Blocks of the rows: not along the axis that softmax sums over.
      const rows = [...this.#extents].find(([axis, n]) => n > 1 && !this.#isBatch(axis) && this.#mayCut(axis));
      const block = rows && blockOf(rows[1], Math.floor((most / left) * rows[1]), queries);
      if (block) loops.push({ axes: [rows[0]], runs: rows[1] / block, left: block });
    }
    return loops;
  }

  /** Whether an axis names products of their own. */
  #isBatch(axis: number): boolean {
    const { inputs } = this.#pairs;
    return inputs.every((_, operand) => this.#axes.ofOperand(this.#pairs, operand).includes(axis));
  }

  /** Whether operands have all of these axes, or none. */
  #together(axes: readonly number[]): boolean {
    return this.#axes.leaves.every(({ node, operand }) => {
      const own = this.#axes.ofOperand(node, operand);
      return axes.every((axis) => own.includes(axis)) || !axes.some((axis) => own.includes(axis));
    });
  }

  /** Whether an axis can be cut, and every result has it or sums over it. */
  #mayCut(axis: number): boolean {
    if (this.#axes.use(axis) === 'mixed') return false;
    return this.#region.results.every(
      (node) =>
        this.#axes.of(node).includes(axis) ||
        node.inputs.every((_, operand) => this.#axes.ofOperand(node, operand).includes(axis)),
    );
  }
}

/** How long axes are where loops have cut some of them. */
const dimsLeft = (dims: Dims, axes: readonly number[], cut: ReadonlyMap<number, number>): Dims =>
  dims.map((n, i) => (n > 1 ? (cut.get(axes[i]!) ?? n) : n));

/** The largest divisor of `n` up to `most`; 0 where that is less than `least`. */
function blockOf(n: number, most: number, least: number): number {
  let block = Math.max(1, Math.min(n, Math.max(most, least)));
  while (n % block !== 0) block--;
  return block >= least && block < n ? block : 0;
}

/** Makes the loops of one region. */
class Tiling {
  readonly #region: Region;
  readonly #axes: RegionAxes;
  readonly #scope: string;

  constructor(region: Region, axes: RegionAxes) {
    this.#region = region;
    this.#axes = axes;
    this.#scope = region.results[0]!.scope;
  }

  /** The results of loops inside one another, `cut` being what the loops around them have left of axes. */
  loop(
    out: Graph,
    loops: readonly Loop[],
    cut: ReadonlyMap<number, number>,
    operands: readonly Operand[],
  ): GraphValue[] {
    const [loop, ...rest] = loops;
    if (!loop) return this.#compute(out, cut, operands);
    const inner = new Map([...cut, ...loop.axes.map((axis) => [axis, loop.left] as const)]);
    const walks = operands.map(({ axes }) => loop.axes.some((axis) => axes.includes(axis)));
    const body = new Graph();
    const given = new Map<number, GraphValue>();
    const [constants, sequences]: [GraphValue[], GraphValue[]] = [[], []];
    operands.forEach(({ value }, i) => {
      if (walks[i] || value.node.kind === 'constant') return;
      constants.push(value);
      given.set(i, body.addParameter(value));
    });
    const results = this.#region.results.map((node) => {
      const axes = this.#axes.of(node);
      const dims = dimsLeft(node.outputs[0]!.dims, axes, cut);
      return { axes, dims, dtype: node.outputs[0]!.dtype, sums: !loop.axes.some((axis) => axes.includes(axis)) };
    });
    const summed = results.filter(({ sums }) => sums);
    const carries = summed.map(({ dims, dtype }) => {
      const zero = out.addConstant(allocate(dtype, 1), { dims: [], dtype });
      return apply(out, 'broadcast', [zero], { dims, axes: [] }, this.#scope);
    });
    const before = summed.map((spec) => body.addParameter(spec));
    operands.forEach((operand, i) => {
      if (!walks[i]) return;
      const sequence = this.#inOrder(out, operand, loop);
      sequences.push(sequence.value);
      const element = body.addParameter({ dims: sequence.value.dims.slice(1), dtype: operand.value.dtype });
      given.set(i, this.#outOfOrder(body, element, sequence.order, dimsLeft(operand.dims, operand.axes, inner)));
    });
    const made = this.loop(
      body,
      rest,
      inner,
      operands.map(({ value, axes, dims }, i) => ({
        value: given.get(i) ?? body.addConstant(value.node.data!, value),
        axes,
        dims: dimsLeft(dims, axes, inner),
      })),
    );
    const stacked = made.flatMap((value, i) => {
      const { sums, axes } = results[i]!;
      return sums ? [] : [this.#inOrder(body, { value, axes, dims: value.dims }, { ...loop, runs: 1 })];
    });
    body.outputs = [
      ...made.flatMap((value, i) => {
        const at = summed.indexOf(results[i]!);
        return at < 0 ? [] : [apply(body, 'add', [before[at]!, value], {}, this.#scope)];
      }),
      ...stacked.map(({ value }) => apply(body, 'reshape', [value], { dims: value.dims.slice(1) }, this.#scope)),
    ];
    const params = {
      body,
      length: loop.runs,
      reverse: false,
      constants: constants.length,
      carries: carries.length,
      tiled: true,
    };
    const after = out.apply(
      primitive('scan') as Primitive,
      [...constants, ...carries, ...sequences],
      params,
      this.#scope,
    );
    let [carry, row] = [0, 0];
    return results.map(({ sums, dims }) => {
      if (sums) return after[carry++]!;
      const { order } = stacked[row]!;
      return this.#outOfOrder(out, after[carries.length + row++]!, order, dims);
    });
  }

  /** An operand as the sequence of what each run sees: the loop's axes first, then the others. `order` are the axes it had. */
  #inOrder(
    graph: Graph,
    { value, axes, dims }: Operand,
    loop: Loop,
  ): { readonly value: GraphValue; readonly order: readonly number[] } {
    const first = loop.axes.map((axis) => axes.indexOf(axis));
    const order = [...first, ...dims.map((_, i) => i).filter((i) => !first.includes(i))];
    const moved = this.#permuted(graph, value, order);
    const rest = order.slice(first.length).map((i) => dims[i]!);
    const left = loop.axes.map(() => loop.left).filter((n) => n > 1);
    return {
      value: apply(graph, 'reshape', [moved], { dims: [loop.runs, ...left, ...rest] }, this.#scope),
      order,
    };
  }

  /** What lies with its axes in `order` as `dims` again. */
  #outOfOrder(graph: Graph, value: GraphValue, order: readonly number[], dims: Dims): GraphValue {
    const shaped = apply(graph, 'reshape', [value], { dims: order.map((i) => dims[i]!) }, this.#scope);
    return this.#permuted(
      graph,
      shaped,
      dims.map((_, i) => order.indexOf(i)),
    );
  }

  /** A transpose, or where only axes one long change places, nothing but another shape. */
  #permuted(graph: Graph, value: GraphValue, permutation: readonly number[]): GraphValue {
    const long = permutation.filter((i) => value.dims[i]! > 1);
    if (long.some((axis, i) => i > 0 && axis < long[i - 1]!))
      return apply(graph, 'transpose', [value], { permutation }, this.#scope);
    return apply(graph, 'reshape', [value], { dims: permutation.map((i) => value.dims[i]!) }, this.#scope);
  }

  /** The region itself, of operands that have been cut. */
  #compute(out: Graph, cut: ReadonlyMap<number, number>, operands: readonly Operand[]): GraphValue[] {
    const values = new Map<Node, GraphValue>();
    const leaves = new Map<Node, Map<number, GraphValue>>();
    this.#axes.leaves.forEach(({ node, operand }, i) => {
      const own = leaves.get(node) ?? new Map<number, GraphValue>();
      leaves.set(node, own.set(operand, operands[i]!.value));
    });
    for (const node of this.#region.nodes) {
      const inputs = node.inputs.map((value, i) => leaves.get(node)?.get(i) ?? values.get(value.node)!);
      const dims = dimsLeft(node.outputs[0]!.dims, this.#axes.of(node), cut);
      const { name } = node.primitive!;
      const params = name === 'broadcast' || name === 'reshape' ? { ...node.params, dims } : node.params;
      values.set(node, out.apply(node.primitive!, inputs, params, node.scope)[0]!);
    }
    return this.#region.results.map((node) => values.get(node)!);
  }
}

const apply = (
  graph: Graph,
  name: PrimitiveName,
  inputs: readonly GraphValue[],
  params: Params,
  scope: string,
): GraphValue => graph.apply(primitive(name) as Primitive, inputs, params, scope)[0]!;
