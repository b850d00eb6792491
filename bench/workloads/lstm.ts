// Embedding(10000, 64), LSTM 64, Dense 1 sigmoid; binary cross-entropy; 80 steps, batch 32.
import * as tf from 'cornu';
import { classes, integers, timeFit } from './common.ts';

const { layers } = tf.keras;
const model = tf.keras.Sequential([
  tf.keras.Input({ shape: [80] }),
  layers.Embedding(10000, 64),
  layers.LSTM(64),
  layers.Dense(1, { activation: 'sigmoid' }),
]);
model.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
await timeFit('lstm', model, integers(10000, 640, 80), classes(640, 2), 32);
