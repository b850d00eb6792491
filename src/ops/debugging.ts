// tf.debugging: assertions on tensors, and the hunt for the first NaN.
// Owns: the checks. In tf.function they run each time the program runs.

import { type DType, dtypes, isFloating, isInteger } from '../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { type Shape, showShape } from '../base/shape.ts';
import { setNumericsCheck } from '../runtime/execute.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { convertToTensor } from './core/convert.ts';
import { effect } from './core/effects.ts';
import { signature } from './core/signature.ts';
import { broadcastPair } from './math/operands.ts';

type Number_ = number | bigint;
const elements = (x: Tensor): ArrayLike<Number_ | string> => x.elements as ArrayLike<Number_ | string>;

/** Checks pairs of elements that broadcast against each other. */
const pairwise = (name: string, relation: string, holds: (a: never, b: never) => boolean) =>
  signature(
    name,
    ['x', 'y', 'message', 'summarize'],
    (x: TensorLike, y: TensorLike, message: string = '', _summarize?: number): void => {
      const [a, b] = broadcastPair(x, y, name);
      effect(name, [a, b], ([left, right]) => {
        const [p, q] = [elements(left!), elements(right!)];
        for (let i = 0; i < p.length; i++)
          if (!holds(p[i] as never, q[i] as never))
            throw new ValueError(
              `${message ? `${message}: ` : ''}${name}: element ${i} is ${p[i]}, wanted ${relation} ${q[i]}.`,
            );
      });
    },
  );
export const assertEqual = pairwise('assertEqual', 'equal to', (a, b) => a === b);
export const assertNoneEqual = pairwise('assertNoneEqual', 'not equal to', (a, b) => a !== b);
export const assertGreater = pairwise('assertGreater', 'greater than', (a, b) => a > b);
export const assertGreaterEqual = pairwise('assertGreaterEqual', 'at least', (a, b) => a >= b);
export const assertLess = pairwise('assertLess', 'less than', (a, b) => a < b);
export const assertLessEqual = pairwise('assertLessEqual', 'at most', (a, b) => a <= b);

const single = (name: string, wanted: string, holds: (a: never) => boolean) =>
  signature(name, ['x', 'message', 'summarize'], (x: TensorLike, message: string = '', _summarize?: number): void => {
    effect(name, [convertToTensor(x, undefined, name)], ([value]) => {
      const list = elements(value!);
      for (let i = 0; i < list.length; i++)
        if (!holds(list[i] as never))
          throw new ValueError(
            `${message ? `${message}: ` : ''}${name}: element ${i} is ${list[i]}, wanted ${wanted}.`,
          );
    });
  });
export const assertPositive = single('assertPositive', 'a positive number', (a) => a > 0);
export const assertNegative = single('assertNegative', 'a negative number', (a) => a < 0);
export const assertNonNegative = single('assertNonNegative', 'a number ≥ 0', (a) => a >= 0);
export const assertNonPositive = single('assertNonPositive', 'a number ≤ 0', (a) => a <= 0);
const finite = single('assertAllFinite', 'a finite number', (a) => Number.isFinite(Number(a)));
export const assertAllFinite = (x: TensorLike, message: string): void => {
  finite(x, message);
};

export interface NearOptions {
  readonly rtol?: number | undefined;
  readonly atol?: number | undefined;
  readonly message?: string | undefined;
  readonly summarize?: number | undefined;
}
/** |x − y| ≤ atol + rtol·|y|. */
export const assertNear = guarded(
  'debugging.assertNear',
  ['x', 'y', 'options'],
  (x: TensorLike, y: TensorLike, options: NearOptions = {}): void => {
    const [a, b] = broadcastPair(x, y, 'assertNear');
    const epsilon = a.dtype === 'float64' ? 2 ** -52 : a.dtype === 'float16' ? 2 ** -10 : 2 ** -23;
    const { rtol = 10 * epsilon, atol = 10 * epsilon, message = '' } = options;
    effect('assertNear', [a, b], ([left, right]) => {
      const [p, q] = [elements(left!), elements(right!)];
      for (let i = 0; i < p.length; i++)
        if (!(Math.abs(Number(p[i]) - Number(q[i])) <= atol + rtol * Math.abs(Number(q[i]))))
          throw new ValueError(
            `${message ? `${message}: ` : ''}assertNear: element ${i} is ${p[i]}, wanted ${q[i]} within ${atol} + ${rtol}·|${q[i]}|.`,
          );
    });
  },
);

// ── What is known without values ────────────────────────────────────────────────────────────────────────────────

const said = (message: string | undefined): string => (message ? `${message}: ` : '');
export const assertRank = guarded(
  'debugging.assertRank',
  ['x', 'rank', 'options'],
  (x: TensorLike, rank: number, options: { readonly message?: string } = {}): void => {
    const { dims } = convertToTensor(x, undefined, 'assertRank');
    if (dims.length !== rank)
      throw new ShapeError(`${said(options.message)}assertRank: found shape ${showShape(dims)}, wanted rank ${rank}.`);
  },
);
export const assertRankAtLeast = guarded(
  'debugging.assertRankAtLeast',
  ['x', 'rank', 'options'],
  (x: TensorLike, rank: number, options: { readonly message?: string } = {}): void => {
    const { dims } = convertToTensor(x, undefined, 'assertRankAtLeast');
    if (dims.length < rank)
      throw new ShapeError(
        `${said(options.message)}assertRankAtLeast: found shape ${showShape(dims)}, wanted at least rank ${rank}.`,
      );
  },
);
export const assertRankIn = guarded(
  'debugging.assertRankIn',
  ['x', 'ranks', 'options'],
  (x: TensorLike, ranks: readonly number[], options: { readonly message?: string } = {}): void => {
    const { dims } = convertToTensor(x, undefined, 'assertRankIn');
    if (!ranks.includes(dims.length))
      throw new ShapeError(
        `${said(options.message)}assertRankIn: found shape ${showShape(dims)}, wanted a rank of ${show(ranks)}.`,
      );
  },
);
export const assertScalar = guarded(
  'debugging.assertScalar',
  ['tensor', 'options'],
  (tensor: TensorLike, options: { readonly message?: string } = {}): void => {
    assertRank(tensor, 0, options);
  },
);
export const assertType = guarded(
  'debugging.assertType',
  ['tensor', 'tfType', 'options'],
  (tensor: TensorLike, tfType: DType, options: { readonly message?: string } = {}): void => {
    const { dtype } = convertToTensor(tensor, undefined, 'assertType');
    if (dtype !== tfType)
      throw new DTypeError(`${said(options.message)}assertType: found dtype ${dtype}, wanted ${tfType}.`);
  },
);
export const assertInteger = guarded(
  'debugging.assertInteger',
  ['x', 'options'],
  (x: TensorLike, options: { readonly message?: string } = {}): void => {
    const { dtype } = convertToTensor(x, undefined, 'assertInteger');
    if (!isInteger(dtype))
      throw new DTypeError(`${said(options.message)}assertInteger: found dtype ${dtype}, wanted an integer dtype.`);
  },
);
export const assertSameFloatDtype = guarded(
  'debugging.assertSameFloatDtype',
  ['tensors', 'dtype'],
  (
    tensors: readonly TensorLike[] | null | undefined,
    options?: DType | { readonly dtype?: DType | undefined },
  ): DType => {
    const dtype = typeof options === 'object' ? options?.dtype : options;
    const all = (tensors ?? []).map((tensor) => convertToTensor(tensor, undefined, 'assertSameFloatDtype').dtype);
    const wanted = dtype ?? all[0] ?? 'float32';
    const other = all.find((one) => one !== wanted) ?? (isFloating(wanted) ? undefined : wanted);
    if (other)
      throw new DTypeError(
        `assertSameFloatDtype: found dtype ${other}, wanted ${isFloating(wanted) ? wanted : 'a floating dtype'}.`,
      );
    return wanted;
  },
);
export const assertProperIterable = (values: unknown): void => {
  if (values === null || typeof values !== 'object' || !(Symbol.iterator in values) || 'dtype' in values)
    throw new DTypeError(`assertProperIterable: found ${show(values)}, wanted a list.`);
};
export const isNumericTensor = (tensor: unknown): boolean =>
  tensor !== null &&
  typeof tensor === 'object' &&
  'dtype' in tensor &&
  dtypes[tensor.dtype as DType]?.kind !== 'string' &&
  tensor.dtype !== 'bool';

/** Checks shapes in which letters stand for lengths that must agree, numbers for themselves and null for any. */
export const assertShapes = guarded(
  'debugging.assertShapes',
  ['shapes', 'options'],
  (
    shapes: readonly (readonly [TensorLike, readonly (number | string | null)[]])[],
    // What of `data` is printed with the message is up to whoever catches it.
    options: { readonly message?: string; readonly data?: readonly TensorLike[]; readonly summarize?: number } = {},
  ): void => {
    const known = new Map<string, number>();
    for (const [x, wanted] of shapes) {
      const { dims } = convertToTensor(x, undefined, 'assertShapes');
      const rest = wanted.indexOf('...');
      const fixed =
        rest < 0
          ? wanted
          : [
              ...wanted.slice(0, rest),
              ...new Array<null>(Math.max(0, dims.length - wanted.length + 1)).fill(null),
              ...wanted.slice(rest + 1),
            ];
      const fail = (): never => {
        throw new ShapeError(
          `${said(options.message)}assertShapes: found shape ${showShape(dims)}, wanted (${wanted.join(', ')})${known.size > 0 ? ` with ${[...known].map(([name, n]) => `${name} = ${n}`).join(', ')}` : ''}.`,
        );
      };
      if (fixed.length !== dims.length) fail();
      fixed.forEach((want, i) => {
        if (typeof want === 'number' && want !== dims[i]) fail();
        if (typeof want !== 'string') return;
        if (known.has(want) && known.get(want) !== dims[i]) fail();
        known.set(want, dims[i]!);
      });
    }
  },
);
export type AssertedShape = Shape;

/** Throws, with the tensors, unless a condition holds. */
export const Assert = guarded(
  'Assert',
  ['condition', 'data'],
  (condition: boolean | Tensor, data: readonly TensorLike[] = []): void => {
    const tensors = data.map((item) => convertToTensor(item, undefined, 'Assert'));
    effect('Assert', [convertToTensor(condition, undefined, 'Assert'), ...tensors], ([holds, ...values]) => {
      if (Array.from(elements(holds!)).some((value) => !value))
        throw new ValueError(`assertion failed: ${values.map(String).join(' ')}`);
    });
  },
);

// ── Numbers that are none ───────────────────────────────────────────────────────────────────────────────────────

function firstBad(x: Tensor): string | null {
  const list = x.elements as ArrayLike<number>;
  for (let i = 0; i < list.length; i++) if (!Number.isFinite(list[i])) return Number.isNaN(list[i]) ? 'NaN' : 'Inf';
  return null;
}
/** The tensor, if all its elements are finite. */
export const checkNumerics = signature(
  'checkNumerics',
  ['tensor', 'message'],
  (tensor: TensorLike, message: string): Tensor => {
    const x = convertToTensor(tensor, undefined, 'checkNumerics');
    if (!isFloating(x.dtype)) throw new DTypeError(`checkNumerics: found dtype ${x.dtype}, wanted a floating dtype.`);
    effect('checkNumerics', [x], ([value]) => {
      const bad = firstBad(value!);
      if (bad) throw new ValueError(`${message} : Tensor had ${bad} values`);
    });
    return x;
  },
);

let checking = false;
/** From now on the first operation that gives NaN or infinity throws, with its name and the line that called it. */
export function enableCheckNumerics(): void {
  checking = true;
  setNumericsCheck((primitive, outputs) => {
    for (const output of outputs) {
      if (!isFloating(output.dtype)) continue;
      const place = new Error().stack?.split('\n').filter((line) => /^\s*at /.test(line)) ?? [];
      const user = place.find(
        (line) =>
          !/[\\/](src|dist)[\\/](ops|runtime|primitives|graph|keras|autodiff|compiler|backends)[\\/]|node:internal/.test(
            line,
          ),
      );
      setNumericsCheck(null);
      try {
        effect('checkNumerics', [output], ([value]) => {
          const bad = firstBad(value!);
          if (bad)
            throw new ValueError(
              `${primitive} gave ${bad} values, shape ${showShape(value!.dims)}, dtype ${value!.dtype}${user ? `, called ${user.trim()}` : ''}. tf.debugging.disableCheckNumerics() turns this check off.`,
            );
        });
      } finally {
        if (checking) enableCheckNumerics();
      }
    }
  });
}
export function disableCheckNumerics(): void {
  checking = false;
  setNumericsCheck(null);
}
/** Where operations run is not logged: there is one device. */
export const setLogDevicePlacement = (_enabled: boolean): void => {};
export const getLogDevicePlacement = (): boolean => false;
export const enableTracebackFiltering = (): void => {};
export const disableTracebackFiltering = (): void => {};
export const isTracebackFilteringEnabled = (): boolean => false;
