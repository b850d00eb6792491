// Area ops: tf.* functions with values, gradients for stored cotangents, Jacobians, Hessians and Hessian-vector products.
import { argument, construct, differentiate, fn, invoke, isTensor, result } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, type Fields, isFields, type Numbers, type Value } from '../values.ts';

type Tensors = readonly unknown[];
const tf = (name: string, ...args: unknown[]) => fn(`tf.${name}`)(...args);

/** Python's `x[…]` as the arguments of `at`: positions, 'start:stop:step', '...', null for a new axis. */
export function indices(text: string): (number | string | null)[] {
  return text.split(',').map((part) => {
    const item = part.trim();
    if (item === 'tf.newaxis' || item === 'None') return null;
    return item.includes(':') || item === '...' ? item : Number(item);
  });
}

/** The functions that cases name but TensorFlow does not have, as generate/ops.py writes them. */
const local: Record<string, (...args: unknown[]) => unknown> = {
  getitem: (x, text) => fn(x, 'at')(...indices(String(text))),
  conv_of_relu: (x, w) => tf('reduce_sum', tf('square', tf('nn.conv2d', tf('nn.relu', x), w, 1, 'SAME'))),
  softmax_energy: (x) =>
    tf('reduce_sum', tf('multiply', tf('square', tf('nn.softmax', x)), tf('exp', tf('multiply', x, 0.3)))),
  cubic: (x) => tf('reduce_sum', tf('add', tf('pow', x, 3), tf('sin', x))),
  log_det: (x) => {
    const size = (x as { readonly shape: readonly number[] }).shape.at(-1)!;
    return tf('linalg.logdet', tf('add', tf('matmul', x, x, { transposeB: true }), tf('multiply', tf('eye', size), 3)));
  },
  logistic_loss: (w, x, y) =>
    tf('reduce_mean', tf('nn.sigmoid_cross_entropy_with_logits', y, tf('linalg.matvec', x, w))),
};

/** Tensors of lists and tuples, in order. */
function flatten(x: unknown): unknown[] {
  if (Array.isArray(x)) return x.flatMap(flatten);
  return typeof x === 'object' && x !== null && !isTensor(x) && Object.getPrototypeOf(x) === Object.prototype
    ? Object.values(x).flatMap(flatten)
    : [x];
}
const isFloat = (x: unknown) => isTensor(x) && /^b?float/.test(x.dtype);

/** A named tuple of Python is a list in the case; where an object came out, its values in order. */
function asLists(want: Value | undefined, got: Value): Value {
  if (!Array.isArray(want)) return got;
  const parts = isFields(got) && Object.keys(got).length === want.length ? Object.values(got) : got;
  return Array.isArray(parts) ? parts.map((part, i) => asLists(want[i], part)) : got;
}

/** Turns the signs of columns (and of the rows that go with them) to those wanted: a decomposition leaves them open. */
function alignColumns(
  want: ArrayValue,
  got: ArrayValue,
  rowsToo: ArrayValue | undefined,
): [ArrayValue, ArrayValue | undefined] {
  if (String(want.shape) !== String(got.shape)) return [got, rowsToo];
  const [m, n] = [got.shape.at(-2)!, got.shape.at(-1)!];
  const data = (got.data as Numbers).slice() as Float64Array;
  const rows = (rowsToo?.data as Numbers | undefined)?.slice() as Float64Array | undefined;
  const width = rowsToo?.shape.at(-1) ?? 0;
  const height = rowsToo?.shape.at(-2) ?? 0;
  for (let batch = 0; batch < data.length / (m * n); batch++) {
    for (let j = 0; j < n; j++) {
      let dot = 0;
      for (let i = 0; i < m; i++) dot += Number(want.data[(batch * m + i) * n + j]) * data[(batch * m + i) * n + j]!;
      if (dot >= 0) continue;
      for (let i = 0; i < m; i++) data[(batch * m + i) * n + j]! *= -1;
      if (rows !== undefined && j < height)
        for (let k = 0; k < width; k++) rows[(batch * height + j) * width + k]! *= -1;
    }
  }
  return [new ArrayValue(got.dtype, got.shape, data), rows && new ArrayValue(rowsToo!.dtype, rowsToo!.shape, rows)];
}

function aligned(op: unknown, want: Value | undefined, got: Value): Value {
  if (!Array.isArray(want) || !Array.isArray(got) || !got.every((part) => part instanceof ArrayValue)) return got;
  if (op === 'tf.linalg.qr') return alignColumns(want[0] as ArrayValue, got[0]!, got[1]) as Value;
  if (op === 'tf.linalg.eigh') return [got[0]!, alignColumns(want[1] as ArrayValue, got[1]!, undefined)[0]];
  return got;
}

export const area: Area = {
  run(c) {
    const args = c.field('args') as readonly Value[];
    const tensors = args.map(argument);
    const kwargs = c.field('kwargs');
    const name = String(c.json.op);
    const own = local[name];
    const call = (given: Tensors): unknown =>
      own === undefined ? invoke(name, given as Value[], kwargs) : own(...given);
    const expected = c.field('expected') as Fields;
    const values = (x: unknown) => aligned(name, expected.value, asLists(expected.value, result(x)));

    const mode = c.json.grad;
    if (mode === undefined) return { value: values(call(tensors)) };
    const x = tensors[0];
    if (mode === 'vjp') {
      const leaves = flatten(tensors).filter(isFloat);
      const cotangents = (c.field('cotangents') as readonly Value[]).map(argument);
      let value: unknown;
      // The target is the list of the float outputs, each with its cotangent in its own dtype.
      const tape = construct('tf.GradientTape');
      const outputs = fn(
        tape,
        'record',
      )(() => {
        fn(tape, 'watch')(leaves);
        value = call(tensors);
        return flatten(value).filter(isFloat);
      }) as readonly { readonly dtype: string }[];
      const seen = cotangents.map((cotangent, i) => tf('cast', cotangent, outputs[i]!.dtype));
      const gradients = fn(tape, 'gradient')(outputs, leaves, { outputGradients: seen }) as Tensors;
      const dense = gradients.map((g) => (g === null || isTensor(g) ? g : tf('convert_to_tensor', g)));
      return { value: values(value), grads: result(dense) };
    }
    if (mode === 'jacobian') {
      const tape = construct('tf.GradientTape', { persistent: true });
      const y = fn(
        tape,
        'record',
      )(() => {
        fn(tape, 'watch')(x);
        return call(tensors);
      });
      return { value: values(y), jacobian: result(fn(tape, 'jacobian')(y, x)) };
    }
    const outer = construct('tf.GradientTape', { persistent: true });
    let [y, gradient]: unknown[] = [];
    const target = fn(
      outer,
      'record',
    )(() => {
      fn(outer, 'watch')(x);
      const inner = differentiate(() => call(tensors), [x]);
      [y, gradient] = [inner.value, inner.gradients[0]];
      return mode === 'hvp' ? tf('reduce_sum', tf('multiply', gradient, argument(c.field('vector')!))) : gradient;
    });
    const second = mode === 'hvp' ? fn(outer, 'gradient')(target, x) : fn(outer, 'jacobian')(target, x);
    return { value: values(y), grad: result(gradient), [String(mode)]: result(second) };
  },
};
