// Convolution over any number of spatial axes, and its two gradients: three sums of products closed under differentiation.
// Owns: shape rules, the index arithmetic that all three share, references, gradients. Layout: input (batch, …spatial,
// channels), filter (…spatial, channels / groups, outputs), output (batch, …spatial, outputs).
import { dtypes, roundInPlace } from '../../base/dtype.ts';
import { DTypeError, ShapeError, StateError } from '../../base/errors.ts';
import { type Dims, forEachStrided, showShape, sizeOf, stridesOf } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { ArrayValue, ContractPrimitive, Params, Sample } from '../../graph/primitive.ts';
import type { Spec } from '../../graph/value.ts';
import {
  type ConvolutionParams,
  convolution as conv,
  convolutionFilterGradient as convFilter,
  convolutionInputGradient as convInput,
} from '../functions.ts';

type P = Params & ConvolutionParams;
type InputP = P & { readonly spatial: Dims };
/** `pieces`: the images are cut into so many equal parts, each with a result of its own in a leading axis (compiler/split-reductions.ts). */
type FilterP = P & { readonly window: Dims; readonly pieces?: number };

/** Output length along one spatial axis. */
export const convolvedLength = (
  n: number,
  window: number,
  stride: number,
  dilation: number,
  low: number,
  high: number,
): number => Math.max(0, Math.floor((n + low + high - ((window - 1) * dilation + 1)) / stride) + 1);

const spatialOf = (dims: Dims): Dims => dims.slice(1, -1);

function check(name: string, x: Spec, filter: Spec, groups: number): void {
  if (dtypes[x.dtype].kind !== 'float' || x.dtype !== filter.dtype)
    throw new DTypeError(
      `${name}: found dtypes ${x.dtype} and ${filter.dtype}; wanted one floating dtype; convert with tf.cast.`,
    );
  const [channels, wanted] = [x.dims.at(-1)!, filter.dims.at(-2)! * groups];
  if (x.dims.length !== filter.dims.length || channels !== wanted || filter.dims.at(-1)! % groups !== 0) {
    throw new ShapeError(
      `${name}: input ${showShape(x.dims)} and filter ${showShape(filter.dims)} with ${groups} group(s) do not fit: the input has ${channels} channels, the filter wants ${wanted}; ranks must be equal and the outputs divide into the groups.`,
    );
  }
}

interface Geometry {
  readonly batch: number;
  readonly spatial: Dims;
  readonly output: Dims;
  readonly window: Dims;
  readonly channels: number;
  readonly outputs: number;
  readonly params: ConvolutionParams;
}

/**
 * Visits every product of the sum: positions in x, filter and y. All three primitives are this one loop with another
 * array on the left-hand side.
 */
function visitProducts(g: Geometry, visit: (x: number, filter: number, y: number) => void): void {
  const { strides, dilation, low, groups } = g.params;
  const xStrides = stridesOf([g.batch, ...g.spatial, g.channels]);
  const [perGroup, outputsPerGroup] = [g.channels / groups, g.outputs / groups];
  const taps = sizeOf(g.window);
  const tapDims = stridesOf(g.window);
  let site = 0;
  forEachStrided([g.batch, ...g.output], [], (index) => {
    site = index;
    const position: number[] = [];
    let rest = index;
    for (let axis = g.output.length - 1; axis >= 0; axis--) {
      position[axis] = rest % g.output[axis]!;
      rest = Math.floor(rest / g.output[axis]!);
    }
    for (let tap = 0; tap < taps; tap++) {
      let offset = rest * xStrides[0]!;
      let inside = true;
      for (let axis = 0; axis < g.window.length && inside; axis++) {
        const t = Math.floor(tap / tapDims[axis]!) % g.window[axis]!;
        const p = position[axis]! * strides[axis]! + t * dilation[axis]! - low[axis]!;
        inside = p >= 0 && p < g.spatial[axis]!;
        offset += p * xStrides[axis + 1]!;
      }
      if (!inside) continue;
      for (let o = 0; o < g.outputs; o++) {
        const first = Math.floor(o / outputsPerGroup) * perGroup;
        for (let c = 0; c < perGroup; c++)
          visit(offset + first + c, (tap * perGroup + c) * g.outputs + o, site * g.outputs + o);
      }
    }
  });
}

/** Accumulates in doubles, then stores: one rounding. */
function accumulate(out: ArrayValue, run: (sums: Float64Array) => void): void {
  const sums = new Float64Array(out.data.length);
  run(sums);
  (out.data as Float64Array).set(sums);
  roundInPlace(out.dtype, out.data);
}

const numbers = (value: ArrayValue): Float64Array => value.data as Float64Array;

/** Whether an input position exists, and the expression of it, for a kernel tap. */
function inputPosition(
  at: ir.Expr,
  tap: ir.Expr,
  n: number,
  window: number,
  outputs: number,
  stride: number,
  dilation: number,
  low: number,
): { index: ir.Expr; guard: ir.Expr | null } {
  const index = ir.plus(ir.plus(ir.times(at, stride), ir.times(tap, dilation)), ir.integer(-low));
  const tooLow = low > 0 ? ir.compare('ge', index, ir.integer(0)) : null;
  const last = (outputs - 1) * stride + (window - 1) * dilation - low;
  const tooHigh = last >= n ? ir.compare('lt', index, ir.integer(n)) : null;
  return { index, guard: both(tooLow, tooHigh) };
}

const both = (a: ir.Expr | null, b: ir.Expr | null): ir.Expr | null => (a && b ? ir.binary('and', a, b) : (a ?? b));
const group = (o: ir.Expr, outputsPerGroup: number, groups: number): ir.Expr =>
  groups === 1 ? ir.integer(0) : ir.quotient(o, outputsPerGroup);
const zero = (dtype: Spec['dtype']): number => (dtype ? 0 : 0);

const geometry = (x: Dims, filter: Dims, y: Dims, params: ConvolutionParams): Geometry => ({
  batch: x[0]!,
  spatial: spatialOf(x),
  output: spatialOf(y),
  window: filter.slice(0, -2),
  channels: x.at(-1)!,
  outputs: y.at(-1)!,
  params,
});

function sample(dims: readonly (readonly number[])[], params: object): Sample[] {
  return (['float32', 'float64', 'float16'] as const).map((dtype) => ({
    inputs: dims.map((d) => ({ dims: d, dtype })),
    params: params as Params,
  }));
}
const P2 = { strides: [1, 1], dilation: [1, 1], low: [0, 0], high: [0, 0], groups: 1 };
const PADDED = { strides: [2, 1], dilation: [1, 2], low: [1, 2], high: [0, 1], groups: 1 };

export const convolution: ContractPrimitive<P> = {
  name: 'convolution',
  kind: 'convolution',
  combine: 'add',
  initial: zero,
  infer: ([x, filter], p) => {
    check('conv', x!, filter!, p.groups);
    const spatial = spatialOf(x!.dims).map((n, i) =>
      convolvedLength(n, filter!.dims[i]!, p.strides[i]!, p.dilation[i]!, p.low[i]!, p.high[i]!),
    );
    return [{ dims: [x!.dims[0]!, ...spatial, filter!.dims.at(-1)!], dtype: x!.dtype }];
  },
  loops: ([, filter]) => filter!.dims.slice(0, -1),
  value: (context, p, at, inner) => {
    const [x, filter] = context.inputs as [Spec, Spec];
    const y = context.outputs[0]!;
    const perGroup = filter.dims.at(-2)!;
    let guard: ir.Expr | null = null;
    const spatial = spatialOf(x.dims).map((n, i) => {
      const position = inputPosition(
        at.axes[i + 1]!,
        inner[i]!,
        n,
        filter.dims[i]!,
        y.dims[i + 1]!,
        p.strides[i]!,
        p.dilation[i]!,
        p.low[i]!,
      );
      guard = both(guard, position.guard);
      return position.index;
    });
    const o = at.axes.at(-1)!;
    const channel = ir.plus(ir.times(group(o, y.dims.at(-1)! / p.groups, p.groups), perGroup), inner.at(-1)!);
    return ir.binary(
      'mul',
      context.load(0, [at.axes[0]!, ...spatial, channel], guard ?? undefined),
      context.load(1, [...inner, o]),
    );
  },
  evaluate: ([x, filter], p, [out]) =>
    accumulate(out!, (sums) => {
      const [a, b] = [numbers(x!), numbers(filter!)];
      visitProducts(geometry(x!.dims, filter!.dims, out!.dims, p), (i, j, k) => {
        sums[k]! += a[i]! * b[j]!;
      });
    }),
  vjp: ({ inputs: [x, filter], params: { strides, dilation, low, high, groups }, cotangents: [g], needs }) => {
    const p = { strides, dilation, low, high, groups };
    return [
      needs[0] ? convInput(g!, filter!, p, spatialOf(x!.dims)) : null,
      needs[1] ? convFilter(x!, g!, p, filter!.dims.slice(0, -2)) : null,
    ];
  },
  samples: () => [
    ...sample(
      [
        [2, 5, 6, 3],
        [3, 2, 3, 4],
      ],
      P2,
    ),
    ...sample(
      [
        [2, 5, 6, 4],
        [3, 2, 2, 6],
      ],
      { ...PADDED, groups: 2 },
    ),
    ...sample(
      [
        [2, 7, 3],
        [3, 3, 2],
      ],
      { strides: [2], dilation: [1], low: [1], high: [1], groups: 1 },
    ),
  ],
};

export const convolutionInputGradient: ContractPrimitive<InputP> = {
  name: 'convolutionInputGradient',
  kind: 'convolution',
  combine: 'add',
  initial: zero,
  infer: ([dy, filter], p) => [
    { dims: [dy!.dims[0]!, ...p.spatial, filter!.dims.at(-2)! * p.groups], dtype: dy!.dtype },
  ],
  loops: ([dy, filter], p) => [...filter!.dims.slice(0, -2), dy!.dims.at(-1)! / p.groups],
  value: (context, p, at, inner) => {
    const [dy, filter] = context.inputs as [Spec, Spec];
    const perGroup = filter.dims.at(-2)!;
    const outputsPerGroup = dy.dims.at(-1)! / p.groups;
    let guard: ir.Expr | null = null;
    // The output position o with o * stride + tap * dilation - low = at, where it is whole and exists.
    const spatial = p.spatial.map((_, i) => {
      const stride = p.strides[i]!;
      const shifted = ir.binary(
        'sub',
        ir.plus(at.axes[i + 1]!, ir.integer(p.low[i]!)),
        ir.times(inner[i]!, p.dilation[i]!),
      );
      guard = both(guard, ir.compare('ge', shifted, ir.integer(0)));
      guard = both(guard, ir.compare('lt', shifted, ir.integer((dy.dims[i + 1]! - 1) * stride + 1)));
      if (stride === 1) return shifted;
      guard = both(guard, ir.compare('eq', ir.binary('rem', shifted, ir.integer(stride)), ir.integer(0)));
      return ir.binary('div', shifted, ir.integer(stride));
    });
    const c = at.axes.at(-1)!;
    const o = ir.plus(ir.times(group(c, perGroup, p.groups), outputsPerGroup), inner.at(-1)!);
    const channel = p.groups === 1 ? c : ir.remainder(c, perGroup);
    return ir.binary(
      'mul',
      context.load(0, [at.axes[0]!, ...spatial, o], guard ?? undefined),
      context.load(1, [...inner.slice(0, -1), channel, o]),
    );
  },
  evaluate: ([dy, filter], p, [out]) =>
    accumulate(out!, (sums) => {
      const [a, b] = [numbers(dy!), numbers(filter!)];
      visitProducts(geometry(out!.dims, filter!.dims, dy!.dims, p), (i, j, k) => {
        sums[i]! += a[k]! * b[j]!;
      });
    }),
  vjp: ({ inputs: [dy, filter], params: { strides, dilation, low, high, groups }, cotangents: [g], needs }) => {
    const p = { strides, dilation, low, high, groups };
    return [
      needs[0] ? conv(g!, filter!, p) : null,
      needs[1] ? convFilter(g!, dy!, p, filter!.dims.slice(0, -2)) : null,
    ];
  },
  samples: () => [
    ...sample(
      [
        [2, 3, 5, 4],
        [3, 2, 3, 4],
      ],
      { ...P2, spatial: [5, 6] },
    ),
    ...sample(
      [
        [2, 2, 7, 6],
        [3, 2, 2, 6],
      ],
      { ...PADDED, groups: 2, spatial: [5, 6] },
    ),
  ],
};

export const convolutionFilterGradient: ContractPrimitive<FilterP> = {
  name: 'convolutionFilterGradient',
  kind: 'convolution',
  combine: 'add',
  initial: zero,
  infer: ([x, dy], p) => [
    {
      dims: [...(p.pieces ? [p.pieces] : []), ...p.window, x!.dims.at(-1)! / p.groups, dy!.dims.at(-1)!],
      dtype: x!.dtype,
    },
  ],
  loops: ([, dy], p) => [dy!.dims[0]! / (p.pieces ?? 1), ...spatialOf(dy!.dims)],
  pieces: { extent: ([x]) => x!.dims[0]!, params: (p, pieces) => ({ ...p, pieces }) },
  value: (context, p, at, inner) => {
    const [x, dy] = context.inputs as [Spec, Spec];
    const perGroup = x.dims.at(-1)! / p.groups;
    const taps = p.pieces ? at.axes.slice(1) : at.axes;
    const image = p.pieces ? ir.plus(ir.times(at.axes[0]!, x.dims[0]! / p.pieces), inner[0]!) : inner[0]!;
    let guard: ir.Expr | null = null;
    const spatial = spatialOf(x.dims).map((n, i) => {
      const position = inputPosition(
        inner[i + 1]!,
        taps[i]!,
        n,
        p.window[i]!,
        dy.dims[i + 1]!,
        p.strides[i]!,
        p.dilation[i]!,
        p.low[i]!,
      );
      guard = both(guard, position.guard);
      return position.index;
    });
    const o = at.axes.at(-1)!;
    const channel = ir.plus(ir.times(group(o, dy.dims.at(-1)! / p.groups, p.groups), perGroup), at.axes.at(-2)!);
    return ir.binary(
      'mul',
      context.load(0, [image, ...spatial, channel], guard ?? undefined),
      context.load(1, [image, ...inner.slice(1), o]),
    );
  },
  evaluate: ([x, dy], p, [out]) =>
    accumulate(out!, (sums) => {
      const [a, b] = [numbers(x!), numbers(dy!)];
      const filter = p.pieces ? out!.dims.slice(1) : out!.dims;
      const [inPiece, size] = [a.length / (p.pieces ?? 1), sizeOf(filter)];
      visitProducts(geometry(x!.dims, filter, dy!.dims, p), (i, j, k) => {
        sums[Math.floor(i / inPiece) * size + j]! += a[i]! * b[k]!;
      });
    }),
  vjp: ({ inputs: [x, dy], params: { strides, dilation, low, high, groups, pieces }, cotangents: [g], needs }) => {
    if (pieces) throw new StateError('convolutionFilterGradient: pieces are made after differentiation.');
    const p = { strides, dilation, low, high, groups };
    return [needs[0] ? convInput(dy!, g!, p, spatialOf(x!.dims)) : null, needs[1] ? conv(x!, g!, p) : null];
  },
  samples: () => [
    ...sample(
      [
        [2, 5, 6, 3],
        [2, 3, 5, 4],
      ],
      { ...P2, window: [3, 2] },
    ),
    ...sample(
      [
        [2, 5, 6, 4],
        [2, 2, 7, 6],
      ],
      { ...PADDED, groups: 2, window: [3, 2] },
    ),
  ],
};
