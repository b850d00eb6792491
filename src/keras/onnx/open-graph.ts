// A model as one graph of primitives whose batch size is left open.
// Owns: tracing it at two batch sizes, and telling from the pair which sizes are the batch's: whatever differs between the two
// is a multiple of it, give or take a constant. Leaves what the graph becomes to the exporters.
import type { Data, DType } from '../../base/dtype.ts';
import { assert, ShapeError, StateError, ValueError } from '../../base/errors.ts';
import { type Dims, type Shape, showShape } from '../../base/shape.ts';
import { flattenTree } from '../../base/tree.ts';
import { Graph, type GraphValue, type Node } from '../../graph/graph.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { Trace, traceInto } from '../../runtime/trace.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import type { ModelBase } from '../models/model.ts';
import type { Structure } from '../types.ts';

/** What an exported model takes; null for the batch, the first axis. */
export interface InputSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A number, or scale · batch + offset. */
export type Extent = number | { readonly scale: number; readonly offset: number };

export const isOpen = (extent: Extent): extent is Exclude<Extent, number> => typeof extent !== 'number';

export interface OpenGraph {
  readonly graph: Graph;
  readonly inputs: readonly (InputSpec & { readonly value: GraphValue })[];
  readonly outputs: readonly { readonly name: string; readonly value: GraphValue }[];
  readonly variables: ReadonlyMap<GraphValue, VariableTensor>;
  readonly extents: Extents;
}

/** Two batch sizes that hardly occur as sizes of anything else, nor as their factors. */
const SMALL_BATCH = 11;
const LARGE_BATCH = 13;

/** Sizes of a graph, told by comparing it with its twin of another batch. */
export class Extents {
  readonly #twin = new Map<Node, Node>();

  /** Pairs two graphs; says false where they differ in more than sizes. */
  pair(graph: Graph, other: Graph): boolean {
    const [nodes, others] = [graph.liveNodes(), other.liveNodes()];
    if (nodes.length !== others.length) return false;
    return nodes.every((node, i) => {
      const twin = others[i]!;
      if (node.kind !== twin.kind || node.primitive !== twin.primitive) return false;
      this.#twin.set(node, twin);
      return Object.entries(node.params).every(([name, value]) => {
        const counterpart = (twin.params as Record<string, unknown>)[name];
        return !(value instanceof Graph) || (counterpart instanceof Graph && this.pair(value, counterpart));
      });
    });
  }
  #twinOf(node: Node): Node {
    const twin = this.#twin.get(node);
    assert(twin, 'a node without a twin');
    return twin;
  }
  dims(value: GraphValue): Extent[] {
    const twin = this.#twinOf(value.node).outputs[value.index]!;
    return value.dims.map((n, i) => extent(n, twin.dims[i]!));
  }
  /** The elements of a constant at both batch sizes. */
  elements(node: Node): readonly [Data, Data] {
    return [node.data!, this.#twinOf(node).data!];
  }
  /** A number that is `small` and `large` at the two batch sizes. */
  number(small: number, large: number): Extent {
    return extent(small, large);
  }
  /** A list of sizes among a node's params. */
  list(node: Node, name: string): Extent[] {
    const [own, other] = [node, this.#twinOf(node)].map((each) => (each.params as Record<string, Dims>)[name]!);
    return own!.map((n, i) => extent(n, other![i]!));
  }
}

function extent(small: number, large: number): Extent {
  if (small === large) return small;
  const scale = (large - small) / (LARGE_BATCH - SMALL_BATCH);
  return { scale, offset: small - scale * SMALL_BATCH };
}

/** The inputs of a model: those given, or those that it was built with. */
export function inputSpecs(
  model: ModelBase,
  given: readonly Partial<InputSpec>[] | undefined,
  where: string,
): InputSpec[] {
  const { graph } = model;
  if (!graph && !given)
    throw new StateError(
      `${where}: model '${model.name}' has no fixed inputs. Give inputSignature: [{ shape: [null, …], dtype }], null for the batch.`,
    );
  const own = graph?.inputs.map((input): InputSpec => ({ name: input.name, shape: input.shape, dtype: input.dtype }));
  if (given && own && given.length !== own.length)
    throw new ValueError(
      `${where}: inputSignature has ${given.length} entries, model '${model.name}' has ${own.length} inputs.`,
    );
  return Array.from({ length: (given ?? own)!.length }, (_, i): InputSpec => {
    const spec = { name: `input_${i}`, shape: [null], dtype: 'float32' as DType, ...own?.[i], ...given?.[i] };
    if (spec.shape.slice(1).some((n) => n === null))
      throw new ShapeError(
        `${where}: input '${spec.name}' has shape ${showShape(spec.shape)}; wanted sizes for all axes but the first: inputSignature: [{ shape: [null, 64, …] }].`,
      );
    return spec;
  });
}

interface Traced {
  readonly graph: Graph;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly variables: ReadonlyMap<GraphValue, VariableTensor>;
}

function traceAt(model: ModelBase, specs: readonly InputSpec[], batch: number): Traced {
  const trace = new Trace();
  const inputs = specs.map(({ shape, dtype }) => trace.parameter({ dims: shape.map((n) => n ?? batch), dtype }));
  const outputs = traceInto(trace, () => {
    const result = model.invoke(inputs.length === 1 ? inputs[0]! : inputs, { training: false }) as Structure;
    return flattenTree(result as never, (leaf) => leaf instanceof Tensor)
      .filter((leaf): leaf is Tensor => (leaf as unknown) instanceof Tensor)
      .map((tensor) => trace.valueOf(resolve(tensor), 'export'));
  });
  trace.graph.outputs = [...outputs];
  return {
    graph: trace.graph,
    inputs: inputs.map((input) => input.graphValue!),
    outputs,
    variables: new Map(trace.variables.map((use) => [use.parameter, use.variable])),
  };
}

/** The model's forward pass at inference. */
export function openGraph(model: ModelBase, specs: readonly InputSpec[], where: string): OpenGraph {
  const [small, large] = [traceAt(model, specs, SMALL_BATCH), traceAt(model, specs, LARGE_BATCH)];
  const extents = new Extents();
  if (!extents.pair(small.graph, large.graph))
    throw new ValueError(
      `${where}: model '${model.name}' computes differently for different batch sizes; give all sizes: inputSignature: [{ shape: [1, …] }].`,
    );
  const names = model.outputNames;
  return {
    graph: small.graph,
    inputs: specs.map((spec, i) => ({ ...spec, value: small.inputs[i]! })),
    outputs: small.outputs.map((value, i) => ({ name: names[i] ?? `output_${i}`, value })),
    variables: small.variables,
    extents,
  };
}
