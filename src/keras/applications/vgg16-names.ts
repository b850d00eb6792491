// tf.keras.applications.vgg16: VGG16 with what prepares their pictures.
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export { VGG16 } from './vgg.ts';
export const preprocessInput = preprocessor('caffe');
