// The reference: runs a graph node by node with the primitives' own evaluation.
// Owns: nothing but the order. Slow, and the definition of what every backend must give; the bodies of control flow run
// through it too.
import { allocate, type Data } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import type { Graph, GraphValue, Node } from './graph.ts';
import type { ArrayValue } from './primitive.ts';

/** Sees what each node gave, and of what, when it is computed. */
export type NodeObserver = (node: Node, outputs: readonly ArrayValue[], inputs: readonly ArrayValue[]) => void;

/** Looks into the bodies of control flow too. */
let inherited: NodeObserver | undefined;

/** The elements of the graph's outputs, given those of its parameters. */
export function runGraph(graph: Graph, parameters: readonly Data[], observe = inherited): Data[] {
  const outer = inherited;
  inherited = observe;
  try {
    return evaluate(graph, parameters, observe);
  } finally {
    inherited = outer;
  }
}

function evaluate(graph: Graph, parameters: readonly Data[], observe: NodeObserver | undefined): Data[] {
  const values = new Map<GraphValue, ArrayValue>();
  graph.parameters.forEach((parameter, i) => {
    values.set(parameter, { dims: parameter.dims, dtype: parameter.dtype, data: parameters[i]! });
  });
  for (const node of graph.liveNodes()) {
    if (node.kind === 'parameter') continue;
    if (node.kind === 'constant') {
      const value = node.outputs[0]!;
      values.set(value, { dims: value.dims, dtype: value.dtype, data: node.data! });
      continue;
    }
    const outputs = node.outputs.map(
      ({ dims, dtype }): ArrayValue => ({ dims, dtype, data: allocate(dtype, sizeOf(dims)) }),
    );
    const inputs = node.inputs.map((input) => values.get(input)!);
    node.primitive!.evaluate(inputs, node.params, outputs);
    observe?.(node, outputs, inputs);
    node.outputs.forEach((output, i) => {
      values.set(output, outputs[i]!);
    });
  }
  return graph.outputs.map((output) => values.get(output)!.data);
}
