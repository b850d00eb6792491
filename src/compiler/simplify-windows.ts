// What windows send to their largest element, in the gradients of pooling: masks and sums of it become masks and sums of what
// is sent, which is as many times smaller as a window is large.
// Owns: these two rules of simplify.ts.
import { allocate } from '../base/dtype.ts';
import type { Dims } from '../base/shape.ts';
import type { GraphValue } from '../graph/graph.ts';
import type { Params } from '../graph/primitive.ts';
import type { PrimitiveName } from '../primitives/registry.ts';

export interface Rewriting {
  apply(name: PrimitiveName, inputs: readonly GraphValue[], params: Params): GraphValue;
  constant(data: ReturnType<typeof allocate>, spec: Pick<GraphValue, 'dims' | 'dtype'>): GraphValue;
  /** The number that a value holds everywhere, if it is known to. */
  uniform(value: GraphValue): number | bigint | null;
}

interface Windows extends Params {
  readonly window: Dims;
  readonly strides: Dims;
  readonly dilation: Dims;
  readonly low: Dims;
  readonly high: Dims;
}

/** What is sent by which windows over which values, where `value` is that. */
function sentByWindows({ node }: GraphValue) {
  if (node.primitive?.name !== 'windowSpread') return null;
  const [numbers, values] = node.inputs as [GraphValue, GraphValue];
  const slides = node.params as Windows;
  const { primitive, params, inputs } = numbers.node;
  const isSame = (['window', 'strides', 'dilation', 'low', 'high'] as const).every(
    (name) => String(slides[name]) === String(params[name]),
  );
  if (primitive?.name !== 'windowArgMax' || !isSame) return null;
  return { numbers, values, params: slides, over: inputs[0]!, overParams: params };
}

/**
 * Σ of what windows send · (x > 0), where they send to the largest of max(0, x): what they send, where that is above 0, which is
 * said by the numbers.
 */
export function maskedWindows(sent: GraphValue, mask: GraphValue, rewriting: Rewriting): GraphValue | null {
  const windows = sentByWindows(sent);
  const compared = mask.node.inputs[0];
  if (!windows || mask.node.primitive?.name !== 'convert' || compared?.node.primitive?.name !== 'greater') return null;
  const { values, over, overParams } = windows;
  const [before, limit] = compared.node.inputs as [GraphValue, GraphValue];
  const isZero = (value: GraphValue): boolean => Number(rewriting.uniform(value) ?? 1) === 0;
  const { inputs, primitive } = over.node;
  if (primitive?.name !== 'max' || !isZero(limit) || !inputs.includes(before) || !inputs.some(isZero)) return null;
  const positive = rewriting.apply('windowArgMax', [over], { ...overParams, positive: true });
  return rewriting.apply('windowSpread', [positive, values], sent.node.params);
}

/** What to sum instead of what windows send, over the same axes: what they send, where all of its places are summed. */
export function summedWindows(sent: GraphValue, axes: Dims, rewriting: Rewriting): GraphValue | null {
  const windows = sentByWindows(sent);
  if (!windows || sent.dtype !== 'float32') return null;
  const { window, strides, low, high } = windows.params;
  // Without padding every window has an element to send to.
  const isWhole = [...low, ...high].every((n) => n === 0);
  const areSummed = window.every((n, axis) => axes.includes(axis) || (n === 1 && strides[axis] === 1));
  if (!isWhole || !areSummed) return null;
  const { numbers, values, overParams } = windows;
  if (overParams.positive !== true) return values;
  const none = rewriting.constant(allocate('int32', 1), { dims: [], dtype: 'int32' });
  const zeros = rewriting.apply('broadcast', [none], { dims: numbers.dims, axes: [] });
  const isSent = rewriting.apply('convert', [rewriting.apply('greaterEqual', [numbers, zeros], {})], {
    dtype: values.dtype,
  });
  return rewriting.apply('mul', [values, isSent], {});
}
