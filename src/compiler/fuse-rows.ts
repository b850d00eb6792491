// Sums and maxima over the rows of a value, and what is computed of the rows with them, as one kernel that goes through each row
// while it lies in cache: softmax, normalisations, their gradients.
// Owns: which groups may share such a kernel. Everything in it has the value's shape, or one element a row; what one part makes
// and another reads must lie in the same row. Leaves the loops to lower.ts.
import { type Dims, sameShape, sizeOf } from '../base/shape.ts';
import type { GraphValue, Node } from '../graph/graph.ts';
import type { Params } from '../graph/primitive.ts';
import { type Group, GroupGraph, type GroupKind } from './groups.ts';

/** Longer rows do not stay in the first cache; more results would need more registers than there are. */
const [LONGEST, MOST_RESULTS] = [4096, 8];
const KINDS: ReadonlySet<GroupKind> = new Set(['map', 'reduce', 'rows']);

/** The axes that a group goes over: those that name a row, and those along it. */
interface Shape {
  readonly rows: Dims;
  readonly whole: Dims;
}

export function mergeRows(groups: readonly Group[], home: ReadonlyMap<GraphValue, GraphValue>): Group[] {
  const graph = new GroupGraph(groups, home);
  const shapes = groups.map((group) => reducedShape(group, home));
  groups.forEach((_, j) => {
    // Which groups make what this one reads may change with every merge.
    for (let found = graph.at(j) !== null; found; ) {
      found = false;
      const producers = new Set([...graph.reads[j]!.keys()].map((value) => graph.ownerOf(value)));
      for (const i of producers) {
        if (i === undefined || i === j) continue;
        const [earlier, later] = [graph.at(i)!, graph.at(j)!];
        if (![earlier, later].every(({ kind }) => KINDS.has(kind))) continue;
        const shape = shapes[i] ?? shapes[j];
        const roots = [...earlier.roots, ...later.roots];
        if (!shape || roots.length > MOST_RESULTS || !fits(roots, shape, home) || !graph.mayMerge(i, j)) continue;
        graph.merge(i, j, { kind: 'rows', roots, rows: shape.rows });
        shapes[j] = shape;
        found = true;
        break;
      }
    }
  });
  return graph.groups;
}

/** The nodes that a group computes: its roots, and what is computed on the way. */
function nodesOf(roots: readonly Node[], home: ReadonlyMap<GraphValue, GraphValue>): Set<Node> {
  const nodes = new Set<Node>();
  const visit = (node: Node): void => {
    if (nodes.has(node)) return;
    nodes.add(node);
    for (const input of node.inputs) if (!home.has(input)) visit(input.node);
  };
  roots.forEach(visit);
  return nodes;
}

/** The shape of what a group reduces along its last axes, where it does. */
function reducedShape({ roots, kind }: Group, home: ReadonlyMap<GraphValue, GraphValue>): Shape | undefined {
  if (kind !== 'map' && kind !== 'reduce') return undefined;
  for (const node of nodesOf(roots, home)) {
    const shape = shapeOf(node);
    if (shape) return shape;
  }
  return undefined;
}

function shapeOf({ primitive, inputs, params, outputs }: Node): Shape | undefined {
  const [operand] = inputs;
  if (primitive?.kind !== 'reduce' || inputs.length !== 1 || !operand) return undefined;
  const axes = (params as Params & { readonly axes?: readonly number[] }).axes;
  const { dims: whole } = operand;
  const rows = outputs[0]!.dims;
  if (!axes || rows.length + axes.length !== whole.length || !axes.every((axis) => axis >= rows.length))
    return undefined;
  const [length, count] = [sizeOf(whole.slice(rows.length)), sizeOf(rows)];
  return length > 1 && length <= LONGEST && count > 1 ? { rows, whole } : undefined;
}

/** Where a value is looked at: at the element of the row that is being computed, at the row's only element, or anywhere. */
type View = 'element' | 'row' | 'anywhere';

/** Whether roots can share a kernel over the rows: each has the right shape, and reads others' results in its own row only. */
function fits(roots: readonly Node[], { rows, whole }: Shape, home: ReadonlyMap<GraphValue, GraphValue>): boolean {
  const isRow = (dims: Dims): boolean => dims.length >= rows.length && dims.every((n, axis) => n === (rows[axis] ?? 1));
  const viewOf = (dims: Dims): View => (sameShape(dims, whole) ? 'element' : isRow(dims) ? 'row' : 'anywhere');
  const members = new Set(roots.flatMap(({ outputs }) => outputs));
  const seen = new Set<string>();
  const numbers = new Map<GraphValue, number>();
  const numberOf = (value: GraphValue): number => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value)!;
  };
  const value = (input: GraphValue, view: View): boolean => {
    const at = home.get(input);
    if (at) return !members.has(at) || (view !== 'anywhere' && viewOf(input.dims) === view && viewOf(at.dims) === view);
    const key = `${numberOf(input)} ${view}`;
    if (seen.has(key)) return true;
    seen.add(key);
    return operation(input.node, view);
  };
  const operation = (node: Node, view: View): boolean => {
    const { primitive, inputs, params, outputs } = node;
    if (primitive!.kind === 'reduce') {
      // Reductions stand at the level of rows; those inside the elements of a row would be done for each of them.
      if (view === 'element') return false;
      const shape = shapeOf(node);
      const along = view === 'row' && shape !== undefined && sameShape(shape.whole, whole);
      return inputs.every((input) => value(input, along ? 'element' : 'anywhere'));
    }
    if (primitive!.kind !== 'map') return false;
    if (primitive!.pointwise) return inputs.every((input) => value(input, view));
    const [operand] = inputs;
    const inner = operand ? viewOf(operand.dims) : 'anywhere';
    if (primitive!.name === 'reshape') return value(operand!, inner === view ? view : 'anywhere');
    if (primitive!.name === 'broadcast') {
      const { axes } = params as Params & { readonly axes: Dims };
      const straight = axes.every((to, from) => to === from) && viewOf(outputs[0]!.dims) === view;
      return value(operand!, straight && (inner === view || inner === 'row') ? inner : 'anywhere');
    }
    return inputs.every((input) => value(input, 'anywhere'));
  };
  return roots.every((root) => {
    const view = viewOf(root.outputs[0]!.dims);
    return view !== 'anywhere' && operation(root, view);
  });
}
