// VGG16 and VGG19: stacks of 3×3 convolutions between poolings.
// Source: Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014
import * as layers from '../layers/index.ts';
import { type Application, application, classifier, fileIn } from './application.ts';

/** `repeats`: how many convolutions stand in each of the five blocks. */
function vgg(title: string, name: string, repeats: readonly number[], hashes: readonly [string, string]): Application {
  return application(title, () => ({
    name,
    defaultSize: 224,
    minSize: 32,
    features(x) {
      const filters = [64, 128, 256, 512, 512];
      for (const [b, count] of repeats.entries()) {
        for (let c = 1; c <= count; c++)
          x = layers.Conv2D(filters[b]!, 3, { activation: 'relu', padding: 'same', name: `block${b + 1}_conv${c}` })(x);
        x = layers.MaxPooling2D(2, { strides: 2, name: `block${b + 1}_pool` })(x);
      }
      return x;
    },
    top(x, classes, activation) {
      x = layers.Flatten({ name: 'flatten' })(x);
      x = layers.Dense(4096, { activation: 'relu', name: 'fc1' })(x);
      x = layers.Dense(4096, { activation: 'relu', name: 'fc2' })(x);
      return classifier(x, classes, activation);
    },
    pretrained: (includeTop) =>
      fileIn(
        name,
        `${name}_weights_tf_dim_ordering_tf_kernels${includeTop ? '' : '_notop'}.h5`,
        hashes[includeTop ? 0 : 1],
      ),
  }));
}

export const VGG16 = vgg(
  'VGG16',
  'vgg16',
  [2, 2, 3, 3, 3],
  ['64373286793e3c8b2b4e3219cbf3544b', '6d6bbae143d832006294945121d1f1fc'],
);
export const VGG19 = vgg(
  'VGG19',
  'vgg19',
  [2, 2, 4, 4, 4],
  ['cbe5617147190e668d6c5d5026f83318', '253f8cb515780f3b799900260a226db6'],
);
