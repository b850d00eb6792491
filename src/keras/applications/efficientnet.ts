// EfficientNet B0 to B7: one network, made wider, deeper and finer together.
// Source: Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019
import type { Tensor } from '../../runtime/tensor.ts';
import * as layers from '../layers/index.ts';
import { type Application, addresses, application, channelAxis, correctPad, divisible } from './application.ts';
import { around, efficientTop, excite, kernelInitializer, pointwise, swish } from './efficient-parts.ts';
import { passPictures } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export const preprocessInput = passPictures;

const normalize = (x: Tensor, name: string): Tensor => layers.BatchNormalization({ axis: channelAxis(), name })(x);

function block(
  inputs: Tensor,
  { kernel, before, after, stride, expansion }: Readonly<Record<Column, number>>,
  rate: number,
  name: string,
): Tensor {
  const filters = before * expansion;
  let x = inputs;
  if (expansion !== 1)
    x = swish(normalize(pointwise(x, filters, `${name}expand_conv`), `${name}expand_bn`), `${name}expand_activation`);
  if (stride === 2) x = layers.ZeroPadding2D(correctPad(x, kernel), { name: `${name}dwconv_pad` })(x);
  x = layers.DepthwiseConv2D(kernel, {
    strides: stride,
    padding: stride === 2 ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: kernelInitializer(),
    name: `${name}dwconv`,
  })(x);
  x = swish(normalize(x, `${name}bn`), `${name}activation`);
  x = excite(x, filters, Math.max(1, Math.trunc(before * 0.25)), name);
  x = normalize(pointwise(x, after, `${name}project_conv`), `${name}project_bn`);
  return stride === 1 && before === after ? around(x, inputs, rate, name) : x;
}

type Column = 'kernel' | 'before' | 'after' | 'expansion' | 'stride';
/** Kernel, repeats, filters before and after, widening, stride. */
const stages = [
  [3, 1, 32, 16, 1, 1],
  [3, 2, 16, 24, 6, 2],
  [5, 2, 24, 40, 6, 2],
  [3, 3, 40, 80, 6, 2],
  [5, 3, 80, 112, 6, 1],
  [5, 4, 112, 192, 6, 2],
  [3, 1, 192, 320, 6, 1],
] as const;

function efficientnet(
  id: string,
  width: number,
  depth: number,
  defaultSize: number,
  dropout: number,
  hashes: readonly [string, string],
): Application {
  const name = `efficientnet${id.toLowerCase()}`;
  return application(`EfficientNet${id}`, (_options, weights) => ({
    name,
    defaultSize,
    minSize: 32,
    namesPooling: true,
    features(x) {
      const wide = (filters: number): number => divisible(filters * width);
      const often = (repeats: number): number => Math.ceil(depth * repeats);
      x = layers.Rescaling(1 / 255)(x);
      x = layers.Normalization({ axis: channelAxis() })(x);
      // The published weights were trained with deviations where their roots were meant.
      if (weights === 'imagenet') x = layers.Rescaling([0.229, 0.224, 0.225].map((s) => 1 / Math.sqrt(s)))(x);
      x = layers.ZeroPadding2D(correctPad(x, 3), { name: 'stem_conv_pad' })(x);
      const stem = { strides: 2, padding: 'valid', useBias: false, name: 'stem_conv' } as const;
      x = layers.Conv2D(wide(32), 3, { ...stem, kernelInitializer: kernelInitializer() })(x);
      x = swish(normalize(x, 'stem_bn'), 'stem_activation');
      const all = stages.reduce((sum, [, repeats]) => sum + often(repeats), 0);
      let b = 0;
      for (const [i, [kernel, repeats, before, after, expansion, stride]] of stages.entries())
        for (let j = 0; j < often(repeats); j++) {
          const sizes = { kernel, expansion, before: wide(j > 0 ? after : before), after: wide(after) };
          const at = { ...sizes, stride: j > 0 ? 1 : stride };
          x = block(x, at, (0.2 * b++) / all, `block${i + 1}${String.fromCharCode(97 + j)}_`);
        }
      x = pointwise(x, wide(1280), 'top_conv');
      return swish(normalize(x, 'top_bn'), 'top_activation');
    },
    top: (x, classes, activation) => efficientTop(x, classes, activation as string | null, dropout),
    pretrained(includeTop) {
      const file = `${name}${includeTop ? '' : '_notop'}.h5`;
      return { url: `${addresses.host}/keras-applications/${file}`, file, hash: hashes[includeTop ? 0 : 1] };
    },
  }));
}

export const EfficientNetB0 = efficientnet('B0', 1, 1, 224, 0.2, [
  '902e53a9f72be733fc0bcb005b3ebbac',
  '50bc09e76180e00e4465e1a485ddc09d',
]);
export const EfficientNetB1 = efficientnet('B1', 1, 1.1, 240, 0.2, [
  '1d254153d4ab51201f1646940f018540',
  '74c4e6b3e1f6a1eea24c589628592432',
]);
export const EfficientNetB2 = efficientnet('B2', 1.1, 1.2, 260, 0.3, [
  'b15cce36ff4dcbd00b6dd88e7857a6ad',
  '111f8e2ac8aa800a7a99e3239f7bfb39',
]);
export const EfficientNetB3 = efficientnet('B3', 1.2, 1.4, 300, 0.3, [
  'ffd1fdc53d0ce67064dc6a9c7960ede0',
  'af6d107764bb5b1abb91932881670226',
]);
export const EfficientNetB4 = efficientnet('B4', 1.4, 1.8, 380, 0.4, [
  '18c95ad55216b8f92d7e70b3a046e2fc',
  'ebc24e6d6c33eaebbd558eafbeedf1ba',
]);
export const EfficientNetB5 = efficientnet('B5', 1.6, 2.2, 456, 0.4, [
  'ace28f2a6363774853a83a0b21b9421a',
  '38879255a25d3c92d5e44e04ae6cec6f',
]);
export const EfficientNetB6 = efficientnet('B6', 1.8, 2.6, 528, 0.5, [
  '165f6e37dce68623721b423839de8be5',
  '9ecce42647a20130c1f39a5d4cb75743',
]);
export const EfficientNetB7 = efficientnet('B7', 2, 3.1, 600, 0.5, [
  '8c03f828fec3ef71311cd463b6759d99',
  'cbcfe4450ddf6f3ad90b1b398090fe4a',
]);
