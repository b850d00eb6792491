// Bodies of control flow: functions traced on their own, with what they take from outside.
// Owns: the tracing, what a body captured and assigned, and functions whose gradients are their own inside of bodies.
import type { Graph, GraphValue } from '../graph/graph.ts';
import type { Spec, Value } from '../graph/value.ts';
import * as p from '../primitives/functions.ts';
import { currentTrace, resolve, withTrace } from './execute.ts';
import { activeTapes } from './tape.ts';
import type { Tensor } from './tensor.ts';
import { activeTrace, Trace } from './trace.ts';
import type { VariableTensor } from './variable.ts';

/** A traced body: parameters are first the given ones, then what it captured from outside. */
export interface Body {
  readonly graph: Graph;
  readonly captured: readonly Tensor[];
  /** Variables it assigned: the position among the captured, and the new value. */
  readonly assigned: readonly {
    readonly variable: VariableTensor;
    readonly position: number;
    readonly value: GraphValue;
  }[];
}

/** Traces `f` on parameters of the given specs. Tensors and variables from outside become further parameters. */
export function traceBody(specs: readonly Spec[], f: (values: Tensor[]) => readonly Tensor[]): Body {
  const outer = currentTrace();
  const tapes = activeTapes();
  const trace = new Trace(outer instanceof Trace ? outer : 'eager', (tensor) =>
    tapes.some((tape) => tape.follows(tensor)),
  );
  const parameters = specs.map((spec) => trace.parameter(spec));
  const outputs = withTrace(trace, () => f(parameters).map((tensor) => trace.valueOf(resolve(tensor), 'control flow')));
  trace.graph.outputs = outputs;
  const own = new Set(parameters.map((parameter) => parameter.graphValue!));
  const rest = trace.graph.parameters.filter((parameter) => !own.has(parameter));
  // The given parameters first, whatever the order in which captures were met.
  trace.graph.parameters.splice(
    0,
    trace.graph.parameters.length,
    ...parameters.map((parameter) => parameter.graphValue!),
    ...rest,
  );
  // Tapes that record outside see the variables that the body reads.
  for (const use of trace.variables) resolve(use.variable);
  const { captures } = trace;
  const captured = rest.map((parameter) => captures.get(parameter)!);
  const assigned = trace.variables
    .filter((use) => use.assigned)
    .map((use) => ({ variable: use.variable, position: rest.indexOf(use.parameter), value: use.current.graphValue! }));
  return { graph: trace.graph, captured, assigned };
}

export const specOf = (value: Spec): Spec => ({ dims: value.dims, dtype: value.dtype });

/**
 * Gives results a gradient of their own where a body of control flow is traced: tapes do not see what happens in there, the graph
 * keeps it. Elsewhere the results are as they were.
 */
export function withOwnGradient(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  gradient: (cotangents: Tensor[]) => readonly (Value | null)[],
): Tensor[] {
  if (!activeTrace()?.isBody) return [...outputs];
  return outputs.map((output, k) => {
    // The gradient is linear in its cotangents: each result brings its own part.
    let gives: number[] = [];
    const traced = traceBody([specOf(output)], ([cotangent]) => {
      const found = gradient(outputs.map((other, i) => (i === k ? cotangent! : (p.zerosLike(other) as Tensor))));
      gives = found.flatMap((part, i) => (part && inputs[i] ? [i] : []));
      return gives.map((i) => found[i] as Tensor);
    });
    return p.withGradient(output, inputs, traced.captured, { gradient: traced.graph, gives }) as Tensor;
  });
}
