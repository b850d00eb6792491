// tf.io.
export {
  type Bytes,
  type DctMethod,
  decodeAndCropJpeg,
  decodeBmp,
  decodeGif,
  decodeImage,
  decodeJpeg,
  decodePng,
  decodeWebp,
  extractJpegShape,
  isJpeg,
} from './pictures.ts';
