// Makes a failing program smaller for as long as it fails.
// Owns: the steps tried: fewer outputs, no variables, a node replaced by a parameter that holds its value. It knows no primitive.
import type { Data } from '../../src/base/dtype.ts';
import { runGraph } from '../../src/graph/evaluate-graph.ts';
import { Graph, type GraphValue, type Node } from '../../src/graph/graph.ts';
import type { RandomProgram } from './random-program.ts';

export interface Shrunk {
  readonly program: RandomProgram;
  readonly failure: string;
}

/** `check` gives the failure, or null. A candidate counts as failing whatever way fails. */
export function shrink(
  program: RandomProgram,
  failure: string,
  check: (program: RandomProgram) => string | null,
  limit = 400,
): Shrunk {
  let best: Shrunk = { program, failure };
  let tries = 0;
  const attempt = (make: () => RandomProgram | null): boolean => {
    if (tries++ >= limit) return false;
    try {
      const candidate = make();
      const found = candidate && check(candidate);
      if (!found) return false;
      best = { program: candidate, failure: found };
      return true;
    } catch {
      return false;
    }
  };
  for (let changed = true; changed && tries < limit; ) {
    changed = false;
    for (let i = best.program.graph.outputs.length - 1; i >= 0; i--) {
      if (best.program.graph.outputs.length > 1 && attempt(() => withoutOutput(best.program, i))) changed = true;
    }
    for (let i = best.program.variables.length - 1; i >= 0; i--) {
      if (attempt(() => withoutVariable(best.program, i))) changed = true;
    }
    attempt(() => withoutIdle(best.program));
    const nodes = best.program.graph.liveNodes().filter((node) => node.kind === 'apply');
    for (const { id } of nodes.reverse()) {
      const node = best.program.graph.nodes.find((other) => other.id === id);
      if (node?.kind === 'apply' && attempt(() => cut(best.program, node))) changed = true;
    }
  }
  return best;
}

function withoutOutput(program: RandomProgram, output: number): RandomProgram {
  const graph = copy(program.graph, new Map()).graph;
  graph.outputs.splice(output, 1);
  const moved = (n: number): number => (n === output ? -1 : n > output ? n - 1 : n);
  return {
    ...program,
    graph,
    variables: program.variables.map((use) => ({ ...use, output: moved(use.output) })),
    results: program.results - (output < program.results ? 1 : 0),
  };
}

/** The variable becomes an argument; its new value goes with it. */
function withoutVariable(program: RandomProgram, index: number): RandomProgram {
  const { output } = program.variables[index]!;
  const rest = { ...program, variables: program.variables.filter((_, i) => i !== index) };
  return output < 0 ? rest : withoutOutput(rest, output);
}

/** Without the parameters that nothing reads. */
function withoutIdle(program: RandomProgram): RandomProgram | null {
  const { graph } = program;
  const used = new Set([...graph.liveNodes().flatMap((node) => node.inputs), ...graph.outputs]);
  const isVariable = new Set(program.variables.map((use) => use.parameter));
  const kept = graph.parameters.map((_, i) => i).filter((i) => isVariable.has(i) || used.has(graph.parameters[i]!));
  if (kept.length === graph.parameters.length) return null;
  return {
    ...program,
    graph: copy(graph, new Map(), kept).graph,
    data: kept.map((i) => program.data[i]!),
    variables: program.variables.map((use) => ({ ...use, parameter: kept.indexOf(use.parameter) })),
  };
}

/** The node's outputs become parameters. */
function cut(program: RandomProgram, node: Node): RandomProgram {
  const values = new Map<GraphValue, Data>();
  runGraph(program.graph, program.data, (computed, outputs) => {
    if (computed === node) for (const [i, value] of node.outputs.entries()) values.set(value, outputs[i]!.data);
  });
  const { graph, added } = copy(program.graph, values);
  return { ...program, graph, data: [...program.data, ...added] };
}

/** The live part of a graph; values that are given become parameters after the others. */
function copy(
  graph: Graph,
  given: ReadonlyMap<GraphValue, Data>,
  kept: readonly number[] = graph.parameters.map((_, i) => i),
): { graph: Graph; added: Data[] } {
  const out = new Graph();
  const map = new Map<GraphValue, GraphValue>();
  const added: Data[] = [];
  for (const i of kept) map.set(graph.parameters[i]!, out.addParameter(graph.parameters[i]!));
  for (const [value, data] of given) {
    map.set(value, out.addParameter(value));
    added.push(data);
  }
  for (const node of graph.liveNodes()) {
    if (node.kind === 'parameter' || node.outputs.every((output) => given.has(output))) continue;
    if (node.kind === 'constant') map.set(node.outputs[0]!, out.addConstant(node.data!, node.outputs[0]!));
    else {
      const inputs = node.inputs.map((input) => map.get(input)!);
      const outputs = out.apply(node.primitive!, inputs, node.params, node.scope);
      node.outputs.forEach((output, i) => {
        map.set(output, outputs[i]!);
      });
    }
  }
  out.outputs = graph.outputs.map((output) => map.get(output)!);
  return { graph: out, added };
}
