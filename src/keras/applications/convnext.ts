// ConvNeXt, tiny to extra large: convolutions in the shape of a transformer.
// Source: Liu and others, A ConvNet for the 2020s, 2022
import type { Shape } from '../../base/shape.ts';
import { add } from '../../ops/math/elementwise.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import { Sequential } from '../models/sequential.ts';
import type { Options } from '../types.ts';
import { type Application, type ApplicationOptions, application, fileIn } from './application.ts';
import { passPictures } from './imagenet-utils.ts';
import { LayerScale } from './scale-layers.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = passPictures;

export interface ConvNeXtOptions extends ApplicationOptions, Options<{ includePreprocessing: boolean }> {}

function block(inputs: Tensor, width: number, name: string): Tensor {
  const depthwise = { padding: 'same', groups: width, name: `${name}_depthwise_conv` } as const;
  let x: Tensor = layers.Conv2D(width, 7, depthwise)(inputs);
  x = layers.LayerNormalization({ epsilon: 1e-6, name: `${name}_layernorm` })(x);
  x = layers.Dense(4 * width, { name: `${name}_pointwise_conv_1` })(x);
  x = layers.Activation('gelu', { name: `${name}_gelu` })(x);
  x = layers.Dense(width, { name: `${name}_pointwise_conv_2` })(x);
  x = new LayerScale({ initValues: 1e-6, projectionDim: width, name: `${name}_layer_scale` })(x) as Tensor;
  // Where the published models drop ways, they do so at a rate of 0.
  return add(inputs, layers.Activation('linear', { name: `${name}_identity` })(x));
}

/** The pictures' channels as ImageNet's, from 0…255. */
function normalized(x: Tensor, name: string): Tensor {
  const mean = [0.485 * 255, 0.456 * 255, 0.406 * 255];
  const variance = [(0.229 * 255) ** 2, (0.224 * 255) ** 2, (0.225 * 255) ** 2];
  return layers.Normalization({ mean, variance, name: `${name}_prestem_normalization` })(x);
}

function convnext(
  size: string,
  depths: readonly number[],
  widths: readonly [number, number, number, number],
  hashes: readonly [string, string],
): Application<ConvNeXtOptions> {
  const weightsName = `convnext_${size.toLowerCase()}`;
  return application<ConvNeXtOptions>(
    `ConvNeXt${size}`,
    (options) => {
      const name = options.name ?? weightsName;
      return {
        name: weightsName,
        defaultSize: 224,
        minSize: 32,
        features(x: Tensor, shape: Shape) {
          if ((options.includePreprocessing ?? true) && shape[2] === 3) x = normalized(x, name);
          const stem = Sequential(
            [
              layers.Conv2D(widths[0], 4, { strides: 4, name: `${name}_stem_conv` }),
              layers.LayerNormalization({ epsilon: 1e-6, name: `${name}_stem_layernorm` }),
            ],
            { name: `${name}_stem` },
          );
          const smaller = widths
            .slice(1)
            .map((width, i) =>
              Sequential(
                [
                  layers.LayerNormalization({ epsilon: 1e-6, name: `${name}_downsampling_layernorm_${i}` }),
                  layers.Conv2D(width, 2, { strides: 2, name: `${name}_downsampling_conv_${i}` }),
                ],
                { name: `${name}_downsampling_block_${i}` },
              ),
            );
          for (const [i, entrance] of [stem, ...smaller].entries()) {
            x = entrance(x);
            for (let j = 0; j < depths[i]!; j++) x = block(x, widths[i]!, `${name}_stage_${i}_block_${j}`);
          }
          return x;
        },
        top(x, classes, activation) {
          x = layers.GlobalAveragePooling2D({ name: `${name}_head_gap` })(x);
          x = layers.LayerNormalization({ epsilon: 1e-6, name: `${name}_head_layernorm` })(x);
          return layers.Dense(classes, { activation, name: `${name}_head_dense` })(x);
        },
        afterPooling: (x) => layers.LayerNormalization({ epsilon: 1e-6 })(x),
        pretrained: (includeTop) =>
          fileIn('convnext', `${weightsName}${includeTop ? '' : '_notop'}.h5`, hashes[includeTop ? 0 : 1]),
      };
    },
    ['includePreprocessing'],
  );
}

const deep = [3, 3, 27, 3];
export const ConvNeXtTiny = convnext(
  'Tiny',
  [3, 3, 9, 3],
  [96, 192, 384, 768],
  [
    '8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff',
    'd547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1',
  ],
);
export const ConvNeXtSmall = convnext(
  'Small',
  deep,
  [96, 192, 384, 768],
  [
    'ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c',
    '6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab',
  ],
);
export const ConvNeXtBase = convnext(
  'Base',
  deep,
  [128, 256, 512, 1024],
  [
    '52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6',
    '40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45',
  ],
);
export const ConvNeXtLarge = convnext(
  'Large',
  deep,
  [192, 384, 768, 1536],
  [
    '070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6',
    '96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd',
  ],
);
export const ConvNeXtXLarge = convnext(
  'XLarge',
  deep,
  [256, 512, 1024, 2048],
  [
    'c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee',
    'de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05',
  ],
);
