// tf.stridedSlice: Python's slicing with masks, as TensorFlow's op writes it.
// Owns: the masks. Slicing written as text is x.at('1:', …).
import { show, ValueError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Index, SliceString, TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers, convertToTensor } from './convert.ts';
import { indexAt } from './index-at.ts';
import { signature } from './signature.ts';

/** Elements from begin to end by strides; the bits of the masks change the meaning of the entry they stand for. */
export const stridedSlice = signature(
  'stridedSlice',
  ['input', 'begin', 'end', 'strides', 'beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask', 'var'],
  (
    input: TensorLike,
    begin: TensorLike,
    end: TensorLike,
    strides?: TensorLike,
    beginMask: number = 0,
    endMask: number = 0,
    ellipsisMask: number = 0,
    newAxisMask: number = 0,
    shrinkAxisMask: number = 0,
    // The variable that a slice is of in TensorFlow 1; here x.at(…).assign(…).
    _variable?: null,
  ): Tensor => {
    const x = convertToTensor(input, undefined, 'stridedSlice');
    const [from, to] = [asIntegers(begin, 'stridedSlice: begin'), asIntegers(end, 'stridedSlice: end')];
    const by = strides === undefined ? from.map(() => 1) : asIntegers(strides, 'stridedSlice: strides');
    if (from.length !== to.length || from.length !== by.length)
      throw new ValueError(
        `stridedSlice: begin ${show(from)}, end ${show(to)} and strides ${show(by)} differ in length; wanted one number each for the axes of ${showShape(x.dims)}.`,
      );
    const has = (mask: number, i: number): boolean => (mask & (1 << i)) !== 0;
    const indices = from.map((start, i): Index => {
      if (has(ellipsisMask, i)) return '...';
      if (has(newAxisMask, i)) return null;
      if (has(shrinkAxisMask, i)) return start;
      return `${has(beginMask, i) ? '' : start}:${has(endMask, i) ? '' : to[i]}:${by[i]}` as SliceString;
    });
    return indexAt(x, indices);
  },
);
