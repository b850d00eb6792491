// tf.function: a function compiled for each combination of shapes, dtypes and plain arguments it is called with.
// Owns: signatures, the cache of traces, structure of arguments and results. Leaves graphs to trace.ts, running to
// program.ts.

import { StateError, ValueError } from '../base/errors.ts';
import { isRecord } from '../base/record.ts';
import { type Shape, showShape } from '../base/shape.ts';
import { flattenTree, packTree } from '../base/tree.ts';
import type { Graph, GraphValue } from '../graph/graph.ts';
import type { Spec } from '../graph/value.ts';
import { currentObservers, currentTrace, resolve } from './execute.ts';
import { type CompiledProgram, makeProgram } from './program.ts';
import { type RecordingMemory, recordable, recorded } from './recorder.ts';
import { RetraceWatch } from './retracing.ts';
import { RowsTensor } from './rows.ts';
import { isLeaf, isMadeOfTensors, PARTS } from './structure.ts';
import { Tensor } from './tensor.ts';
import { Trace, traceInto } from './trace.ts';
import { VariableTensor } from './variable.ts';

export interface TracedFunction {
  readonly tracingCount: number;
  /** What the arguments are, where that was said. */
  readonly inputSignature: FunctionOptions['inputSignature'] | null;
  /** The latest trace as text. */
  prettyPrinted(): string;
  /** The latest trace as a graph, with what its parameters stand for; null before the first call. */
  readonly tracedGraph: NamedGraph | null;
}

export interface NamedGraph {
  readonly name: string;
  readonly graph: Graph;
  /** The variables among the parameters, by their paths. */
  readonly variables: ReadonlyMap<GraphValue, string>;
}

interface Concrete {
  readonly program: CompiledProgram;
  /** What the function returned, tensors in place. */
  readonly result: unknown;
  /** What its tensors are. */
  readonly results: readonly Spec[];
  /** Variables whose shape may change, assigned to: their values come behind the results. */
  readonly reshaped: readonly VariableTensor[];
  readonly print: () => string;
  readonly named: NamedGraph;
}

type Callable = (...args: unknown[]) => unknown;

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

const identities = new WeakMap<object, number>();
let nextIdentity = 0;
function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = nextIdentity++;
    identities.set(value, id);
  }
  return id;
}

/** What distinguishes calls: structure, shapes and dtypes of tensors, plain values by value, objects by identity. */
function signature(args: readonly unknown[], tensors: Tensor[]): string {
  let key = '';
  const walk = (value: unknown): void => {
    if (value instanceof VariableTensor) key += `v${value.id};`;
    else if (value instanceof Tensor) {
      tensors.push(value);
      key += `${value.dtype}[${value.dims.join()}]${value.weak ? 'w' : ''};`;
    } else if (Array.isArray(value)) {
      key += '(';
      value.forEach(walk);
      key += ')';
    } else if (value !== null && (typeof value === 'object' || typeof value === 'function')) {
      if (isRecord(value)) {
        key += '{';
        for (const name of Object.keys(value).sort()) {
          // With its length a name ends where it ends, whatever letters it has.
          key += `${name.length}:${name}:`;
          walk(value[name]);
        }
        key += '}';
      } else key += `o${identity(value)};`;
    } else if (typeof value === 'string') key += `${JSON.stringify(value)};`;
    else key += `${typeof value}:${Object.is(value, -0) ? '-0' : String(value)};`;
  };
  args.forEach(walk);
  return key;
}

/** What an argument must be: a spec, or a list or record of them where the argument is one. */
export type SignatureEntry =
  | { readonly shape: readonly (number | null)[] | object; readonly dtype: string }
  | { readonly shape: Shape | null }
  | readonly SignatureEntry[]
  | { readonly [name: string]: SignatureEntry };

export interface FunctionOptions {
  /** Specs to which arguments must conform. */
  readonly inputSignature?: readonly SignatureEntry[] | null | undefined;
  readonly jitCompile?: boolean | undefined;
  readonly reduceRetracing?: boolean | undefined;
  /** What TensorFlow's compiler may be told besides; this one traces as it runs and always compiles. */
  readonly autograph?: boolean | undefined;
  readonly experimentalImplements?: string | null | undefined;
  readonly experimentalAutographOptions?: unknown;
  readonly experimentalAttributes?: unknown;
  readonly experimentalRelaxShapes?: boolean | null | undefined;
  readonly experimentalCompile?: boolean | null | undefined;
  readonly experimentalFollowTypeHints?: boolean | null | undefined;
}

let eagerly = false;
/** Whether traced functions run op by op instead: for debugging. */
export const runFunctionsEagerly = (run: boolean): void => {
  eagerly = run;
};
export const runsFunctionsEagerly = (): boolean => eagerly;

/** Traces of one function, kept by signature; the oldest go first. */
export class FunctionCache {
  readonly #traces = new Map<string, Concrete>();
  readonly #name: string;
  readonly #limit: number;
  readonly #checksVariables: boolean;
  /** Variables whose shape may change that some trace has used: their shapes tell traces apart too. */
  readonly #changing = new Set<VariableTensor>();
  /** The latest call whose argument may come again. */
  #again: { readonly argument: object; readonly tensors: readonly Tensor[]; readonly concrete: Concrete } | null = null;
  readonly #watch: RetraceWatch | null;
  readonly #memory: RecordingMemory = { records: false };
  count = 0;
  latest: Concrete | null = null;

  /** `checksVariables`: whether a function that makes new variables on every call is refused, for a program makes them once. */
  constructor(name: string, checksVariables = false, limit = 256) {
    this.#name = name;
    this.#checksVariables = checksVariables;
    this.#limit = limit;
    this.#watch = checksVariables ? new RetraceWatch() : null;
  }

  /**
   * Runs the trace for these arguments. `same` says that they are those of the call that last gave this object, tensors
   * of the same shapes and dtypes in the same places: looking for the trace takes as long as a small program runs.
   */
  call(f: Callable, args: readonly unknown[], same?: object): unknown {
    // Inside another trace, or under a tape, the function's own operations are what matters.
    if (eagerly || currentTrace()) return this.#checked(f(...args));
    if (currentObservers().length > 0) return recordable(this.#memory, () => recorded(() => this.#checked(f(...args))));
    const again = this.#again;
    if (again !== null && again.argument === same && this.#changing.size === 0)
      return this.#run(again.concrete, again.tensors);
    const tensors: Tensor[] = [];
    let key = signature(args, tensors) + this.#shapes();
    let concrete = this.#traces.get(key);
    if (concrete) {
      this.#watch?.found();
      if (this.#traces.size > this.#limit / 2) {
        this.#traces.delete(key);
        this.#traces.set(key, concrete);
      }
    } else {
      concrete = recordable(this.#memory, () => this.#trace(f, args, tensors, this.#checksVariables));
      if (this.#changing.size > 0) key = signature(args, []) + this.#shapes();
      this.#traces.set(key, concrete);
      this.#watch?.traced(this.#name, key);
      if (this.#traces.size > this.#limit) this.#traces.delete(this.#traces.keys().next().value!);
    }
    if (same) this.#again = { argument: same, tensors, concrete };
    return this.#run(concrete, tensors);
  }

  /**
   * Whether `callInTurn` may follow the call that gave this object: its tensors are rows, as many in each, and where all results are
   * wanted these have as many.
   */
  takesTurns(same: object, results: 'last' | 'all' = 'last'): boolean {
    const again = this.#again;
    if (again === null || again.argument !== same || !again.concrete.program.runInTurn) return false;
    const { tensors, concrete } = again;
    const rows = tensors[0]?.dims[0];
    if (rows === undefined || !tensors.every((tensor) => tensor instanceof RowsTensor && tensor.dims[0] === rows))
      return false;
    if (results === 'all' && !concrete.results.every(({ dims }) => dims[0] === rows)) return false;
    return this.#changing.size === 0 && !eagerly && !currentTrace() && currentObservers().length === 0;
  }
  /** Runs the trace of the latest call `times` times, on the rows of its tensors now and those that follow. */
  callInTurn(times: number, results: 'last' | 'all' = 'last'): unknown {
    const { concrete, tensors } = this.#again!;
    this.latest = concrete;
    return resultOf(concrete, concrete.program.runInTurn!(tensors as RowsTensor[], times, results));
  }

  /** Drops what the latest call was given. */
  forgetCall(): void {
    this.#again = null;
  }

  #shapes(): string {
    let key = '';
    for (const { id, eagerDims } of this.#changing) key += `#${id}[${eagerDims.join()}]`;
    return key;
  }

  #run(concrete: Concrete, tensors: readonly Tensor[]): unknown {
    this.latest = concrete;
    const outputs = concrete.program.run(tensors);
    const { reshaped } = concrete;
    const results = reshaped.length > 0 ? outputs.slice(0, -reshaped.length) : outputs;
    reshaped.forEach((variable, i) => {
      variable.set(outputs[results.length + i]!);
    });
    return resultOf(concrete, results);
  }

  #checked(result: unknown): unknown {
    if (result instanceof Promise) {
      // What it says later nobody waits for: it would end the program.
      result.catch(() => {});
      throw new StateError(
        `tf.function ${this.#name}: the function is asynchronous, and what runs after its first await cannot be compiled. Do the awaiting outside, and pass in what was awaited.`,
      );
    }
    return result;
  }

  /** Refuses tensors of the trace in objects that are no records: they would never get values. */
  #checkResult(result: unknown): void {
    for (const leaf of flattenTree(result, isLeaf)) {
      if (leaf === null || typeof leaf !== 'object' || isLeaf(leaf) || isMadeOfTensors(leaf)) continue;
      for (const [field, value] of Object.entries(leaf))
        if (value instanceof Tensor && value.graphValue)
          throw new ValueError(
            `tf.function ${this.#name}: the function returns an object of class ${leaf.constructor?.name} with a tensor in its field '${field}', which would never get a value. Return tensors, or lists and records of them.`,
          );
    }
  }

  #trace(f: Callable, args: readonly unknown[], tensors: readonly Tensor[], checksVariables: boolean): Concrete {
    const trace = new Trace();
    const placeholders = new Map<Tensor, Tensor>();
    const parameters = tensors.map((tensor) => {
      const parameter = trace.parameter({ dims: tensor.dims, dtype: tensor.dtype }, tensor.weak);
      placeholders.set(tensor, parameter);
      return parameter;
    });
    let next = 0;
    const substitute = (value: unknown): unknown => {
      if (value instanceof VariableTensor) return value;
      if (value instanceof Tensor) return parameters[next++];
      if (Array.isArray(value)) return value.map(substitute);
      if (isRecord(value)) {
        const packed = new Map(
          Object.keys(value)
            .sort()
            .map((name) => [name, substitute(value[name])]),
        );
        return Object.fromEntries(Object.keys(value).map((name) => [name, packed.get(name)]));
      }
      return value;
    };
    const traced = args.map(substitute);
    const result = traceInto(trace, () => recorded(() => this.#checked(f(...traced))));
    // As in TensorFlow a second trace tells variables that are made once and kept from those that every call would make anew.
    if (checksVariables && trace.made.length > 0) return this.#trace(f, args, tensors, false);
    const [made] = trace.made;
    if (made && this.#checksVariables)
      throw new ValueError(
        `tf.function ${this.#name}: tf.function only supports singleton tf.Variables created on the first call; this one makes a new '${made.name}' of shape ${showShape(made.shape)} each time it is traced, where it would run with one and the same. Make it outside of the function, or make it once and keep it: v ??= tf.Variable(…). Layers, metrics and optimizers likewise.`,
      );
    this.count++;
    this.#checkResult(result);
    const outputs = traceInto(trace, () =>
      flattenTree(result, isLeaf)
        .flatMap(tensorsOf)
        .map((tensor) => trace.valueOf(resolve(tensor), 'tf.function')),
    );
    const position = new Map(trace.graph.parameters.map((parameter, i) => [parameter, i]));
    for (const { variable } of trace.variables) if (variable.changesShape) this.#changing.add(variable);
    // What may have another shape than before cannot be written where the old value lies: it is a result.
    const reshaped = trace.variables.filter((use) => use.assigned && use.variable.changesShape);
    const assigned = trace.variables.filter((use) => use.assigned && !use.variable.changesShape);
    const count = outputs.length + reshaped.length;
    let output = count;
    trace.graph.outputs = [...outputs, ...[...reshaped, ...assigned].map((use) => use.current.graphValue!)];
    const program = makeProgram({
      graph: trace.graph,
      arguments: parameters.map((parameter) => position.get(parameter.graphValue!)!),
      variables: trace.variables.map((use) => ({
        variable: use.variable,
        parameter: position.get(use.parameter)!,
        output: use.assigned && !use.variable.changesShape ? output++ : -1,
      })),
      results: count,
    });
    const variables = new Map(trace.variables.map((use) => [use.parameter, use.variable.path]));
    return {
      program,
      result,
      results: outputs,
      reshaped: reshaped.map((use) => use.variable),
      print: () => `${this.#name}: ${trace.graph.nodes.length} nodes`,
      named: { name: this.#name, graph: trace.graph, variables },
    };
  }

  print(): string {
    if (!this.latest) throw new ValueError(`tf.function ${this.#name}: not traced yet; call it once first.`);
    return this.latest.print();
  }
}

/** The tensors of one leaf of a result. */
const tensorsOf = (leaf: unknown): readonly Tensor[] =>
  isTensor(leaf) ? [leaf] : isMadeOfTensors(leaf) ? leaf[PARTS]().tensors : [];

function resultOf({ result }: Concrete, values: readonly Tensor[]): unknown {
  if (result === null) return null;
  return values.length === 1 && isTensor(result) ? values[0] : restore(result, values);
}

/** The traced result with values: tensors replaced, everything else as it was. */
function restore(result: unknown, values: readonly Tensor[]): unknown {
  let next = 0;
  const leaves = flattenTree(result, isLeaf).map((leaf) => {
    if (isTensor(leaf)) return values[next++];
    if (!isMadeOfTensors(leaf)) return leaf;
    const { tensors, remake } = leaf[PARTS]();
    return remake(values.slice(next, (next += tensors.length)));
  });
  return packTree(result, leaves, isLeaf);
}

/** The function, compiled for each new combination of shapes; `prepare` makes of the arguments what it is called with. */
export function makeFunction<F extends (...args: never) => unknown>(
  f: F,
  options: FunctionOptions = {},
  prepare: ((args: readonly unknown[]) => readonly unknown[]) | null = null,
): F & TracedFunction {
  const newCache = (): FunctionCache => new FunctionCache(f.name || 'anonymous', true);
  let latest = newCache();
  // A method has traces for each object: what it reads of `this` is another's there. They go with the object.
  const alone = latest;
  const ofObjects = new WeakMap<object, FunctionCache>();
  const cacheOf = (receiver: unknown): FunctionCache => {
    if (receiver === null || (typeof receiver !== 'object' && typeof receiver !== 'function')) return alone;
    let cache = ofObjects.get(receiver);
    if (!cache) ofObjects.set(receiver, (cache = newCache()));
    return cache;
  };
  let count = 0;
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    const cache = cacheOf(this);
    latest = cache;
    const before = cache.count;
    try {
      return cache.call((...inner) => Reflect.apply(f, this, inner), prepare ? prepare(args) : args);
    } finally {
      count += cache.count - before;
    }
  };
  Object.defineProperty(traced, 'name', { value: f.name });
  Object.defineProperty(traced, 'tracingCount', { get: () => count });
  Object.defineProperty(traced, 'tracedGraph', { get: () => latest.latest?.named ?? null });
  return Object.assign(traced, {
    prettyPrinted: () => latest.print(),
    inputSignature: options.inputSignature ?? null,
  }) as object as F & TracedFunction;
}
