// Products in the steps of a scan with a matrix that stays the same, read along its rows: the gradient of a recurrent layer's state.
// The matrix is transposed once before the scan, instead of being brought into order again in each step.
// Owns: recognising those products.
import { sizeOf } from '../base/shape.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { ControlPrimitive, Params, Primitive } from '../graph/primitive.ts';
import { rewrite } from '../graph/rewrite.ts';
import type { ScanParams } from '../primitives/control/scan.ts';
import type { DotDimensions } from '../primitives/functions.ts';
import { primitive } from '../primitives/registry.ts';

/** Fewer steps, or elements of the matrix, do not pay for the copy. */
const [FEWEST_STEPS, LEAST_ELEMENTS] = [8, 1024];

export const hoistTransposes = (graph: Graph): Graph =>
  rewrite(graph, (out, node, inputs) => {
    if ((node.primitive as ControlPrimitive | null)?.control !== 'scan') return null;
    const params = node.params as ScanParams;
    const { body, constants, length } = params;
    if (length < FEWEST_STEPS) return null;
    const matrices = [...new Set(body.liveNodes().flatMap((inner) => readAcross(inner, body, constants)))];
    if (matrices.length === 0) return null;
    const transposed = matrices.map(
      (index) =>
        out.apply(primitive('transpose') as Primitive, [inputs[index]!], { permutation: [1, 0] }, node.scope)[0]!,
    );
    return out.apply(
      node.primitive!,
      [...inputs.slice(0, constants), ...transposed, ...inputs.slice(constants)],
      { ...params, body: withTransposed(body, matrices, constants), constants: constants + matrices.length } as Params,
      node.scope,
    );
  });

/** The number of the constant that a product reads as a matrix whose columns are summed over. */
function readAcross(node: Node, body: Graph, constants: number): number[] {
  if (node.primitive?.name !== 'dotGeneral') return [];
  const { rhsBatch, rhsContract } = node.params as Params & DotDimensions;
  const matrix = node.inputs[1]!;
  const index = body.parameters.indexOf(matrix);
  const across = rhsBatch.length === 0 && rhsContract.length === 1 && rhsContract[0] === 1;
  const suits = index >= 0 && index < constants && matrix.dtype === 'float32' && matrix.dims.length === 2;
  return across && suits && sizeOf(matrix.dims) >= LEAST_ELEMENTS ? [index] : [];
}

/** The body with the transposed matrices as further constants, behind the others. */
function withTransposed(body: Graph, matrices: readonly number[], constants: number): Graph {
  const out = new Graph();
  const values = new Map<GraphValue, GraphValue>();
  const add = (parameter: GraphValue): void => {
    values.set(parameter, out.addParameter(parameter));
  };
  body.parameters.slice(0, constants).forEach(add);
  const transposed = matrices.map((index) => {
    const { dims, dtype } = body.parameters[index]!;
    return out.addParameter({ dims: dims.toReversed(), dtype });
  });
  body.parameters.slice(constants).forEach(add);
  for (const node of body.liveNodes()) {
    if (node.kind === 'parameter') continue;
    if (node.kind === 'constant') {
      values.set(node.outputs[0]!, out.addConstant(node.data!, node.outputs[0]!));
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const [index] = readAcross(node, body, constants);
    const made =
      index === undefined
        ? out.apply(node.primitive!, inputs, node.params, node.scope)
        : out.apply(
            node.primitive!,
            [inputs[0]!, transposed[matrices.indexOf(index)]!],
            { ...node.params, rhsContract: [0] },
            node.scope,
          );
    made.forEach((value, i) => values.set(node.outputs[i]!, value));
  }
  out.outputs = body.outputs.map((value) => values.get(value)!);
  return out;
}
