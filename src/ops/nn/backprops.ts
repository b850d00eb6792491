// tf.nn: gradients of convolutions as ops of their own.
// Owns: those of depthwise convolution and of conv2d, by a tape over the convolution.
import { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asDims, convertToTensor } from '../core/convert.ts';
import { zeros } from '../core/create.ts';
import { signature } from '../core/signature.ts';
import { conv2d, depthwiseConv2d } from './convolution.ts';
import type { Padding } from './windows.ts';

type Rest = Parameters<typeof spatial>;
const spatial = (
  strides: readonly number[],
  padding: 'SAME' | 'VALID',
  dataFormat: 'NHWC' | 'NCHW',
  dilations?: readonly number[],
) => ({ strides, padding, dataFormat, dilations }) as const;

/** Of what is linear in `variable`, the gradient at 0 by it. */
function gradientBy(variable: Tensor, cotangent: Tensor, f: (variable: Tensor) => Tensor): Tensor {
  const tape = new Tape();
  tape.watchAll([variable]);
  const value = tape.record(() => f(variable));
  return tape.gradients([value], [variable], [cotangent])[0]!;
}
const inner = (list: readonly number[] | undefined): readonly [number, number] | undefined =>
  list && (list.length === 4 ? [list[1]!, list[2]!] : [list[0]!, list[1]!]);

/** The gradient of depthwiseConv2d by its input. */
export const depthwiseConv2dBackpropInput = signature(
  'depthwiseConv2dBackpropInput',
  ['inputSizes', 'filter', 'outBackprop', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    inputSizes: TensorLike,
    filter: TensorLike,
    outBackprop: TensorLike,
    ...[strides, padding, dataFormat = 'NHWC', dilations]: Rest
  ): Tensor => {
    const [w, g] = [convertToTensor(filter), convertToTensor(outBackprop)];
    const x = zeros(asDims(inputSizes, 'depthwiseConv2dBackpropInput'), { dtype: g.dtype });
    return gradientBy(x, g, (input) => depthwiseConv2d(input, w, [...strides], padding, dataFormat, inner(dilations)));
  },
);
/** The gradient of depthwiseConv2d by its filter. */
export const depthwiseConv2dBackpropFilter = signature(
  'depthwiseConv2dBackpropFilter',
  ['input', 'filterSizes', 'outBackprop', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filterSizes: TensorLike,
    outBackprop: TensorLike,
    ...[strides, padding, dataFormat = 'NHWC', dilations]: Rest
  ): Tensor => {
    const [x, g] = [convertToTensor(input), convertToTensor(outBackprop)];
    const w = zeros(asDims(filterSizes, 'depthwiseConv2dBackpropFilter'), { dtype: g.dtype });
    return gradientBy(w, g, (filter) =>
      depthwiseConv2d(x, filter, [...strides], padding, dataFormat, inner(dilations)),
    );
  },
);

const CONV2D = [
  'input',
  'filter',
  'outBackprop',
  'strides',
  'padding',
  'useCudnnOnGpu',
  'explicitPaddings',
  'dataFormat',
  'dilations',
] as const;
/** The gradient of conv2d by one operand, which gives its shape only. */
const conv2dBackprop = (name: string, byFilter: boolean) =>
  signature(
    name,
    CONV2D,
    (
      input: TensorLike,
      filter: TensorLike,
      outBackprop: TensorLike,
      strides: readonly number[],
      padding: 'SAME' | 'VALID' | 'EXPLICIT',
      _useCudnnOnGpu?: boolean,
      explicitPaddings: readonly number[] = [],
      dataFormat: 'NHWC' | 'NCHW' = 'NHWC',
      dilations: readonly number[] = [1, 1, 1, 1],
    ): Tensor => {
      const [x, w, g] = [convertToTensor(input), convertToTensor(filter), convertToTensor(outBackprop)];
      const around: Padding =
        padding === 'EXPLICIT' ? [0, 1, 2, 3].map((i) => explicitPaddings.slice(2 * i, 2 * i + 2)) : padding;
      const apply = (a: Tensor, b: Tensor): Tensor => conv2d(a, b, strides, around, dataFormat, dilations);
      return byFilter ? gradientBy(w, g, (b) => apply(x, b)) : gradientBy(x, g, (a) => apply(a, w));
    },
  );
export const conv2dBackpropFilterV2 = conv2dBackprop('conv2dBackpropFilterV2', true);
export const conv2dBackpropInputV2 = conv2dBackprop('conv2dBackpropInputV2', false);
