// Which element of each window is the largest, and the way of values from windows to those elements and back: what the
// gradient of a maximum over windows is made of.
// Owns: three primitives around the number of the largest tap (row-major within the window; the first of equals; −1 where
// a window has no element). Each element of their results is computed alone, so that they fuse with what surrounds them.
import { roundInPlace } from '../../base/dtype.ts';
import { type Dims, sizeOf, stridesOf } from '../../base/shape.ts';
import * as ir from '../../compiler/loop-ir.ts';
import type { Position } from '../../compiler/position.ts';
import type { LowerContext, MapPrimitive, Params, Sample } from '../../graph/primitive.ts';
import { wrap } from '../elementwise/define.ts';
import { windowPick as pick, windowSpread as spread, type WindowParams } from '../functions.ts';
import { storageOf } from '../storage.ts';
import { outputDims, samples, tapIndex, visitWindows } from './window.ts';

type P = Params & WindowParams;
/** With the shape over which the windows slide. */
type SpreadParams = P & { readonly dims: Dims };

/** Larger windows are left to the reference: their taps would be written out one by one. */
const MOST_TAPS = 256;

const both = (a: ir.Expr | undefined, b: ir.Expr | undefined): ir.Expr | undefined =>
  a && b ? ir.binary('and', a, b) : (a ?? b);

/** The index of tap number `tap`, and whether it exists, for the window at a position. */
function tapAt(x: Dims, y: Dims, p: P, at: Position, tap: number): ReturnType<typeof tapIndex> {
  const strides = stridesOf(p.window);
  const digits = p.window.map((n, axis) => ir.integer(Math.floor(tap / strides[axis]!) % n));
  return tapIndex(x, y, p, at.axes, digits);
}

/** Where `positive`, a number only for windows whose largest element is above 0, else −1. */
type ArgMaxParams = P & { readonly positive?: boolean };

export const windowArgMax: MapPrimitive<ArgMaxParams> = {
  name: 'windowArgMax',
  kind: 'map',
  pointwise: false,
  cost: 8,
  infer: ([x], p) => [{ dims: outputDims(x!.dims, p), dtype: 'int32' }],
  evaluate: ([x], p, [out]) => {
    const [source, target] = [x!.data as Float64Array, out!.data as Int32Array];
    visitWindows(x!.dims, out!.dims, p, (output, positions, numbers) => {
      let best = 0;
      for (let i = 1; i < positions.length; i++) if (source[positions[i]!]! > source[positions[best]!]!) best = i;
      const counts = !p.positive || source[positions[best]!]! > 0;
      target[output] = counts ? (numbers[best] ?? -1) : -1;
    });
  },
  lowers: ([x], p) => sizeOf(p.window) <= MOST_TAPS && x!.dtype !== 'bool',
  lower: (context, p, at) => {
    const { dims, dtype } = context.inputs[0]!;
    const signed = !dtype.startsWith('uint');
    let [largest, number] = [undefined as ir.Expr | undefined, ir.integer(-1)];
    for (let tap = 0; tap < sizeOf(p.window); tap++) {
      const { index, guard } = tapAt(dims, context.outputs[0]!.dims, p, at, tap);
      const value = context.load(0, index, guard);
      if (!largest) {
        largest = value;
        number = guard ? ir.select(guard, ir.integer(tap), number) : ir.integer(tap);
        continue;
      }
      let larger = ir.compare('gt', value, largest, signed);
      if (number.op !== 'const') larger = ir.binary('or', larger, ir.compare('lt', number, ir.integer(0)));
      const wins = both(guard, larger)!;
      largest = ir.select(wins, value, largest);
      number = ir.select(wins, ir.integer(tap), number);
    }
    if (!p.positive || !largest) return number;
    const zero = ir.constant(largest.type, largest.type === 'i64' ? 0n : 0);
    return ir.select(ir.compare('gt', largest, zero, signed), number, ir.integer(-1));
  },
  vjp: null,
  samples: () => samples().flatMap((sample) => [sample, { ...sample, params: { ...sample.params, positive: true } }]),
};

/** How an element at `at` of an axis may lie in windows: which output, as which tap, and when; outputs ascending. */
function membership(
  at: ir.Expr,
  outputs: number,
  { window, stride, dilation, low }: { window: number; stride: number; dilation: number; low: number },
): { output: ir.Expr; tap: ir.Expr; guard: ir.Expr | undefined }[] {
  // Whole strides are added, so that nothing divided is negative.
  const reach = (window - 1) * dilation;
  const shift = Math.max(0, Math.ceil((reach - low) / stride));
  const from = (tapOffset: number) => ir.plus(at, ir.integer(low + shift * stride - tapOffset));
  const inRange = (output: ir.Expr) =>
    both(ir.compare('ge', output, ir.integer(0)), ir.compare('lt', output, ir.integer(outputs)));
  if (dilation === 1) {
    const last = ir.plus(ir.quotient(from(0), stride), ir.integer(-shift));
    const first = ir.remainder(from(0), stride);
    return Array.from({ length: Math.ceil(window / stride) }, (_, i) => Math.ceil(window / stride) - 1 - i).map(
      (back) => {
        const output = ir.plus(last, ir.integer(-back));
        const tap = ir.plus(first, ir.integer(back * stride));
        const exists = (back + 1) * stride > window ? ir.compare('lt', tap, ir.integer(window)) : undefined;
        return { output, tap, guard: both(inRange(output), exists) };
      },
    );
  }
  return Array.from({ length: window }, (_, i) => window - 1 - i).map((tap) => {
    const place = from(tap * dilation);
    const output = ir.plus(ir.quotient(place, stride), ir.integer(-shift));
    const meets = stride > 1 ? ir.compare('eq', ir.remainder(place, stride), ir.integer(0)) : undefined;
    return { output, tap: ir.integer(tap), guard: both(inRange(output), meets) };
  });
}

/** Σ over the windows that contain the element of what they send to it. */
function lowerSpread(context: LowerContext, p: SpreadParams, at: Position): ir.Expr {
  const { dims, dtype } = context.inputs[1]!;
  const strides = stridesOf(p.window);
  let windows: { index: ir.Expr[]; tap: ir.Expr; guard: ir.Expr | undefined }[] = [
    { index: [], tap: ir.integer(0), guard: undefined },
  ];
  p.window.forEach((window, axis) => {
    const [stride, dilation, low] = [p.strides[axis]!, p.dilation[axis]!, p.low[axis]!];
    if (window === 1 && stride === 1 && low === 0 && p.high[axis] === 0) {
      windows = windows.map((known) => ({ ...known, index: [...known.index, at.axes[axis]!] }));
      return;
    }
    const own = membership(at.axes[axis]!, dims[axis]!, { window, stride, dilation, low });
    windows = windows.flatMap((known) =>
      own.map(({ output, tap, guard }) => ({
        index: [...known.index, output],
        tap: ir.plus(known.tap, ir.times(tap, strides[axis]!)),
        guard: both(known.guard, guard),
      })),
    );
  });
  const type = ir.registerOf[storageOf(dtype)];
  const zero = ir.constant(type, type === 'i64' ? 0n : 0);
  return windows.reduce<ir.Expr | undefined>((sum, { index, tap, guard }) => {
    const number = context.load(0, index, guard, guard && ir.integer(-1));
    const value = context.load(1, index, guard, guard && zero);
    const sent = ir.select(ir.compare('eq', number, tap), value, zero);
    return sum ? wrap(dtype, ir.binary('add', sum, sent)) : sent;
  }, undefined)!;
}

export const windowSpread: MapPrimitive<SpreadParams> = {
  name: 'windowSpread',
  kind: 'map',
  pointwise: false,
  cost: 8,
  infer: ([, y], { dims }) => [{ dims, dtype: y!.dtype }],
  evaluate: ([numbers, y], p, [out]) => {
    const [chosen, values, target] = [numbers!.data as Int32Array, y!.data, out!.data] as [
      Int32Array,
      Float64Array,
      Float64Array,
    ];
    target.fill(0);
    visitWindows(p.dims, y!.dims, p, (output, positions, taps) => {
      const at = taps.indexOf(chosen[output]!);
      if (at >= 0) target[positions[at]!]! += values[output]!;
    });
    roundInPlace(out!.dtype, out!.data);
  },
  lowers: (_inputs, p) =>
    p.window.reduce(
      (n, window, axis) => n * (p.dilation[axis] === 1 ? Math.ceil(window / p.strides[axis]!) : window),
      1,
    ) <= MOST_TAPS,
  lower: lowerSpread,
  vjp: ({ inputs: [numbers], params, cotangents: [g] }) => [null, pick(numbers!, g!, params)],
  samples: () => numbered('output'),
};

export const windowPick: MapPrimitive<P> = {
  name: 'windowPick',
  kind: 'map',
  pointwise: false,
  cost: 8,
  infer: ([numbers, t]) => [{ dims: numbers!.dims, dtype: t!.dtype }],
  evaluate: ([numbers, t], p, [out]) => {
    const [chosen, values, target] = [numbers!.data as Int32Array, t!.data, out!.data] as [
      Int32Array,
      Float64Array,
      Float64Array,
    ];
    visitWindows(t!.dims, out!.dims, p, (output, positions, taps) => {
      const at = taps.indexOf(chosen[output]!);
      target[output] = at < 0 ? 0 : values[positions[at]!]!;
    });
  },
  lowers: (_inputs, p) => sizeOf(p.window) <= MOST_TAPS,
  lower: (context, p, at) => {
    const { dims, dtype } = context.inputs[1]!;
    const number = context.load(0, at);
    const type = ir.registerOf[storageOf(dtype)];
    let value = ir.constant(type, type === 'i64' ? 0n : 0);
    for (let tap = 0; tap < sizeOf(p.window); tap++) {
      const { index, guard } = tapAt(dims, context.outputs[0]!.dims, p, at, tap);
      value = ir.select(ir.compare('eq', number, ir.integer(tap)), context.load(1, index, guard), value);
    }
    return value;
  },
  vjp: ({ inputs: [numbers, t], params, cotangents: [g] }) => [null, spread(numbers!, g!, params, t!.dims)],
  samples: () => numbered('input'),
};

/** The samples of windows with the numbers of taps before the values. */
const numbered = (values: 'output' | 'input'): Sample[] =>
  samples()
    .filter(({ inputs }) => inputs[0]!.dtype !== 'int32')
    .map(({ inputs, params }) => {
      const { dims, dtype } = inputs[0]!;
      const p = params as P;
      const windows = outputDims(dims, p);
      return {
        inputs: [
          { dims: windows, dtype: 'int32', low: -1, high: sizeOf(p.window) },
          { dims: values === 'input' ? dims : windows, dtype },
        ],
        params: values === 'input' ? p : { ...p, dims },
      };
    });
