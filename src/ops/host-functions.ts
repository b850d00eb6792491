// tf.pyFunction and tf.numpyFunction: functions of the host as part of a program.
// Owns: calling them at once, or, where a function is traced, each time that the program runs, with the values of that run.

import { asDType, type Data, type DType, isFloating } from '../base/dtype.ts';
import { DTypeError, ShapeError, show, ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { type Dims, sameShape, showShape } from '../base/shape.ts';
import type { ArrayValue } from '../graph/primitive.ts';
import type { Spec, Value } from '../graph/value.ts';
import * as p from '../primitives/functions.ts';
import { withTrace } from '../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { activeTrace } from '../runtime/trace.ts';
import { convertToTensor } from './core/convert.ts';
import { GradientTape } from './core/gradients.ts';
import { hostFunction } from './core/host.ts';
import { TensorSpec } from './core/tensor-spec.ts';

/** What a function of the host gives: a dtype, or a tf.TensorSpec where the shape is not that of the first input. */
export type HostOutput = DType | TensorSpec;
type HostCallback = (...args: Tensor[]) => unknown;

const dtypeOf = (output: HostOutput): DType => (output instanceof TensorSpec ? output.dtype : asDType(output));

/** The results as tensors of the dtypes that were said. */
function resultsOf(results: unknown, outputs: readonly HostOutput[], single: boolean, name: string): Tensor[] {
  const list = single ? [results] : results;
  if (!Array.isArray(list) || list.length !== outputs.length)
    throw new ValueError(
      `${name}: the function gave ${show(results)}, wanted a list of ${outputs.length}, as Tout says.`,
    );
  return outputs.map((output, i) => convertToTensor(list[i] as TensorLike, dtypeOf(output), `${name}: result ${i}`));
}

const asTensor = ({ data, dims, dtype }: ArrayValue): Tensor => eagerTensor(data, dims, dtype);

function copyInto(target: Data, source: Data): void {
  if (Array.isArray(target))
    (source as typeof target).forEach((text, i) => {
      target[i] = text;
    });
  else (target as Float64Array).set(source as Float64Array);
}

/** The shapes of the results, which a program must know before it runs. */
function specsOf(outputs: readonly HostOutput[], inputs: readonly Tensor[], name: string): Spec[] {
  return outputs.map((output) => {
    const shape = output instanceof TensorSpec ? output.shape : inputs[0]?.dims;
    if (!shape || shape.includes(null))
      throw new ShapeError(
        `${name}: inside tf.function the shape of each result must be known; found ${show(output)}, wanted a tf.TensorSpec with all lengths in Tout.`,
      );
    return { dims: shape as Dims, dtype: dtypeOf(output) };
  });
}

function call(func: HostCallback, inp: readonly TensorLike[], Tout: unknown, name: string): unknown {
  if (Tout === undefined || Tout === null) {
    if (activeTrace() === null) return func(...inp.map((x) => convertToTensor(x, undefined, name)));
    throw new DTypeError(`${name}: inside tf.function Tout must say the dtypes of the results; found ${show(Tout)}.`);
  }
  const inputs = inp.map((x) => convertToTensor(x, undefined, name));
  const single = !Array.isArray(Tout);
  const outputs = (single ? [Tout] : Tout) as readonly HostOutput[];
  const apply = (args: readonly Tensor[]): Tensor[] => resultsOf(func(...args), outputs, single, name);
  if (activeTrace() === null) return single ? apply(inputs)[0] : apply(inputs);
  const specs = specsOf(outputs, inputs, name);
  const atRunTime = (args: readonly ArrayValue[]): Tensor[] =>
    withTrace(null, () => {
      const results = apply(args.map(asTensor));
      results.forEach(({ dims }, i) => {
        if (!sameShape(dims, specs[i]!.dims))
          throw new ShapeError(
            `${name}: result ${i} has shape ${showShape(dims)}, wanted ${showShape(specs[i]!.dims)}: without a shape in Tout that of the first input. Give tf.TensorSpec([${dims.join(', ')}], '${specs[i]!.dtype}') in Tout.`,
          );
      });
      return results;
    });
  const forward = hostFunction(
    name,
    () => specs,
    (args, out) => {
      atRunTime(args).forEach((result, i) => {
        copyInto(out[i]!.data, result.elements!);
      });
    },
    name === 'numpyFunction' ? undefined : ({ inputs: values, cotangents }) => backward(values, cotangents),
  );
  const backward = (values: readonly Value[], cotangents: readonly (Value | null)[]): (Value | null)[] => {
    const floating = values.flatMap(({ dtype }, i) => (isFloating(dtype) ? [i] : []));
    if (floating.length === 0) return values.map(() => null);
    const reverse = hostFunction(
      `${name}Gradient`,
      () => floating.map((i) => ({ dims: values[i]!.dims, dtype: values[i]!.dtype })),
      (args, out) => {
        const own = args.slice(0, values.length).map(asTensor);
        const tape = GradientTape();
        const sources = floating.map((i) => own[i]!);
        for (const source of sources) tape.watch(source);
        // What is not floating has no gradient; its sum with the others' is that of the others.
        const loss = withTrace(null, () =>
          tape.record(() =>
            apply(own).reduce<Tensor | null>((sum, result, k) => {
              if (!isFloating(result.dtype)) return sum;
              const part = p.mul(result, p.convert(asTensor(args[values.length + k]!), result.dtype)) as Tensor;
              const total = p.convert(part.sum(), 'float64') as Tensor;
              return sum ? (p.add(sum, total) as Tensor) : total;
            }, null),
          ),
        );
        const gradients = loss ? withTrace(null, () => tape.gradient(loss, sources)) : [];
        (gradients as (Tensor | null)[]).forEach((gradient, k) => {
          if (gradient) copyInto(out[k]!.data, gradient.elements!);
        });
      },
    );
    const given = cotangents.map((cotangent, k) => cotangent ?? p.zerosLike(specs[k]!));
    const gradients = p.customCall(reverse, [...values, ...given]);
    return values.map((_, i) => gradients[floating.indexOf(i)] ?? null);
  };
  const results = p.customCall(forward, inputs) as Tensor[];
  return single ? results[0] : results;
}

/**
 * A function of the host on tensors. At once it is called with `inp`; inside tf.function each time that the program runs, with the
 * values of that run, if something needs its result. `Tout` says the dtypes of the results, a list for several; inside
 * tf.function a tf.TensorSpec where the shape is not that of the first input. Gradients go through what it does with tensors.
 */
export const pyFunction = guarded(
  'pyFunction',
  ['func', 'inp', 'Tout'],
  <R = Tensor>(func: (...args: Tensor[]) => R, inp: readonly TensorLike[], Tout?: unknown): R => {
    return call(func, inp, Tout, 'pyFunction') as R;
  },
);
/** As pyFunction, without a gradient inside tf.function. It runs each time, whether it is stateful or not. */
export const numpyFunction = guarded(
  'numpyFunction',
  ['func', 'inp', 'Tout', 'options'],
  <R = Tensor>(
    func: (...args: Tensor[]) => R,
    inp: readonly TensorLike[],
    Tout?: unknown,
    _options?: boolean | { readonly stateful?: boolean },
  ): R => {
    return call(func, inp, Tout, 'numpyFunction') as R;
  },
);
