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
  encodeJpeg,
  encodePng,
  extractJpegShape,
  isJpeg,
} from './pictures.ts';
