// tf.keras.layers.experimental: where older programs find the preprocessing layers.
import * as preprocessingLayers from './preprocessing/index.ts';
import { Rescaling } from './preprocessing/rescaling.ts';

export const preprocessing = { ...preprocessingLayers, Rescaling };
