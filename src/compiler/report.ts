// What the compiler tells at the debug levels: plans, what was fused with what, generated loops, graphs between passes.
// Owns: the wording. Leaves the levels to src/base/debug.ts, times of kernels to src/runtime/profile.ts.
import type { Step } from '../backends/backend.ts';
import { debugLevel, tell } from '../base/debug.ts';
import { dtypes } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import type { Graph, GraphValue, Node } from '../graph/graph.ts';
import { printGraph } from '../graph/print-graph.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { Compiled } from './compile.ts';
import type { Group } from './groups.ts';
import { describeKernel } from './print-loop-ir.ts';
import { programCost } from './program-cost.ts';

/** After each pass: verifies from level 1 on, prints at level 5. Gives the graph back. */
export function checkpoint(graph: Graph, pass: string): Graph {
  if (debugLevel() === 0) return graph;
  verifyGraph(graph, pass);
  tell(5, () => `── after ${pass} ──\n${printGraph(graph, true)}`);
  return graph;
}

const nameOf = (node: Node): string => `${node.primitive!.name}${node.scope ? ` (${node.scope})` : ''}`;

/** What a group computes, results first. */
export function labelOf(group: Group): string {
  const { scope } = group.roots.at(-1)!;
  return `${group.roots.map((root) => root.primitive!.name).join('+')}${scope ? ` ${scope}` : ''}`;
}

/** At level 3: what each group stores, and what it computes on the way. */
export function tellFusion(groups: readonly Group[], home: ReadonlyMap<GraphValue, GraphValue>): void {
  tell(3, () => {
    const lines = groups.map((group) => {
      const inside = new Set<Node>();
      const visit = (node: Node): void => {
        for (const input of node.inputs) {
          if (home.has(input) || inside.has(input.node)) continue;
          inside.add(input.node);
          visit(input.node);
        }
      };
      group.roots.forEach(visit);
      const within = inside.size > 0 ? ` with ${[...inside].map(nameOf).join(', ')}` : '';
      return `  ${group.kind}: ${group.roots.map(nameOf).join(', ')}${within}`;
    });
    return `fused into ${groups.length} groups:\n${lines.join('\n')}`;
  });
}

const count = (steps: readonly Step[], kind: Step['kind']): number =>
  steps.reduce((sum, step) => {
    const bodies = (step.kind === 'repeat' || step.kind === 'while' ? [step.body] : [])
      .concat(step.kind === 'while' ? [step.condition] : [])
      .concat(step.kind === 'if' ? [step.then, step.otherwise] : []);
    return sum + (step.kind === kind ? 1 : 0) + bodies.reduce((inner, body) => inner + count(body, kind), 0);
  }, 0);

/** The size of what lies in a slot; of a part of a variable or constant, that of the whole. */
function bytesIn(compiled: Compiled, index: number): number {
  const { slots, program, graph, constants } = compiled;
  const slot = slots[index]!;
  const ofValue = ({ dims, dtype }: GraphValue): number => sizeOf(dims) * dtypes[dtype].bytes;
  if (slot.kind === 'parameter') return ofValue(graph.parameters[slot.index]!);
  if (slot.kind === 'constant') return ofValue(constants[slot.index]!);
  const { region, ranges } = program.places![index]!;
  if (region === 0) return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  return slot.kind === 'view' ? bytesIn(compiled, slot.base) : 0;
}

/** At level 1 the size of a program, at level 4 its loops. */
export function tellPlan(compiled: Compiled): void {
  const { program, arenaBytes, graph, checks, labels } = compiled;
  tell(1, () => {
    const parts = (['kernel', 'host', 'copy', 'repeat', 'while', 'if'] as const)
      .map((kind) => [count(program.steps, kind), kind] as const)
      .filter(([n]) => n > 0)
      .map(([n, kind]) => `${n} ${kind}`);
    const { operations, bytes } = programCost(program, (slot) => bytesIn(compiled, slot));
    const cost = `${operations} operations on ${bytes} bytes`;
    return `program: ${graph.nodes.length} nodes, steps: ${parts.join(', ') || 'none'}; ${cost}; arena ${arenaBytes} bytes, ${checks.length} index checks`;
  });
  tell(4, () =>
    program.kernels.map((kernel, i) => `── kernel ${i}: ${labels[i]} ──\n${describeKernel(kernel)}`).join('\n'),
  );
}
