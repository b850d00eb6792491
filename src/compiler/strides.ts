// Transposed convolutions with strides, taken apart into ones without.
// Owns: the phases. Position s·y + r of the result meets only every s-th tap of the filter, from one that r decides: each r
// is a convolution gradient of stride 1 with these taps, and the results are woven into one another. Written as one sum,
// most of its terms would be known to be zero, and its indices would no longer be steps of constant length.
import { type Dims, sizeOf } from '../base/shape.ts';
import type { Graph, GraphValue, Node } from '../graph/graph.ts';
import type { Params, Primitive } from '../graph/primitive.ts';
import { rewrite } from '../graph/rewrite.ts';
import type { ConvolutionParams } from '../primitives/functions.ts';
import { type PrimitiveName, primitive } from '../primitives/registry.ts';

/** Fewer products than that are not worth the additional kernels. */
const LEAST_PRODUCTS = 1 << 15;

/** The graph with every large transposed convolution in phases of stride 1. */
export const inPhases = (graph: Graph): Graph =>
  rewrite(graph, (out, node, inputs) => (worthwhile(node) ? [woven(out, node, inputs)] : null));

function worthwhile(node: Node): boolean {
  if (node.primitive!.name !== 'convolutionInputGradient') return false;
  const { strides, dilation, low } = node.params as Params & ConvolutionParams;
  const [dy, filter] = node.inputs as readonly [GraphValue, GraphValue];
  return (
    strides.some((stride) => stride > 1) &&
    strides.every((stride, i) => stride === 1 || (dilation[i] === 1 && low[i]! >= 0)) &&
    sizeOf(dy.dims.slice(0, -1)) * sizeOf(filter.dims) >= LEAST_PRODUCTS
  );
}

function woven(out: Graph, node: Node, [dy, filter]: readonly GraphValue[]): GraphValue {
  const params = node.params as Params & ConvolutionParams & { readonly spatial: Dims };
  const { strides, spatial } = params;
  const apply = (name: PrimitiveName, inputs: readonly GraphValue[], own: Params): GraphValue =>
    out.apply(primitive(name) as Primitive, inputs, own, node.scope)[0]!;
  const [batch, channels] = [dy!.dims[0]!, node.outputs[0]!.dims.at(-1)!];
  const lengths = spatial.map((n, i) => Math.ceil(n / strides[i]!));

  const phase = (remainders: readonly number[]): GraphValue => {
    const first = remainders.map((r, i) => (r + params.low[i]!) % strides[i]!);
    const window = filter!.dims.slice(0, -2).map((n, i) => Math.ceil((n - first[i]!) / strides[i]!));
    if (window.some((taps) => taps <= 0)) {
      const dims = [batch, ...lengths, channels];
      const zero = out.addConstant(new Float32Array(1), { dims: [], dtype: 'float32' });
      const typed = dy!.dtype === 'float32' ? zero : apply('convert', [zero], { dtype: dy!.dtype });
      return apply('broadcast', [typed], { dims, axes: [] });
    }
    const taps = apply('slice', [filter!], {
      start: [...first, 0, 0],
      limit: filter!.dims,
      strides: [...strides, 1, 1],
    });
    const low = remainders.map((r, i) => (r + params.low[i]! - first[i]!) / strides[i]!);
    const high = lengths.map((n, i) => dy!.dims[i + 1]! - 1 + (window[i]! - 1) * params.dilation[i]! + 1 - low[i]! - n);
    return apply('convolutionInputGradient', [dy!, taps], {
      ...params,
      strides: strides.map(() => 1),
      low,
      high,
      spatial: lengths,
    });
  };
  // Axis i of the result is a pair: position, phase. Phases are put together from the last axis on.
  const pairs = (known: readonly number[]): number[] => [
    batch,
    ...lengths.flatMap((n, i) => [n, i < known.length ? 1 : strides[i]!]),
    channels,
  ];
  const together = (known: readonly number[]): GraphValue => {
    const axis = known.length;
    if (axis === strides.length) return apply('reshape', [phase(known)], { dims: pairs(known) });
    const parts = Array.from({ length: strides[axis]! }, (_, r) => together([...known, r]));
    return parts.length === 1 ? parts[0]! : apply('concatenate', parts, { axis: 2 * axis + 2 });
  };
  const whole = lengths.map((n, i) => n * strides[i]!);
  const joined = apply('reshape', [together([])], { dims: [batch, ...whole, channels] });
  if (whole.every((n, i) => n === spatial[i])) return joined;
  return apply('slice', [joined], {
    start: [0, ...spatial.map(() => 0), 0],
    limit: [batch, ...spatial, channels],
    strides: [1, ...spatial.map(() => 1), 1],
  });
}
