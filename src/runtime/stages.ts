// Programs with strings in them: what reads strings runs first on the host, the numbers in between on the engine, what
// makes strings of them last.
// Owns: cutting a graph into these three stages and running them in order. Leaves each stage to the reference or the engine.
import type { Data } from '../base/dtype.ts';
import { runGraph } from '../graph/evaluate-graph.ts';
import { Graph, type GraphValue, type Node } from '../graph/graph.ts';
import type { CompiledProgram, ProgramMaker, ProgramSource } from './program.ts';
import { eagerTensor } from './tensor.ts';

/** Before the numbers, the numbers, after them. */
const EARLY = 0;
const MIDDLE = 1;
const LATE = 2;

const touchesStrings = (node: Node): boolean =>
  [...node.inputs, ...node.outputs].some((value) => value.dtype === 'string');

/** Whether a program must run in stages. */
export const holdsStrings = (graph: Graph): boolean => graph.nodes.some(touchesStrings);

/** The stage of every node: strings made of numbers, and whatever follows them, come last. */
function stagesOf(graph: Graph): Map<Node, number> {
  const stages = new Map<Node, number>();
  for (const node of graph.liveNodes()) {
    if (node.kind !== 'apply') {
      stages.set(node, EARLY);
      continue;
    }
    const before = Math.max(EARLY, ...node.inputs.map((input) => stages.get(input.node)!));
    if (touchesStrings(node)) stages.set(node, before === EARLY ? EARLY : LATE);
    else stages.set(node, Math.max(MIDDLE, before));
  }
  return stages;
}

interface Part {
  readonly graph: Graph;
  /** The values of the whole graph that its parameters stand for. */
  readonly parameters: readonly GraphValue[];
  /** The values of the whole graph that it gives. */
  readonly outputs: readonly GraphValue[];
}

/** The nodes of one stage as a graph; what they take from elsewhere becomes a parameter. */
function part(
  whole: Graph,
  stages: ReadonlyMap<Node, number>,
  stage: number,
  outputs: readonly GraphValue[],
  extra: readonly GraphValue[] = [],
): Part {
  const graph = new Graph();
  const parameters: GraphValue[] = [];
  const inside = new Map<GraphValue, GraphValue>();
  const at = (value: GraphValue): GraphValue => {
    let own = inside.get(value);
    if (!own) {
      if (value.node.kind === 'constant') own = graph.addConstant(value.node.data!, value);
      else {
        own = graph.addParameter(value);
        parameters.push(value);
      }
      inside.set(value, own);
    }
    return own;
  };
  for (const value of extra) at(value);
  for (const node of whole.liveNodes()) {
    if (node.kind !== 'apply' || stages.get(node) !== stage) continue;
    const made = graph.apply(node.primitive!, node.inputs.map(at), node.params, node.scope);
    node.outputs.forEach((output, i) => {
      inside.set(output, made[i]!);
    });
  }
  graph.outputs = outputs.map(at);
  return { graph, parameters, outputs };
}

/** A program whose numbers run through `numbers`, and whose strings run on the reference. */
export function programInStages(source: ProgramSource, numbers: ProgramMaker): CompiledProgram {
  const { graph } = source;
  const stages = stagesOf(graph);
  const made = (stage: number) => (value: GraphValue) =>
    value.node.kind === 'apply' && stages.get(value.node) === stage;
  const crossing = (stage: number): GraphValue[] => {
    const values = new Set<GraphValue>();
    for (const [node, own] of stages)
      for (const input of node.inputs) if (own > stage && made(stage)(input)) values.add(input);
    for (const output of graph.outputs) if (made(stage)(output)) values.add(output);
    return [...values];
  };
  const early = part(graph, stages, EARLY, crossing(EARLY));
  const updates = source.variables.filter(({ output }) => output >= 0);
  const updatedInside = updates.filter(({ output }) => made(MIDDLE)(graph.outputs[output]!));
  const updatedOutside = updates.filter((update) => !updatedInside.includes(update));
  const given = crossing(MIDDLE);
  const middle = part(
    graph,
    stages,
    MIDDLE,
    [...given, ...updatedInside.map(({ output }) => graph.outputs[output]!)],
    updatedInside.map(({ parameter }) => graph.parameters[parameter]!),
  );
  const late = part(graph, stages, LATE, crossing(LATE));
  const variableOf = new Map(source.variables.map((use) => [graph.parameters[use.parameter]!, use.variable]));
  const fed = middle.parameters.filter((value) => !variableOf.has(value));
  const engine =
    middle.outputs.length === 0
      ? null
      : numbers({
          graph: middle.graph,
          arguments: fed.map((value) => middle.parameters.indexOf(value)),
          variables: middle.parameters.flatMap((value, parameter) => {
            const variable = variableOf.get(value);
            if (!variable) return [];
            const at = updatedInside.findIndex((update) => update.variable === variable);
            return [{ variable, parameter, output: at < 0 ? -1 : given.length + at }];
          }),
          results: given.length,
        });

  return {
    run(args) {
      const known = new Map<GraphValue, Data>();
      source.arguments.forEach((parameter, i) => {
        known.set(graph.parameters[parameter]!, args[i]!.elements!);
      });
      // Variables are read when a stage needs them, and before any is written.
      const elements = (value: GraphValue): Data =>
        known.get(value) ?? value.node.data ?? variableOf.get(value)!.snapshot().elements!;
      const onHost = ({ graph: own, parameters, outputs }: Part): void => {
        const results = runGraph(own, parameters.map(elements));
        outputs.forEach((output, i) => {
          known.set(output, results[i]!);
        });
      };
      for (const value of [...late.parameters, ...graph.outputs])
        if (variableOf.has(value)) known.set(value, elements(value).slice());
      onHost(early);
      const results = engine?.run(fed.map((value) => eagerTensor(elements(value), value.dims, value.dtype))) ?? [];
      given.forEach((value, i) => {
        known.set(value, results[i]!.elements!);
      });
      onHost(late);
      for (const { variable, output } of updatedOutside)
        variable.set(eagerTensor(elements(graph.outputs[output]!).slice(), variable.dims, variable.dtype));
      return graph.outputs
        .slice(0, source.results)
        .map((value) => eagerTensor(elements(value), value.dims, value.dtype));
    },
  };
}
