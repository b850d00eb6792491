// DenseNet 121, 169 and 201: each convolution sees what all before it in its block gave.
// Source: Huang, Liu, van der Maaten and Weinberger, Densely Connected Convolutional Networks, 2016
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import { type Application, application, channelAxis, channelsOf, fileIn } from './application.ts';
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = preprocessor('torch');

const GROWTH = 32;
const normalize = (x: Tensor, name: string): Tensor =>
  layers.BatchNormalization({ axis: channelAxis(), epsilon: 1.001e-5, name })(x);
const relu = (x: Tensor, name: string): Tensor => layers.Activation('relu', { name })(x);

function grow(inputs: Tensor, name: string): Tensor {
  let x = relu(normalize(inputs, `${name}_0_bn`), `${name}_0_relu`);
  x = layers.Conv2D(4 * GROWTH, 1, { useBias: false, name: `${name}_1_conv` })(x);
  x = relu(normalize(x, `${name}_1_bn`), `${name}_1_relu`);
  x = layers.Conv2D(GROWTH, 3, { padding: 'same', useBias: false, name: `${name}_2_conv` })(x);
  return layers.Concatenate({ axis: channelAxis(), name: `${name}_concat` })([inputs, x]);
}
function transition(x: Tensor, name: string): Tensor {
  x = relu(normalize(x, `${name}_bn`), `${name}_relu`);
  x = layers.Conv2D(Math.trunc(channelsOf(x) * 0.5), 1, { useBias: false, name: `${name}_conv` })(x);
  return layers.AveragePooling2D(2, { strides: 2, name: `${name}_pool` })(x);
}

function densenet(title: string, blocks: readonly number[], hashes: readonly [string, string]): Application {
  const name = title.toLowerCase();
  return application(title, () => ({
    name,
    defaultSize: 224,
    minSize: 32,
    namesPooling: true,
    features(x) {
      x = layers.ZeroPadding2D(3)(x);
      x = layers.Conv2D(64, 7, { strides: 2, useBias: false, name: 'conv1_conv' })(x);
      x = relu(normalize(x, 'conv1_bn'), 'conv1_relu');
      x = layers.ZeroPadding2D(1)(x);
      x = layers.MaxPooling2D(3, { strides: 2, name: 'pool1' })(x);
      for (const [i, count] of blocks.entries()) {
        if (i > 0) x = transition(x, `pool${i + 1}`);
        for (let k = 1; k <= count; k++) x = grow(x, `conv${i + 2}_block${k}`);
      }
      return relu(normalize(x, 'bn'), 'relu');
    },
    pretrained: (includeTop) =>
      fileIn(
        'densenet',
        `${name}_weights_tf_dim_ordering_tf_kernels${includeTop ? '' : '_notop'}.h5`,
        hashes[includeTop ? 0 : 1],
      ),
  }));
}

export const DenseNet121 = densenet(
  'DenseNet121',
  [6, 12, 24, 16],
  ['9d60b8095a5708f2dcce2bca79d332c7', '30ee3e1110167f948a6b9946edeeb738'],
);
export const DenseNet169 = densenet(
  'DenseNet169',
  [6, 12, 32, 32],
  ['d699b8f76981ab1b30698df4c175e90b', 'b8c4d4c20dd625c148057b9ff1c1176b'],
);
export const DenseNet201 = densenet(
  'DenseNet201',
  [6, 12, 48, 32],
  ['1ceb130c1ea1b78c3bf6114dbdfd8807', 'c13680b51ded0fb44dff2d8f86ac8bb1'],
);
