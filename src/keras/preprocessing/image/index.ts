// tf.keras.preprocessing.image.
export { arrayToImg, imgToArray, type LoadedImage, type LoadImgOptions, loadImg } from '../../utils/pictures.ts';
