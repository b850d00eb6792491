// Conv 32, 64, 128, 128 (3×3 relu, each with MaxPool 2), Flatten, Dense 512 relu, Dense 1 sigmoid; binary cross-entropy;
// 150×150×3, batch 20.
import * as tf from 'cornu';
import { classes, convolutions, images, timeFit } from './common.ts';

const { layers } = tf.keras;
const model = tf.keras.Sequential([
  tf.keras.Input({ shape: [150, 150, 3] }),
  ...convolutions(32, 64, 128, 128),
  layers.Flatten(),
  layers.Dense(512, { activation: 'relu' }),
  layers.Dense(1, { activation: 'sigmoid' }),
]);
model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
await timeFit('catdog', model, images(200, 150, 150, 3), classes(200, 2), 20);
