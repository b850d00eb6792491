// Dense 1, mean squared error, one feature, batch 32: nothing but overhead.
import * as tf from 'cornu';
import { images, timeFit } from './common.ts';

const model = tf.keras.Sequential([tf.keras.layers.Dense(1, { inputShape: [1] })]);
model.compile({ optimizer: 'adam', loss: 'mse' });
await timeFit('linreg', model, images(6400, 1), images(6400, 1), 32);
