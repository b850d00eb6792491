// Graphs: applications of primitives, in order, with the values between them.
// Owns: nodes, building, liveness. Leaves printing, checking and rewriting to the files beside it.
import type { Data } from '../base/dtype.ts';
import { assert } from '../base/errors.ts';
import type { Params, Primitive } from './primitive.ts';
import type { Spec, Value } from './value.ts';

export type NodeKind = 'parameter' | 'constant' | 'apply';

/** One application, parameter or constant. */
export class Node {
  readonly id: number;
  readonly kind: NodeKind;
  readonly primitive: Primitive | null;
  readonly params: Params;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** The elements of a constant. */
  readonly data: Data | null;
  /** Where it came from: the layer or op whose code made it, for error messages and profiles. */
  readonly scope: string;

  constructor(
    id: number,
    kind: NodeKind,
    primitive: Primitive | null,
    inputs: readonly GraphValue[],
    params: Params,
    specs: readonly Spec[],
    data: Data | null,
    scope: string,
  ) {
    this.id = id;
    this.kind = kind;
    this.primitive = primitive;
    this.inputs = inputs;
    this.params = params;
    this.data = data;
    this.scope = scope;
    this.outputs = specs.map((spec, index) => new GraphValue(this, index, spec));
  }
}

/** The parameters of a node whose primitive is known, and so their type. */
export const paramsOf = <P extends object>(node: Node): P => node.params as object as P;

/** An output of a node. */
export class GraphValue implements Value {
  readonly node: Node;
  readonly index: number;
  readonly dims: Spec['dims'];
  readonly dtype: Spec['dtype'];

  constructor(node: Node, index: number, spec: Spec) {
    this.node = node;
    this.index = index;
    this.dims = spec.dims;
    this.dtype = spec.dtype;
  }
}

/** A function as data: parameters in, outputs out. Nodes are in an order in which each comes after its inputs. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly parameters: GraphValue[] = [];
  outputs: GraphValue[] = [];
  private nextId = 0;

  addParameter(spec: Spec): GraphValue {
    const value = this.push('parameter', null, [], {}, [spec], null, '').outputs[0]!;
    this.parameters.push(value);
    return value;
  }

  addConstant(data: Data, spec: Spec): GraphValue {
    return this.push('constant', null, [], {}, [spec], data, '').outputs[0]!;
  }

  apply(primitive: Primitive, inputs: readonly GraphValue[], params: Params, scope = ''): GraphValue[] {
    for (const input of inputs) assert(input instanceof GraphValue, `${primitive.name}: an input is not of the graph`);
    const node = this.push('apply', primitive, inputs, params, primitive.infer(inputs, params), null, scope);
    return [...node.outputs];
  }

  private push(
    kind: NodeKind,
    primitive: Primitive | null,
    inputs: readonly GraphValue[],
    params: Params,
    specs: readonly Spec[],
    data: Data | null,
    scope: string,
  ): Node {
    const node = new Node(this.nextId++, kind, primitive, inputs, params, specs, data, scope);
    this.nodes.push(node);
    return node;
  }

  /** The same nodes with other outputs. */
  withOutputs(outputs: readonly GraphValue[]): Graph {
    const other = new Graph();
    other.nodes.push(...this.nodes);
    other.parameters.push(...this.parameters);
    other.nextId = this.nextId;
    other.outputs = [...outputs];
    return other;
  }

  /** What the outputs need, with these parameters in this order; the others must be read by nobody. */
  withParameters(parameters: readonly GraphValue[]): Graph {
    const other = new Graph();
    const kept = new Set(parameters.map(({ node }) => node));
    other.nodes.push(...this.liveNodes().filter((node) => node.kind !== 'parameter' || kept.has(node)));
    other.parameters.push(...parameters);
    other.nextId = this.nextId;
    other.outputs = [...this.outputs];
    return other;
  }

  /** The nodes that the outputs need, in order; parameters are always kept. */
  liveNodes(): Node[] {
    const needed = new Set<Node>();
    const stack = this.outputs.map((value) => value.node);
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (needed.has(node)) continue;
      needed.add(node);
      for (const input of node.inputs) stack.push(input.node);
    }
    return this.nodes.filter((node) => needed.has(node) || node.kind === 'parameter');
  }
}
