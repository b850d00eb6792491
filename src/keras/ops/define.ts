// How keras.ops differ from tf's: arguments by position or name, and dtypes that mix.
// Owns: Keras's promotion of dtypes, and the making of functions. They are written in terms of tf's ops, so that symbolic tensors
// make nodes of functional models and gradients follow.
import { type DType, dtypes, isFloating, isInteger } from '../../base/dtype.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { op } from '../../ops/core/define.ts';
import { bindArguments, type Callable } from '../../ops/core/signature.ts';
import { cast } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { floatx } from '../config.ts';

const parameters = new Map<string, readonly string[]>();
/** The names of an op's arguments in order, for files that keep them by name. */
export const parametersOf = (opName: string): readonly string[] | undefined => parameters.get(opName);

/**
 * A function whose arguments may be named in an options object from some place on; symbolic ones make one node of a model.
 * `keepNull` where Python's None is not the default but a value of its own.
 */
export function kerasOp<P extends readonly unknown[], const N extends readonly string[], R>(
  name: string,
  names: N,
  f: (...args: P) => R,
  keepNull = false,
): Callable<P, N, R> {
  const opName = `ops.${name}`;
  parameters.set(opName, names);
  const plain = f as (...args: readonly unknown[]) => R;
  return op(
    opName,
    ((...args: unknown[]) => plain(...bindArguments(opName, names, args, keepNull))) as never,
    names,
  ) as Callable<P, N, R>;
}

export const tensor = (x: TensorLike, name = 'ops'): Tensor => convertToTensor(x, undefined, name);
export const to = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : cast(x, dtype));

const width = (dtype: DType): number => dtypes[dtype].bits;
/** The dtype in which two meet, as in JAX: bool below integers below floats, plain numbers below all of their kind. */
export function resultDType(a: DType, b: DType): DType {
  if (a === b) return a;
  if (a === 'complex64' || b === 'complex64') return 'complex64';
  if (a === 'bool') return b;
  if (b === 'bool') return a;
  if (isFloating(a) !== isFloating(b)) return isFloating(a) ? a : b;
  if (isFloating(a)) return width(a) === width(b) ? 'float32' : width(a) > width(b) ? a : b;
  if (dtypes[a].kind === dtypes[b].kind) return width(a) > width(b) ? a : b;
  const [signed, unsigned] = dtypes[a].kind === 'int' ? [a, b] : [b, a];
  if (width(signed) > width(unsigned)) return signed;
  return ({ 8: 'int16', 16: 'int32', 32: 'int64', 64: 'float32' } as const)[width(unsigned) as 8];
}
/** Operands in one dtype. */
export function promoted(...values: readonly TensorLike[]): Tensor[] {
  const tensors = values.map((value) => tensor(value));
  const strong = tensors.filter((t) => !t.weak);
  let dtype = strong.map((t) => t.dtype).reduce<DType | null>((a, b) => (a ? resultDType(a, b) : b), null);
  // A plain whole number is an integer, whatever stands beside it.
  if (dtype === 'bool' && tensors.some((t) => t.weak && isInteger(t.dtype))) dtype = 'int32';
  const weakFloat = tensors.some((t) => t.weak && isFloating(t.dtype));
  if (dtype === null) dtype = weakFloat ? (floatx() as DType) : (tensors[0]?.dtype ?? 'float32');
  else if (weakFloat && !isFloating(dtype) && dtype !== 'complex64') dtype = floatx() as DType;
  // A plain number is not rounded to float32 on its way to float64; a list of them is, in Keras, too.
  return tensors.map((t, i) =>
    dtype === 'float64' && typeof values[i] === 'number' ? convertToTensor(values[i]!, dtype) : to(t, dtype),
  );
}
/** A floating tensor; integers and booleans become floatx. */
export function floats(x: TensorLike): Tensor {
  const t = tensor(x);
  return isFloating(t.dtype) || t.dtype === 'complex64' ? t : to(t, floatx() as DType);
}
export { isFloating, isInteger };
