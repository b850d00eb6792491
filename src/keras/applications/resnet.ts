// ResNet 50, 101 and 152, in both versions: blocks of three convolutions with a way around them.
// Sources: He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015; Identity Mappings in Deep Residual Networks, 2016
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import { type Application, application, channelAxis, fileIn } from './application.ts';

const normalize = (x: Tensor, name: string): Tensor =>
  layers.BatchNormalization({ axis: channelAxis(), epsilon: 1.001e-5, name })(x);
const relu = (x: Tensor, name: string): Tensor => layers.Activation('relu', { name })(x);

/** Convolution, then normalization. */
function block1(x: Tensor, filters: number, stride: number, hasShortcut: boolean, name: string): Tensor {
  let shortcut = x;
  if (hasShortcut) {
    shortcut = layers.Conv2D(4 * filters, 1, { strides: stride, name: `${name}_0_conv` })(x);
    shortcut = normalize(shortcut, `${name}_0_bn`);
  }
  x = layers.Conv2D(filters, 1, { strides: stride, name: `${name}_1_conv` })(x);
  x = relu(normalize(x, `${name}_1_bn`), `${name}_1_relu`);
  x = layers.Conv2D(filters, 3, { padding: 'same', name: `${name}_2_conv` })(x);
  x = relu(normalize(x, `${name}_2_bn`), `${name}_2_relu`);
  x = layers.Conv2D(4 * filters, 1, { name: `${name}_3_conv` })(x);
  x = normalize(x, `${name}_3_bn`);
  x = layers.Add({ name: `${name}_add` })([shortcut, x]);
  return relu(x, `${name}_out`);
}
function stack1(x: Tensor, filters: number, blocks: number, stride: number, name: string): Tensor {
  for (let i = 1; i <= blocks; i++) x = block1(x, filters, i === 1 ? stride : 1, i === 1, `${name}_block${i}`);
  return x;
}

/** Normalization, then convolution. */
function block2(x: Tensor, filters: number, stride: number, hasShortcut: boolean, name: string): Tensor {
  const before = relu(normalize(x, `${name}_preact_bn`), `${name}_preact_relu`);
  let shortcut = x;
  if (hasShortcut) shortcut = layers.Conv2D(4 * filters, 1, { strides: stride, name: `${name}_0_conv` })(before);
  else if (stride > 1) shortcut = layers.MaxPooling2D(1, { strides: stride })(x);
  x = layers.Conv2D(filters, 1, { strides: 1, useBias: false, name: `${name}_1_conv` })(before);
  x = relu(normalize(x, `${name}_1_bn`), `${name}_1_relu`);
  x = layers.ZeroPadding2D(1, { name: `${name}_2_pad` })(x);
  x = layers.Conv2D(filters, 3, { strides: stride, useBias: false, name: `${name}_2_conv` })(x);
  x = relu(normalize(x, `${name}_2_bn`), `${name}_2_relu`);
  x = layers.Conv2D(4 * filters, 1, { name: `${name}_3_conv` })(x);
  return layers.Add({ name: `${name}_out` })([shortcut, x]);
}
function stack2(x: Tensor, filters: number, blocks: number, stride: number, name: string): Tensor {
  for (let i = 1; i <= blocks; i++) x = block2(x, filters, i === blocks ? stride : 1, i === 1, `${name}_block${i}`);
  return x;
}

function resnet(
  title: string,
  version: 1 | 2,
  blocks: readonly number[],
  hashes: readonly [string, string],
): Application {
  const name = title.toLowerCase();
  return application(title, () => ({
    name,
    defaultSize: 224,
    minSize: 32,
    namesPooling: true,
    features(x) {
      x = layers.ZeroPadding2D(3, { name: 'conv1_pad' })(x);
      x = layers.Conv2D(64, 7, { strides: 2, name: 'conv1_conv' })(x);
      if (version === 1) x = relu(normalize(x, 'conv1_bn'), 'conv1_relu');
      x = layers.ZeroPadding2D(1, { name: 'pool1_pad' })(x);
      x = layers.MaxPooling2D(3, { strides: 2, name: 'pool1_pool' })(x);
      for (const [i, count] of blocks.entries()) {
        const stride = (version === 1 ? i === 0 : i === 3) ? 1 : 2;
        x = (version === 1 ? stack1 : stack2)(x, 64 * 2 ** i, count, stride, `conv${i + 2}`);
      }
      return version === 1 ? x : relu(normalize(x, 'post_bn'), 'post_relu');
    },
    pretrained: (includeTop) =>
      fileIn(
        'resnet',
        `${name}_weights_tf_dim_ordering_tf_kernels${includeTop ? '' : '_notop'}.h5`,
        hashes[includeTop ? 0 : 1],
      ),
  }));
}

const [small, middle, large] = [
  [3, 4, 6, 3],
  [3, 4, 23, 3],
  [3, 8, 36, 3],
] as const;
export const ResNet50 = resnet('ResNet50', 1, small, [
  '2cb95161c43110f7111970584f804107',
  '4d473c1dd8becc155b73f8504c6f6626',
]);
export const ResNet101 = resnet('ResNet101', 1, middle, [
  'f1aeb4b969a6efcfb50fad2f0c20cfc5',
  '88cf7a10940856eca736dc7b7e228a21',
]);
export const ResNet152 = resnet('ResNet152', 1, large, [
  '100835be76be38e30d865e96f2aaae62',
  'ee4c566cf9a93f14d82f913c2dc6dd0c',
]);
export const ResNet50V2 = resnet('ResNet50V2', 2, small, [
  '3ef43a0b657b3be2300d5770ece849e0',
  'fac2f116257151a9d068a22e544a4917',
]);
export const ResNet101V2 = resnet('ResNet101V2', 2, middle, [
  '6343647c601c52e1368623803854d971',
  'c0ed64b8031c3730f411d2eb4eea35b5',
]);
export const ResNet152V2 = resnet('ResNet152V2', 2, large, [
  'a49b44d1979771252814e80f8ec446f9',
  'ed17cf2e0169df9d443503ef94b23b33',
]);
