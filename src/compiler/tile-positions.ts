// Values that are made of positions and numbers alone: masks that say which query sees which key by where they stand.
// Owns: finding them, and giving each reader one of its own. Leaves attention to tile-attention.ts.
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import { axesInResult, countedAxis } from './tile-region.ts';

/** What takes more operations is no mask, and copying it for each reader could take any number. */
const MOST_OPERATIONS = 100;

/** The nodes of such values. */
export function positionsOf(graph: Graph): ReadonlySet<Node> {
  /** With the operations that they take. */
  const found = new Map<Node, number>();
  const numbers = new Set<Node>();
  for (const node of graph.liveNodes()) {
    if (node.kind === 'constant' && node.data!.length === 1) numbers.add(node);
    if (node.kind !== 'apply') continue;
    const inputs = node.inputs.map((input) => input.node);
    const operations = inputs.reduce((sum, input) => sum + (found.get(input) ?? 0), 1);
    if (countedAxis(node) !== null) found.set(node, 1);
    else if (
      inputs.length > 0 &&
      axesInResult(node) &&
      inputs.every((input) => numbers.has(input) || found.has(input))
    ) {
      if (operations === 1) numbers.add(node);
      else if (operations <= MOST_OPERATIONS) found.set(node, operations);
    }
  }
  return new Set(found.keys());
}

/**
 * The graph in which every reader of positions has them for itself: rows and columns may be counted by one value, and are two axes.
 */
export function separatePositions(graph: Graph): Graph {
  const positions = positionsOf(graph);
  if (positions.size === 0) return graph;
  const out = new Graph();
  const values = new Map<GraphValue, GraphValue>();
  for (const parameter of graph.parameters) values.set(parameter, out.addParameter(parameter));
  const copy = ({ primitive, inputs, params, scope }: Node): readonly GraphValue[] =>
    out.apply(primitive!, inputs.map(valueOf), params, scope);
  function valueOf(value: GraphValue): GraphValue {
    return positions.has(value.node) ? copy(value.node)[0]! : values.get(value)!;
  }
  for (const node of graph.liveNodes()) {
    if (node.kind === 'constant') values.set(node.outputs[0]!, out.addConstant(node.data!, node.outputs[0]!));
    else if (node.kind === 'apply' && !positions.has(node)) {
      const made = copy(node);
      node.outputs.forEach((value, i) => {
        values.set(value, made[i]!);
      });
    }
  }
  out.outputs = graph.outputs.map(valueOf);
  return out;
}
