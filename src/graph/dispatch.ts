// Where applications of primitives go: to the interpreter that is current (eager, or building a graph).
// Owns: the current interpreter. Leaves to the runtime: what the interpreters do.
import type { Data, DType } from '../base/dtype.ts';
import { assert } from '../base/errors.ts';
import type { Dims } from '../base/shape.ts';
import type { Params, Primitive } from './primitive.ts';
import type { Value } from './value.ts';

export interface Interpreter {
  bind(primitive: Primitive, inputs: readonly Value[], params: Params): Value[];
  /** A value with the given elements; `data` is owned by the value afterwards. */
  constant(data: Data, dims: Dims, dtype: DType): Value;
}

let current: Interpreter | null = null;

export function setInterpreter(interpreter: Interpreter): void {
  current = interpreter;
}

/** Applies a primitive to values. */
export function bind<P extends Params>(primitive: Primitive<P>, inputs: readonly Value[], params: P): Value[] {
  assert(current, 'no interpreter is installed');
  return current.bind(primitive as Primitive<Params>, inputs, params);
}

/** Applies a primitive with one output. */
export function bind1<P extends Params>(primitive: Primitive<P>, inputs: readonly Value[], params: P): Value {
  return bind(primitive, inputs, params)[0]!;
}

/** A value with the given elements. */
export function constantValue(data: Data, dims: Dims, dtype: DType): Value {
  assert(current, 'no interpreter is installed');
  return current.constant(data, dims, dtype);
}
