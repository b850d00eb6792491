// tf.nn: transposed convolutions: what the gradient of a convolution computes, as an op.
// Owns: the check of the output shape. Filters are (…window, outputs, channels).
import { ShapeError, show } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { asIntegers } from '../core/convert.ts';
import { signature } from '../core/signature.ts';
import { convolutionOperands } from './convolution.ts';
import { channelsFirst, fromChannelsLast, type Padding, type PerAxis, paddingOf, perSpatialAxis } from './windows.ts';

function transposed(
  name: string,
  input: TensorLike,
  filters: TensorLike,
  outputShape: TensorLike,
  rank: number | null,
  strides: PerAxis,
  padding: Padding,
  dataFormat: string | undefined,
  dilations: PerAxis | undefined,
): Tensor {
  const first = channelsFirst(dataFormat);
  const { x, filter, rank: n } = convolutionOperands(input, filters, rank, first, name);
  const step = perSpatialAxis(strides, n, first, `${name}: strides`);
  const dilation = perSpatialAxis(dilations, n, first, `${name}: dilations`);
  const given = asIntegers(outputShape, `${name}: outputShape`);
  const spatial = given.length === n ? given : first ? given.slice(2) : given.slice(1, -1);
  const window = filter.dims.slice(0, n);
  const { low, high } = paddingOf(padding, spatial, window, step, dilation, first, name);
  const wanted = spatial.map(
    (size, i) => Math.floor((size + low[i]! + high[i]! - (window[i]! - 1) * dilation[i]! - 1) / step[i]!) + 1,
  );
  if (spatial.length !== n || wanted.some((size, i) => size !== x.dims[i + 1])) {
    throw new ShapeError(
      `${name}: outputShape ${show(given)} does not fit input ${showShape(x.dims)} with strides ${show(step)} and this padding: a convolution of it would give spatial shape ${showShape(wanted)}.`,
    );
  }
  if (given.length === n + 2 && given[0] !== x.dims[0])
    throw new ShapeError(
      `${name}: input ${showShape(x.dims)} has ${x.dims[0]} examples, outputShape ${show(given)} asks for ${given[0]}; wanted as many.`,
    );
  const outputs = filter.dims.at(-2)!;
  if (x.dims.at(-1) !== filter.dims.at(-1) || (given.length === n + 2 && given[first ? 1 : n + 1] !== outputs)) {
    throw new ShapeError(
      `${name}: input has ${x.dims.at(-1)} channels, filters ${showShape(filter.dims)}, outputShape ${show(given)}; wanted filters of shape (…window, outputs, channels).`,
    );
  }
  return fromChannelsLast(
    p.convolutionInputGradient(x, filter, { strides: step, dilation, low, high, groups: 1 }, spatial),
    first,
  ) as Tensor;
}

const define = <F extends string>(name: string, rank: number, strideName: 'strides') =>
  signature(
    name,
    ['input', 'filters', 'outputShape', strideName, 'padding', 'dataFormat', 'dilations'],
    (
      input: TensorLike,
      filters: TensorLike,
      outputShape: TensorLike,
      strides: PerAxis,
      padding: Padding = 'SAME',
      dataFormat?: F,
      dilations?: PerAxis,
    ): Tensor => transposed(name, input, filters, outputShape, rank, strides, padding, dataFormat, dilations),
  );
/** The transpose of conv1d. */
export const conv1dTranspose = define<'NWC' | 'NCW'>('conv1dTranspose', 1, 'strides');
/** The transpose of conv2d: filters (height, width, outputs, channels). */
export const conv2dTranspose = define<'NHWC' | 'NCHW'>('conv2dTranspose', 2, 'strides');
/** The transpose of conv3d. */
export const conv3dTranspose = define<'NDHWC' | 'NCDHW'>('conv3dTranspose', 3, 'strides');
/** The transpose of convolution, over as many axes as the filters have. */
export const convTranspose = signature(
  'convTranspose',
  ['input', 'filters', 'outputShape', 'strides', 'padding', 'dataFormat', 'dilations'],
  (
    input: TensorLike,
    filters: TensorLike,
    outputShape: TensorLike,
    strides: PerAxis,
    padding: Padding = 'SAME',
    dataFormat?: string,
    dilations?: PerAxis,
  ): Tensor => transposed('convTranspose', input, filters, outputShape, null, strides, padding, dataFormat, dilations),
);
/** The transpose of atrousConv2d. */
export const atrousConv2dTranspose = signature(
  'atrousConv2dTranspose',
  ['value', 'filters', 'outputShape', 'rate', 'padding'],
  (value: TensorLike, filters: TensorLike, outputShape: TensorLike, rate: number, padding: Padding): Tensor =>
    transposed('atrousConv2dTranspose', value, filters, outputShape, 2, 1, padding, undefined, rate),
);
