// keras.ops: functions made of functions: jvp and vectorize.
// Owns: Keras's calling conventions and NumPy's signatures of vectorized functions.

import { ShapeError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import { vectorizedMap } from '../../ops/control/index.ts';
import { broadcastTo, reshape } from '../../ops/core/arrange.ts';
import { matchingTangents, pushForward } from '../../ops/core/forward.ts';
import { Tape, zeroGradient } from '../../runtime/tape.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { tensor, to } from './define.ts';

const isTensorLike = (value: unknown): boolean => value instanceof Tensor || ArrayBuffer.isView(value);
/** Nested arrays of numbers are one tensor, arrays with tensors inside a structure. */
const isLeaf = (value: unknown): boolean =>
  isTensorLike(value) || (Array.isArray(value) && !flattenTree(value, isTensorLike).some(isTensorLike));
const tensors = (values: readonly unknown[]): Tensor[] =>
  values.flatMap((value) => flattenTree(value, isLeaf)).map((value) => tensor(value as TensorLike));

/** The value of a function and its derivative along `tangents`: [value, tangent], or [value, tangent, aux]. */
export const jvp = guarded(
  'keras.ops.jvp',
  ['fun', 'primals', 'tangents', 'hasAux'],
  <R>(
    fun: (...primals: Tensor[]) => R,
    primals: readonly unknown[],
    tangents: readonly unknown[],
    hasAux: boolean | { readonly hasAux?: boolean } = false,
  ): [R, R] | [R, R, unknown] => {
    const aux = typeof hasAux === 'boolean' ? hasAux : (hasAux.hasAux ?? false);
    const inputs = tensors(primals);
    const directions = tensors(tangents).map((t, i) => to(t, inputs[i]?.dtype ?? t.dtype));
    matchingTangents(inputs, directions, 'ops.jvp');
    const tape = new Tape({ persistent: true, watchAccessedVariables: false });
    tape.watchAll(inputs);
    let next = 0;
    const given = primals.map((primal) => {
      const count = flattenTree(primal, isLeaf).length;
      next += count;
      return packTree(primal, inputs.slice(next - count, next), isLeaf) as Tensor;
    });
    const result = tape.record(() => fun(...given));
    const [value, extra] = aux ? (result as [R, unknown]) : [result, undefined];
    const targets = flattenTree(value, isLeaf) as Tensor[];
    const moved = pushForward(tape, targets, inputs, directions).map((t, i) => t ?? zeroGradient(targets[i]!));
    const tangent = packTree(value, moved, isLeaf) as R;
    return aux ? [value, tangent, extra] : [value, tangent];
  },
);

interface CoreAxes {
  readonly inputs: readonly (readonly string[])[];
  readonly outputs: readonly (readonly string[])[];
}
/** '(n),(n)->()' as lists of names. */
function parseSignature(text: string): CoreAxes {
  const [left, right, more] = text.replaceAll(/\s+/g, '').split('->');
  const lists = (part: string | undefined): string[][] | null => {
    if (part === undefined || !/^\([\w,]*\)(,\([\w,]*\))*$/.test(part)) return null;
    return [...part.matchAll(/\(([\w,]*)\)/g)].map((match) => match[1]!.split(',').filter((name) => name !== ''));
  };
  const [inputs, outputs] = [lists(left), lists(right)];
  if (!inputs || !outputs || more !== undefined)
    throw new ValueError(`ops.vectorize: signature ${show(text)}; wanted one like '(n),(n)->()'.`);
  return { inputs, outputs };
}
/** The shape to which the outer axes of all arguments broadcast. */
function commonShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.flatMap((dims) => dims[dims.length - rank + i] ?? []);
    const size = sizes.find((n) => n !== 1) ?? 1;
    if (sizes.some((n) => n !== 1 && n !== size))
      throw new ShapeError(`ops.vectorize: outer shapes ${show(shapes)} cannot be broadcast together.`);
    return size;
  });
}

export interface VectorizeOptions {
  /** Positions of arguments that are passed on as they are. */
  readonly excluded?: readonly number[] | ReadonlySet<number> | null;
  /** The axes that one call works on, such as '(n),(n)->()'; without it a call gets scalars. */
  readonly signature?: string | null;
}
/** A function of scalars (or of what the signature says) as one of arrays, whose outer axes broadcast. */
export const vectorize = guarded(
  'keras.ops.vectorize',
  ['pyfunc', 'options'],
  <R>(pyfunc: (...args: never[]) => R, options: VectorizeOptions = {}): ((...args: unknown[]) => R) => {
    const excluded = new Set(options.excluded ?? []);
    const core = options.signature ? parseSignature(options.signature) : null;
    return (...args) => {
      const places = args.map((_, i) => i).filter((i) => !excluded.has(i));
      if (core && core.inputs.length !== places.length)
        throw new ValueError(
          `ops.vectorize: found ${places.length} arguments; the signature ${show(options.signature)} has ${core.inputs.length}.`,
        );
      const values = places.map((i) => tensor(args[i] as TensorLike));
      const inner = values.map((_, i) => core?.inputs[i]?.length ?? 0);
      values.forEach((value, i) => {
        if (value.dims.length < inner[i]!)
          throw new ShapeError(
            `ops.vectorize: argument ${places[i]} has shape ${show(value.dims)}, wanted at least ${inner[i]} axes.`,
          );
      });
      const outer = commonShape(values.map((value, i) => value.dims.slice(0, value.dims.length - inner[i]!)));
      const count = outer.reduce((a, b) => a * b, 1);
      const rows = values.map((value, i) => {
        const own = value.dims.slice(value.dims.length - inner[i]!);
        return reshape(broadcastTo(value, [...outer, ...own]), [count, ...own]);
      });
      const call = (parts: readonly Tensor[]): R => {
        const all = [...args];
        places.forEach((at, i) => {
          all[at] = parts[i];
        });
        return pyfunc(...(all as never[]));
      };
      const mapped = vectorizedMap((parts: readonly Tensor[]) => call(parts) as never, rows as never) as unknown;
      return mapTree(
        mapped,
        (leaf) => reshape(leaf as Tensor, [...outer, ...(leaf as Tensor).dims.slice(1)]),
        isLeaf,
      ) as R;
    };
  },
);
