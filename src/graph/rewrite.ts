// A graph made anew with some of its nodes replaced.
// Owns: the walk. What is replaced, and by what, is the caller's.
import { Graph, type GraphValue, type Node } from './graph.ts';

/** What stands for the outputs of a node, built in `out` on `inputs`; null where the node stays as it is. */
export type Replacement = (out: Graph, node: Node, inputs: readonly GraphValue[]) => readonly GraphValue[] | null;

/** The graph with replacements made; the graph itself if there were none. */
export function rewrite(graph: Graph, replace: Replacement): Graph {
  const out = new Graph();
  const values = new Map<GraphValue, GraphValue>();
  let changed = false;
  for (const parameter of graph.parameters) values.set(parameter, out.addParameter(parameter));
  for (const node of graph.liveNodes()) {
    if (node.kind === 'parameter') continue;
    if (node.kind === 'constant') {
      values.set(node.outputs[0]!, out.addConstant(node.data!, node.outputs[0]!));
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const replaced = replace(out, node, inputs);
    if (replaced) changed = true;
    (replaced ?? out.apply(node.primitive!, inputs, node.params, node.scope)).forEach((value, i) => {
      values.set(node.outputs[i]!, value);
    });
  }
  out.outputs = graph.outputs.map((value) => values.get(value)!);
  return changed ? out : graph;
}
