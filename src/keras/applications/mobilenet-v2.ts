// MobileNetV2: blocks that widen, convolve each channel by itself and narrow again, with ways around them.
// Source: Sandler and others, MobileNetV2: Inverted Residuals and Linear Bottlenecks, 2018
import { show, ValueError } from '../../base/errors.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import type { Options } from '../types.ts';
import {
  type ApplicationOptions,
  application,
  channelAxis,
  channelsOf,
  classifier,
  correctPad,
  divisible,
  fileIn,
  sizeOfPicture,
} from './application.ts';
import { preprocessor } from './imagenet-utils.ts';
import { sizeForWeights } from './mobilenet.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = preprocessor('tf');

export interface MobileNetV2Options extends ApplicationOptions, Options<{ alpha: number }> {}

const normalize = (x: Tensor, name: string): Tensor =>
  layers.BatchNormalization({ axis: channelAxis() === 1 ? 1 : -1, epsilon: 1e-3, momentum: 0.999, name })(x);

function block(inputs: Tensor, filters: number, stride: number, expansion: number, id: number): Tensor {
  const before = channelsOf(inputs);
  const prefix = id === 0 ? 'expanded_conv_' : `block_${id}_`;
  let x = inputs;
  if (id > 0) {
    x = layers.Conv2D(expansion * before, 1, { padding: 'same', useBias: false, name: `${prefix}expand` })(x);
    x = layers.ReLU({ maxValue: 6, name: `${prefix}expand_relu` })(normalize(x, `${prefix}expand_BN`));
  }
  if (stride === 2) x = layers.ZeroPadding2D(correctPad(x, 3), { name: `${prefix}pad` })(x);
  const padding = stride === 1 ? 'same' : 'valid';
  x = layers.DepthwiseConv2D(3, { strides: stride, useBias: false, padding, name: `${prefix}depthwise` })(x);
  x = layers.ReLU({ maxValue: 6, name: `${prefix}depthwise_relu` })(normalize(x, `${prefix}depthwise_BN`));
  x = layers.Conv2D(filters, 1, { padding: 'same', useBias: false, name: `${prefix}project` })(x);
  x = normalize(x, `${prefix}project_BN`);
  return before === filters && stride === 1 ? layers.Add({ name: `${prefix}add` })([inputs, x]) : x;
}

/** Filters, stride, widening, how often. */
const stages = [
  [16, 1, 1, 1],
  [24, 2, 6, 2],
  [32, 2, 6, 3],
  [64, 2, 6, 4],
  [96, 1, 6, 3],
  [160, 2, 6, 3],
  [320, 1, 6, 1],
] as const;
const sizes = [96, 128, 160, 192, 224];
const alphas = [0.35, 0.5, 0.75, 1, 1.3, 1.4];

export const MobileNetV2 = application<MobileNetV2Options>(
  'MobileNetV2',
  ({ alpha = 1, inputShape, inputTensor }) => {
    const shape = inputShape ?? inputTensor?.shape.slice(1);
    const [rows, columns] = shape ? sizeOfPicture(shape) : [];
    return {
      name: (size) => `mobilenetv2_${alpha.toFixed(2)}_${size ?? 'None'}`,
      defaultSize: rows === columns && sizes.includes(rows ?? 0) ? (rows as number) : 224,
      minSize: 32,
      features(x) {
        const first = divisible(32 * alpha);
        x = layers.Conv2D(first, 3, { strides: 2, padding: 'same', useBias: false, name: 'Conv1' })(x);
        x = layers.ReLU({ maxValue: 6, name: 'Conv1_relu' })(normalize(x, 'bn_Conv1'));
        let id = 0;
        for (const [filters, stride, expansion, repeats] of stages)
          for (let i = 0; i < repeats; i++)
            x = block(x, divisible(Math.trunc(filters * alpha)), i === 0 ? stride : 1, expansion, id++);
        const last = alpha > 1 ? divisible(1280 * alpha) : 1280;
        x = layers.Conv2D(last, 1, { useBias: false, name: 'Conv_1' })(x);
        return layers.ReLU({ maxValue: 6, name: 'out_relu' })(normalize(x, 'Conv_1_bn'));
      },
      top: (x, classes, activation) => classifier(layers.GlobalAveragePooling2D()(x), classes, activation),
      pretrained(includeTop, given) {
        if (!alphas.includes(alpha))
          throw new ValueError(
            `MobileNetV2: alpha: found ${show(alpha)}; the weights 'imagenet' are there for ${alphas.join(', ')}.`,
          );
        const size = sizeForWeights('MobileNetV2', given, sizes);
        const text = Number.isInteger(alpha) ? alpha.toFixed(1) : String(alpha);
        return fileIn(
          'mobilenet_v2',
          `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${text}_${size}${includeTop ? '' : '_no_top'}.h5`,
        );
      },
    };
  },
  ['alpha'],
);
