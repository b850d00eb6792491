// Every function of keras.ops against what Keras answers (test/fixtures/make_keras_ops.py), on tensors and on symbolic ones.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { flattenTree, mapTree } from '../../base/tree.ts';
import * as tf from '../../index.ts';
import { camelCase } from '../schema.ts';
import { KerasTensor } from '../symbolic/keras-tensor.ts';

interface Plain {
  readonly dtype: tf.DType;
  readonly shape: readonly number[];
  readonly values: readonly (number | boolean | string)[];
  readonly real?: readonly (number | string)[];
  readonly imag?: readonly (number | string)[];
}
interface Case {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly want: unknown;
}
const file = fileURLToPath(new URL('../../../test/fixtures/keras_ops.json', import.meta.url));
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];
type Op = (...args: unknown[]) => unknown;

const isPlain = (value: unknown): value is Plain =>
  value !== null && typeof value === 'object' && 'dtype' in value && 'shape' in value;
const number = (value: number | boolean | string): number =>
  value === 'nan'
    ? Number.NaN
    : value === 'inf'
      ? Number.POSITIVE_INFINITY
      : value === '-inf'
        ? -Infinity
        : Number(value);
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isPlain(value))
    return value !== null && typeof value === 'object' && 'float' in value ? number(String(value.float)) : value;
  const part = (list: readonly (number | boolean | string)[]): tf.Tensor =>
    tf.cast(tf.constant(Float64Array.from(list, number), { shape: value.shape, dtype: 'float64' }), value.dtype);
  if (!value.real) return part(value.values);
  const half = (list: readonly (number | string)[]): tf.Tensor =>
    tf.constant(Float32Array.from(list, number), { shape: value.shape, dtype: 'float32' });
  return tf.complex(half(value.real), half(value.imag!));
}
function opNamed(name: string): Op {
  let here: unknown = tf.keras.ops;
  for (const part of name.split('.')) here = (here as Record<string, unknown>)[camelCase(part)];
  return here as Op;
}
const options = (c: Case): Record<string, unknown> =>
  Object.fromEntries(Object.entries(c.kwargs).map(([key, value]) => [camelCase(key), decode(value)]));
function run(c: Case, args: readonly unknown[]): unknown {
  const given = options(c);
  return opNamed(c.op)(...args, ...(Object.keys(given).length > 0 ? [given] : []));
}

const tolerance: Readonly<Record<string, number>> = { float16: 2e-3, float64: 1e-9 };
/** Sums of many squares, spectra and decompositions differ by a few more units in the last place. */
const loose: Readonly<Record<string, number>> = { 'image.elastic_transform': 1e-4, 'image.ssim': 1e-4, istft: 1e-3 };
/** Differences between what was found and wanted, in words. */
function differences(got: unknown, want: unknown, path: string, name: string): string[] {
  if (Array.isArray(want) && Array.isArray(got) && want.length === got.length)
    return want.flatMap((item, i) => differences(got[i], item, `${path}[${i}]`, name));
  if (!isPlain(want)) {
    const value = got instanceof tf.Tensor ? got.numpy() : got;
    return JSON.stringify(value) === JSON.stringify(decode(want))
      ? []
      : [`${path}: ${String(got)}, wanted ${String(want)}`];
  }
  if (got instanceof tf.SparseTensor) return differences(tf.sparse.toDense(got as never), want, path, name);
  if (!(got instanceof tf.Tensor)) {
    if (typeof got === 'number' && want.shape.length === 0)
      return got === Number(want.values[0]) ? [] : [`${path}: ${got}`];
    return [`${path}: found ${String(got)}, wanted a tensor of shape [${want.shape}]`];
  }
  if (got.dtype !== want.dtype || String(got.shape) !== String(want.shape))
    return [`${path}: ${got.dtype} [${got.shape}], wanted ${want.dtype} [${want.shape}]`];
  if (want.real) {
    const halves = { real: want.real, imag: want.imag! };
    return Object.entries(halves).flatMap(([key, values]) =>
      differences(
        key === 'real' ? tf.math.real(got) : tf.math.imag(got),
        { ...want, dtype: 'float32', real: undefined, values },
        `${path}.${key}`,
        name,
      ),
    );
  }
  const by = loose[name] ?? tolerance[want.dtype] ?? 2e-5;
  const values = Array.from(tf.cast(got, 'float64').dataSync() as Float64Array);
  const at = values.findIndex((value, i) => {
    const wanted = number(want.values[i]!);
    return !(
      Object.is(value, wanted) ||
      value === wanted ||
      Math.abs(value - wanted) <= by + by * Math.abs(wanted) ||
      (Number.isNaN(value) && Number.isNaN(wanted))
    );
  });
  return at < 0 ? [] : [`${path}: element ${at} is ${values[at]}, wanted ${String(want.values[at])}`];
}
const label = (c: Case): string =>
  `${c.op}(${[...c.args, c.kwargs].map((arg) => JSON.stringify(arg, (_, value) => (isPlain(value) ? `${value.dtype}[${value.shape}]` : value))).join(', ')})`;

describe('keras.ops', () => {
  it('gives the numbers of Keras', () => {
    const wrong: string[] = [];
    for (const c of cases) {
      try {
        wrong.push(...differences(run(c, c.args.map(decode)), c.want, '', c.op).map((text) => `${label(c)} ${text}`));
      } catch (error) {
        wrong.push(`${label(c)} throws ${String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  /** The lengths of their results depend on values. */
  const dynamic = new Set(
    'nonzero unique bincount segment_sum segment_max ctc_decode shape size ndim convert_to_tensor array select'.split(
      ' ',
    ),
  );
  it('makes nodes of functional models', () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const c of cases) {
      if (seen.has(c.op) || dynamic.has(c.op)) continue;
      const inputs: KerasTensor[] = [];
      const values: unknown[] = [];
      const symbolic = mapTree(
        c.args.map(decode),
        (leaf) => {
          if (!(leaf instanceof tf.Tensor) || leaf.dims.length === 0) return leaf;
          const input = tf.keras.Input({ batchShape: leaf.dims, dtype: leaf.dtype }) as KerasTensor;
          inputs.push(input);
          values.push(leaf);
          return input;
        },
        (value) => value instanceof tf.Tensor,
      ) as unknown[];
      if (inputs.length === 0) continue;
      seen.add(c.op);
      try {
        const outputs = run(c, symbolic) as tf.Tensor;
        if (!flattenTree(outputs, (value) => value instanceof tf.Tensor).every((value) => value instanceof KerasTensor))
          wrong.push(`${label(c)}: no symbolic result`);
        const model = tf.keras.Model({ inputs, outputs: outputs as never }) as unknown as Op;
        wrong.push(...differences(model(values), c.want, '', c.op).map((text) => `${label(c)} ${text}`));
        const json = (model as unknown as { toJSON(): string }).toJSON();
        const again = tf.keras.models.modelFromJSON(json) as unknown as Op;
        wrong.push(
          ...differences(again(values), c.want, ' from its config', c.op).map((text) => `${label(c)} ${text}`),
        );
      } catch (error) {
        wrong.push(`${label(c)} throws ${String(error)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(200);
  });

  it('differentiates forwards', () => {
    const f = (x: tf.Tensor, y: tf.Tensor) => tf.multiply(tf.sin(x), y);
    const [value, tangent] = tf.keras.ops.jvp(
      f,
      [tf.constant([0.5, 1]), tf.constant([2.5, 3])],
      [
        [1, 0],
        [0.5, 1],
      ],
    ) as [tf.Tensor, tf.Tensor];
    const want = [Math.cos(0.5) * 2.5 + Math.sin(0.5) * 0.5, Math.sin(1)];
    expect(value.dims).toEqual([2]);
    (tangent.arraySync() as number[]).forEach((found, i) => {
      expect(found).toBeCloseTo(want[i]!, 6);
    });
    const [, , aux] = tf.keras.ops.jvp((x: tf.Tensor) => [tf.square(x), 'more'] as never, [tf.constant(1.5)], [1], {
      hasAux: true,
    });
    expect(aux).toBe('more');
    expect(() => tf.keras.ops.jvp((x: tf.Tensor) => x, [tf.constant([1.5, 2])], [[1]])).toThrow(/tangent 0 has shape/);
  });

  it('vectorizes functions of scalars and of what a signature says', () => {
    const { vectorize } = tf.keras.ops;
    const larger = vectorize((a: tf.Tensor, b: tf.Tensor) =>
      tf.where(tf.greater(a, b), tf.subtract(a, b), tf.add(a, b)),
    );
    expect((larger([1, 2, 3, 4], 2) as tf.Tensor).arraySync()).toEqual([3, 4, 1, 2]);
    const dot = vectorize((a: tf.Tensor, b: tf.Tensor) => tf.reduceSum(tf.multiply(a, b)), {
      signature: '(n),(n)->()',
    });
    expect(
      (
        dot(
          [
            [0, 1],
            [2, 3],
            [4, 5],
          ],
          [10, 20],
        ) as tf.Tensor
      ).arraySync(),
    ).toEqual([20, 80, 140]);
    const power = vectorize((a: tf.Tensor, n: number) => tf.pow(a, n), { excluded: [1] });
    expect(
      (
        power(
          [
            [1, 2],
            [3, 4],
          ],
          2,
        ) as tf.Tensor
      ).arraySync(),
    ).toEqual([
      [1, 4],
      [9, 16],
    ]);
    expect(() => dot([1, 2])).toThrow(/found 1 arguments; the signature '\(n\),\(n\)->\(\)' has 2/);
  });

  it('runs loops and branches', () => {
    const { ops } = tf.keras;
    const sum = (carry: tf.Tensor, x: tf.Tensor) => [tf.add(carry, x), tf.multiply(carry, 2)] as const;
    for (const wrap of [
      (f: () => unknown) => f(),
      (f: () => unknown) => (tf.function(f as () => tf.Tensor) as () => unknown)(),
    ]) {
      const [carry, ys] = wrap(() => ops.scan(sum, tf.constant(0), tf.constant([1, 2, 3, 4]))) as tf.Tensor[];
      expect([carry!.item(), ys!.arraySync()]).toEqual([10, [0, 2, 6, 12]]);
      const [last, back] = wrap(() =>
        ops.scan(sum, tf.constant(0), tf.constant([1, 2, 3]), { reverse: true }),
      ) as tf.Tensor[];
      expect([last!.item(), back!.arraySync()]).toEqual([6, [10, 6, 0]]);
      const running = (reverse: boolean) =>
        (
          wrap(() =>
            ops.associativeScan((a: tf.Tensor, b: tf.Tensor) => tf.add(a, b), tf.constant([1, 2, 3, 4, 5]), {
              reverse,
            }),
          ) as tf.Tensor
        ).arraySync();
      expect(running(false)).toEqual([1, 3, 6, 10, 15]);
      expect(running(true)).toEqual([15, 14, 12, 9, 5]);
      const counted = wrap(() =>
        ops.whileLoop(
          (i: tf.Tensor) => tf.less(i, 10),
          (i: tf.Tensor) => tf.add(i, 3),
          tf.constant(0),
        ),
      );
      expect((counted as tf.Tensor).item()).toBe(12);
      expect((wrap(() => ops.foriLoop(0, 4, (i, v) => tf.add(v, i), tf.constant(1))) as tf.Tensor).item()).toBe(7);
      const branch = (i: number) =>
        (wrap(() => ops.switch(tf.constant(i), [() => tf.constant(1), () => tf.constant(2)])) as tf.Tensor).item();
      expect([branch(0), branch(1), branch(5)]).toEqual([1, 2, 2]);
      expect(
        (
          wrap(() =>
            ops.cond(
              tf.constant(true),
              () => tf.constant(1),
              () => tf.constant(2),
            ),
          ) as tf.Tensor
        ).item(),
      ).toBe(1);
      expect(
        (wrap(() => ops.map((x: tf.Tensor) => tf.square(x), tf.constant([1, 2, 3]))) as tf.Tensor).arraySync(),
      ).toEqual([1, 4, 9]);
      expect(
        (wrap(() => ops.vectorizedMap((x: tf.Tensor) => tf.add(x, 1), tf.constant([1, 2]))) as tf.Tensor).arraySync(),
      ).toEqual([2, 3]);
    }
  });

  it('gives sparse tensors where asked to', () => {
    const { ops } = tf.keras;
    const sparse = ops.oneHot([2, 0], 3, { sparse: true }) as tf.SparseTensor;
    expect(sparse.indices.arraySync()).toEqual([
      [0, 2],
      [1, 0],
    ]);
    expect((ops.multiHot([[2, 0]], 3, { sparse: true }) as tf.SparseTensor).values.arraySync()).toEqual([1, 1]);
    expect((ops.bincount([2, 2], { sparse: true }) as tf.SparseTensor).values.arraySync()).toEqual([2]);
  });
});
