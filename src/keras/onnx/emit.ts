// A graph of primitives as ONNX nodes.
// Owns: the walk and the error for what ONNX cannot express. The rules stand in the emit- files.
import { ValueError } from '../../base/errors.ts';
import { type Graph, type Node, paramsOf } from '../../graph/graph.ts';
import type { HostFunction } from '../../graph/primitive.ts';
import type { OnnxBlock } from './builder.ts';
import { emitConstant } from './emit-constant.ts';
import { contractRules } from './emit-contract.ts';
import { emitCond, emitScan, emitWhile } from './emit-control.ts';
import { emitElementwise, isElementwise } from './emit-elementwise.ts';
import { movementRules } from './emit-movement.ts';

const rules: Readonly<Record<string, (block: OnnxBlock, node: Node) => void>> = {
  ...movementRules,
  ...contractRules,
  scan: emitScan,
  whileLoop: emitWhile,
  cond: emitCond,
};

function refuse(node: Node): never {
  const { name } = node.primitive!;
  const where = node.scope ? `layer '${node.scope}'` : 'the model';
  if (name === 'randomBits')
    throw new ValueError(
      `exportOnnx: ${where} draws random numbers at inference too, which ONNX models cannot do alike.`,
    );
  const what =
    name === 'customCall' || name === 'elementwiseCall'
      ? `'${paramsOf<{ readonly call: HostFunction }>(node).call.hostFunction}'`
      : `'${name}'`;
  throw new ValueError(
    `exportOnnx: ${where} computes ${what}, for which ONNX has no operator. Leave the layer out of the exported model, or save as .keras.`,
  );
}

/** Adds the nodes of a graph; its parameters are known to the block already. */
export function emitGraph(block: OnnxBlock, graph: Graph): void {
  const outer = block.scope;
  for (const node of graph.liveNodes()) {
    if (node.kind === 'parameter') continue;
    if (node.kind === 'constant') {
      emitConstant(block, node);
      continue;
    }
    block.scope = node.scope;
    const { name } = node.primitive!;
    if (isElementwise(name)) emitElementwise(block, node);
    else (rules[name] ?? (() => refuse(node)))(block, node);
  }
  block.scope = outer;
}
