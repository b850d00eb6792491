// Tracing: runs a function once on tensors without values and keeps what it did as a graph.
// Owns: the graph being built, the variables it reads and writes, what it captured. Leaves compiling and caching to
// function.ts.
import { StateError } from '../base/errors.ts';
import { Graph, type GraphValue } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { replay } from '../graph/replay.ts';
import type { Spec } from '../graph/value.ts';
import { currentTrace, eagerScope, resolve, type TraceTarget, withEagerScope, withTrace } from './execute.ts';
import { Tensor } from './tensor.ts';
import { setTraceHooks, type VariableTensor } from './variable.ts';

interface VariableUse {
  readonly variable: VariableTensor;
  readonly parameter: GraphValue;
  current: Tensor;
  assigned: boolean;
}

/** Constants of so many elements are part of a body's text. */
const SMALL = 16;

export class Trace implements TraceTarget {
  readonly graph = new Graph();
  readonly #variables = new Map<VariableTensor, VariableUse>();
  readonly #captured = new Map<Tensor, GraphValue>();
  /** Where tensors from outside come from: nowhere (they are constants), an outer trace, eager code; or they are not allowed. */
  readonly #outer: Trace | 'eager' | 'closed' | null;
  /** Whether a tape outside follows a tensor: then it is captured, however small, or the gradient would end here. */
  readonly #followed: (tensor: Tensor) => boolean;
  /** Variables that were made while it was built. */
  readonly made: VariableTensor[] = [];
  /** What captured parameters stand for, in the body of control flow. */
  readonly captures = new Map<GraphValue, Tensor>();
  /** What the graph's values are called in messages and profiles: the layers being called. */
  scope = '';

  constructor(outer: Trace | 'eager' | 'closed' | null = null, followed: (tensor: Tensor) => boolean = () => false) {
    this.#outer = outer;
    this.#followed = outer instanceof Trace ? (tensor) => followed(tensor) || outer.#followed(tensor) : followed;
  }

  /** Whether it is the body of control flow, whose gradient comes from its graph and not from a tape. */
  get isBody(): boolean {
    return this.#outer !== null;
  }

  parameter(spec: Spec, weak = false): Tensor {
    return this.#wrap(this.graph.addParameter(spec), weak);
  }

  apply(primitive: Primitive, inputs: readonly Tensor[], params: Params): Tensor[] {
    const values = inputs.map((input) => this.valueOf(input, primitive.name));
    return this.graph.apply(primitive, values, params, this.scope).map((value) => this.#wrap(value));
  }

  /** The graph's value for a tensor: its own, or an eager tensor taken in as a constant. */
  valueOf(tensor: Tensor, operation: string): GraphValue {
    const own = tensor.graphValue;
    if (own) {
      if (this.graph.nodes[own.node.id] !== own.node) {
        if (this.#outer instanceof Trace) return this.#capture(tensor);
        throw new StateError(
          `${operation}: a tensor of another tf.function is used here. Pass it in as an argument, or return it from the function that made it.`,
        );
      }
      return own;
    }
    if (!tensor.elements)
      throw new StateError(
        `${operation}: a symbolic tensor of a functional model is used inside tf.function. Call the model with data instead.`,
      );
    // Small constants are better known to the body; the rest is passed in.
    if (
      (this.#outer instanceof Trace || this.#outer === 'eager') &&
      (tensor.elements.length > SMALL || this.#followed(tensor))
    )
      return this.#capture(tensor);
    let captured = this.#captured.get(tensor);
    if (!captured) {
      captured = this.graph.addConstant(tensor.elements, { dims: tensor.dims, dtype: tensor.dtype });
      this.#captured.set(tensor, captured);
    }
    return captured;
  }

  /** A tensor from outside as a parameter. */
  #capture(tensor: Tensor): GraphValue {
    let captured = this.#captured.get(tensor);
    if (!captured) {
      captured = this.graph.addParameter({ dims: tensor.dims, dtype: tensor.dtype });
      this.#captured.set(tensor, captured);
      this.captures.set(captured, tensor);
    }
    return captured;
  }

  /** The tensor of a value of this trace. */
  tensorOf(value: GraphValue): Tensor {
    return this.#wrap(value);
  }

  /**
   * What a tensor of this trace is outside of it: made again, at once, of constants and of what variables hold now. Null where it
   * hangs on an argument of the function, or comes from another trace.
   */
  lifted(tensor: Tensor): Tensor | null {
    const value = tensor.graphValue;
    if (!value || this.graph.nodes[value.node.id] !== value.node) return null;
    const wanted = this.graph.withOutputs([value]);
    const read = new Set([value, ...wanted.liveNodes().flatMap(({ inputs }) => inputs)]);
    const variables = new Map(this.variables.map(({ parameter, variable }) => [parameter, variable]));
    const parameters = this.graph.parameters.filter((parameter) => read.has(parameter));
    const values = parameters.map((parameter) => variables.get(parameter)?.snapshot());
    if (!values.every((given) => given !== undefined)) return null;
    return withTrace(null, () => resolve(replay(wanted.withParameters(parameters), values).get(value)!));
  }

  /** Takes note of a variable that is made: it is made once, however often the program runs. */
  variableMade(variable: VariableTensor): void {
    if (this.#outer instanceof Trace) this.#outer.variableMade(variable);
    else this.made.push(variable);
  }

  /** The variables it read or wrote, in order of first use. */
  get variables(): readonly VariableUse[] {
    return [...this.#variables.values()];
  }

  readVariable(variable: VariableTensor): Tensor {
    return this.#use(variable).current;
  }

  assignVariable(variable: VariableTensor, value: Tensor): void {
    const use = this.#use(variable);
    use.current = value.graphValue ? value : this.#wrap(this.valueOf(value, 'assign'));
    use.assigned = true;
  }

  #use(variable: VariableTensor): VariableUse {
    let use = this.#variables.get(variable);
    if (!use) {
      const outer = this.#outer instanceof Trace ? this.#outer.readVariable(variable) : null;
      const parameter = this.graph.addParameter({ dims: outer?.dims ?? variable.eagerDims, dtype: variable.dtype });
      if (outer) this.captures.set(parameter, outer);
      else if (this.#outer === 'eager') this.captures.set(parameter, variable.snapshot());
      use = { variable, parameter, current: this.#wrap(parameter), assigned: false };
      this.#variables.set(variable, use);
    }
    return use;
  }

  #wrap(value: GraphValue, weak = false): Tensor {
    return new Tensor(value.dtype, value.dims, null, value, weak);
  }
}

setTraceHooks({
  read: (variable) => {
    const trace = currentTrace();
    return trace instanceof Trace ? trace.readVariable(variable) : null;
  },
  assign: (variable, value) => {
    const trace = currentTrace();
    if (!(trace instanceof Trace)) return false;
    trace.assignVariable(variable, value);
    return true;
  },
});

/** The trace being built now, if any. */
export function activeTrace(): Trace | null {
  const trace = currentTrace();
  return trace instanceof Trace ? trace : null;
}

/** Runs `f` so that nodes made in it are named after `name` (a layer). */
export function withScope<T>(name: string, f: () => T): T {
  const trace = activeTrace();
  if (!trace) return withEagerScope(name, f);
  const outer = trace.scope;
  trace.scope = outer ? `${outer}/${name}` : name;
  try {
    return f();
  } finally {
    trace.scope = outer;
  }
}

/** The scopes that surround what runs now: `outer/inner`, or nothing. */
export const currentScope = (): string => activeTrace()?.scope ?? eagerScope();

/** Runs `f` building `trace`. */
export const traceInto = <T>(trace: Trace, f: () => T): T => withTrace(trace, f);
