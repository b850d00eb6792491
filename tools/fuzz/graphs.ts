// `npm run fuzz -- graphs [--count N] [--seed S]`: random programs run in every way.
// Owns: the loop, the counts, what is printed. A failure prints its seed and the smallest program found that still fails.
import { printGraph } from '../../src/graph/print-graph.ts';
import '../../src/primitives/index.ts';
import { allPrimitives } from '../../src/primitives/registry.ts';
import { checkProgram, makeEngines } from './check-program.ts';
import { type RandomProgram, randomProgram } from './random-program.ts';
import { shrink } from './shrink.ts';

export interface FuzzReport {
  readonly programs: number;
  readonly nodes: number;
  /** How often each primitive occurred. */
  readonly occurrences: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
}

/** The program as text, with the elements of what is short. */
export function describe(program: RandomProgram): string {
  const data = program.data.map((elements, i) => {
    const list = Array.from(elements as ArrayLike<number>, String);
    return `  parameter ${i}: ${list.slice(0, 12).join(', ')}${list.length > 12 ? `, … ${list.length} in all` : ''}`;
  });
  const variables = program.variables.map(({ parameter, output }) => `parameter ${parameter} ← output ${output}`);
  return [
    printGraph(program.graph),
    ...data,
    ...(variables.length > 0 ? [`  variables: ${variables.join(', ')}`] : []),
  ].join('\n');
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Stops after so many failures. */
  readonly most?: number;
  readonly log?: (text: string) => void;
}

export function fuzzGraphs({ count, seed, most = 5, log = () => {} }: FuzzOptions): FuzzReport {
  const engines = makeEngines();
  const occurrences = new Map<string, number>(allPrimitives().map(({ name }) => [name, 0]));
  const failures: string[] = [];
  let nodes = 0;
  let programs = 0;
  for (; programs < count && failures.length < most; programs++) {
    const program = randomProgram(seed + programs);
    for (const { kind, primitive } of program.graph.liveNodes()) {
      if (kind !== 'apply') continue;
      nodes++;
      occurrences.set(primitive!.name, (occurrences.get(primitive!.name) ?? 0) + 1);
    }
    const found = checkProgram(program, engines);
    if (found) {
      const { program: small, failure } = shrink(program, found, (candidate) => checkProgram(candidate, engines));
      failures.push(`${failure}\n${describe(small)}`);
      log(`✗ ${failures.at(-1)}\n`);
    }
    if ((programs + 1) % 500 === 0) log(`${programs + 1} programs, ${nodes} nodes, ${failures.length} failures`);
  }
  return { programs, nodes, occurrences, failures };
}
