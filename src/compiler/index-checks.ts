// Indices that a program reads and that may be out of range, and integers that it divides by and that may be zero: what is looked
// at, and by which kernels.
// Owns: which nodes need a look, the kernels, and how a failure is written down: one int32 for the whole program, 0 until the
// first check strikes, then its number · 256 + 1, so that its first byte is a flag for steps. Leaves their place among the
// steps to compile.ts, the error to the runtime.
import { isInteger } from '../base/dtype.ts';
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
  /** How many rows an index may name; null for a divisor, which may not be zero. */
  readonly rows: number | null;
}

/** The check that struck, by what the flag holds. */
export const struck = (flag: number): number => flag >> 8;

const indexes = ({ primitive }: Node): boolean => primitive?.name === 'takeRows' || primitive?.name === 'scatterRows';
const divides = ({ params }: Node): boolean => typeof params.refusesZero === 'string';

/** The op that refuses, as its error names it. */
export const refusing = (node: Node): string =>
  divides(node) ? (node.params.refusesZero as string) : node.primitive!.name === 'takeRows' ? 'gather' : 'scatter';

/** The rows that a gather or scatter may name; null for a division. */
export const rowsOf = (node: Node): number | null => (divides(node) ? null : node.inputs[0]!.dims[0]!);

/** What is looked at: the indices, or the divisor before it was spread over what it divides, if it is not stored like that. */
export function suspectOf(node: Node, home?: ReadonlyMap<GraphValue, GraphValue>): GraphValue {
  let value = node.inputs[1]!;
  while (divides(node) && isSpread(value.node) && !home?.has(value)) value = value.node.inputs[0]!;
  return value;
}
const isSpread = ({ primitive }: Node): boolean => primitive?.name === 'broadcast' || primitive?.name === 'reshape';

/** Whether elements are constants that do no harm. */
function known({ node }: GraphValue, rows: number | null): boolean {
  return (
    node.kind === 'constant' &&
    Array.from(node.data as ArrayLike<number | bigint>, Number).every((element) =>
      rows === null ? element !== 0 : element >= 0 && element < rows,
    )
  );
}

/** What is computed in JavaScript and refuses elements: functions of ops, and negative powers of integers. */
const isThrowing = ({ primitive, outputs: [first] }: Node): boolean =>
  primitive?.name === 'customCall' || (primitive?.name === 'pow' && isInteger(first!.dtype));

const doubtful = (node: Node): boolean => {
  if (!indexes(node) && !divides(node)) return false;
  return sizeOf(node.inputs[1]!.dims) > 0 && node.params.within !== true && !known(suspectOf(node), rowsOf(node));
};

/** The gathers, scatters and divisions among what a group computes whose indices and divisors must be looked at before. */
export function checkedNodes(group: Group, home: ReadonlyMap<GraphValue, GraphValue>): Node[] {
  const found: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (node.kind !== 'apply' || seen.has(node)) return;
    seen.add(node);
    if (doubtful(node)) found.push(node);
    for (const input of node.inputs) if (!home.has(input)) visit(input.node);
  };
  if (group.kind !== 'host') for (const root of group.roots) visit(root);
  return found;
}

/** Whether a group divides by integers that are looked at. */
export const looksAtDivisors = (group: Group, home: ReadonlyMap<GraphValue, GraphValue>): boolean =>
  checkedNodes(group, home).some(divides);

/** Whether a group may end the program early: its writes to variables must come after it. */
export function mayFail(group: Group, home: ReadonlyMap<GraphValue, GraphValue>): boolean {
  const root = group.roots[0]!;
  if (group.kind === 'host') return indexes(root) || isThrowing(root);
  if (group.kind === 'control') return Object.values(root.params).some(bodyMayFail);
  return checkedNodes(group, home).length > 0;
}

function bodyMayFail(param: ParamValue): boolean {
  if (Array.isArray(param)) return param.some(bodyMayFail);
  if (!(param instanceof Graph)) return false;
  return param
    .liveNodes()
    .some((node) => doubtful(node) || isThrowing(node) || Object.values(node.params).some(bodyMayFail));
}

/** A kernel that notes in `flag` that an index lies outside of [0, rows), or a divisor is zero, if nothing stands there yet. */
export function lowerIndexCheck(
  suspect: GraphValue,
  rows: number | null,
  check: number,
  flag: GraphValue,
  home: ReadonlyMap<GraphValue, GraphValue>,
): Lowered {
  const builder = new Builder(home);
  const { loops, position } = builder.nest(suspect.dims);
  const element = builder.element(suspect, position);
  const number = (value: number): ir.Expr => ir.constant(element.type, element.type === 'i64' ? BigInt(value) : value);
  const bad =
    rows === null
      ? ir.compare('eq', element, number(0))
      : ir.binary('or', ir.compare('lt', element, number(0)), ir.compare('ge', element, number(rows)));
  const buffer = builder.buffer(flag, 'update');
  const at = ir.integer(0);
  const before = ir.load('i32', buffer, at);
  const none = (value: ir.Expr): ir.Expr => ir.compare('eq', value, ir.integer(0));
  const code = ir.integer(check * 256 + 1);
  const kernel = (body: readonly ir.Statement[]): Lowered => ({
    kernel: kernelOf(builder, [], body, true),
    buffers: builder.buffers,
  });
  if (builder.statements.length > 0) {
    // What is looked at is itself summed up, inside the loops.
    const value = ir.select(ir.binary('and', bad, none(before)), code, before);
    const body: ir.Statement[] = [...builder.statements, { kind: 'store', buffer, index: at, value }];
    return kernel(
      loops.reduceRight<readonly ir.Statement[]>((inner, loop) => [{ kind: 'loop', loop, body: inner }], body),
    );
  }
  const local: ir.Local = { name: 'bad', type: 'i32' };
  const reduce: ir.Statement = {
    kind: 'reduce',
    loops,
    accumulators: [{ local, combine: 'or', signed: false, initial: 0, value: ir.convert('i32', bad, false) }],
  };
  const found = ir.select(none(ir.read(local)), ir.integer(0), code);
  const value = ir.select(none(before), found, before);
  return kernel([reduce, { kind: 'store', buffer, index: at, value }]);
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
