// tf.convertToTensor as programs call it, and tf.registerTensorConversionFunction.
// Owns: the dtype that is only a hint, the registration of classes. What becomes a tensor how is convert.ts.
import { asDType, type DType } from '../../base/dtype.ts';
import { DTypeError, show, ValueError } from '../../base/errors.ts';
import { guarded } from '../../base/misuse.ts';
import { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { addConversion, type Conversion, convertToTensor as convert } from './convert.ts';
import { signature } from './signature.ts';

/** A tensor of anything that can become one: of `dtype`, or of `dtypeHint` where the values fit it. */
export const convertToTensor = signature(
  'convertToTensor',
  ['value', 'dtype', 'dtypeHint'],
  (value: TensorLike, dtype?: DType, dtypeHint?: DType): Tensor => {
    if (dtype !== undefined || dtypeHint === undefined || value instanceof Tensor)
      return convert(value, dtype === undefined ? undefined : asDType(dtype));
    try {
      return convert(value, asDType(dtypeHint));
    } catch (error) {
      if (error instanceof DTypeError) return convert(value);
      throw error;
    }
  },
);

/**
 * From now on objects of `baseType` become tensors wherever tensors are taken: `conversionFunc(value, dtype)` makes them, or
 * returns null to leave a value to others. Functions of lower priority are asked first.
 */
export const registerTensorConversionFunction = guarded(
  'registerTensorConversionFunction',
  ['baseType', 'conversionFunc', 'priority'],
  <T extends object>(
    baseType: abstract new (...args: never[]) => T,
    conversionFunc: (value: T, dtype?: DType) => Tensor | null,
    priority: number = 100,
  ): void => {
    if (typeof baseType !== 'function' || typeof conversionFunc !== 'function' || typeof priority !== 'number')
      throw new ValueError(
        `registerTensorConversionFunction: found (${show(baseType)}, ${show(conversionFunc)}, ${show(priority)}); wanted a class, a function that makes tensors of its objects, and a number.`,
      );
    addConversion({ type: baseType, convert: conversionFunc as Conversion, priority });
  },
);
