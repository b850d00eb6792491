// Windows that slide over all axes: sums and maxima.
// Owns: shape rules, references, index arithmetic. Which element was the largest stands in window-maximum.ts; averages, minima
// and gradients of sums are compositions.
import { dtypes, isBig, roundInPlace } from '../../base/dtype.ts';
import { type Dims, sizeOf, stridesOf } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { Params, ReducePrimitive, Sample } from '../../graph/primitive.ts';
import type { Spec } from '../../graph/value.ts';
import { windowMaxScatter as markMaximum, pad, scalar, windowSum as sumOver, type WindowParams } from '../functions.ts';

type P = Params & WindowParams;

export const outputDims = (x: Dims, p: WindowParams): number[] =>
  x.map((n, i) =>
    Math.max(
      0,
      Math.floor((n + p.low[i]! + p.high[i]! - ((p.window[i]! - 1) * p.dilation[i]! + 1)) / p.strides[i]!) + 1,
    ),
  );

/** Calls `visit` with the position of each output, and the positions and numbers of those of its window's elements that exist. */
export function visitWindows(
  x: Dims,
  y: Dims,
  p: WindowParams,
  visit: (output: number, positions: readonly number[], numbers: readonly number[]) => void,
): void {
  const [xStrides, yStrides, tapStrides] = [stridesOf(x), stridesOf(y), stridesOf(p.window)];
  const taps = sizeOf(p.window);
  for (let output = 0; output < sizeOf(y); output++) {
    const positions: number[] = [];
    const numbers: number[] = [];
    for (let tap = 0; tap < taps; tap++) {
      let position = 0;
      let inside = true;
      for (let axis = 0; axis < x.length && inside; axis++) {
        const at =
          (Math.floor(output / yStrides[axis]!) % y[axis]!) * p.strides[axis]! +
          (Math.floor(tap / tapStrides[axis]!) % p.window[axis]!) * p.dilation[axis]! -
          p.low[axis]!;
        inside = at >= 0 && at < x[axis]!;
        position += at * xStrides[axis]!;
      }
      if (!inside) continue;
      positions.push(position);
      numbers.push(tap);
    }
    visit(output, positions, numbers);
  }
}

export const lowest = (dtype: Spec['dtype']): number | bigint =>
  dtypes[dtype].kind === 'float'
    ? Number.NEGATIVE_INFINITY
    : isBig(dtype)
      ? dtype === 'int64'
        ? -(2n ** 63n)
        : 0n
      : dtypes[dtype].min;

/** The input index of each tap, and whether it exists. */
export function tapIndex(
  x: Dims,
  y: Dims,
  p: WindowParams,
  at: readonly ir.Expr[],
  inner: readonly ir.Expr[],
): { index: ir.Expr[]; guard: ir.Expr | undefined } {
  let guard: ir.Expr | undefined;
  const index = x.map((n, i) => {
    const position = ir.plus(
      ir.plus(ir.times(at[i]!, p.strides[i]!), ir.times(inner[i]!, p.dilation[i]!)),
      ir.integer(-p.low[i]!),
    );
    const need = (condition: ir.Expr): void => {
      guard = guard ? ir.binary('and', guard, condition) : condition;
    };
    if (p.low[i]! > 0) need(ir.compare('ge', position, ir.integer(0)));
    if ((y[i]! - 1) * p.strides[i]! + (p.window[i]! - 1) * p.dilation[i]! - p.low[i]! >= n)
      need(ir.compare('lt', position, ir.integer(n)));
    return position;
  });
  return { index, guard };
}

export function samples(): Sample[] {
  const cases: P[] = [
    { window: [1, 2, 2, 1], strides: [1, 2, 2, 1], dilation: [1, 1, 1, 1], low: [0, 0, 0, 0], high: [0, 0, 0, 0] },
    { window: [1, 3, 2, 1], strides: [1, 2, 1, 1], dilation: [1, 1, 2, 1], low: [0, 1, 1, 0], high: [0, 1, 1, 0] },
  ];
  return cases.flatMap((params) =>
    (['float32', 'float64', 'int32'] as const).map((dtype) => ({
      inputs: [{ dims: [2, 5, 6, 3], dtype, low: -9, high: 9 }],
      params,
    })),
  );
}

function reducer(name: 'windowSum' | 'windowMax', vjp: ReducePrimitive<P>['vjp']): ReducePrimitive<P> {
  const max = name === 'windowMax';
  return {
    name,
    kind: 'reduce',
    combine: max ? 'max' : 'add',
    initial: (dtype) => (max ? lowest(dtype) : isBig(dtype) ? 0n : 0),
    infer: ([x], p) => [{ dims: outputDims(x!.dims, p), dtype: x!.dtype }],
    loops: (_inputs, p) => p.window,
    value: (context, p, at, inner) => {
      const x = context.inputs[0]!;
      const { index, guard } = tapIndex(x.dims, context.outputs[0]!.dims, p, at.axes, inner);
      if (!guard) return context.load(0, index);
      const type = context.load(0, index).type;
      return context.load(0, index, guard, ir.constant(type, max ? lowest(x.dtype) : isBig(x.dtype) ? 0n : 0));
    },
    evaluate: ([x], p, [out]) => {
      const [source, target] = [x!.data as Float64Array, out!.data as Float64Array];
      visitWindows(x!.dims, out!.dims, p, (output, positions) => {
        let value = (max ? lowest(x!.dtype) : isBig(x!.dtype) ? 0n : 0) as number;
        for (const position of positions) {
          const element = source[position]!;
          value = max ? (element > value || element !== element ? element : value) : value + element;
        }
        target[output] = value;
      });
      roundInPlace(out!.dtype, out!.data);
    },
    vjp,
    samples,
  };
}

export const windowMax = reducer('windowMax', ({ inputs: [x], params, cotangents: [g] }) => [
  markMaximum(x!, g!, params),
]);

/** The gradient of a sum over windows: the cotangent spread out by the strides, then summed over mirrored windows. */
export const windowSum = reducer('windowSum', ({ inputs: [x], outputs: [y], params: p, cotangents: [g] }) => {
  const low = x!.dims.map((_, i) => (p.window[i]! - 1) * p.dilation[i]! - p.low[i]!);
  const spread = y!.dims.map((n, i) => (n - 1) * p.strides[i]! + 1);
  // After padding, a window of the same taps with stride 1 must give exactly x's length.
  const high = x!.dims.map((n, i) => n + (p.window[i]! - 1) * p.dilation[i]! - low[i]! - spread[i]!);
  const positive = (list: readonly number[]): number[] => list.map((n) => Math.max(n, 0));
  const padded = pad(
    g!,
    scalar(0, g!.dtype),
    positive(low),
    positive(high),
    p.strides.map((n) => n - 1),
  );
  const none = x!.dims.map(() => 0);
  const one = x!.dims.map(() => 1);
  const cut = (list: readonly number[]): number[] => list.map((n) => Math.min(n, 0));
  return [
    sumOver(padded, {
      window: p.window,
      strides: one,
      dilation: p.dilation,
      low: low.some((n) => n < 0) ? cut(low) : none,
      high: high.some((n) => n < 0) ? cut(high) : none,
    }),
  ];
});
