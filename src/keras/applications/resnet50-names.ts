// tf.keras.applications.resnet50: ResNet50 with what prepares their pictures.
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export { ResNet50 } from './resnet.ts';
export const preprocessInput = preprocessor('caffe');
