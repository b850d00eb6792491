// Arrays of files into variables: all of them, or none where one does not fit.

import type { ArrayData } from '../../formats/array-data.ts';
import { FormatError } from '../../formats/file-error.ts';
import type { StoredArray } from '../../formats/keras/weights-store.ts';
import { reshape } from '../../ops/core/arrange.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { resolve } from '../../runtime/execute.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import { VariableTensor } from '../../runtime/variable.ts';

export interface Assignment {
  readonly variable: VariableTensor;
  readonly stored: StoredArray;
}

/** Reads and converts everything first, so that a damaged file changes nothing; then sets the variables. */
export async function assignAll(assignments: readonly Assignment[], file: string): Promise<void> {
  const arrays = await Promise.all(assignments.map(({ stored }) => stored.read()));
  const values = assignments.map((assignment, i) => valueFor(assignment, arrays[i]!, file));
  assignments.forEach(({ variable }, i) => void variable.set(values[i]!));
}
function valueFor({ variable, stored }: Assignment, { data, shape, dtype }: ArrayData, file: string): Tensor {
  if ((dtype === 'string') !== (variable.dtype === 'string'))
    throw new FormatError(
      'shape_mismatch',
      file,
      `variable '${variable.path}' holds ${variable.dtype}, '${stored.name}' of the file holds ${dtype}.`,
    );
  let value = eagerTensor(data, shape, dtype);
  if (dtype !== variable.dtype) value = cast(value, variable.dtype);
  if (value.dims.length !== variable.dims.length) value = reshape(value, variable.dims);
  return value;
}
/** A tensor, or the value of a variable, as files hold it. */
export function arrayOf(tensor: Tensor): ArrayData {
  const { elements, dims, dtype } = tensor instanceof VariableTensor ? tensor.snapshot() : resolve(tensor);
  return { data: elements!, shape: dims, dtype };
}
