// tf.keras.utils.boundingBoxes.
export { decodeDeltasToBoxes, type EncodingFormat, encodeBoxToDeltas, type ImageShape } from './deltas.ts';
export {
  affineTransform,
  type BoundingBoxes,
  type BoxFormat,
  clipToImageSize,
  convertFormat,
  crop,
  pad,
} from './formats.ts';
export { computeCiou, computeIou } from './iou.ts';
