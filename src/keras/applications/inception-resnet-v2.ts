// InceptionResNetV2: Inception's branches with ways around them.
// Source: Szegedy, Ioffe, Vanhoucke and Alemi, Inception-v4, Inception-ResNet and the Impact of Residual Connections, 2016
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import { application, channelAxis, channelsOf, fileIn } from './application.ts';
import { preprocessor } from './imagenet-utils.ts';
import { CustomScaleLayer } from './scale-layers.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = preprocessor('tf');

/** Filters and kernel; `valid2`: without padding, with a stride of 2. */
type Step = readonly [filters: number, kernel: number | readonly [number, number], kind?: 'valid' | 'valid2'];

function convolve(x: Tensor, [filters, kernel, kind]: Step, name?: string): Tensor {
  const named = (end: string) => (name ? { name: name + end } : {});
  const strides = kind === 'valid2' ? 2 : 1;
  const padding = kind ? 'valid' : 'same';
  x = layers.Conv2D(filters, kernel, { strides, padding, useBias: false, ...named('') })(x);
  x = layers.BatchNormalization({ axis: channelAxis(), scale: false, ...named('_bn') })(x);
  return layers.Activation('relu', named('_ac'))(x);
}
const branch = (x: Tensor, ...steps: readonly Step[]): Tensor => steps.reduce((y, step) => convolve(y, step), x);
const join = (list: Tensor[], name: string): Tensor => layers.Concatenate({ axis: channelAxis(), name })(list);
const shrunk = (x: Tensor): Tensor => layers.MaxPooling2D(3, { strides: 2, padding: 'valid' })(x);

const branches = {
  block35: (x: Tensor) => [branch(x, [32, 1]), branch(x, [32, 1], [32, 3]), branch(x, [32, 1], [48, 3], [64, 3])],
  block17: (x: Tensor) => [branch(x, [192, 1]), branch(x, [128, 1], [160, [1, 7]], [192, [7, 1]])],
  block8: (x: Tensor) => [branch(x, [192, 1]), branch(x, [192, 1], [224, [1, 3]], [256, [3, 1]])],
};

function block(x: Tensor, kind: keyof typeof branches, scale: number, id: number, activates = true): Tensor {
  const name = `${kind}_${id}`;
  const mixed = join(branches[kind](x), `${name}_mixed`);
  const up = layers.Conv2D(channelsOf(x), 1, { strides: 1, padding: 'same', name: `${name}_conv` })(mixed);
  const sum = new CustomScaleLayer({ scale })([x, up]) as Tensor;
  return activates ? layers.Activation('relu', { name: `${name}_ac` })(sum) : sum;
}

export const InceptionResNetV2 = application('InceptionResNetV2', () => ({
  name: 'inception_resnet_v2',
  defaultSize: 299,
  minSize: 75,
  features(x) {
    x = branch(x, [32, 3, 'valid2'], [32, 3, 'valid'], [64, 3]);
    x = layers.MaxPooling2D(3, { strides: 2 })(x);
    x = branch(x, [80, 1, 'valid'], [192, 3, 'valid']);
    x = layers.MaxPooling2D(3, { strides: 2 })(x);
    const [one, five, three] = [
      branch(x, [96, 1]),
      branch(x, [48, 1], [64, 5]),
      branch(x, [64, 1], [96, 3], [96, 3]),
    ] as const;
    const pooled = branch(layers.AveragePooling2D(3, { strides: 1, padding: 'same' })(x), [64, 1]);
    x = join([one, five, three, pooled], 'mixed_5b');
    for (let id = 1; id <= 10; id++) x = block(x, 'block35', 0.17, id);
    const first = [branch(x, [384, 3, 'valid2']), branch(x, [256, 1], [256, 3], [384, 3, 'valid2'])];
    x = join([...first, shrunk(x)], 'mixed_6a');
    for (let id = 1; id <= 20; id++) x = block(x, 'block17', 0.1, id);
    const second = [
      branch(x, [256, 1], [384, 3, 'valid2']),
      branch(x, [256, 1], [288, 3, 'valid2']),
      branch(x, [256, 1], [288, 3], [320, 3, 'valid2']),
    ];
    x = join([...second, shrunk(x)], 'mixed_7a');
    for (let id = 1; id <= 9; id++) x = block(x, 'block8', 0.2, id);
    return convolve(block(x, 'block8', 1, 10, false), [1536, 1], 'conv_7b');
  },
  pretrained: (includeTop) =>
    fileIn(
      'inception_resnet_v2',
      `inception_resnet_v2_weights_tf_dim_ordering_tf_kernels${includeTop ? '' : '_notop'}.h5`,
      includeTop ? 'e693bd0210a403b3192acc6073ad2e96' : 'd19885ff4a710c122648d3b5c3b684e4',
    ),
}));
