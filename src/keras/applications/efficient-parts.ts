// What both versions of EfficientNet are made of: initializers, squeeze and excitation, ways around, the classifier.
import type { Tensor } from '../../runtime/tensor.ts';
import { VarianceScaling } from '../initializers/index.ts';
import * as layers from '../layers/index.ts';
import { channelAxis } from './application.ts';

/** How the convolutions of both versions begin. */
export const kernelInitializer = () => VarianceScaling({ scale: 2, mode: 'fan_out', distribution: 'truncated_normal' });
export const denseInitializer = () => VarianceScaling({ scale: 1 / 3, mode: 'fan_out', distribution: 'uniform' });

/** A convolution of kernel 1 without biases. */
export const pointwise = (x: Tensor, filters: number, name: string): Tensor =>
  layers.Conv2D(filters, 1, { padding: 'same', useBias: false, kernelInitializer: kernelInitializer(), name })(x);
export const swish = (x: Tensor, name: string): Tensor => layers.Activation('swish', { name })(x);

/** Squeeze and excitation: each channel by a factor that the picture's means decide. */
export function excite(x: Tensor, filters: number, squeezed: number, name: string): Tensor {
  let se: Tensor = layers.GlobalAveragePooling2D({ name: `${name}se_squeeze` })(x);
  se = layers.Reshape(channelAxis() === 1 ? [filters, 1, 1] : [1, 1, filters], { name: `${name}se_reshape` })(se);
  const convolve = (y: Tensor, n: number, activation: 'swish' | 'sigmoid', end: string): Tensor =>
    layers.Conv2D(n, 1, {
      padding: 'same',
      activation,
      kernelInitializer: kernelInitializer(),
      name: `${name}${end}`,
    })(y);
  se = convolve(convolve(se, squeezed, 'swish', 'se_reduce'), filters, 'sigmoid', 'se_expand');
  return layers.Multiply({ name: `${name}se_excite` })([x, se]);
}

/** The way around a block, with whole samples dropped in training. */
export function around(x: Tensor, inputs: Tensor, rate: number, name: string): Tensor {
  if (rate > 0) x = layers.Dropout(rate, { noiseShape: [null, 1, 1, 1], name: `${name}drop` })(x);
  return layers.Add({ name: `${name}add` })([x, inputs]);
}

/** The classifier of both versions. */
export function efficientTop(x: Tensor, classes: number, activation: string | null, dropout: number): Tensor {
  x = layers.GlobalAveragePooling2D({ name: 'avg_pool' })(x);
  if (dropout > 0) x = layers.Dropout(dropout, { name: 'top_dropout' })(x);
  const dense = { activation: activation as 'softmax' | null, kernelInitializer: denseInitializer() };
  return layers.Dense(classes, { ...dense, name: 'predictions' })(x);
}
