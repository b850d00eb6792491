// MobileNetV3, small and large: inverted residuals with squeeze-and-excitation and hard swish.
// Source: Howard and others, Searching for MobileNetV3, 2019
import { show, ValueError } from '../../base/errors.ts';
import { add, multiply } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import type { Options } from '../types.ts';
import {
  type Application,
  type ApplicationOptions,
  application,
  channelAxis,
  channelsOf,
  correctPad,
  divisible,
  fileIn,
} from './application.ts';

export interface MobileNetV3Options
  extends ApplicationOptions,
    Options<{ alpha: number; minimalistic: boolean; dropoutRate: number; includePreprocessing: boolean }> {}

type Activate = (x: Tensor) => Tensor;
const relu: Activate = (x) => layers.ReLU()(x);
const hardSwish: Activate = (x) => layers.Activation('hard_swish')(x);
function hardSigmoid(x: Tensor): Tensor {
  const clip = layers.ReLU({ maxValue: 6 });
  return multiply(clip(add(x, 3)), 1 / 6);
}
const normalize = (x: Tensor, name: string): Tensor =>
  layers.BatchNormalization({ axis: channelAxis() === 1 ? 1 : -1, epsilon: 1e-3, momentum: 0.999, name })(x);

function squeeze(inputs: Tensor, filters: number, ratio: number, prefix: string): Tensor {
  let x: Tensor = layers.GlobalAveragePooling2D({ keepdims: true, name: `${prefix}squeeze_excite_avg_pool` })(inputs);
  x = layers.Conv2D(divisible(filters * ratio), 1, { padding: 'same', name: `${prefix}squeeze_excite_conv` })(x);
  x = layers.ReLU({ name: `${prefix}squeeze_excite_relu` })(x);
  x = layers.Conv2D(filters, 1, { padding: 'same', name: `${prefix}squeeze_excite_conv_1` })(x);
  x = hardSigmoid(x);
  return layers.Multiply({ name: `${prefix}squeeze_excite_mul` })([inputs, x]);
}

/** One block of the tables: widening, filters, large kernel, stride, squeeze, whether hard swish. */
type Row = readonly [
  expansion: number,
  filters: number,
  isLarge: boolean,
  stride: number,
  squeezes: boolean,
  swishes: boolean,
];
const smallRows: readonly Row[] = [
  [1, 16, false, 2, true, false],
  [72 / 16, 24, false, 2, false, false],
  [88 / 24, 24, false, 1, false, false],
  [4, 40, true, 2, true, true],
  [6, 40, true, 1, true, true],
  [6, 40, true, 1, true, true],
  [3, 48, true, 1, true, true],
  [3, 48, true, 1, true, true],
  [6, 96, true, 2, true, true],
  [6, 96, true, 1, true, true],
  [6, 96, true, 1, true, true],
];
const largeRows: readonly Row[] = [
  [1, 16, false, 1, false, false],
  [4, 24, false, 2, false, false],
  [3, 24, false, 1, false, false],
  [3, 40, true, 2, true, false],
  [3, 40, true, 1, true, false],
  [3, 40, true, 1, true, false],
  [6, 80, false, 2, false, true],
  [2.5, 80, false, 1, false, true],
  [2.3, 80, false, 1, false, true],
  [2.3, 80, false, 1, false, true],
  [6, 112, false, 1, true, true],
  [6, 112, false, 1, true, true],
  [6, 160, true, 2, true, true],
  [6, 160, true, 1, true, true],
  [6, 160, true, 1, true, true],
];

function block(
  inputs: Tensor,
  expansion: number,
  filters: number,
  kernel: number,
  stride: number,
  ratio: number | null,
  activate: Activate,
  id: number,
): Tensor {
  const prefix = id === 0 ? 'expanded_conv_' : `expanded_conv_${id}_`;
  const before = channelsOf(inputs);
  let x = inputs;
  if (id > 0) {
    const wide = divisible(before * expansion);
    x = layers.Conv2D(wide, 1, { padding: 'same', useBias: false, name: `${prefix}expand` })(x);
    x = activate(normalize(x, `${prefix}expand_bn`));
  }
  if (stride === 2) x = layers.ZeroPadding2D(correctPad(x, kernel), { name: `${prefix}depthwise_pad` })(x);
  const padding = stride === 1 ? 'same' : 'valid';
  x = layers.DepthwiseConv2D(kernel, { strides: stride, padding, useBias: false, name: `${prefix}depthwise` })(x);
  x = activate(normalize(x, `${prefix}depthwise_bn`));
  if (ratio) x = squeeze(x, divisible(before * expansion), ratio, prefix);
  x = layers.Conv2D(filters, 1, { padding: 'same', useBias: false, name: `${prefix}project` })(x);
  x = normalize(x, `${prefix}project_bn`);
  return stride === 1 && before === filters ? layers.Add({ name: `${prefix}add` })([inputs, x]) : x;
}

const hashes: Readonly<Record<string, readonly [string, string]>> = {
  'large_224_0.75_float': ['765b44a33ad4005b3ac83185abf1d0eb', '40af19a13ebea4e2ee0c676887f69a2e'],
  'large_224_1.0_float': ['59e551e166be033d707958cf9e29a6a7', '07fb09a5933dd0c8eaafa16978110389'],
  'large_minimalistic_224_1.0_float': ['675e7b876c45c57e9e63e6d90a36599c', 'ec5221f64a2f6d1ef965a614bdae7973'],
  'small_224_0.75_float': ['cb65d4e5be93758266aa0a7f2c6708b7', 'ebdb5cc8e0b497cd13a7c275d475c819'],
  'small_224_1.0_float': ['8768d4c2e7dee89b9d02b2d03d65d862', 'd3e8ec802a04aa4fc771ee12a9a9b836'],
  'small_minimalistic_224_1.0_float': ['99cd97fb2fcdad2bf028eb838de69e37', 'cde8136e733e811080d9fcd8a252f7e4'],
};

function mobilenetV3(
  kind: 'small' | 'large',
  rows: readonly Row[],
  lastPoint: number,
): Application<MobileNetV3Options> {
  const title = `MobileNetV3${kind === 'small' ? 'Small' : 'Large'}`;
  return application<MobileNetV3Options>(
    title,
    ({ alpha = 1, minimalistic = false, dropoutRate = 0.2, includePreprocessing = true }) => {
      const activate = minimalistic ? relu : hardSwish;
      return {
        name: title,
        defaultSize: 224,
        minSize: 32,
        anySize: true,
        namesPooling: true,
        features(x) {
          if (includePreprocessing) x = layers.Rescaling(1 / 127.5, { offset: -1 })(x);
          x = layers.Conv2D(16, 3, { strides: 2, padding: 'same', useBias: false, name: 'conv' })(x);
          x = activate(normalize(x, 'conv_bn'));
          for (const [id, [expansion, filters, isLarge, stride, squeezes, swishes]] of rows.entries())
            x = block(
              x,
              expansion,
              divisible(filters * alpha),
              isLarge && !minimalistic ? 5 : 3,
              stride,
              squeezes && !minimalistic ? 0.25 : null,
              swishes ? activate : relu,
              id,
            );
          const last = divisible(channelsOf(x) * 6);
          x = layers.Conv2D(last, 1, { padding: 'same', useBias: false, name: 'conv_1' })(x);
          return activate(normalize(x, 'conv_1_bn'));
        },
        top(x, classes, activation) {
          x = layers.GlobalAveragePooling2D({ keepdims: true })(x);
          const point = alpha > 1 ? divisible(lastPoint * alpha) : lastPoint;
          x = activate(layers.Conv2D(point, 1, { padding: 'same', name: 'conv_2' })(x));
          if (dropoutRate > 0) x = layers.Dropout(dropoutRate)(x);
          x = layers.Conv2D(classes, 1, { padding: 'same', name: 'logits' })(x);
          x = layers.Flatten()(x);
          return layers.Activation(activation ?? 'linear', { name: 'predictions' })(x);
        },
        pretrained(includeTop) {
          const text = Number.isInteger(alpha) ? alpha.toFixed(1) : String(alpha);
          const model = `${kind}${minimalistic ? '_minimalistic' : ''}_224_${text}_float`;
          const pair = hashes[model];
          if (!pair)
            throw new ValueError(
              `${title}: alpha: found ${show(alpha)}; the weights 'imagenet' are there for ${minimalistic ? '1' : '0.75 and 1'}.`,
            );
          const file = `weights_mobilenet_v3_${model}${includeTop ? '' : '_no_top_v2'}.h5`;
          return fileIn('mobilenet_v3', file, pair[includeTop ? 0 : 1]);
        },
      };
    },
    ['alpha', 'minimalistic', 'dropoutRate', 'includePreprocessing'],
  );
}

export const MobileNetV3Small = mobilenetV3('small', smallRows, 1024);
export const MobileNetV3Large = mobilenetV3('large', largeRows, 1280);
