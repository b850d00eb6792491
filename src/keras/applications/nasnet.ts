// NASNet, mobile and large: two cells that a search found, one that keeps the size and one that halves it.
// Source: Zoph, Vasudevan, Shlens and Le, Learning Transferable Architectures for Scalable Image Recognition, 2017
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import {
  type Application,
  application,
  channelAxis,
  channelsOf,
  classifier,
  correctPad,
  keptAt,
  sizeOfPicture,
} from './application.ts';
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = preprocessor('tf');

const axis = (): number => (channelAxis() === 1 ? 1 : -1);
const normalize = (x: Tensor, name: string): Tensor =>
  layers.BatchNormalization({ axis: axis(), momentum: 0.9997, epsilon: 1e-3, name })(x);
const relu = (x: Tensor, name?: string): Tensor => layers.Activation('relu', name ? { name } : {})(x);
const pointwise = (x: Tensor, filters: number, name: string): Tensor =>
  layers.Conv2D(filters, 1, { padding: 'same', useBias: false, kernelInitializer: 'he_normal', name })(x);
const sum = (a: Tensor, b: Tensor, name?: string): Tensor => layers.Add(name ? { name } : {})([a, b]);
const average = (x: Tensor, name: string, strides = 1): Tensor =>
  layers.AveragePooling2D(3, { strides, padding: strides === 1 ? 'same' : 'valid', name })(x);
const largest = (x: Tensor, name: string): Tensor => layers.MaxPooling2D(3, { strides: 2, padding: 'valid', name })(x);

/** Two separable convolutions, the first with the stride. */
function separable(x: Tensor, filters: number, kernel: number, id: string, strides = 1): Tensor {
  x = relu(x);
  if (strides === 2) x = layers.ZeroPadding2D(correctPad(x, kernel), { name: `separable_conv_1_pad_${id}` })(x);
  const padding = strides === 2 ? 'valid' : 'same';
  x = layers.SeparableConv2D(filters, kernel, { strides, name: `separable_conv_1_${id}`, padding, useBias: false })(x);
  x = relu(normalize(x, `separable_conv_1_bn_${id}`));
  const second = { name: `separable_conv_2_${id}`, padding: 'same', useBias: false } as const;
  x = layers.SeparableConv2D(filters, kernel, second)(x);
  return normalize(x, `separable_conv_2_bn_${id}`);
}

/** What the cell before last gave, in the size and width of this one. */
function adjust(previous: Tensor | null, input: Tensor, filters: number, id: string): Tensor {
  if (!previous) return input;
  if (sizeOfPicture(previous.shape)[1] !== sizeOfPicture(input.shape)[1]) {
    const x = relu(previous, `adjust_relu_1_${id}`);
    const every2 = (y: Tensor, k: number): Tensor => {
      y = layers.AveragePooling2D(1, { strides: 2, padding: 'valid', name: `adjust_avg_pool_${k}_${id}` })(y);
      return pointwise(y, Math.floor(filters / 2), `adjust_conv_${k}_${id}`);
    };
    const first = every2(x, 1);
    const padded = layers.ZeroPadding2D([
      [0, 1],
      [0, 1],
    ])(x);
    const shifted = layers.Cropping2D([
      [1, 0],
      [1, 0],
    ])(padded);
    return normalize(layers.Concatenate({ axis: axis() })([first, every2(shifted, 2)]), `adjust_bn_${id}`);
  }
  if (channelsOf(previous) === filters) return previous;
  return normalize(pointwise(relu(previous), filters, `adjust_conv_projection_${id}`), `adjust_bn_${id}`);
}

/** The cell that keeps the size. */
function normalCell(input: Tensor, previous: Tensor | null, filters: number, id: string): Tensor {
  const p = adjust(previous, input, filters, id);
  const h = normalize(pointwise(relu(input), filters, `normal_conv_1_${id}`), `normal_bn_1_${id}`);
  const left1 = separable(h, filters, 5, `normal_left1_${id}`);
  const x1 = sum(left1, separable(p, filters, 3, `normal_right1_${id}`), `normal_add_1_${id}`);
  const left2 = separable(p, filters, 5, `normal_left2_${id}`);
  const x2 = sum(left2, separable(p, filters, 3, `normal_right2_${id}`), `normal_add_2_${id}`);
  const x3 = sum(average(h, `normal_left3_${id}`), p, `normal_add_3_${id}`);
  const left4 = average(p, `normal_left4_${id}`);
  const x4 = sum(left4, average(p, `normal_right4_${id}`), `normal_add_4_${id}`);
  const x5 = sum(separable(h, filters, 3, `normal_left5_${id}`), h, `normal_add_5_${id}`);
  return layers.Concatenate({ axis: axis(), name: `normal_concat_${id}` })([p, x1, x2, x3, x4, x5]);
}

/** The cell that halves the size. */
function reductionCell(input: Tensor, previous: Tensor | null, filters: number, id: string): Tensor {
  const p = adjust(previous, input, filters, id);
  const h = normalize(pointwise(relu(input), filters, `reduction_conv_1_${id}`), `reduction_bn_1_${id}`);
  const padded = layers.ZeroPadding2D(correctPad(h, 3), { name: `reduction_pad_1_${id}` })(h);
  const left1 = separable(h, filters, 5, `reduction_left1_${id}`, 2);
  const x1 = sum(left1, separable(p, filters, 7, `reduction_right1_${id}`, 2), `reduction_add_1_${id}`);
  const left2 = largest(padded, `reduction_left2_${id}`);
  const x2 = sum(left2, separable(p, filters, 7, `reduction_right2_${id}`, 2), `reduction_add_2_${id}`);
  const left3 = average(padded, `reduction_left3_${id}`, 2);
  const x3 = sum(left3, separable(p, filters, 5, `reduction_right3_${id}`, 2), `reduction_add3_${id}`);
  const x4 = sum(x2, average(x1, `reduction_left4_${id}`));
  const left5 = separable(x1, filters, 3, `reduction_left4_${id}`);
  const x5 = sum(left5, largest(padded, `reduction_right5_${id}`), `reduction_add4_${id}`);
  return layers.Concatenate({ axis: axis(), name: `reduction_concat_${id}` })([x2, x3, x4, x5]);
}

interface Size {
  readonly penultimateFilters: number;
  readonly blocks: number;
  readonly stemFilters: number;
  /** Whether the cell after a reduction looks past it. */
  readonly skipsReduction: boolean;
  readonly defaultSize: number;
  readonly hashes: readonly [string, string];
}

function nasnet(kind: 'Mobile' | 'Large', size: Size): Application {
  const { blocks, stemFilters, skipsReduction, defaultSize } = size;
  const filters = size.penultimateFilters / 24;
  const file = kind.toLowerCase();
  return application(`NASNet${kind}`, () => ({
    name: `nasnet_${file}`,
    defaultSize,
    minSize: 32,
    keepsSize: kind === 'Mobile',
    features(x) {
      const stem = { strides: 2, padding: 'valid', useBias: false, name: 'stem_conv1', kernelInitializer: 'he_normal' };
      x = layers.Conv2D(stemFilters, 3, stem as { strides: 2; padding: 'valid' })(x);
      x = normalize(x, 'stem_bn1');
      let p: Tensor | null = null;
      const step = (y: Tensor): void => {
        p = x;
        x = y;
      };
      step(reductionCell(x, p, Math.floor(filters / 4), 'stem_1'));
      step(reductionCell(x, p, Math.floor(filters / 2), 'stem_2'));
      for (let stage = 0; stage < 3; stage++) {
        const wide = filters * 2 ** stage;
        const first = stage * blocks + (stage > 0 ? 1 : 0);
        if (stage > 0) {
          const reduced = reductionCell(x, p, wide, `reduce_${stage * blocks}`);
          if (!skipsReduction) p = x;
          x = reduced;
        }
        for (let i = 0; i < blocks; i++) step(normalCell(x, p, wide, String(first + i)));
      }
      return relu(x);
    },
    top: (x, classes, activation) => classifier(layers.GlobalAveragePooling2D()(x), classes, activation),
    pretrained: (includeTop) => ({
      url: `${keptAt('nasnet')}/NASNet-${file}${includeTop ? '' : '-no-top'}.h5`,
      file: `nasnet_${file}${includeTop ? '' : '_no_top'}.h5`,
      hash: size.hashes[includeTop ? 0 : 1],
    }),
  }));
}

export const NASNetMobile = nasnet('Mobile', {
  penultimateFilters: 1056,
  blocks: 4,
  stemFilters: 32,
  skipsReduction: false,
  defaultSize: 224,
  hashes: ['020fb642bf7360b370c678b08e0adf61', '1ed92395b5b598bdda52abe5c0dbfd63'],
});
export const NASNetLarge = nasnet('Large', {
  penultimateFilters: 4032,
  blocks: 6,
  stemFilters: 96,
  skipsReduction: true,
  defaultSize: 331,
  hashes: ['11577c9a518f0070763c2b964a382f17', 'd81d89dc07e6e56530c4e77faddd61b5'],
});
