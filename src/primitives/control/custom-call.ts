// A function in JavaScript as a primitive: decompositions, special functions, strings, users' host code.
// Owns: nothing but the wrapping; shapes, values and gradient are the function's.
import type { HostFunction, OpaquePrimitive } from '../../graph/primitive.ts';

export const customCall: OpaquePrimitive<{ readonly call: HostFunction }> = {
  name: 'customCall',
  kind: 'opaque',
  infer: (inputs, { call }) => call.infer(inputs),
  evaluate: (inputs, { call }, outputs) => call.evaluate(inputs, outputs),
  // A call without a gradient gives none: what depends on it is not connected.
  vjp: ({ inputs, outputs, params, cotangents, needs }) =>
    params.call.vjp ? params.call.vjp({ inputs, outputs, params: {}, cotangents, needs }) : inputs.map(() => null),
  samples: () => [],
};
