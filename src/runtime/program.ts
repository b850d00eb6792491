// A traced function made ready to run: feeds arguments and variables, runs, takes results out.
// Owns: the order of parameters and the write-back of variables. Leaves making it fast to the compiler and engine.
import type { Data } from '../base/dtype.ts';
import { runGraph } from '../graph/evaluate-graph.ts';
import type { Graph } from '../graph/graph.ts';
import type { RowsTensor } from './rows.ts';
import { eagerTensor, type Tensor } from './tensor.ts';
import type { VariableTensor } from './variable.ts';

/** A graph whose first parameters are arguments and whose variables are parameters too; outputs first results, then new values. */
export interface ProgramSource {
  readonly graph: Graph;
  /** Positions of the arguments among the graph's parameters. */
  readonly arguments: readonly number[];
  readonly variables: readonly {
    readonly variable: VariableTensor;
    readonly parameter: number /** Position of its new value among the outputs, or -1. */;
    readonly output: number;
  }[];
  /** How many of the outputs are results. */
  readonly results: number;
}

export interface CompiledProgram {
  run(args: readonly Tensor[]): Tensor[];
  /**
   * Runs `times` times in one call, on the rows of the arguments and on those that follow them; gives the last results, or those of all
   * runs one after another along the first axis. Missing where code of JavaScript's runs between kernels and may look.
   */
  readonly runInTurn?: ((args: readonly RowsTensor[], times: number, results: 'last' | 'all') => Tensor[]) | undefined;
}

/** Makes a program that runs on the reference backend. */
export function referenceProgram(source: ProgramSource): CompiledProgram {
  const { graph } = source;
  return {
    run(args) {
      const parameters: Data[] = [];
      source.arguments.forEach((parameter, i) => {
        parameters[parameter] = args[i]!.elements!;
      });
      for (const { variable, parameter } of source.variables) parameters[parameter] = variable.snapshot().elements!;
      const outputs = runGraph(graph, parameters);
      for (const { variable, output } of source.variables) {
        if (output >= 0) variable.set(eagerTensor(outputs[output]!.slice(), variable.dims, variable.dtype));
      }
      return graph.outputs
        .slice(0, source.results)
        .map((value, i) => eagerTensor(outputs[i]!, value.dims, value.dtype));
    },
  };
}

export type ProgramMaker = (source: ProgramSource) => CompiledProgram;
let maker: ProgramMaker = referenceProgram;

/** Chooses what compiles programs; the engine installs itself here. */
export const setProgramMaker = (installed: ProgramMaker): void => {
  maker = installed;
};
export const makeProgram: ProgramMaker = (source) => maker(source);
