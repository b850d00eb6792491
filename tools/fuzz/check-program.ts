// Runs one random program in every way there is and compares.
// Owns: the ways. Reference of the graph itself; reference of the simplified graph; the engine; the engine with nothing
// fused; two and three threads, which must give the bits of one. Programs run several times, so that variables carry values from run to run.
import { createWasmBackend } from '../../src/backends/wasm/index.ts';
import { generator } from '../../src/backends/wasm/testing.ts';
import type { Data } from '../../src/base/dtype.ts';
import { ValueError } from '../../src/base/errors.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { setWantedThreads, wantedThreads } from '../../src/base/threads.ts';
import { compile } from '../../src/compiler/compile.ts';
import { simplify } from '../../src/compiler/simplify.ts';
import { runGraph } from '../../src/graph/evaluate-graph.ts';
import { verifyGraph } from '../../src/graph/verify.ts';
import { enableRelaxedSimd } from '../../src/platform/simd.ts';
import { workers } from '../../src/platform/workers.ts';
import { Engine, EngineProgram } from '../../src/runtime/engine.ts';
import { eagerTensor } from '../../src/runtime/tensor.ts';
import { VariableTensor } from '../../src/runtime/variable.ts';
import { interpretProgram } from './interpret-program.ts';
import type { RandomProgram } from './random-program.ts';
import { difference, type Expected, expectedRuns } from './tolerance.ts';

const RUNS = 2;

export interface Engines {
  readonly fused: Engine;
  readonly unfused: Engine;
  /** With several threads, however small the program. */
  readonly threaded: readonly { readonly threads: number; readonly engine: Engine }[];
}

export function makeEngines(): Engines {
  const backend = createWasmBackend({ enableRelaxedSimd });
  const threaded = [2, 3].map((threads) => ({
    threads,
    engine: new Engine(createWasmBackend({ enableRelaxedSimd, workers, shareAll: true })),
  }));
  return { fused: new Engine(backend), unfused: new Engine(backend, { fuse: false }), threaded };
}

/** Runs `f` with so many threads allowed. */
function withThreads<T>(threads: number, f: () => T): T {
  const before = wantedThreads();
  setWantedThreads(threads);
  try {
    return f();
  } finally {
    setWantedThreads(before);
  }
}

/** What went wrong: the way and the difference; null when all agree. */
export function checkProgram(program: RandomProgram, engines: Engines): string | null {
  // What fails at first may only have been disturbed too little: an integer beside its rounding boundary.
  return (checkOnce(program, engines, 1) && checkOnce(program, engines, 12)) ?? checkBadIndices(program, engines);
}

/** With an index out of range the program must fail and leave its variables as they were. */
function checkBadIndices(program: RandomProgram, engines: Engines): string | null {
  const { seed } = program;
  // What is not needed for the results is not looked at.
  const graph = simplify(program.graph);
  const random = generator(seed);
  const isVariable = new Set(program.variables.map((use) => use.parameter));
  const places = graph.liveNodes().flatMap((node) => {
    const name = node.primitive?.name;
    const indices = node.inputs[1];
    const parameter = indices ? graph.parameters.indexOf(indices) : -1;
    const counts = (name === 'takeRows' || name === 'scatterRows') && !isVariable.has(parameter) && parameter >= 0;
    return counts && sizeOf(indices!.dims) > 0 ? [{ parameter, rows: node.inputs[0]!.dims[0]! }] : [];
  });
  if (places.length === 0) return null;
  const { parameter, rows } = random.pick(places);
  const data = program.data.map((elements) => elements.slice() as Data);
  const wrong = random.pick([-1, rows, 2 ** 30, -(2 ** 31)]);
  const indices = data[parameter] as Int32Array;
  indices[random.below(indices.length)] = (
    program.graph.parameters[parameter]!.dtype === 'int64' ? BigInt(wrong) : wrong
  ) as number;
  for (const [way, engine] of [['fused', engines.fused] as const, ['unfused', engines.unfused] as const]) {
    const { compiled, given, variables } = onEngineParts({ ...program, data }, engine);
    let thrown: unknown = null;
    try {
      compiled.execute(given.map((i) => data[i]!));
    } catch (error) {
      thrown = error;
    }
    const found = !(thrown instanceof ValueError)
      ? `index ${wrong} of ${rows} rows: ${thrown === null ? 'no error' : String(thrown)}`
      : variables
          .map(({ variable, parameter: own }) =>
            difference(variable.snapshot().elements!, data[own]!, new Float64Array(data[own]!.length), variable),
          )
          .find((text) => text !== null);
    for (const { variable } of variables) variable.residence?.release();
    if (found) return `seed ${seed}: ${way}: bad index in parameter ${parameter}: ${found}`;
  }
  return null;
}

function checkOnce(program: RandomProgram, engines: Engines, rounds: number): string | null {
  const { graph, seed } = program;
  verifyGraph(graph, 'making');
  const wanted = expectedRuns(program, RUNS, seed, rounds);
  const simple = simplify(graph);
  verifyGraph(simple, 'simplify');
  const one: Data[][] = [];
  let found =
    compare(program, runGraph(simple, program.data), wanted[0]!, 'simplified') ??
    onEngine(program, engines.fused, wanted, 'engine', one) ??
    onEngine(program, engines.unfused, wanted, 'unfused engine');
  for (const { threads, engine } of engines.threaded) {
    const several: Data[][] = [];
    found ??= withThreads(threads, () => onEngine(program, engine, wanted, `${threads} threads`, several));
    found ??= differentBits(one, several, `${threads} threads`);
  }
  return found && `seed ${seed}: ${found}`;
}

/** The program on an engine, with variables of its own. */
function onEngineParts({ graph, data, results, variables: uses }: RandomProgram, engine: Engine) {
  const isVariable = new Set(uses.map((use) => use.parameter));
  const given = graph.parameters.map((_, i) => i).filter((i) => !isVariable.has(i));
  const variables = uses.map(({ parameter, output }) => {
    const { dims, dtype } = graph.parameters[parameter]!;
    const initial = eagerTensor(data[parameter]!.slice() as Data, dims, dtype);
    return { variable: new VariableTensor(initial), parameter, output };
  });
  const compiled = new EngineProgram(engine, { graph, arguments: given, variables, results });
  return { compiled, given, variables };
}

/** The first place where two lists of results are not the same bits; the bits of a NaN are nobody's choice. */
function differentBits(one: readonly Data[][], several: readonly Data[][], way: string): string | null {
  for (let run = 0; run < one.length; run++) {
    for (let i = 0; i < one[run]!.length; i++) {
      const [a, b] = [one[run]![i]! as Float32Array, several[run]![i]! as Float32Array];
      const at = a.findIndex((x, j) => !Object.is(x, b[j]));
      if (at >= 0) return `${way}, run ${run}: output ${i} is ${b[at]} at ${at}, with one thread ${a[at]}`;
    }
  }
  return null;
}

/** `kept` gets the results of each run. */
function onEngine(
  program: RandomProgram,
  engine: Engine,
  wanted: readonly Expected[],
  way: string,
  kept: Data[][] = [],
): string | null {
  let run = 0;
  let parts: ReturnType<typeof onEngineParts> | null = null;
  try {
    parts = onEngineParts(program, engine);
    const { compiled, given, variables } = parts;
    for (; run < RUNS; run++) {
      const outputs = compiled.execute(given.map((i) => program.data[i]!));
      const all = [...outputs];
      for (const { variable, output } of variables) if (output >= 0) all[output] = variable.snapshot().elements!;
      kept.push(all);
      const found = compare(program, all, wanted[run]!, `${way}, run ${run}`);
      if (found) return run > 0 ? found : `${found}; ${blame(program, wanted[0]!, way)}`;
    }
  } catch (error) {
    return `${way}, run ${run}: ${(error as Error).stack?.split('\n').slice(0, 8).join('\n')}`;
  } finally {
    for (const { variable } of parts?.variables ?? []) variable.residence?.release();
  }
  return null;
}

/** Whether the compiler or the code generator is wrong. */
function blame(program: RandomProgram, wanted: Expected, way: string): string {
  const compiled = compile(program, { fuse: !way.startsWith('unfused') });
  const outputs = interpretProgram(compiled, program.data);
  return compare(program, outputs, wanted, 'interpreted') ?? 'the interpreter agrees with the reference';
}

function compare(program: RandomProgram, actual: readonly Data[], wanted: Expected, way: string): string | null {
  for (let i = 0; i < wanted.outputs.length; i++) {
    const spec = program.graph.outputs[i]!;
    const found = difference(actual[i]!, wanted.outputs[i]!, wanted.slack[i]!, spec);
    if (found) return `${way}: output ${i} (${spec.dtype} [${spec.dims.join()}]): ${found}`;
  }
  return null;
}
