// How the functions of tf.keras.backend are made: Keras 2's, by position or by name, over TensorFlow's ops.
// Owns: that. The functions stand in backend-arrays.ts and backend-nn.ts.
import type { DType } from '../base/dtype.ts';
import { show, ValueError } from '../base/errors.ts';
import { guarded } from '../base/misuse.ts';
import { convertToTensor } from '../ops/core/convert.ts';
import { bindArguments, type Callable } from '../ops/core/signature.ts';
import { cast } from '../ops/math/elementwise.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { TensorLike } from '../runtime/tensor-methods.ts';
import { floatx, imageDataFormat } from './config.ts';

export type Format = 'channels_last' | 'channels_first';

/** A function of the backend; what is left out or null has the default of `f`. */
export function backendFunction<P extends readonly unknown[], const N extends readonly string[], R>(
  name: string,
  names: N,
  f: (...args: P) => R,
): Callable<P, N, R> {
  const plain = f as (...args: readonly unknown[]) => R;
  const call = (...args: unknown[]): R => plain(...bindArguments(`backend.${name}`, names, args));
  return guarded(`backend.${name}`, names, call) as (...args: never[]) => unknown as Callable<P, N, R>;
}

export const tensorOf = (x: TensorLike): Tensor => convertToTensor(x, undefined, 'keras.backend');
/** Booleans as numbers, for means. */
export const counted = (x: TensorLike): Tensor => {
  const tensor = tensorOf(x);
  return tensor.dtype === 'bool' ? cast(tensor, floatx() as DType) : tensor;
};
export const dtypeOr = (dtype: DType | undefined): DType => dtype ?? (floatx() as DType);
export const rankOf = (x: TensorLike): number => tensorOf(x).shape.length;

/** The data format, checked. */
export function formatOf(format: Format | undefined): Format {
  const found = format ?? imageDataFormat();
  if (found === 'channels_first' || found === 'channels_last') return found;
  throw new ValueError(`dataFormat: found ${show(found)}, wanted 'channels_last' or 'channels_first'.`);
}
