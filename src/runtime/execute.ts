// The current interpreter: applies primitives now (eager) or adds them to the graph being traced, and lets tapes look on.
// Owns: the dispatch of every operation. Leaves evaluation to the reference and the engine, graphs to trace.ts, gradients
// to tape.ts.
import { allocate, type Data, type DType, isInteger } from '../base/dtype.ts';
import { StateError, ValueError } from '../base/errors.ts';
import { type Dims, sizeOf } from '../base/shape.ts';
import { type Interpreter, setInterpreter } from '../graph/dispatch.ts';
import type { ArrayValue, Params, Primitive } from '../graph/primitive.ts';
import type { Spec, Value } from '../graph/value.ts';
import { eagerTensor, makeWeak, type Tensor } from './tensor.ts';
import { VariableTensor } from './variable.ts';

/** Sees every application; tapes are such observers. */
export interface Observer {
  applied(primitive: Primitive, inputs: readonly Tensor[], outputs: readonly Tensor[], params: Params): void;
  readVariable(variable: VariableTensor, value: Tensor): void;
}

/** Where applications go while a function is traced. */
export interface TraceTarget {
  apply(primitive: Primitive, inputs: readonly Tensor[], params: Params): Tensor[];
}

/** Runs one primitive on large eager tensors; null when it would rather not. */
export type EngineRunner = (
  primitive: Primitive,
  inputs: readonly ArrayValue[],
  params: Params,
  outputs: readonly Spec[],
) => Data[] | null;

/** The layers whose calls are under way outside of a trace, for errors: `sequential/embedding`. */
let scope = '';

/** Runs `f` with errors in values, as an index out of range, naming `name`. */
export function withEagerScope<T>(name: string, f: () => T): T {
  const outer = scope;
  scope = outer ? `${outer}/${name}` : name;
  try {
    return f();
  } finally {
    scope = outer;
  }
}
/** That name. */
export const eagerScope = (): string => scope;
const placed = new WeakSet<object>();
function inScope(error: unknown): unknown {
  if (!(error instanceof ValueError) || scope === '' || placed.has(error)) return error;
  const named = new ValueError(`${scope}: ${error.message}`, { cause: error });
  placed.add(named);
  return named;
}

let trace: TraceTarget | null = null;
let observers: readonly Observer[] = [];
let engine: EngineRunner | null = null;

export const currentTrace = (): TraceTarget | null => trace;
export const currentObservers = (): readonly Observer[] => observers;
export const setEngine = (runner: EngineRunner | null): void => {
  engine = runner;
};

/** Runs `f` with that trace and no observers of outer code. */
export function withTrace<T>(target: TraceTarget | null, f: () => T): T {
  const [outer, outerObservers] = [trace, observers];
  [trace, observers] = [target, []];
  try {
    return f();
  } finally {
    [trace, observers] = [outer, outerObservers];
  }
}

export function withObservers<T>(list: readonly Observer[], f: () => T): T {
  const outer = observers;
  observers = list;
  try {
    return f();
  } finally {
    observers = outer;
  }
}

/** Elements from which on a primitive goes to the engine instead of the plain loops. */
const ENGINE_FROM = 4096;

/** A value as a tensor whose meaning no longer changes: variables are read. */
export function resolve(value: Value): Tensor {
  if (value instanceof VariableTensor) {
    const current = value.value();
    for (const observer of observers) observer.readVariable(value, current);
    return current;
  }
  return value as Tensor;
}

/** What a primitive has to do, in elements; 0 where bringing its operands into the engine costs more than doing it here. */
function workOf(primitive: Primitive, inputs: readonly ArrayValue[], outputs: readonly Spec[]): number {
  let read = 0;
  let written = 0;
  for (const { dims } of inputs) read += sizeOf(dims);
  for (const { dims } of outputs) written += sizeOf(dims);
  if (primitive.kind === 'contract' || primitive.kind === 'convolution') return (read + written) * 16;
  // Movement is a copy either way; and what takes a few rows out of many must not copy them all first.
  if (primitive.kind === 'map' && (primitive.cost === 0 || written * 2 < read)) return 0;
  return read + written;
}

function evaluateEagerly(primitive: Primitive, inputs: readonly Tensor[], params: Params): Tensor[] {
  for (const input of inputs) {
    if (!input.elements) {
      throw new StateError(
        input.graphValue
          ? `${primitive.name}: a tensor made inside tf.function is used outside it. Return it from the function instead of keeping it in a variable of the surrounding code.`
          : `${primitive.name}: a symbolic tensor reached the numbers. Call the op from tf.* with it, or wrap the computation in a layer.`,
      );
    }
  }
  const arrays = inputs as readonly (Tensor & ArrayValue)[];
  const specs = primitive.infer(arrays, params);
  const values = arrays.map((input): ArrayValue => ({ dims: input.dims, dtype: input.dtype, data: input.elements! }));
  try {
    return computed(primitive, values, params, specs);
  } catch (error) {
    throw inScope(error);
  }
}
function computed(
  primitive: Primitive,
  values: readonly ArrayValue[],
  params: Params,
  specs: readonly Spec[],
): Tensor[] {
  if (engine && workOf(primitive, values, specs) >= ENGINE_FROM) {
    const results = engine(primitive, values, params, specs);
    if (results) return results.map((data, i) => eagerTensor(data, specs[i]!.dims, specs[i]!.dtype));
  }
  const outputs = specs.map(
    (spec): ArrayValue => ({ dims: spec.dims, dtype: spec.dtype, data: allocate(spec.dtype, sizeOf(spec.dims)) }),
  );
  primitive.evaluate(values, params, outputs);
  return outputs.map(({ data, dims, dtype }) => eagerTensor(data, dims, dtype));
}

/** Looks at every result while tf.debugging.enableCheckNumerics is on. */
type NumericsCheck = (primitive: string, outputs: readonly Tensor[]) => void;
let numericsCheck: NumericsCheck | null = null;
export const setNumericsCheck = (check: NumericsCheck | null): void => {
  numericsCheck = check;
};

/** Elements up to which whole numbers that are known are computed with while a function is traced. */
const FEW = 16;

/** What functions do with shapes, `tf.shape(x).at(0)` and so on: known at once, so that it can be a size in what follows. */
function isArithmeticOfSizes(primitive: Primitive, inputs: readonly Tensor[], params: Params): boolean {
  if (inputs.length === 0 || (primitive.kind !== 'map' && primitive.kind !== 'reduce')) return false;
  for (const { elements, dtype } of inputs)
    if (elements === null || elements.length > FEW || !(isInteger(dtype) || dtype === 'bool')) return false;
  return primitive.infer(inputs, params).every(({ dims }) => sizeOf(dims) <= FEW);
}

/**
 * What elementwise arithmetic makes of plain whole numbers is as weak as they are: `1 − [0, 1]` meets floats as `[0, 1]` does, for 1.0
 * is 1 here. Sums and products of many are not: they may be numbers that nobody wrote. Booleans, which conditions are, say nothing.
 */
function weaken(primitive: Primitive, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
  const { kind, name } = primitive;
  if (kind !== 'map' || name === 'convert') return;
  if (!inputs.every(({ weak, dtype }) => weak || dtype === 'bool')) return;
  for (const output of outputs) if (isInteger(output.dtype)) makeWeak(output);
}

const interpreter: Interpreter = {
  bind(primitive: Primitive, values: readonly Value[], params: Params): Value[] {
    const inputs = values.map(resolve);
    const isTraced = trace !== null && !isArithmeticOfSizes(primitive, inputs, params);
    const outputs = isTraced ? trace!.apply(primitive, inputs, params) : evaluateEagerly(primitive, inputs, params);
    if (inputs.at(-1)?.weak) weaken(primitive, inputs, outputs);
    for (const observer of observers) observer.applied(primitive, inputs, outputs, params);
    numericsCheck?.(primitive.name, outputs);
    return outputs;
  },
  constant(data: Data, dims: Dims, dtype: DType): Value {
    return eagerTensor(data, dims, dtype);
  },
};

setInterpreter(interpreter);
