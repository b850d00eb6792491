// The graph between inputs and outputs: its nodes in an order in which each comes after what it needs.
// Owns: the walk back from the outputs, depths, Keras's order of layers. Leaves running to functional-graph.ts.
import { StateError, ValueError } from '../../base/errors.ts';
import type { KerasTensor, Node, Operation } from '../symbolic/keras-tensor.ts';

export interface GraphMap {
  /** From inputs to outputs. */
  readonly nodes: readonly Node[];
  readonly operations: readonly Operation[];
  readonly nodesByDepth: ReadonlyMap<number, readonly Node[]>;
}

const nodeOf = (tensor: KerasTensor): Node | null =>
  tensor.history ? tensor.history.operation.inboundNodes[tensor.history.nodeIndex]! : null;

function walk(inputs: ReadonlySet<KerasTensor>, outputs: readonly KerasTensor[]) {
  const finished = new Set<Node>();
  const order: Node[] = [];
  const indices = new Map<Operation, number>();
  const visit = (tensor: KerasTensor): void => {
    const node = nodeOf(tensor);
    if (!node || finished.has(node)) return;
    if (!node.isInput && inputs.has(tensor)) {
      finished.add(node);
      return;
    }
    if (!indices.has(node.operation)) indices.set(node.operation, indices.size);
    finished.add(node);
    node.inputs.forEach(visit);
    order.push(node);
  };
  outputs.forEach(visit);
  return { order, indices };
}

export function mapGraph(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[], model: string): GraphMap {
  const given = new Set(inputs);
  const { order, indices } = walk(given, outputs);
  const inGraph = new Set(order);
  const nodeDepths = new Map<Node, number>();
  const depths = new Map<Operation, number>();
  for (const node of [...order].reverse()) {
    const depth = Math.max(nodeDepths.get(node) ?? 0, depths.get(node.operation) ?? 0);
    if (!nodeDepths.has(node)) nodeDepths.set(node, 0);
    depths.set(node.operation, depth);
    nodeDepths.set(node, depth);
    for (const parent of node.parents)
      if (inGraph.has(parent)) nodeDepths.set(parent, Math.max(depth + 1, nodeDepths.get(parent) ?? 0));
  }
  // Inputs that lead to no output are part of the model all the same.
  for (const input of inputs) {
    const node = nodeOf(input);
    if (node?.isInput && !depths.has(node.operation)) {
      depths.set(node.operation, 0);
      indices.set(node.operation, -1);
      nodeDepths.set(node, 0);
    }
  }
  const operations = [...depths.keys()].sort(
    (a, b) => depths.get(b)! - depths.get(a)! || indices.get(a)! - indices.get(b)!,
  );
  const byDepth = new Map<number, Node[]>();
  for (const [node, depth] of nodeDepths) byDepth.set(depth, [...(byDepth.get(depth) ?? []), node]);
  const nodes = [...byDepth.keys()].sort((a, b) => b - a).flatMap((depth) => byDepth.get(depth)!);
  check(given, nodes, operations, model);
  return { nodes, operations, nodesByDepth: byDepth };
}

function check(
  inputs: ReadonlySet<KerasTensor>,
  nodes: readonly Node[],
  operations: readonly Operation[],
  model: string,
): void {
  const known = new Set(inputs);
  for (const node of nodes) {
    // An Input that is not among the model's would never get a value.
    for (const input of node.isInput ? node.outputs : node.inputs) {
      if (!known.has(input))
        throw new StateError(
          `model '${model}': the graph is disconnected: ${String(input)}, which '${node.operation.name}' ${node.isInput ? 'makes' : 'takes'}, does not come from the model's inputs. Add it to inputs, or take outputs that depend on the inputs alone.`,
        );
    }
    for (const output of node.outputs) known.add(output);
  }
  const names = new Set<string>();
  for (const { name } of operations) {
    if (names.has(name))
      throw new ValueError(
        `model '${model}': the name '${name}' is used by more than one layer; give each layer a name of its own.`,
      );
    names.add(name);
  }
}
