// tf.keras.applications.vgg19: VGG19 with what prepares their pictures.
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export { VGG19 } from './vgg.ts';
export const preprocessInput = preprocessor('caffe');
