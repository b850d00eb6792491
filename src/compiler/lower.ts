// Makes loop kernels of groups: one nest over the elements of the results, with everything the group computes inside.
// Owns: the context in which primitives' lowering rules read their operands, guards, reductions inside bodies.
// Leaves matrix products to contract.ts and the choice of groups to fuse.ts.
import { dtypes, isBig } from '../base/dtype.ts';
import { assert } from '../base/errors.ts';
import { type Dims, sizeOf } from '../base/shape.ts';
import type { GraphValue, Node } from '../graph/graph.ts';
import type { LowerContext, ReducePrimitive, ScatterPrimitive } from '../graph/primitive.ts';
import { wrap } from '../primitives/elementwise/define.ts';
import { storageOf } from '../primitives/storage.ts';
import type { Group } from './groups.ts';
import * as ir from './loop-ir.ts';
import { affine, collapse } from './loops.ts';
import { Position } from './position.ts';

/** A kernel and the values whose places its buffers are, in order. */
export interface Lowered {
  readonly kernel: ir.Kernel;
  readonly buffers: readonly GraphValue[];
}

const signed = (value: GraphValue): boolean => dtypes[value.dtype].kind !== 'uint' && value.dtype !== 'bool';

/** Builds the body of one kernel. */
export class Builder {
  readonly #home: ReadonlyMap<GraphValue, GraphValue>;
  readonly buffers: GraphValue[] = [];
  readonly #access: ('read' | 'write' | 'update')[] = [];
  /** Statements that must come before the expression being built: reductions inside it. */
  statements: ir.Statement[] = [];
  #guard: ir.Expr | null = null;
  #memo = new Map<GraphValue, { position: Position; guard: ir.Expr | null; expr: ir.Expr }[]>();
  /** Results of this kernel, at the position being written. */
  readonly #results = new Map<GraphValue, { position: Position; expr: ir.Expr }>();
  /** Results written where a variable lies, and that variable. */
  readonly #overwrites: ReadonlyMap<GraphValue, GraphValue>;
  /** Variables that a store of this kernel has overwritten at the position, and the old element where it is still read. */
  readonly #overwritten = new Map<GraphValue, ir.Local | null>();
  #locals = 0;
  #loops = 0;

  constructor(home: ReadonlyMap<GraphValue, GraphValue>, overwrites: ReadonlyMap<GraphValue, GraphValue> = new Map()) {
    this.#home = home;
    this.#overwrites = overwrites;
  }

  get uses(): ir.BufferUse[] {
    return this.buffers.map((value, i) => {
      const use = { storage: storageOf(value.dtype), access: this.#access[i]! };
      return this.#overwrites.has(value) ? { ...use, inPlace: true } : use;
    });
  }

  buffer(value: GraphValue, access: 'read' | 'write' | 'update'): number {
    const at = this.#home.get(value) ?? value;
    let index = this.buffers.indexOf(at);
    if (index < 0) {
      index = this.buffers.push(at) - 1;
      this.#access.push(access);
    } else if (this.#access[index] !== access) this.#access[index] = 'update';
    return index;
  }

  loop(extent: number): ir.LoopIndex {
    return { name: `i${this.#loops++}`, extent };
  }

  /** Loops over dims and the position they stand for; axes of length 1 need none. */
  nest(dims: Dims): { loops: ir.LoopIndex[]; position: Position } {
    const loops: ir.LoopIndex[] = [];
    const axes = dims.map((n) => {
      if (n === 1) return ir.integer(0);
      const loop = this.loop(n);
      loops.push(loop);
      return ir.index(loop);
    });
    return { loops, position: Position.of(dims, axes) };
  }

  /** The element of a value, computed here or read from where it is stored. */
  element(value: GraphValue, position: Position, guard?: ir.Expr, otherwise?: ir.Expr): ir.Expr {
    const { node } = value;
    const type = ir.registerOf[storageOf(value.dtype)];
    const instead = otherwise ?? ir.constant(type, type === 'i64' ? 0n : 0);
    if (node.kind === 'constant' && node.data!.length === 1)
      return guard ? ir.select(guard, this.#literal(value), instead) : this.#literal(value);
    const at = this.#home.get(value);
    const result = at && this.#results.get(at);
    if (result && samePlace(result.position, position)) return result.expr;
    const outer = this.#guard;
    const full = guard && outer ? ir.binary('and', outer, guard) : (guard ?? outer);
    if (at) {
      assert(!result, 'a kernel reads a result of its own at another position');
      if (this.#overwritten.has(at)) return ir.read(this.#oldElement(at, value, position));
      return ir.load(
        storageOf(value.dtype),
        this.buffer(value, 'read'),
        position.flat,
        full ?? undefined,
        full ? instead : undefined,
      );
    }
    const known = this.#memo.get(value)?.find((entry) => entry.position === position && entry.guard === full);
    let expr = known?.expr;
    if (!expr) {
      this.#guard = full ?? null;
      expr = this.#compute(node, position);
      this.#guard = outer;
      const list = this.#memo.get(value) ?? [];
      list.push({ position, guard: full ?? null, expr });
      this.#memo.set(value, list);
    }
    return guard ? ir.select(guard, expr, instead) : expr;
  }

  /** The element of a variable before this kernel wrote it: read at the very start. */
  #oldElement(variable: GraphValue, value: GraphValue, position: Position): ir.Local {
    let local = this.#overwritten.get(variable);
    if (!local) {
      const storage = storageOf(value.dtype);
      local = { name: `old${this.#locals++}`, type: ir.registerOf[storage] };
      this.#overwritten.set(variable, local);
      const load = ir.load(storage, this.buffer(value, 'read'), position.flat);
      this.statements.unshift({ kind: 'set', local, value: load });
    }
    return local;
  }

  /** A one-element constant as a number in the code. */
  #literal(value: GraphValue): ir.Expr {
    const type = ir.registerOf[storageOf(value.dtype)];
    const element = value.node.data![0] as number | bigint;
    return ir.constant(type, isBig(value.dtype) ? element : Number(element));
  }

  context(node: Node): LowerContext {
    return {
      inputs: node.inputs,
      outputs: node.outputs,
      load: (operand, at, guard, otherwise) => {
        const value = node.inputs[operand]!;
        return this.element(value, at instanceof Position ? at : Position.of(value.dims, at), guard, otherwise);
      },
    };
  }

  #compute(node: Node, position: Position): ir.Expr {
    const { primitive } = node;
    assert(primitive, 'a value without a home is the result of an application');
    if (primitive.kind === 'map') return primitive.lower(this.context(node), node.params, position);
    return this.reduction(node, position);
  }

  /** Emits the loops of a reduction; its result stands in a local. */
  reduction(node: Node, position: Position): ir.Expr {
    const primitive = node.primitive as ReducePrimitive;
    const output = node.outputs[0]!;
    const type = ir.registerOf[storageOf(output.dtype)];
    const extents = primitive.loops(node.inputs, node.params);
    const initial = primitive.initial(output.dtype);
    // Code generators may take every loop to run at least once.
    if (extents.includes(0)) return ir.constant(type, initial);
    const loops: ir.LoopIndex[] = [];
    const inner = extents.map((n) => {
      if (n === 1) return ir.integer(0);
      const loop = this.loop(n);
      loops.push(loop);
      return ir.index(loop);
    });
    const before = this.statements;
    this.statements = [];
    const value = primitive.value(this.context(node), node.params, position, inner);
    assert(this.statements.length === 0, 'a reduction inside the elements of a reduction');
    this.statements = before;
    const local: ir.Local = { name: `sum${this.#locals++}`, type };
    // The largest of booleans is their disjunction.
    const combine = type !== 'bool' ? primitive.combine : primitive.combine === 'max' ? 'or' : 'and';
    this.statements.push({
      kind: 'reduce',
      loops,
      accumulators: [{ local, combine, signed: signed(output), initial, value }],
    });
    return wrap(output.dtype, ir.read(local));
  }

  /** Stores a result at a position. */
  store(value: GraphValue, position: Position, expr: ir.Expr): void {
    this.#results.set(this.#home.get(value)!, { position, expr });
    this.statements.push({ kind: 'store', buffer: this.buffer(value, 'write'), index: position.flat, value: expr });
    const variable = this.#overwrites.get(value);
    if (variable) this.#overwritten.set(variable, null);
  }

  /** Reads written values from memory again: used where a kernel updates its own result. */
  forgetResults(): void {
    this.#results.clear();
    this.forgetExpressions();
  }
  /** Reads one of them from memory again. */
  forgetResult(value: GraphValue): void {
    this.#results.delete(this.#home.get(value)!);
  }
  /** Computes anew what stood in a loop that has ended. */
  forgetExpressions(): void {
    this.#memo = new Map();
  }
}

/** Whether two positions are the same element of memory, as far as can be told. */
function samePlace(a: Position, b: Position): boolean {
  if (a === b || a.flat === b.flat) return true;
  const [p, q] = [affine(a.flat), affine(b.flat)];
  if (!p || !q || p.constant !== q.constant || p.terms.size !== q.terms.size) return false;
  return [...p.terms].every(([loop, n]) => q.terms.get(loop) === n);
}

/** The kernel of a nest: its first loop is the outer one. */
export function kernelOf(
  builder: Builder,
  loops: readonly ir.LoopIndex[],
  body: readonly ir.Statement[],
  serial: boolean,
): ir.LoopKernel {
  const nest = collapse({ loops, body });
  const [outer, ...rest] = nest.loops.length > 0 ? nest.loops : [builder.loop(1)];
  const inside = rest.reduceRight<readonly ir.Statement[]>(
    (statements, loop) => [{ kind: 'loop', loop, body: statements }],
    nest.body,
  );
  return { kind: 'loops', buffers: builder.uses, outer: outer!, body: inside, serial };
}

const wrapLoops = (loops: readonly ir.LoopIndex[], statements: readonly ir.Statement[]): readonly ir.Statement[] =>
  loops.reduceRight<readonly ir.Statement[]>((body, loop) => [{ kind: 'loop', loop, body }], statements);

/** A kernel for map and reduce groups. `inPlace` says which results lie where a variable lies. */
export function lowerElements(
  group: Group,
  home: ReadonlyMap<GraphValue, GraphValue>,
  inPlace: ReadonlyMap<GraphValue, GraphValue>,
): Lowered {
  const builder = new Builder(home, inPlace);
  const parts = partsOf(group, inPlace);
  if (parts) return lowerParts(group.roots[0]!, parts, builder);
  const { loops, position } = builder.nest(group.roots[0]!.outputs[0]!.dims);
  for (const root of group.roots) {
    const primitive = root.primitive!;
    const expr =
      primitive.kind === 'map'
        ? primitive.lower(builder.context(root), root.params, position)
        : builder.reduction(root, position);
    builder.store(root.outputs[0]!, position, expr);
  }
  return { kernel: kernelOf(builder, loops, builder.statements, false), buffers: builder.buffers };
}

/**
 * A kernel for groups over rows: for each row, one loop or reduction for each result, in order. What has one element a row stays at
 * hand; the elements of a row are read again from where they have just been written.
 */
export function lowerRows(group: Group, home: ReadonlyMap<GraphValue, GraphValue>): Lowered {
  const builder = new Builder(home);
  const outer = builder.nest(group.rows!);
  const body: ir.Statement[] = [];
  for (const root of group.roots) {
    const [primitive, output] = [root.primitive!, root.outputs[0]!];
    const along = builder.nest(output.dims.slice(group.rows!.length));
    const position = Position.of(output.dims, [...outer.position.axes, ...along.position.axes]);
    builder.statements = [];
    const expr =
      primitive.kind === 'map'
        ? primitive.lower(builder.context(root), root.params, position)
        : builder.reduction(root, position);
    builder.store(output, position, expr);
    body.push(...wrapLoops(along.loops, builder.statements));
    if (along.loops.length > 0) builder.forgetResult(output);
    builder.forgetExpressions();
  }
  return { kernel: kernelOf(builder, outer.loops, body, false), buffers: builder.buffers };
}

/** Parts with fewer elements in a row are better told apart element by element. */
const SHORTEST_PART = 8;

/** Where the operands of a group's only root lie in its result, if it is to be stored part by part. */
function partsOf(group: Group, inPlace: ReadonlyMap<GraphValue, GraphValue>): readonly Dims[] | null {
  const [root, other] = group.roots;
  if (other || root!.primitive!.kind !== 'map' || inPlace.has(root!.outputs[0]!)) return null;
  const parts = root!.primitive!.parts?.(root!.inputs, root!.params);
  if (!parts || root!.inputs.length < 2) return null;
  const axis = firstOfParts(root!);
  const rows = root!.inputs.map(({ dims }) => sizeOf(dims.slice(axis)));
  return rows.every((n) => n >= SHORTEST_PART) ? parts : null;
}
/** The first axis along which the parts are not as long as the whole. */
const firstOfParts = ({ inputs, outputs }: Node): number =>
  outputs[0]!.dims.findIndex((n, axis) => inputs.some(({ dims }) => dims[axis] !== n));

/** One kernel with a nest for each part; the loops over what they share go round all of them. */
function lowerParts(root: Node, parts: readonly Dims[], builder: Builder): Lowered {
  const output = root.outputs[0]!;
  const axis = firstOfParts(root);
  const shared = builder.nest(output.dims.slice(0, axis));
  const body = root.inputs.flatMap((operand, i) => {
    const own = builder.nest(operand.dims.slice(axis));
    const from = [...shared.position.axes, ...own.position.axes];
    const to = from.map((index, a) => ir.plus(index, ir.integer(parts[i]![a]!)));
    builder.statements = [];
    builder.store(output, Position.of(output.dims, to), builder.element(operand, Position.of(operand.dims, from)));
    const nest = collapse({ loops: own.loops, body: builder.statements });
    // What one part has computed stands in loops that the next one does not see.
    builder.forgetResults();
    return nest.loops.reduceRight<readonly ir.Statement[]>(
      (statements, loop) => [{ kind: 'loop', loop, body: statements }],
      nest.body,
    );
  });
  return { kernel: kernelOf(builder, shared.loops, body, false), buffers: builder.buffers };
}

/** Copies operand 0, then combines the rows of updates into it, in order: two kernels, of which the first can be shared. */
export function lowerScatter(node: Node, home: ReadonlyMap<GraphValue, GraphValue>): Lowered[] {
  const primitive = node.primitive as ScatterPrimitive;
  const [operand, indices, updates] = node.inputs as readonly [GraphValue, GraphValue, GraphValue];
  const output = node.outputs[0]!;
  const first = new Builder(home);
  const copy = first.nest(output.dims);
  const copied = first.element(operand, copy.position);
  first.store(output, copy.position, copied);
  const start = { kernel: kernelOf(first, copy.loops, first.statements, false), buffers: first.buffers };
  const builder = new Builder(home);
  const out = builder.buffer(output, 'update');
  const outer = builder.nest(indices.dims);
  // Code generators may take every loop to run at least once.
  if (outer.loops.some((loop) => loop.extent === 0)) return [start];
  // Pieces of a row are independent of one another: threads share them, each going through all indices in order.
  const { row, pieces } = piecesOfRows(builder, output.dims.slice(1));
  const index = ir.convert('i32', builder.element(indices, outer.position));
  // An index out of range is reported by its check; here it must only do no harm.
  const inside = ir.binary(
    'and',
    ir.compare('ge', index, ir.integer(0)),
    ir.compare('lt', index, ir.integer(output.dims[0]!)),
  );
  const from = Position.of(updates.dims, [...outer.position.axes, ...row.position.axes]);
  const value = builder.element(updates, from);
  const target = ir.plus(ir.times(index, sizeOf(output.dims.slice(1))), row.position.flat);
  const combine = primitive.combineOf(node.params);
  // 16-bit floats lie in memory as wider ones: every sum is rounded as it is made, as TensorFlow's are.
  const isRounded = output.dtype === 'float16' || output.dtype === 'bfloat16';
  const statement: ir.Statement = !combine
    ? { kind: 'store', buffer: out, index: target, value }
    : isRounded
      ? {
          kind: 'store',
          buffer: out,
          index: target,
          value: wrap(output.dtype, ir.binary(combine, ir.load(storageOf(output.dtype), out, target), value)),
        }
      : { kind: 'update', buffer: out, index: target, combine, signed: signed(output), value };
  const body = wrapLoops(outer.loops, [
    ...builder.statements,
    { kind: 'if', condition: inside, body: wrapLoops(row.loops, [statement]) },
  ]);
  const outermost = pieces ?? builder.loop(1);
  const kernel: ir.LoopKernel = { kind: 'loops', buffers: builder.uses, outer: outermost, body, serial: !pieces };
  return [start, { kernel, buffers: builder.buffers }];
}

/** Elements of a row that one piece of a scatter takes: whole cache lines. */
const SCATTER_PIECE = 32;

/** Loops over a row, the last axis in pieces where it is long enough. */
function piecesOfRows(builder: Builder, dims: Dims) {
  const last = dims.at(-1) ?? 0;
  if (last < 2 * SCATTER_PIECE || last % SCATTER_PIECE !== 0) return { row: builder.nest(dims), pieces: undefined };
  const pieces = builder.loop(last / SCATTER_PIECE);
  const { loops, position } = builder.nest([...dims.slice(0, -1), SCATTER_PIECE]);
  const element = ir.plus(ir.times(ir.index(pieces), SCATTER_PIECE), position.axes.at(-1)!);
  return { row: { loops, position: Position.of(dims, [...position.axes.slice(0, -1), element]) }, pieces };
}
