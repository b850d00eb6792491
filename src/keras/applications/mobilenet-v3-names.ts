// tf.keras.applications.mobilenetV3: as in Keras only what prepares pictures, which is nothing, and names predictions.
export { decodePredictions, passPictures as preprocessInput } from './imagenet-utils.ts';
