// What layers over spatial axes share: the data format option, and lengths after windows.
// Owns: shapes taken apart into batch, spatial axes and channels, and put together again.
import { ShapeError } from '../../base/errors.ts';
import { type Shape, showShape } from '../../base/shape.ts';
import { imageDataFormat } from '../config.ts';
import * as o from '../schema.ts';

export type DataFormat = 'channels_last' | 'channels_first';
const formats = o.oneOf('channels_last', 'channels_first');

/** The option `dataFormat`; null means `keras.config.imageDataFormat()` at the time the layer is made. */
export const dataFormat: o.Option<DataFormat | null, DataFormat, false> = {
  kind: {
    wanted: formats.wanted,
    parse: (value, where) => (value === null ? { value: imageDataFormat() } : formats.parse(value, where)),
  },
  required: false,
  get fallback() {
    return imageDataFormat();
  },
};

export type WindowPadding = 'valid' | 'same' | 'causal';

/** The name of a data format in tf.nn. */
export const tensorFlowFormat = (format: DataFormat): string => (format === 'channels_first' ? 'NC' : 'N…C');
/** The axis of the channels. */
export const channelAxis = (format: DataFormat): number => (format === 'channels_first' ? 1 : -1);

/** The channels of an input, which must be known. */
export function channelsOf(inputShape: Shape, format: DataFormat, layer: string): number {
  const channels = inputShape.at(channelAxis(format));
  if (channels === null || channels === undefined)
    throw new ShapeError(
      `layer '${layer}': the channels of its input must be known: found shape ${showShape(inputShape)} with dataFormat '${format}'. Give them in Input({ shape }).`,
    );
  return channels;
}

export const spatialOf = (shape: Shape, format: DataFormat): Shape =>
  format === 'channels_first' ? shape.slice(2) : shape.slice(1, -1);
export const withSpatial = (
  batch: number | null,
  spatial: Shape,
  channels: number | null,
  format: DataFormat,
): Shape => (format === 'channels_first' ? [batch, channels, ...spatial] : [batch, ...spatial, channels]);

/** How many times a window fits along an axis; null where the axis is not known. */
export function windowLength(
  n: number | null,
  window: number,
  stride: number,
  dilation: number,
  padding: WindowPadding,
): number | null {
  if (n === null) return null;
  const reach = padding === 'valid' ? dilation * (window - 1) : 0;
  return Math.floor((n - reach - 1) / stride) + 1;
}

export interface WindowOptions {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilation?: readonly number[];
  readonly padding: WindowPadding;
  readonly format: DataFormat;
}
/** The shape after a window has moved over the spatial axes. */
export function windowedShape(
  inputShape: Shape,
  channels: number | null,
  options: WindowOptions,
  layer: string,
): Shape {
  const { window, strides, dilation, padding, format } = options;
  const spatial = spatialOf(inputShape, format);
  if (spatial.length !== window.length)
    throw new ShapeError(
      `layer '${layer}': expected ndim=${window.length + 2}, found ndim=${inputShape.length}. Full shape received: ${showShape(inputShape)}.`,
    );
  const lengths = spatial.map((n, axis) =>
    windowLength(n, window[axis]!, strides[axis]!, dilation?.[axis] ?? 1, padding),
  );
  if (lengths.some((n) => n !== null && n < 1))
    throw new ShapeError(
      `layer '${layer}': the window does not fit into its input: found input shape ${showShape(inputShape)}, window ${showShape(window)}${dilation ? ` with dilation ${showShape(dilation)}` : ''}, strides ${showShape(strides)}, padding '${padding}', so the output would have shape ${showShape(withSpatial(inputShape[0] ?? null, lengths, channels, format))}. Use padding 'same', a smaller window, or larger inputs.`,
    );
  return withSpatial(inputShape[0] ?? null, lengths, channels, format);
}
