// EfficientNetV2 B0 to B3, S, M and L: the first stages with one full convolution in place of two narrow ones.
// Source: Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
import type { Shape } from '../../base/shape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import type { Options } from '../types.ts';
import { type Application, type ApplicationOptions, application, channelAxis, fileIn } from './application.ts';
import { around, efficientTop, excite, kernelInitializer, pointwise, swish } from './efficient-parts.ts';
import { passPictures } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = passPictures;

export interface EfficientNetV2Options extends ApplicationOptions, Options<{ includePreprocessing: boolean }> {}

const normalize = (x: Tensor, name: string): Tensor =>
  layers.BatchNormalization({ axis: channelAxis(), momentum: 0.9, name })(x);
const full = (x: Tensor, filters: number, kernel: number, strides: number, name: string): Tensor =>
  layers.Conv2D(filters, kernel, {
    strides,
    kernelInitializer: kernelInitializer(),
    padding: 'same',
    useBias: false,
    name,
  })(x);

interface Block {
  readonly isFused: boolean;
  readonly before: number;
  readonly after: number;
  readonly expansion: number;
  readonly squeeze: number;
  readonly stride: number;
}

function block(
  inputs: Tensor,
  { isFused, before, after, expansion, squeeze, stride }: Block,
  rate: number,
  name: string,
) {
  const filters = before * expansion;
  let x = inputs;
  if (expansion !== 1) {
    x = isFused ? full(x, filters, 3, stride, `${name}expand_conv`) : pointwise(x, filters, `${name}expand_conv`);
    x = swish(normalize(x, `${name}expand_bn`), `${name}expand_activation`);
  }
  if (!isFused) {
    const depthwise = { strides: stride, padding: 'same', useBias: false, name: `${name}dwconv2` } as const;
    x = layers.DepthwiseConv2D(3, { ...depthwise, depthwiseInitializer: kernelInitializer() })(x);
    x = swish(normalize(x, `${name}bn`), `${name}activation`);
  }
  if (squeeze > 0) x = excite(x, filters, Math.max(1, Math.trunc(before * squeeze)), name);
  const projects = isFused && expansion === 1;
  x = projects ? full(x, after, 3, stride, `${name}project_conv`) : pointwise(x, after, `${name}project_conv`);
  x = normalize(x, `${name}project_bn`);
  if (projects) x = swish(x, `${name}project_activation`);
  return stride === 1 && before === after ? around(x, inputs, rate, name) : x;
}

/** Whether fused, repeats, filters before and after, widening, squeeze, stride. */
type Stage = readonly [
  isFused: 0 | 1,
  repeats: number,
  before: number,
  after: number,
  expansion: number,
  squeeze: number,
  stride: number,
];
const base: readonly Stage[] = [
  [1, 1, 32, 16, 1, 0, 1],
  [1, 2, 16, 32, 4, 0, 2],
  [1, 2, 32, 48, 4, 0, 2],
  [0, 3, 48, 96, 4, 0.25, 2],
  [0, 5, 96, 112, 6, 0.25, 1],
  [0, 8, 112, 192, 6, 0.25, 2],
];
const small: readonly Stage[] = [
  [1, 2, 24, 24, 1, 0, 1],
  [1, 4, 24, 48, 4, 0, 2],
  [1, 4, 48, 64, 4, 0, 2],
  [0, 6, 64, 128, 4, 0.25, 2],
  [0, 9, 128, 160, 6, 0.25, 1],
  [0, 15, 160, 256, 6, 0.25, 2],
];
const middle: readonly Stage[] = [
  [1, 3, 24, 24, 1, 0, 1],
  [1, 5, 24, 48, 4, 0, 2],
  [1, 5, 48, 80, 4, 0, 2],
  [0, 7, 80, 160, 4, 0.25, 2],
  [0, 14, 160, 176, 6, 0.25, 1],
  [0, 18, 176, 304, 6, 0.25, 2],
  [0, 5, 304, 512, 6, 0.25, 1],
];
const large: readonly Stage[] = [
  [1, 4, 32, 32, 1, 0, 1],
  [1, 7, 32, 64, 4, 0, 2],
  [1, 7, 64, 96, 4, 0, 2],
  [0, 10, 96, 192, 4, 0.25, 2],
  [0, 19, 192, 224, 6, 0.25, 1],
  [0, 25, 224, 384, 6, 0.25, 2],
  [0, 7, 384, 640, 6, 0.25, 1],
];

/** A multiple of 8, at least 8. */
const rounded = (filters: number): number => Math.max(8, Math.floor(Math.trunc(filters + 4) / 8) * 8);

function efficientnetV2(
  id: string,
  width: number,
  depth: number,
  defaultSize: number,
  stages: readonly Stage[],
  hashes: readonly [string, string],
): Application<EfficientNetV2Options> {
  const weightsName = `efficientnetv2-${id.toLowerCase()}`;
  const wide = (filters: number): number => rounded(filters * width);
  return application<EfficientNetV2Options>(
    `EfficientNetV2${id}`,
    ({ includePreprocessing = true, name }) => ({
      name: weightsName,
      defaultSize,
      minSize: 32,
      namesPooling: true,
      features(x: Tensor, shape: Shape) {
        if (includePreprocessing) {
          const isBase = (name ?? weightsName).split('-').at(-1)!.startsWith('b');
          if (isBase && shape[channelAxis() - 1] === 3) {
            x = layers.Rescaling(1 / 255)(x);
            const variance = [0.229 ** 2, 0.224 ** 2, 0.225 ** 2];
            x = layers.Normalization({ mean: [0.485, 0.456, 0.406], variance, axis: channelAxis() })(x);
          } else x = layers.Rescaling(1 / 128, { offset: -1 })(x);
        }
        x = full(x, wide(stages[0]![2]), 3, 2, 'stem_conv');
        x = swish(normalize(x, 'stem_bn'), 'stem_activation');
        const all = stages.reduce((sum, [, repeats]) => sum + repeats, 0);
        let b = 0;
        for (const [i, [isFused, repeats, before, after, expansion, squeeze, stride]] of stages.entries())
          for (let j = 0; j < Math.ceil(depth * repeats); j++) {
            const at = { isFused: isFused === 1, after: wide(after), expansion, squeeze };
            const first = { ...at, before: wide(j > 0 ? after : before), stride: j > 0 ? 1 : stride };
            x = block(x, first, (0.2 * b++) / all, `block${i + 1}${String.fromCharCode(97 + j)}_`);
          }
        x = full(x, wide(1280), 1, 1, 'top_conv');
        return swish(normalize(x, 'top_bn'), 'top_activation');
      },
      top: (x, classes, activation) => efficientTop(x, classes, activation as string | null, 0.2),
      pretrained: (includeTop) =>
        fileIn('efficientnet_v2', `${weightsName}${includeTop ? '' : '_notop'}.h5`, hashes[includeTop ? 0 : 1]),
    }),
    ['includePreprocessing'],
  );
}

export const EfficientNetV2B0 = efficientnetV2('B0', 1, 1, 224, base, [
  '21ecbf6da12460d5c40bb2f29ceb2188',
  '893217f2bb855e2983157299931e43ff',
]);
export const EfficientNetV2B1 = efficientnetV2('B1', 1, 1.1, 240, base, [
  '069f0534ff22adf035c89e2d9547a9dc',
  '0e80663031ca32d657f9caa404b6ec37',
]);
export const EfficientNetV2B2 = efficientnetV2('B2', 1.1, 1.2, 260, base, [
  '424e49f28180edbde1e94797771950a7',
  '1dfe2e7a5d45b6632553a8961ea609eb',
]);
export const EfficientNetV2B3 = efficientnetV2('B3', 1.2, 1.4, 300, base, [
  '1f1fc43bd98a6e4fd8fdfd551e02c7a0',
  'f6abf7b5849ac99a89b50dd3fd532856',
]);
export const EfficientNetV2S = efficientnetV2('S', 1, 1, 384, small, [
  'e1d88a8495beba45748fedd0cecbe016',
  'af0682fb74e8c54910f2d4393339c070',
]);
export const EfficientNetV2M = efficientnetV2('M', 1, 1, 480, middle, [
  'a3bf6aa3276309f4fc6a34aa114c95cd',
  '1b8dc055df72dde80d614482840fe342',
]);
export const EfficientNetV2L = efficientnetV2('L', 1, 1, 480, large, [
  '27e6d408b53c7ebc868fefa357689935',
  'b0b66b5c863aef5b46e8608fe1711615',
]);
