// Applies the nodes of a graph again, to other values, under the current interpreter.
// Owns: the walk. Used to inline a body, and to differentiate one.
import { bind, constantValue } from './dispatch.ts';
import type { Graph, GraphValue, Node } from './graph.ts';
import type { Value } from './value.ts';

/**
 * What stands for each value of the graph. `given` overrides values; `visit` sees every application, `apply` may make some itself
 * (null leaves one to the interpreter).
 */
export function replay(
  graph: Graph,
  parameters: readonly Value[],
  given: ReadonlyMap<GraphValue, Value> = new Map(),
  visit?: (node: Node, inputs: readonly Value[], outputs: readonly Value[]) => void,
  apply?: (node: Node, inputs: readonly Value[]) => readonly Value[] | null,
): Map<GraphValue, Value> {
  const values = new Map<GraphValue, Value>(given);
  graph.parameters.forEach((parameter, i) => {
    values.set(parameter, parameters[i]!);
  });
  for (const node of graph.liveNodes()) {
    if (node.kind === 'parameter') continue;
    if (node.kind === 'constant') {
      values.set(node.outputs[0]!, constantValue(node.data!, node.outputs[0]!.dims, node.outputs[0]!.dtype));
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const outputs =
      apply?.(node, inputs) ??
      (node.outputs.every((output) => given.has(output))
        ? node.outputs.map((output) => given.get(output)!)
        : bind(node.primitive!, inputs, node.params));
    node.outputs.forEach((output, i) => {
      if (!given.has(output)) values.set(output, outputs[i]!);
    });
    visit?.(
      node,
      inputs,
      node.outputs.map((output) => values.get(output)!),
    );
  }
  return values;
}
