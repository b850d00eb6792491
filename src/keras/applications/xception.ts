// Xception: separable convolutions with ways around them.
// Source: Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, 2016
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import { application, channelAxis, fileIn } from './application.ts';
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = preprocessor('tf');

const normalize = (x: Tensor, name?: string): Tensor =>
  layers.BatchNormalization({ axis: channelAxis() === 1 ? 1 : -1, ...(name && { name }) })(x);
const relu = (x: Tensor, name: string): Tensor => layers.Activation('relu', { name })(x);
function separable(x: Tensor, filters: number, name: string): Tensor {
  x = layers.SeparableConv2D(filters, 3, { padding: 'same', useBias: false, name })(x);
  return normalize(x, `${name}_bn`);
}
function shortcut(x: Tensor, filters: number): Tensor {
  x = layers.Conv2D(filters, 1, { strides: 2, padding: 'same', useBias: false })(x);
  return normalize(x);
}

/** Two separable convolutions and a pooling beside a shortcut. The first activation of the first block stands outside. */
function reduction(x: Tensor, middle: number, filters: number, block: number): Tensor {
  const around = shortcut(x, filters);
  const name = `block${block}`;
  if (block > 2) x = relu(x, `${name}_sepconv1_act`);
  x = separable(x, middle, `${name}_sepconv1`);
  x = separable(relu(x, `${name}_sepconv2_act`), filters, `${name}_sepconv2`);
  x = layers.MaxPooling2D(3, { strides: 2, padding: 'same', name: `${name}_pool` })(x);
  return layers.Add()([x, around]);
}

export const Xception = application('Xception', () => ({
  name: 'xception',
  defaultSize: 299,
  minSize: 71,
  features(x) {
    x = layers.Conv2D(32, 3, { strides: 2, useBias: false, name: 'block1_conv1' })(x);
    x = relu(normalize(x, 'block1_conv1_bn'), 'block1_conv1_act');
    x = layers.Conv2D(64, 3, { useBias: false, name: 'block1_conv2' })(x);
    x = relu(normalize(x, 'block1_conv2_bn'), 'block1_conv2_act');
    for (const [i, filters] of [128, 256, 728].entries()) x = reduction(x, filters, filters, i + 2);
    for (let block = 5; block < 13; block++) {
      const before = x;
      for (let k = 1; k <= 3; k++) {
        const name = `block${block}_sepconv${k}`;
        x = separable(relu(x, `${name}_act`), 728, name);
      }
      x = layers.Add()([x, before]);
    }
    x = reduction(x, 728, 1024, 13);
    x = relu(separable(x, 1536, 'block14_sepconv1'), 'block14_sepconv1_act');
    return relu(separable(x, 2048, 'block14_sepconv2'), 'block14_sepconv2_act');
  },
  pretrained: (includeTop) =>
    fileIn(
      'xception',
      `xception_weights_tf_dim_ordering_tf_kernels${includeTop ? '' : '_notop'}.h5`,
      includeTop ? '0a58e3b7378bc2990ea3b43d5981f1f6' : 'b0042744bf5b25fce3cb969f33bebb97',
    ),
}));
