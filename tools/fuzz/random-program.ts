// A random program: a graph with arguments, variables and results, as a traced function would make it.
// Owns: the number of nodes, and what is returned and assigned. Leaves the nodes to graph-operations.ts.
import type { Data } from '../../src/base/dtype.ts';
import { sameShape } from '../../src/base/shape.ts';
import type { Graph, GraphValue } from '../../src/graph/graph.ts';
import { GraphBuilder, type Known } from './graph-builder.ts';
import { operations } from './graph-operations.ts';

export interface RandomProgram {
  readonly seed: number;
  readonly graph: Graph;
  /** Elements of the parameters in the first run. */
  readonly data: readonly Data[];
  /** Parameters that are variables and the output that each gets, or -1. */
  readonly variables: readonly { readonly parameter: number; readonly output: number }[];
  /** How many of the outputs are results; the rest are new values of variables. */
  readonly results: number;
}

export function randomProgram(seed: number): RandomProgram {
  const b = new GraphBuilder(seed);
  const parameters = b.between(1, 4);
  for (let i = 0; i < parameters; i++) b.parameter({ dims: b.dims(), dtype: b.dtype() });
  const variables = b.chance(2) ? b.between(1, 4) : 0;
  for (let i = 0; i < variables; i++) {
    // Variables of one shape, mostly: such can change places.
    const last = b.pool.at(-1)!.value;
    b.variable(i > 0 && !b.chance(3) ? last : { dims: b.dims(), dtype: b.chance(4) ? b.dtype() : 'float32' });
  }
  const wanted = b.between(20, 45);
  for (let attempt = 0; attempt < wanted * 3 && applications(b) < wanted; attempt++) b.random.pick(operations)(b);
  const outputs = results(b);
  const count = outputs.length;
  const assigned = [...b.variables].map((parameter) => {
    const value = b.chance(6) ? null : newValue(b, b.graph.parameters[parameter]!, outputs);
    return { parameter, output: value ? outputs.push(value) - 1 : -1 };
  });
  b.graph.outputs = outputs;
  return { seed, graph: b.graph, data: b.parameterData, variables: assigned, results: count };
}

const applications = (b: GraphBuilder): number =>
  b.graph.nodes.length - b.pool.filter((k) => k.value.node.kind !== 'apply').length;

/** What nothing consumes, some other values, now and then a parameter, a constant or the same twice. */
function results(b: GraphBuilder): GraphValue[] {
  const used = new Set(b.graph.nodes.flatMap((node) => node.inputs));
  const sinks = b.pool.filter(({ value }) => !used.has(value) && value.node.kind === 'apply').map((k) => k.value);
  const outputs = sinks.filter(() => !b.chance(4)).slice(-8);
  const more = b.between(outputs.length === 0 ? 1 : 0, 2);
  for (let i = 0; i < more; i++) outputs.push(b.random.pick(b.pool).value);
  if (b.chance(5)) outputs.push(b.random.pick(outputs));
  return outputs;
}

/** What a variable is set to: something of its shape, often made of itself, another variable, or what is returned too. */
function newValue(b: GraphBuilder, variable: GraphValue, outputs: readonly GraphValue[]): GraphValue | null {
  const fits = (value: GraphValue): boolean => value.dtype === variable.dtype && sameShape(value.dims, variable.dims);
  const own = b.pool.find((known) => known.value === variable)!;
  const choice = b.random.below(6);
  if (choice === 0) {
    const others = b.graph.parameters.filter((value) => value !== variable && fits(value));
    if (others.length > 0) return b.random.pick(others);
  }
  if (choice === 1) {
    const returned = outputs.filter(fits);
    if (returned.length > 0) return b.random.pick(returned);
  }
  const other = b.like(variable);
  const made: Known | null =
    choice <= 3 && variable.dtype !== 'bool' ? b.apply(b.random.pick(['add', 'sub'] as const), [own, other]) : other;
  return made?.value ?? other.value;
}
