import { KERAS_VERSION } from '../formats/keras/keras-archive.ts';

/** The version of Keras whose names and files these are. */
export const version = (): string => KERAS_VERSION;
