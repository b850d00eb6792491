// keras.ops: control flow, gradients' stops, transforms.
// Owns: Keras's calling conventions for loops and spectra.
import { show, ValueError } from '../../base/errors.ts';
import { flattenTree, packTree } from '../../base/tree.ts';
import * as control from '../../ops/control/index.ts';
import { concat, slice, unstack } from '../../ops/core/arrange.ts';
import { op } from '../../ops/core/define.ts';
import { customGradient as customGradientOf } from '../../ops/core/gradients.ts';
import { pad } from '../../ops/core/pad.ts';
import { stackTensors } from '../../ops/core/stack.ts';
import { complex, imag, real } from '../../ops/math/arithmetic.ts';
import * as math from '../../ops/math/elementwise.ts';
import * as fourier from '../../ops/signal/index.ts';
import { scan as compiledScan } from '../../runtime/control.ts';
import { isLeaf } from '../../runtime/structure.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { activeTrace } from '../../runtime/trace.ts';
import { floats, kerasOp, tensor } from './define.ts';

const leaves = (structure: unknown): Tensor[] =>
  flattenTree(structure, isLeaf).map((leaf) => tensor(leaf as TensorLike));

export const stopGradient = kerasOp(
  'stopGradient',
  ['variable'],
  (variable: TensorLike): Tensor => math.stopGradient(variable),
);
export const customGradient = customGradientOf;
export const cond: typeof control.cond = op('ops.cond', control.cond);
export const vectorizedMap: typeof control.vectorizedMap = op('ops.vectorizedMap', control.vectorizedMap);
/** `f` applied to each element along axis 0. */
export const map = op('ops.map', <E, R>(f: (element: E) => R, xs: E): R => control.mapFn(f, xs));
/** `body` as long as `cond` holds; a single loop variable is given and returned as it is. */
function whileLoopOf<T>(
  condition: (...vars: never[]) => Tensor | boolean,
  body: (...vars: never[]) => unknown,
  loopVars: T,
  options: { readonly maximumIterations?: number } = {},
): T {
  const list = Array.isArray(loopVars);
  const vars = (list ? loopVars : [loopVars]) as readonly unknown[];
  const step = (...values: unknown[]): readonly unknown[] => {
    const result = body(...(values as never[]));
    return (Array.isArray(result) ? result : [result]) as readonly unknown[];
  };
  const result = control.whileLoop(
    (...values: unknown[]) => condition(...(values as never[])),
    step as never,
    vars as never,
    options,
  ) as readonly unknown[];
  return (list ? result : result[0]) as T;
}
/** `bodyFun(i, value)` for i from lower to upper. */
function foriLoopOf<T>(lower: number, upper: number, bodyFun: (i: Tensor, value: T) => T, initVal: T): T {
  const [, result] = control.whileLoop(
    (i: Tensor, _value: unknown) => math.less(i, upper),
    (i: Tensor, value: unknown) => [math.add(i, 1), bodyFun(i, value as T)] as [Tensor, unknown],
    [tensor(Int32Array.of(lower)).squeeze(0), initVal] as [Tensor, unknown],
  );
  return result as T;
}
/** The branch of number `index`, clamped to what there is. */
function switchCaseOf<R>(
  index: number | Tensor,
  branches: readonly ((...operands: never[]) => R)[],
  ...operands: unknown[]
): R {
  const at =
    typeof index === 'number'
      ? Math.min(Math.max(index, 0), branches.length - 1)
      : math.clipByValue(index, 0, branches.length - 1);
  return control.switchCase(
    at,
    branches.map((branch) => () => branch(...(operands as never[]))),
  );
}

/** `f(carry, x)` gives [carry, y] along the first axis of xs: the last carry and the stacked ys. */
function scanOf<C, Y>(
  f: (carry: C, x: never) => readonly [C, Y],
  init: C,
  xs?: unknown,
  options: { readonly length?: number; readonly reverse?: boolean; readonly unroll?: boolean | number } = {},
): [carry: C, ys: Y] {
  const sequences = xs === undefined || xs === null ? [] : leaves(xs);
  const n = sequences[0]?.dims[0] ?? options.length;
  if (n === undefined) throw new ValueError('ops.scan: neither xs nor length is given.');
  let results: unknown;
  const step = (carry: readonly Tensor[], parts: readonly Tensor[]): [Tensor[], Tensor[]] => {
    const x = sequences.length === 0 ? null : packTree(xs, parts, isLeaf);
    const [next, y] = f(packTree(init, carry, isLeaf) as C, x as never);
    results = y;
    return [leaves(next), y === null || y === undefined ? [] : leaves(y)];
  };
  let carry = leaves(init);
  let stacked: Tensor[];
  if (activeTrace()) {
    const run = compiledScan(
      (values, parts) => {
        const [next, ys] = step(values, parts);
        return { carry: next, results: ys };
      },
      carry,
      sequences,
      n,
      { reverse: options.reverse ?? false },
    );
    [carry, stacked] = [run.carry, run.results];
  } else {
    const rows: Tensor[][] = [];
    const elements = sequences.map((x) => unstack(x));
    for (let k = 0; k < n; k++) {
      const at = options.reverse ? n - 1 - k : k;
      const [next, ys] = step(
        carry,
        elements.map((parts) => parts[at]!),
      );
      carry = next;
      rows[at] = ys;
    }
    stacked = (rows[0] ?? []).map((_, i) =>
      stackTensors(
        rows.map((row) => row[i]!),
        0,
      ),
    );
  }
  return [packTree(init, carry, isLeaf) as C, (stacked.length === 0 ? null : packTree(results, stacked, isLeaf)) as Y];
}
/** Running results of an associative function along an axis, in log n steps. */
function associativeScanOf<T>(
  f: (a: T, b: T) => T,
  elems: T,
  options: { readonly reverse?: boolean; readonly axis?: number } = {},
): T {
  const axis = options.axis ?? 0;
  const parts = leaves(elems);
  const at = (x: Tensor): number => (axis < 0 ? axis + x.dims.length : axis);
  const cut = (x: Tensor, from: number, until: number): Tensor =>
    slice(
      x,
      x.dims.map((_, i) => (i === at(x) ? from : 0)),
      x.dims.map((m, i) => (i === at(x) ? until - from : m)),
    );
  const pack = (list: readonly Tensor[]): T => packTree(elems, list, isLeaf) as T;
  const n = parts[0]!.dims[at(parts[0]!)]!;
  let values = parts;
  for (let step = 1; step < n; step *= 2) {
    const [early, late] = [values.map((x) => cut(x, 0, n - step)), values.map((x) => cut(x, step, n))];
    const joined = leaves(options.reverse ? f(pack(late), pack(early)) : f(pack(early), pack(late)));
    values = values.map((x, i) =>
      concat(options.reverse ? [joined[i]!, cut(x, n - step, n)] : [cut(x, 0, step), joined[i]!], at(x)),
    );
  }
  return pack(values);
}

export const whileLoop = op('ops.whileLoop', whileLoopOf);
export const foriLoop = op('ops.foriLoop', foriLoopOf);
const switchOf = op('ops.switch', switchCaseOf);

export { switchOf as switch };
export const scan = op('ops.scan', scanOf);
export const associativeScan = op('ops.associativeScan', associativeScanOf);

// ── Spectra: complex numbers as pairs of real tensors ───────────────────────────────────────────────────────────

type Pair = readonly [TensorLike, TensorLike];
const joined = ([re, im]: Pair): Tensor => complex(floats(re), floats(im));
const parted = (x: Tensor): [Tensor, Tensor] => [real(x), imag(x)];
const complexOp = (name: string, f: (x: Tensor) => Tensor) =>
  kerasOp(name, ['x'], (x: Pair): [Tensor, Tensor] => parted(f(joined(x))));
export const fft = complexOp('fft', fourier.fft);
export const fft2 = complexOp('fft2', fourier.fft2d);
export const ifft2 = complexOp('ifft2', fourier.ifft2d);
export const rfft = kerasOp('rfft', ['x', 'fftLength'], (x: TensorLike, fftLength?: number): [Tensor, Tensor] =>
  parted(fourier.rfft(floats(x), fftLength === undefined ? undefined : [fftLength])),
);
export const irfft = kerasOp(
  'irfft',
  ['x', 'fftLength'],
  (x: Pair, fftLength?: number): Tensor => fourier.irfft(joined(x), fftLength === undefined ? undefined : [fftLength]),
);
export const viewAsComplex = kerasOp('viewAsComplex', ['x'], (x: TensorLike): Tensor => {
  const t = floats(x);
  return complex(t.at('...', 0), t.at('...', 1));
});
export const viewAsReal = kerasOp(
  'viewAsReal',
  ['x'],
  (x: TensorLike): Tensor => stackTensors(parted(tensor(x)), tensor(x).shape.length),
);
/** Overlapping parts of the last axis: (…, parts, sequenceLength). */
export const extractSequences = kerasOp(
  'extractSequences',
  ['x', 'sequenceLength', 'sequenceStride'],
  (x: TensorLike, sequenceLength: number, sequenceStride: number): Tensor =>
    fourier.frame(x, sequenceLength, sequenceStride),
);

type Window = 'hann' | 'hamming' | TensorLike | null;
function windowOf(window: Window, length: number, fftLength: number): Tensor | null {
  if (window === null) return null;
  const own =
    window === 'hann'
      ? fourier.hannWindow(length)
      : window === 'hamming'
        ? fourier.hammingWindow(length)
        : floats(window as TensorLike);
  if (own.dims[0] !== length)
    throw new ValueError(`ops.stft: the window has length ${show(own.dims[0])}, wanted ${length}.`);
  const left = Math.floor((fftLength - length) / 2);
  return pad(own, [[left, fftLength - length - left]]);
}
function stftOf(
  x: TensorLike,
  sequenceLength: number,
  sequenceStride: number,
  fftLength: number,
  window: Window | undefined = 'hann',
  center: boolean = true,
): [Tensor, Tensor] {
  let t = floats(x);
  if (center)
    t = pad(
      t,
      t.dims.map((_, i) => (i === t.dims.length - 1 ? [Math.floor(fftLength / 2), Math.floor(fftLength / 2)] : [0, 0])),
      'reflect',
    );
  const frames = fourier.frame(t, fftLength, sequenceStride);
  const shape = windowOf(window, sequenceLength, fftLength);
  return rfft(shape ? math.multiply(frames, shape) : frames, fftLength);
}
export const stft = kerasOp(
  'stft',
  ['x', 'sequenceLength', 'sequenceStride', 'fftLength', 'window', 'center'],
  stftOf,
  true,
);
function istftOf(
  x: Pair,
  sequenceLength: number,
  sequenceStride: number,
  fftLength: number,
  length?: number | null,
  window: Window | undefined = 'hann',
  center: boolean = true,
): Tensor {
  const shape = windowOf(window, sequenceLength, fftLength);
  const inverse = shape ? fourier.inverseStftWindowFn(sequenceStride, () => shape) : null;
  const total = fourier.inverseStft(joined(x), fftLength, sequenceStride, { fftLength, windowFn: inverse });
  const start = center ? Math.floor(fftLength / 2) : 0;
  const end = typeof length === 'number' ? start + length : center ? -Math.floor(fftLength / 2) : '';
  return total.at('...', `${start}:${end}`);
}
export const istft = kerasOp(
  'istft',
  ['x', 'sequenceLength', 'sequenceStride', 'fftLength', 'length', 'window', 'center'],
  istftOf,
  true,
);
