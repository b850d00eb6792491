// Indices that a program reads and that may be out of range: what is looked at, and by which kernels.
// Owns: which nodes need a look, the kernels, and how a failure is written down: one int32 for the whole program, 0 until the
// first check strikes, then its number · 256 + 1, so that its first byte is a flag for steps. Leaves their place among the
// steps to compile.ts, the error to the runtime.
import { sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { ParamValue } from '../graph/primitive.ts';
import type { Group } from './groups.ts';
import * as ir from './loop-ir.ts';
import { Builder, kernelOf, type Lowered } from './lower.ts';

/** What a check means when it strikes. */
export interface IndexCheck {
  readonly operation: string;
  readonly scope: string;
  readonly rows: number;
}

/** The check that struck, by what the flag holds. */
export const struck = (flag: number): number => flag >> 8;

const indexes = ({ primitive }: Node): boolean => primitive?.name === 'takeRows' || primitive?.name === 'scatterRows';

/** The rows that a gather or scatter may name. */
export const rowsOf = (node: Node): number => node.inputs[0]!.dims[0]!;

/** Whether indices are constants in range. */
function known(indices: GraphValue, rows: number): boolean {
  const { node } = indices;
  return (
    node.kind === 'constant' &&
    Array.from(node.data as ArrayLike<number | bigint>, Number).every((index) => index >= 0 && index < rows)
  );
}

const doubtful = (node: Node): boolean => {
  const indices = node.inputs[1]!;
  return sizeOf(indices.dims) > 0 && node.params.within !== true && !known(indices, rowsOf(node));
};

/** The gathers and scatters among what a group computes whose indices must be looked at before. */
export function checkedNodes(group: Group, home: ReadonlyMap<GraphValue, GraphValue>): Node[] {
  const found: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (node.kind !== 'apply' || seen.has(node)) return;
    seen.add(node);
    if (indexes(node) && doubtful(node)) found.push(node);
    for (const input of node.inputs) if (!home.has(input)) visit(input.node);
  };
  if (group.kind !== 'host') for (const root of group.roots) visit(root);
  return found;
}

/** Whether a group may end the program early: its writes to variables must come after it. */
export function mayFail(group: Group, home: ReadonlyMap<GraphValue, GraphValue>): boolean {
  const root = group.roots[0]!;
  if (group.kind === 'host') return indexes(root) || root.primitive!.name === 'customCall';
  if (group.kind === 'control') return Object.values(root.params).some(bodyMayFail);
  return checkedNodes(group, home).length > 0;
}

function bodyMayFail(param: ParamValue): boolean {
  if (Array.isArray(param)) return param.some(bodyMayFail);
  if (!(param instanceof Graph)) return false;
  return param
    .liveNodes()
    .some(
      (node) =>
        (indexes(node) && doubtful(node)) ||
        node.primitive?.name === 'customCall' ||
        Object.values(node.params).some(bodyMayFail),
    );
}

/** A kernel that notes in `flag` that an index lies outside of [0, rows), if nothing stands there yet. */
export function lowerIndexCheck(
  indices: GraphValue,
  rows: number,
  check: number,
  flag: GraphValue,
  home: ReadonlyMap<GraphValue, GraphValue>,
): Lowered {
  const builder = new Builder(home);
  const { loops, position } = builder.nest(indices.dims);
  const index = builder.element(indices, position);
  const zero = ir.constant(index.type, index.type === 'i64' ? 0n : 0);
  const limit = ir.constant(index.type, index.type === 'i64' ? BigInt(rows) : rows);
  const bad = ir.binary('or', ir.compare('lt', index, zero), ir.compare('ge', index, limit));
  const local: ir.Local = { name: 'bad', type: 'i32' };
  const reduce: ir.Statement = {
    kind: 'reduce',
    loops,
    accumulators: [{ local, combine: 'or', signed: false, initial: 0, value: ir.convert('i32', bad, false) }],
  };
  const buffer = builder.buffer(flag, 'update');
  const at = ir.integer(0);
  const before = ir.load('i32', buffer, at);
  const none = (value: ir.Expr): ir.Expr => ir.compare('eq', value, ir.integer(0));
  const found = ir.select(none(ir.read(local)), ir.integer(0), ir.integer(check * 256 + 1));
  const store: ir.Statement = { kind: 'store', buffer, index: at, value: ir.select(none(before), found, before) };
  return { kernel: kernelOf(builder, [], [...builder.statements, reduce, store], true), buffers: builder.buffers };
}

const once = (storage: ir.Storage, access: 'write' | 'update', others: ir.BufferUse[], value: ir.Expr): ir.Kernel => ({
  kind: 'loops',
  buffers: [{ storage, access }, ...others],
  outer: { name: 'once', extent: 1 },
  body: [{ kind: 'store', buffer: 0, index: ir.integer(0), value }],
  serial: true,
});

/** Nothing has gone wrong yet. Buffer: the flag. */
export const clearFlag = (): ir.Kernel => once('i32', 'write', [], ir.integer(0));

/** Ends a loop when something has gone wrong. Buffers: its condition, the flag. */
export const stopOnFailure = (): ir.Kernel =>
  once(
    'bool',
    'update',
    [{ storage: 'i32', access: 'read' }],
    ir.binary(
      'and',
      ir.load('bool', 0, ir.integer(0)),
      ir.compare('eq', ir.load('i32', 1, ir.integer(0)), ir.integer(0)),
    ),
  );
