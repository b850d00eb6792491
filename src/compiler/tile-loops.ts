// The loops over the parts of an attention, as scans: over batches, over heads, over blocks of queries; results that sum over what a
// loop goes along are carried from run to run. Parts of different sizes stand one after the other.
// Owns: how operands are brought into the order of the loops, and the bodies; in them, numbers of positions and random bits from where
// the part begins. Leaves finding regions to tile-attention.ts, where they are cut to tile-cut.ts, sharing the runs to the backend.
import { allocate } from '../base/dtype.ts';
import { type Dims, stridesOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';
import type { Range } from './tile-bounds.ts';
import { type Loop, loopsOf, type Pieces, type Runs, type TileLimits } from './tile-cut.ts';
import { countedAxis, type Region, type RegionAxes } from './tile-region.ts';

/** A region's operand, as far as the loops have cut it. */
interface Operand {
  readonly value: GraphValue;
  /** The axes of the whole operand, and how long they are now. */
  readonly axes: readonly number[];
  readonly dims: Dims;
}

/** Where a part begins along an axis: a number, and one that depends on the run, int32. */
interface Start {
  readonly fixed: number;
  readonly moving: GraphValue | null;
}

/** What the loops so far have left of axes: how much, and from where on. */
interface Part {
  readonly lengths: ReadonlyMap<number, number>;
  readonly starts: ReadonlyMap<number, Start>;
}

/** Puts the loops of a region into `out` and gives its results; null where it cannot be cut. */
export function tileRegion(
  out: Graph,
  region: Region,
  axes: RegionAxes,
  valueOf: (value: GraphValue) => GraphValue,
  limits: TileLimits,
): GraphValue[] | null {
  const loops = loopsOf(region, axes, limits);
  if (loops.length === 0) return null;
  if (!region.nodes.every((node) => node.primitive!.kind !== 'random' || staysInOne(node, axes, loops))) return null;
  const operands = axes.leaves.map(
    ({ node, operand, value }): Operand => ({
      value: valueOf(value),
      axes: axes.ofOperand(node, operand),
      dims: value.dims,
    }),
  );
  return new Tiling(region, axes).loop(out, loops, { lengths: new Map(), starts: new Map() }, operands);
}

/** Whether what a run sees of a value is one stretch of its elements, or in one that is not much longer. */
function staysInOne(node: Node, axes: RegionAxes, loops: readonly Loop[]): boolean {
  const left = new Map<number, number>();
  const visit = (loop: Loop): void => {
    if (loop.kind === 'pieces') for (const piece of loop.pieces) piece.loops.forEach(visit);
    else for (const axis of loop.axes) left.set(axis, loop.left);
  };
  loops.forEach(visit);
  const own = axes.of(node);
  const last = own.findLastIndex((axis) => left.has(axis));
  return node.outputs[0]!.dims.every((n, i) => i >= last || n === 1 || left.get(own[i]!) === 1);
}

/** How long axes are where loops have cut some of them. */
const dimsLeft = (dims: Dims, axes: readonly number[], lengths: ReadonlyMap<number, number>): Dims =>
  dims.map((n, i) => (n > 1 ? (lengths.get(axes[i]!) ?? n) : n));

/** Makes the loops of one region. */
class Tiling {
  readonly #region: Region;
  readonly #axes: RegionAxes;
  readonly #scope: string;
  /** Axes along which it matters where a part begins. */
  readonly #counted: ReadonlySet<number>;

  constructor(region: Region, axes: RegionAxes) {
    this.#region = region;
    this.#axes = axes;
    this.#scope = region.results[0]!.scope;
    this.#counted = new Set(
      region.nodes.flatMap((node) => {
        if (node.primitive!.kind === 'random') return axes.of(node);
        const along = countedAxis(node);
        return along === null ? [] : [axes.of(node)[along]!];
      }),
    );
  }

  /** The results of loops inside one another. */
  loop(out: Graph, loops: readonly Loop[], part: Part, operands: readonly Operand[]): GraphValue[] {
    const [loop, ...rest] = loops;
    if (!loop) return this.#compute(out, part, operands);
    return loop.kind === 'runs' ? this.#runs(out, loop, rest, part, operands) : this.#pieces(out, loop, part, operands);
  }

  #runs(out: Graph, loop: Runs, rest: readonly Loop[], part: Part, operands: readonly Operand[]): GraphValue[] {
    const lengths = new Map([...part.lengths, ...loop.axes.map((axis) => [axis, loop.left] as const)]);
    const walks = operands.map(({ axes }) => loop.axes.some((axis) => axes.includes(axis)));
    const body = new Graph();
    const given = new Map<number, GraphValue>();
    const [constants, sequences]: [GraphValue[], GraphValue[]] = [[], []];
    operands.forEach(({ value }, i) => {
      if (walks[i] || value.node.kind === 'constant') return;
      constants.push(value);
      given.set(i, body.addParameter(value));
    });
    const starts = new Map<number, Start>();
    for (const [axis, { fixed, moving }] of part.starts) {
      starts.set(axis, { fixed, moving: moving && body.addParameter(moving) });
      if (moving) constants.push(moving);
    }
    const results = this.#region.results.map((node) => {
      const axes = this.#axes.of(node);
      const dims = dimsLeft(node.outputs[0]!.dims, axes, part.lengths);
      return { axes, dims, dtype: node.outputs[0]!.dtype, sums: !loop.axes.some((axis) => axes.includes(axis)) };
    });
    const summed = results.filter(({ sums }) => sums);
    const carries = summed.map(({ dims, dtype }) => this.#zeros(out, dims, dtype));
    const before = summed.map((spec) => body.addParameter(spec));
    operands.forEach((operand, i) => {
      if (!walks[i]) return;
      const sequence = this.#inOrder(out, operand, loop);
      sequences.push(sequence.value);
      const element = body.addParameter({ dims: sequence.value.dims.slice(1), dtype: operand.value.dtype });
      given.set(i, this.#outOfOrder(body, element, sequence.order, dimsLeft(operand.dims, operand.axes, lengths)));
    });
    if (loop.axes.some((axis) => this.#counted.has(axis))) {
      sequences.push(this.#apply(out, 'iota', [], { dims: [loop.runs], axis: 0, dtype: 'int32' }));
      this.#begin(body, loop, body.addParameter({ dims: [], dtype: 'int32' }), starts);
    }
    const made = this.loop(
      body,
      rest,
      { lengths, starts },
      operands.map(({ value, axes, dims }, i) => ({
        value: given.get(i) ?? body.addConstant(value.node.data!, value),
        axes,
        dims: dimsLeft(dims, axes, lengths),
      })),
    );
    const stacked = made.flatMap((value, i) => {
      const { sums, axes } = results[i]!;
      return sums ? [] : [this.#inOrder(body, { value, axes, dims: value.dims }, { ...loop, runs: 1 })];
    });
    body.outputs = [
      ...made.flatMap((value, i) => {
        const at = summed.indexOf(results[i]!);
        return at < 0 ? [] : [this.#apply(body, 'add', [before[at]!, value])];
      }),
      ...stacked.map(({ value }) => this.#reshape(body, value, value.dims.slice(1))),
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

  /** Notes where a run begins along the axes of its loop: its number says which of each it is. */
  #begin(body: Graph, { axes, left }: Runs, run: GraphValue, starts: Map<number, Start>): void {
    const number = (value: number) => body.addConstant(Int32Array.of(value), { dims: [], dtype: 'int32' });
    let rest = run;
    for (const [i, axis] of [...axes.entries()].reverse()) {
      const n = this.#axes.extent(axis);
      let place = rest;
      if (i > 0) {
        place = this.#apply(body, 'rem', [rest, number(n)]);
        rest = this.#apply(body, 'div', [rest, number(n)]);
      }
      const before = starts.get(axis) ?? { fixed: 0, moving: null };
      const scaled = left > 1 ? this.#apply(body, 'mul', [place, number(left)]) : place;
      const moving = before.moving ? this.#apply(body, 'add', [before.moving, scaled]) : scaled;
      if (this.#counted.has(axis)) starts.set(axis, { fixed: before.fixed, moving });
    }
  }

  /** Parts one after the other: what has the axes they are cut along is put together, or padded with zeros and added. */
  #pieces(out: Graph, { pieces }: Pieces, part: Part, operands: readonly Operand[]): GraphValue[] {
    const parts = pieces.map(({ where, loops }) => {
      const lengths = new Map([...part.lengths, ...[...where].map(([axis, [from, to]]) => [axis, to - from] as const)]);
      const starts = new Map(part.starts);
      for (const [axis, [from]] of where) {
        const before = starts.get(axis) ?? { fixed: 0, moving: null };
        starts.set(axis, { fixed: before.fixed + from, moving: before.moving });
      }
      const cut = operands.map(({ value, axes, dims }): Operand => {
        const inner = dimsLeft(dims, axes, lengths);
        const start = axes.map((axis, i) => (dims[i]! > 1 ? (where.get(axis)?.[0] ?? 0) : 0));
        return { value: this.#slice(out, value, start, inner), axes, dims: inner };
      });
      return this.loop(out, loops, { lengths, starts }, cut);
    });
    return this.#region.results.map((node, i) => {
      const axes = this.#axes.of(node);
      const dims = dimsLeft(node.outputs[0]!.dims, axes, part.lengths);
      const values = parts.map((made) => made[i]!);
      // The first of the axes is that along which pieces follow one another.
      const along = axes.indexOf([...pieces[0]!.where.keys()][0]!);
      const whole = values.map((value, k) => {
        const wheres = axes.map((axis, at) => (at === along ? undefined : pieces[k]!.where.get(axis)));
        return this.#pad(out, value, wheres, dims);
      });
      if (along >= 0) return this.#apply(out, 'concatenate', whole, { axis: along });
      return whole.reduce((sum, value) => this.#apply(out, 'add', [sum, value]));
    });
  }

  #slice(out: Graph, value: GraphValue, start: Dims, dims: Dims): GraphValue {
    if (dims.every((n, i) => n === value.dims[i])) return value;
    const limit = start.map((from, i) => from + dims[i]!);
    return this.#apply(out, 'slice', [value], { start, limit, strides: dims.map(() => 1) });
  }

  /** A value that lies at `wheres` of something of shape `dims` that is zero elsewhere. */
  #pad(out: Graph, value: GraphValue, wheres: readonly (Range | undefined)[], dims: Dims): GraphValue {
    const low = wheres.map((where) => where?.[0] ?? 0);
    const high = wheres.map((where, i) => (where ? dims[i]! - where[1] : 0));
    if (low.every((n) => n === 0) && high.every((n) => n === 0)) return value;
    const zero = this.#zeros(out, [], value.dtype);
    return this.#apply(out, 'pad', [value, zero], { low, high, interior: dims.map(() => 0) });
  }

  /** An operand as the sequence of what each run sees: the loop's axes first, then the others. `order` are the axes it had. */
  #inOrder(
    graph: Graph,
    { value, axes, dims }: Operand,
    loop: Runs,
  ): { readonly value: GraphValue; readonly order: readonly number[] } {
    const first = loop.axes.map((axis) => axes.indexOf(axis));
    const order = [...first, ...dims.map((_, i) => i).filter((i) => !first.includes(i))];
    const moved = this.#permuted(graph, value, order);
    const rest = order.slice(first.length).map((i) => dims[i]!);
    const left = loop.axes.map(() => loop.left).filter((n) => n > 1);
    return { value: this.#reshape(graph, moved, [loop.runs, ...left, ...rest]), order };
  }

  /** What lies with its axes in `order` as `dims` again. */
  #outOfOrder(graph: Graph, value: GraphValue, order: readonly number[], dims: Dims): GraphValue {
    const shaped = this.#reshape(
      graph,
      value,
      order.map((i) => dims[i]!),
    );
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
      return this.#apply(graph, 'transpose', [value], { permutation });
    return this.#reshape(
      graph,
      value,
      permutation.map((i) => value.dims[i]!),
    );
  }

  /** The region itself, of operands that have been cut. */
  #compute(out: Graph, part: Part, operands: readonly Operand[]): GraphValue[] {
    const values = new Map<Node, GraphValue>();
    const leaves = new Map<Node, Map<number, GraphValue>>();
    this.#axes.leaves.forEach(({ node, operand }, i) => {
      const own = leaves.get(node) ?? new Map<number, GraphValue>();
      leaves.set(node, own.set(operand, operands[i]!.value));
    });
    for (const node of this.#region.nodes) {
      const inputs = node.inputs.map((value, i) => leaves.get(node)?.get(i) ?? values.get(value.node)!);
      const dims = dimsLeft(node.outputs[0]!.dims, this.#axes.of(node), part.lengths);
      values.set(node, this.#node(out, node, inputs, dims, part));
    }
    return this.#region.results.map((node) => values.get(node)!);
  }

  #node(out: Graph, node: Node, inputs: readonly GraphValue[], dims: Dims, part: Part): GraphValue {
    const { params, scope } = node;
    if (node.primitive!.kind === 'random') return this.#random(out, node, inputs, dims, part);
    const made = out.apply(node.primitive!, inputs, 'dims' in params ? { ...params, dims } : params, scope)[0]!;
    const along = countedAxis(node);
    if (along === null) return made;
    const start = this.#startOf(out, this.#axes.of(node)[along]!, part);
    if (!start) return made;
    const typed = made.dtype === 'int32' ? start : this.#apply(out, 'convert', [start], { dtype: made.dtype });
    return this.#apply(out, 'add', [made, this.#apply(out, 'broadcast', [typed], { dims, axes: [] })]);
  }

  /** Of a value of random bits the part that is wanted: the bits of the stretch in which it lies, and of them those. */
  #random(out: Graph, node: Node, inputs: readonly GraphValue[], dims: Dims, part: Part): GraphValue {
    const whole = node.outputs[0]!.dims;
    const strides = stridesOf(whole);
    const axes = this.#axes.of(node);
    const long = dims.findIndex((n) => n > 1);
    const first = long < 0 ? dims.length - 1 : long;
    const stretch = whole.map((n, i) => (i > first ? n : dims[i]!));
    let number = inputs[2]!;
    axes.forEach((axis, i) => {
      const start = whole[i]! > 1 && i <= first ? this.#startOf(out, axis, part) : null;
      if (!start) return;
      const stride = out.addConstant(BigUint64Array.of(BigInt(strides[i]!)), { dims: [], dtype: 'uint64' });
      const wide = this.#apply(out, 'convert', [start], { dtype: 'uint64' });
      number = this.#apply(out, 'add', [number, this.#apply(out, 'mul', [wide, stride])]);
    });
    const [key, counter] = inputs as [GraphValue, GraphValue];
    const bits = out.apply(node.primitive!, [key, counter, number], { dims: stretch }, node.scope)[0]!;
    const start = axes.map((axis, i) => (i > first && whole[i]! > 1 ? (part.starts.get(axis)?.fixed ?? 0) : 0));
    return this.#slice(out, bits, start, dims);
  }

  /** Where this part begins along an axis, int32; null where that is the beginning of all. */
  #startOf(out: Graph, axis: number, { starts }: Part): GraphValue | null {
    const start = starts.get(axis);
    if (!start) return null;
    const { fixed, moving } = start;
    if (fixed === 0) return moving;
    const number = out.addConstant(Int32Array.of(fixed), { dims: [], dtype: 'int32' });
    return moving ? this.#apply(out, 'add', [moving, number]) : number;
  }

  #zeros(out: Graph, dims: Dims, dtype: GraphValue['dtype']): GraphValue {
    const zero = out.addConstant(allocate(dtype, 1), { dims: [], dtype });
    return dims.length === 0 ? zero : this.#apply(out, 'broadcast', [zero], { dims, axes: [] });
  }

  #reshape(graph: Graph, value: GraphValue, dims: Dims): GraphValue {
    return this.#apply(graph, 'reshape', [value], { dims });
  }

  #apply(graph: Graph, name: PrimitiveName, inputs: readonly GraphValue[], params: Params = {}): GraphValue {
    return graph.apply(primitive(name) as Primitive, inputs, params, this.#scope)[0]!;
  }
}
