// tf.image.
export {
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
} from '../io/pictures.ts';
export {
  cropAndResize,
  drawBoundingBoxes,
  nonMaxSuppression,
  nonMaxSuppressionOverlaps,
  nonMaxSuppressionWithScores,
} from './boxes.ts';
export {
  adjustBrightness,
  adjustContrast,
  adjustGamma,
  adjustHue,
  adjustSaturation,
  convertImageDtype,
  grayscaleToRgb,
  hsvToRgb,
  perImageStandardization,
  rgbToGrayscale,
  rgbToHsv,
  rgbToYiq,
  rgbToYuv,
  yiqToRgb,
  yuvToRgb,
} from './color.ts';
export {
  centralCrop,
  cropToBoundingBox,
  extractPatches,
  flipLeftRight,
  flipUpDown,
  padToBoundingBox,
  rot90,
  transpose,
} from './crop.ts';
export {
  combinedNonMaxSuppression,
  type Detections,
  generateBoundingBoxProposals,
  nonMaxSuppressionPadded,
} from './detections.ts';
export { sampleDistortedBoundingBox, statelessSampleDistortedBoundingBox } from './distorted-box.ts';
export { extractGlimpse, type GlimpseNoise } from './glimpse.ts';
export { adjustJpegQuality, randomJpegQuality, statelessRandomJpegQuality } from './jpeg-quality.ts';
export { imageGradients, psnr, sobelEdges, ssim, ssimMultiscale, totalVariation } from './quality.ts';
export {
  randomBrightness,
  randomContrast,
  randomCrop,
  randomFlipLeftRight,
  randomFlipUpDown,
  randomHue,
  randomSaturation,
  statelessRandomBrightness,
  statelessRandomContrast,
  statelessRandomCrop,
  statelessRandomFlipLeftRight,
  statelessRandomFlipUpDown,
  statelessRandomHue,
  statelessRandomSaturation,
} from './random.ts';
export { resize, resizeWithCropOrPad, resizeWithPad } from './resize.ts';
export { ResizeMethod, type ResizeMethodName } from './resize-methods.ts';
