// tf.keras.applications.resnetV2: ResNet50V2, ResNet101V2, ResNet152V2 with what prepares their pictures.
import { preprocessor } from './imagenet-utils.ts';

export { decodePredictions } from './imagenet-utils.ts';
export { ResNet50V2, ResNet101V2, ResNet152V2 } from './resnet.ts';
export const preprocessInput = preprocessor('tf');
