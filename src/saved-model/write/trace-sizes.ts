// A function traced with several sizes of its inputs at once.
// Owns: the traces and walking them side by side, so that one node is seen with what differs between them.
import type { DType } from '../../base/dtype.ts';
import { StateError, ValueError } from '../../base/errors.ts';
import { flattenTree } from '../../base/tree.ts';
import type { Graph, GraphValue, Node } from '../../graph/graph.ts';
import type { ParamValue } from '../../graph/primitive.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { Trace, traceInto } from '../../runtime/trace.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { MOST_OPEN_SIZES, notPolynomial, type Polynomial, solve, variantsOf } from './sizes.ts';

/** An input of a function to be written: sizes that stay open are null. */
export interface InputSpec {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: DType;
}
/** Where an open size comes from. */
export interface OpenSize {
  readonly input: number;
  readonly axis: number;
}

/** The same graph for every variant of the sizes. */
export class GraphFamily {
  readonly graphs: readonly Graph[];
  readonly open: number;
  constructor(graphs: readonly Graph[], open: number, where: string) {
    this.graphs = graphs;
    this.open = open;
    const [first] = graphs;
    for (const graph of graphs)
      if (
        graph.nodes.length !== first!.nodes.length ||
        graph.nodes.some(
          (node, i) => node.primitive !== first!.nodes[i]!.primitive || node.kind !== first!.nodes[i]!.kind,
        )
      )
        throw new ValueError(
          `export: ${where}: what is computed depends on the sizes of the inputs (by an if or a loop of the program). Give the input's shape in full, the batch too: batchShape.`,
        );
  }
  get first(): Graph {
    return this.graphs[0]!;
  }
  /** A node in all variants. */
  at(node: Node): readonly Node[] {
    return this.graphs.map((graph) => graph.nodes[node.id]!);
  }
  polynomial(values: readonly number[], where: string): Polynomial {
    return solve(values, this.open) ?? notPolynomial(where, values);
  }
  dims(value: GraphValue): Polynomial[] {
    const all = this.at(value.node).map((node) => node.outputs[value.index]!.dims);
    return value.dims.map((_, axis) =>
      this.polynomial(
        all.map((dims) => dims[axis]!),
        value.node.scope || 'the model',
      ),
    );
  }
  /** A list of numbers among a node's parameters. */
  list(node: Node, name: string): Polynomial[] {
    const all = this.at(node).map((other) => other.params[name] as readonly number[]);
    return all[0]!.map((_, i) =>
      this.polynomial(
        all.map((list) => list[i]!),
        node.scope || node.primitive!.name,
      ),
    );
  }
  number(node: Node, name: string): Polynomial {
    return this.polynomial(
      this.at(node).map((other) => other.params[name] as number),
      node.scope || node.primitive!.name,
    );
  }
  /** A graph among a node's parameters. */
  inner(node: Node, name: string): GraphFamily {
    const graphs = this.at(node).map((other) => other.params[name] as ParamValue as Graph);
    return new GraphFamily(graphs, this.open, node.scope);
  }
}

export interface TracedSizes {
  readonly family: GraphFamily;
  readonly sizes: readonly OpenSize[];
  /** Parameters of the first graph, in the order of the inputs. */
  readonly inputs: readonly GraphValue[];
  readonly variables: readonly { readonly variable: VariableTensor; readonly parameter: GraphValue }[];
  /** What the function returned, tensors of the first trace in place. */
  readonly result: unknown;
  /** Names of the outputs of the graph follow those of `result`. */
  readonly outputs: readonly Tensor[];
}

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

export function traceWithSizes(f: (inputs: readonly Tensor[]) => unknown, specs: readonly InputSpec[]): TracedSizes {
  const sizes: OpenSize[] = [];
  specs.forEach(({ shape }, input) => {
    shape.forEach((size, axis) => {
      // The first axis of all inputs is the batch.
      if (size === null && !(axis === 0 && sizes.some((open) => open.axis === 0))) sizes.push({ input, axis });
    });
  });
  if (sizes.length > MOST_OPEN_SIZES)
    throw new ValueError(
      `export: ${sizes.length} sizes of the inputs are open, at most ${MOST_OPEN_SIZES} can be. Give the shapes of the inputs.`,
    );
  const sizeAt = (input: number, axis: number): number =>
    sizes.findIndex((open) => (axis === 0 && open.axis === 0) || (open.input === input && open.axis === axis));
  const traces = variantsOf(sizes.length).map((variant) => {
    const trace = new Trace();
    const inputs = specs.map(({ shape, dtype }, input) =>
      trace.parameter({ dims: shape.map((n, axis) => n ?? variant[sizeAt(input, axis)]!), dtype }),
    );
    const result = traceInto(trace, () => f(inputs));
    const outputs = flattenTree(result, isTensor).filter(isTensor).map(resolve);
    trace.graph.outputs = traceInto(trace, () => outputs.map((output) => trace.valueOf(output, 'export')));
    if (trace.variables.some(({ assigned }) => assigned))
      throw new StateError('export: the function assigns to variables; only functions that compute can be exported.');
    return { trace, inputs, result, outputs };
  });
  const [first] = traces;
  return {
    family: new GraphFamily(
      traces.map(({ trace }) => trace.graph),
      sizes.length,
      'the model',
    ),
    sizes,
    inputs: first!.inputs.map((input) => input.graphValue!),
    variables: first!.trace.variables.map(({ variable, parameter }) => ({ variable, parameter })),
    result: first!.result,
    outputs: first!.outputs,
  };
}
