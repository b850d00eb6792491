// MobileNet: depthwise convolutions and 1×1 ones in turn, as wide as `alpha` says.
// Source: Howard and others, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017
import { show, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import type { Options } from '../types.ts';
import { type ApplicationOptions, application, channelAxis, fileIn, sizeOfPicture } from './application.ts';
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = preprocessor('tf');

export interface MobileNetOptions
  extends ApplicationOptions,
    Options<{ alpha: number; depthMultiplier: number; dropout: number }> {}

const axis = (): number => (channelAxis() === 1 ? 1 : -1);
const finish = (x: Tensor, name: string): Tensor =>
  layers.ReLU({ maxValue: 6, name: `${name}_relu` })(
    layers.BatchNormalization({ axis: axis(), name: `${name}_bn` })(x),
  );

function block(x: Tensor, filters: number, depthMultiplier: number, stride: number, id: number): Tensor {
  if (stride === 2)
    x = layers.ZeroPadding2D(
      [
        [0, 1],
        [0, 1],
      ],
      { name: `conv_pad_${id}` },
    )(x);
  x = layers.DepthwiseConv2D(3, {
    padding: stride === 1 ? 'same' : 'valid',
    depthMultiplier,
    strides: stride,
    useBias: false,
    name: `conv_dw_${id}`,
  })(x);
  x = finish(x, `conv_dw_${id}`);
  x = layers.Conv2D(filters, 1, { padding: 'same', useBias: false, name: `conv_pw_${id}` })(x);
  return finish(x, `conv_pw_${id}`);
}

/** Filters and stride of the blocks. */
const blocks: readonly (readonly [number, number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  [1024, 2],
  [1024, 1],
];
const sizes = [128, 160, 192, 224];
const isKnownSize = (size: number | null | undefined): size is number => sizes.includes(size ?? 0);

export const MobileNet = application<MobileNetOptions>(
  'MobileNet',
  ({ alpha = 1, depthMultiplier = 1, dropout = 1e-3, inputShape }) => {
    const [rows, columns] = inputShape ? sizeOfPicture(inputShape) : [];
    return {
      name: (size) => `mobilenet_${alpha.toFixed(2)}_${size ?? 'None'}`,
      defaultSize: rows === columns && isKnownSize(rows) ? rows : 224,
      minSize: 32,
      features(x) {
        const wide = (filters: number): number => Math.trunc(filters * alpha);
        x = layers.Conv2D(wide(32), 3, { padding: 'same', useBias: false, strides: 2, name: 'conv1' })(x);
        x = finish(x, 'conv1');
        for (const [i, [filters, stride]] of blocks.entries())
          x = block(x, wide(filters), depthMultiplier, stride, i + 1);
        return x;
      },
      top(x, classes, activation) {
        x = layers.GlobalAveragePooling2D({ keepdims: true })(x);
        x = layers.Dropout(dropout, { name: 'dropout' })(x);
        x = layers.Conv2D(classes, 1, { padding: 'same', name: 'conv_preds' })(x);
        x = layers.Reshape([classes], { name: 'reshape_2' })(x);
        return layers.Activation(activation ?? 'linear', { name: 'predictions' })(x);
      },
      pretrained(includeTop, shape) {
        const texts = new Map([
          [1, '1_0'],
          [0.75, '7_5'],
          [0.5, '5_0'],
          [0.25, '2_5'],
        ]);
        if (depthMultiplier !== 1)
          throw new ValueError(
            `MobileNet: depthMultiplier: found ${show(depthMultiplier)}; the weights 'imagenet' want 1.`,
          );
        if (!texts.has(alpha))
          throw new ValueError(
            `MobileNet: alpha: found ${show(alpha)}; the weights 'imagenet' are there for 0.25, 0.5, 0.75 and 1.`,
          );
        const size = sizeForWeights('MobileNet', shape, sizes);
        return fileIn('mobilenet', `mobilenet_${texts.get(alpha)}_${size}_tf${includeTop ? '' : '_no_top'}.h5`);
      },
    };
  },
  ['alpha', 'depthMultiplier', 'dropout'],
);

/** The size for which there are weights: the picture's own, or 224 after a word. */
export function sizeForWeights(title: string, shape: readonly (number | null)[], known: readonly number[]): number {
  const [rows, columns] = sizeOfPicture(shape);
  if (rows !== null && rows !== undefined && rows === columns && known.includes(rows)) return rows;
  console.warn(
    `${title}: there are no weights for pictures of ${rows ?? 'unknown'}×${columns ?? 'unknown'}, but for ${known.join(', ')}; those for 224 are taken.`,
  );
  return 224;
}
