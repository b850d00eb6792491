// The public KerasTensor: a class for `instanceof`; as a type it is any tensor, because layers give tensors of one type whether
// they are symbolic or not.
import type { Tensor } from '../../runtime/tensor.ts';
import { KerasTensor as SymbolicTensor } from './keras-tensor.ts';

export type KerasTensor = Tensor;
export const KerasTensor: typeof SymbolicTensor = SymbolicTensor;
