// A function of numbers, element by element, that is no primitive of its own: the special functions.
// Owns: the wrapping. What it computes is the function's: in double precision by the reference, in float32 as an expression of the loop
// IR where it has one, so that it is compiled with what stands around it.
import type { DType } from '../../base/dtype.ts';
import type { Expr } from '../../compiler/loop-ir.ts';
import type { HostFunction, MapPrimitive } from '../../graph/primitive.ts';
import { wrap } from './define.ts';

/** A function of operands of one shape and dtype. */
export interface ElementwiseFunction extends HostFunction {
  /** In float32. */
  readonly expression?: (...operands: Expr[]) => Expr;
}

const COMPILED: readonly DType[] = ['float32', 'float16', 'bfloat16'];

export const elementwiseCall: MapPrimitive<{ readonly call: ElementwiseFunction }> = {
  name: 'elementwiseCall',
  kind: 'map',
  pointwise: true,
  // More than storing: none is computed twice.
  cost: 60,
  infer: (inputs, { call }) => call.infer(inputs),
  evaluate: (inputs, { call }, outputs) => call.evaluate(inputs, outputs),
  lowers: ([x], { call }) => call.expression !== undefined && COMPILED.includes(x!.dtype),
  lower: (context, { call }, at) =>
    wrap(context.outputs[0]!.dtype, call.expression!(...context.inputs.map((_, i) => context.load(i, at)))),
  vjp: ({ inputs, outputs, params, cotangents, needs }) =>
    params.call.vjp ? params.call.vjp({ inputs, outputs, params: {}, cotangents, needs }) : inputs.map(() => null),
  samples: () => [],
};
