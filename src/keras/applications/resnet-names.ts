// tf.keras.applications.resnet: ResNet50, ResNet101, ResNet152 with what prepares their pictures.
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export { ResNet50, ResNet101, ResNet152 } from './resnet.ts';
export const preprocessInput = preprocessor('caffe');
