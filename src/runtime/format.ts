// Prints tensors as TensorFlow prints them, which is as NumPy prints arrays.
// Owns: number formatting, alignment, summarising of large arrays.
import { type Data, type DType, dtypes } from '../base/dtype.ts';
import { type Dims, showShape } from '../base/shape.ts';

/** `tf.Tensor(\n[[1. 2.]], shape=(1, 2), dtype=float32)`. */
export function formatTensor(elements: Data, dtype: DType, dims: Dims): string {
  const body = formatArray(elements, dtype, dims);
  return `tf.Tensor(${body.includes('\n') ? '\n' : ''}${body}, shape=${showShape(dims)}, dtype=${dtype})`;
}

/** The elements in NumPy's brackets. */
export function formatArray(elements: Data, dtype: DType, dims: Dims): string {
  const { kind } = dtypes[dtype];
  let next = 0;
  const walk = (axis: number): string => {
    if (axis === dims.length) {
      const element = elements[next++]!;
      if (kind === 'bool') return element ? 'True' : 'False';
      if (kind === 'float') return Number.isInteger(element) ? `${element}.` : String(element);
      return String(element);
    }
    const parts = Array.from({ length: dims[axis]! }, () => walk(axis + 1));
    return `[${parts.join(axis === dims.length - 1 ? ' ' : `\n${' '.repeat(axis + 1)}`)}]`;
  };
  return walk(0);
}
