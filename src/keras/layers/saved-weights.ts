// What files hold of one layer: its variables in order, and the values written for them.
import type { Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';

/** A variable that a file's array is put into, and the value that is written for it. */
export interface SavedWeight {
  readonly variable: VariableTensor;
  value(): Tensor;
}
export const savedAsIs = (variable: VariableTensor): SavedWeight => ({ variable, value: () => variable.snapshot() });
