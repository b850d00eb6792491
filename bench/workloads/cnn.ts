// Conv 32 3×3 relu, MaxPool 2, Conv 64 3×3 relu, MaxPool 2, Flatten, Dropout 0.5, Dense 10 softmax; 28×28×1, batch 128.
import * as tf from 'cornu';
import { classes, convolutions, images, timeFit } from './common.ts';

const { layers } = tf.keras;
const model = tf.keras.Sequential([
  tf.keras.Input({ shape: [28, 28, 1] }),
  ...convolutions(32, 64),
  layers.Flatten(),
  layers.Dropout(0.5),
  layers.Dense(10, { activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
await timeFit('cnn', model, images(6400, 28, 28, 1), classes(6400, 10), 128);
