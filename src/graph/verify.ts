// Checks a graph: what every pass may rely on and must leave behind.
// Owns: order, shapes inferred anew, no values of other graphs, elements of constants. Leaves the meaning of a pass to the
// fuzzer, which compares results.
import { dtypes } from '../base/dtype.ts';
import { assert } from '../base/errors.ts';
import { sameShape, showShape, sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from './graph.ts';
import type { ParamValue } from './primitive.ts';
import type { Spec } from './value.ts';

const show = ({ dtype, dims }: Spec): string => `${dtype}${showShape(dims)}`;

/** Throws InternalError when the graph is not in order; `pass` says what made it. */
export function verifyGraph(graph: Graph, pass: string): void {
  const seen = new Set<GraphValue>();
  const ids = new Set<number>();
  const fail = (node: Node | null, text: string): void => {
    const where = node ? `node ${node.id} (${node.primitive?.name ?? node.kind})` : 'graph';
    assert(false, `after ${pass}: ${where}: ${text}`);
  };
  const parameters: GraphValue[] = [];
  for (const node of graph.nodes) {
    if (ids.has(node.id)) fail(node, 'its number stands twice');
    ids.add(node.id);
    node.inputs.forEach((input, i) => {
      if (!seen.has(input)) fail(node, `input ${i} is not made before it`);
    });
    node.outputs.forEach((output, i) => {
      if (output.node !== node || output.index !== i) fail(node, `output ${i} does not know its node`);
      seen.add(output);
    });
    if (node.kind === 'parameter') parameters.push(node.outputs[0]!);
    else if (node.kind === 'constant') verifyConstant(node, fail);
    else verifyApplication(node, pass, fail);
  }
  // Their order is the caller's affair: bodies of control flow put theirs in another.
  const listed = new Set(graph.parameters);
  if (listed.size !== graph.parameters.length) fail(null, 'a parameter is listed twice');
  if (listed.size !== parameters.length || parameters.some((value) => !listed.has(value)))
    fail(null, 'the list of parameters differs from the nodes that are parameters');
  graph.outputs.forEach((output, i) => {
    if (!seen.has(output)) fail(null, `output ${i} is not of this graph`);
  });
}

type Fail = (node: Node, text: string) => void;

function verifyConstant(node: Node, fail: Fail): void {
  const { dims, dtype } = node.outputs[0]!;
  const { array, lanes } = dtypes[dtype];
  if (node.data?.length !== sizeOf(dims) * lanes)
    fail(node, `${node.data?.length} numbers for ${show(node.outputs[0]!)}`);
  if (array && !(node.data instanceof array)) fail(node, `elements of another type than ${dtype}`);
}

function verifyApplication(node: Node, pass: string, fail: Fail): void {
  const wanted = node.primitive!.infer(node.inputs, node.params);
  if (wanted.length !== node.outputs.length)
    fail(node, `${node.outputs.length} outputs where its rule gives ${wanted.length}`);
  wanted.forEach((spec, i) => {
    const found = node.outputs[i]!;
    if (spec.dtype !== found.dtype || !sameShape(spec.dims, found.dims))
      fail(node, `output ${i} is ${show(found)} where its rule gives ${show(spec)}`);
    if (spec.dims.some((n) => !Number.isInteger(n) || n < 0)) fail(node, `output ${i} has the shape ${show(spec)}`);
  });
  const visit = (value: ParamValue): void => {
    if (value instanceof Graph) verifyGraph(value, pass);
    else if (Array.isArray(value)) value.forEach(visit);
  };
  Object.values(node.params).forEach(visit);
}
