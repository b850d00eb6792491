// Every linear operator against what TensorFlow answers (test/fixtures/make_linear_operators.py).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as tf from '../../../index.ts';

interface Plain {
  readonly dtype: tf.DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly imag?: readonly number[];
}
interface Spec {
  readonly class: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}
interface Case {
  readonly operator: Spec;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly want: Plain;
}
const file = fileURLToPath(new URL('../../../../test/fixtures/linear_operators.json', import.meta.url));
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];
const hintsFile = fileURLToPath(new URL('../../../../test/fixtures/linear_operator_hints.json', import.meta.url));
const hints = JSON.parse(readFileSync(hintsFile, 'utf8')) as readonly (Spec & {
  readonly known: readonly (boolean | string | null)[] | null;
})[];
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const named = (options: Readonly<Record<string, unknown>>): unknown[] =>
  Object.keys(options).length === 0
    ? []
    : [Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), decode(value)]))];
type Construct = (...args: unknown[]) => Record<string, (...args: unknown[]) => unknown>;

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== 'object') return value;
  if ('class' in value) {
    const { class: name, args, kwargs } = value as Spec;
    const construct = (tf.linalg as unknown as Record<string, Construct>)[name]!;
    return construct(...args.map(decode), ...named(kwargs));
  }
  const { dtype, shape, values, imag } = value as Plain;
  const part = (list: readonly number[]) => tf.constant(Float32Array.from(list), { shape, dtype: 'float32' });
  return imag ? tf.complex(part(values), part(imag)) : tf.cast(part(values), dtype);
}

describe('linear operators', () => {
  it('give the numbers of TensorFlow', () => {
    const wrong: string[] = [];
    for (const c of cases) {
      const label = `${JSON.stringify(c.operator).slice(0, 90)} ${c.method} ${JSON.stringify(c.kwargs)}`;
      try {
        const operator = decode(c.operator) as ReturnType<Construct>;
        const got = operator[camel(c.method)]!(...c.args.map(decode), ...named(c.kwargs)) as tf.Tensor;
        const want = c.want;
        if (got.dtype !== want.dtype || String(got.shape) !== String(want.shape)) {
          wrong.push(`${label}: ${got.dtype} [${got.shape}], wanted ${want.dtype} [${want.shape}]`);
          continue;
        }
        const parts = want.imag ? [tf.math.real(got), tf.math.imag(got)] : [got];
        parts.forEach((part, k) => {
          const wanted = k === 0 ? want.values : want.imag!;
          const off = Array.from(part.dataSync() as ArrayLike<number>).findIndex(
            (value, i) => !(Math.abs(Number(value) - wanted[i]!) <= 2e-4 * (1 + Math.abs(wanted[i]!))),
          );
          if (off >= 0) wrong.push(`${label}: element ${off} is ${part.dataSync()[off]}, wanted ${wanted[off]}`);
        });
      } catch (error) {
        wrong.push(`${label} throws ${String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(400);
  });

  it('take hints, and refuse those that are wrong, as TensorFlow', () => {
    const wrong: string[] = [];
    for (const { known, ...spec } of hints) {
      const label = `${spec.class} ${JSON.stringify(spec.kwargs)}`;
      try {
        const operator = decode(spec) as unknown as Readonly<Record<string, unknown>>;
        if (known === null) {
          wrong.push(`${label}: was taken, and must not be`);
          continue;
        }
        const got = ['isNonSingular', 'isSelfAdjoint', 'isPositiveDefinite', 'isSquare', 'dtype'].map(
          (k) => operator[k],
        );
        // Whether an operator is square is always known here.
        const want = known.map((value, i) => (i === 3 && value === null ? got[3] : value));
        if (String(got) !== String(want)) wrong.push(`${label}: ${got}, wanted ${want}`);
      } catch (error) {
        if (known !== null) wrong.push(`${label} throws ${String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(hints.length).toBeGreaterThan(180);
  });

  it('know their adjoints, inverses, factors and assertions', () => {
    const matrix = tf.constant(
      [
        [4, 1],
        [1, 3],
      ],
      { dtype: 'float32' },
    );
    const operator = tf.linalg.LinearOperatorFullMatrix(matrix, { isSelfAdjoint: true, isPositiveDefinite: true });
    expect([operator.isNonSingular, operator.isSquare, operator.H === operator]).toEqual([true, true, true]);
    expect((operator.cholesky().toDense().arraySync() as number[][])[0]).toEqual([2, 0]);
    const identity = operator.matmul(operator.inverse()).toDense().arraySync() as number[][];
    expect(identity[0]![0]).toBeCloseTo(1, 5);
    expect(identity[0]![1]).toBeCloseTo(0, 5);
    const values = operator.eigvals().arraySync() as number[];
    expect(values[0]! * values[1]!).toBeCloseTo(11, 4);
    for (const check of ['assertNonSingular', 'assertSelfAdjoint', 'assertPositiveDefinite'] as const)
      operator[check]();
    const singular = tf.linalg.LinearOperatorFullMatrix([
      [1, 2],
      [2, 4],
    ]);
    expect(() => singular.assertNonSingular()).toThrow(/singular/);
    expect(() =>
      tf.linalg
        .LinearOperatorFullMatrix([
          [1, 2],
          [0, 1],
        ])
        .assertSelfAdjoint(),
    ).toThrow(/not self-adjoint/);
    expect(() => tf.linalg.LinearOperatorDiag([1, -1]).assertPositiveDefinite()).toThrow(/not positive definite/);
    expect(() => operator.matmul([[1, 2, 3]])).toThrow(/wanted 2 rows/);
    expect(() => tf.linalg.LinearOperatorFullMatrix([[1, 2, 3]]).determinant()).toThrow(/wanted a square one/);
    const { x, i } = tf.linalg.experimental.conjugateGradient(operator, [1, 2], { tol: 1e-6, maxIter: 10 });
    expect(i).toBeLessThan(4);
    expect((operator.matvec(x).arraySync() as number[])[1]).toBeCloseTo(2, 4);
  });
});
