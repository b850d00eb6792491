// Functions of the host as ops: whole arrays computed in JavaScript, in double precision, with gradients in terms of primitives.
// Owns: making HostFunctions, reading their elements as doubles, elementwise ones. Inside a program they run as calls out of it.
import { type Data, isBig, roundInPlace } from '../../base/dtype.ts';
import { StateError } from '../../base/errors.ts';
import type { Dims } from '../../base/shape.ts';
import type { Expr } from '../../compiler/loop-ir.ts';
import type { ArrayValue, HostFunction, Params, VjpContext } from '../../graph/primitive.ts';
import type { Spec, Value } from '../../graph/value.ts';
import type { ElementwiseFunction } from '../../primitives/elementwise/call.ts';
import * as p from '../../primitives/functions.ts';
import { resolve } from '../../runtime/execute.ts';
import { Tensor } from '../../runtime/tensor.ts';

type Vjp = NonNullable<HostFunction['vjp']>;

/** The elements as doubles: the array itself where it is one, else a copy. */
export function doubles(value: ArrayValue): Float64Array {
  if (value.data instanceof Float64Array) return value.data;
  return Float64Array.from(value.data as ArrayLike<number | bigint>, Number);
}

/** Stores doubles as elements of the output's dtype. */
export function store(out: ArrayValue, values: ArrayLike<number>): void {
  if (isBig(out.dtype)) {
    const big = out.data as BigInt64Array;
    for (let i = 0; i < big.length; i++) big[i] = BigInt(values[i]!);
  } else (out.data as Float64Array).set(values);
  roundInPlace(out.dtype, out.data);
}

/** A function of whole arrays. */
export const hostFunction = (
  name: string,
  infer: (inputs: readonly Spec[]) => Spec[],
  evaluate: HostFunction['evaluate'],
  vjp?: Vjp,
  meaning?: HostFunction['meaning'],
): HostFunction => ({
  hostFunction: name,
  infer,
  evaluate,
  ...(vjp ? { vjp } : {}),
  ...(meaning ? { meaning } : {}),
});

/**
 * An elementwise function of numbers of equal shapes and one floating dtype; derivatives by operand, null where there is none. With an
 * expression it is compiled in float32.
 */
export function elementwise(
  name: string,
  f: (...x: number[]) => number,
  derivatives: readonly (((inputs: readonly Value[], output: Value) => Value) | null)[] | null,
  expression?: (...operands: Expr[]) => Expr,
): (...inputs: Value[]) => Value {
  const call = hostFunction(
    name,
    ([first]) => [{ dims: first!.dims, dtype: first!.dtype }],
    (inputs, [out]) => {
      const columns = inputs.map((input) => input.data as Float64Array);
      const target = out!.data as Float64Array;
      if (columns.length === 1) for (let i = 0; i < target.length; i++) target[i] = f(columns[0]![i]!);
      else for (let i = 0; i < target.length; i++) target[i] = f(...columns.map((column) => column[i]!));
      roundInPlace(out!.dtype, target);
    },
    derivatives
      ? ({ inputs, outputs, cotangents, needs }: VjpContext<Params>) =>
          inputs.map((_, i) => {
            const derivative = derivatives[i];
            return needs[i] && derivative ? p.mul(cotangents[0]!, derivative(inputs, outputs[0]!)) : null;
          })
      : undefined,
  );
  const made: ElementwiseFunction = expression ? { ...call, expression } : call;
  return (...inputs) => p.elementwiseCall(made, inputs);
}

/** The elements of a tensor that must be known now, because the shape of the result depends on them. */
export function known(x: Value, operation: string, remedy: string): Data {
  const tensor = resolve(x);
  if (tensor instanceof Tensor && tensor.elements) return tensor.elements;
  throw new StateError(
    `${operation}: the shape of the result depends on values, which are not known while a function is traced. ${remedy}`,
  );
}

/** Dims of matrices: the batch axes, rows and columns. */
export function matrixDims(dims: Dims): { outer: Dims; rows: number; columns: number; batch: number } {
  const outer = dims.slice(0, -2);
  return { outer, rows: dims.at(-2)!, columns: dims.at(-1)!, batch: outer.reduce((a, b) => a * b, 1) };
}
