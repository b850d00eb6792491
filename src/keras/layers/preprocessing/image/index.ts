// Image layers.

export { AugMix, type AugMixOptions } from './aug-mix.ts';
export { AutoContrast, type AutoContrastOptions } from './auto-contrast.ts';
export { CenterCrop, type CenterCropOptions } from './center-crop.ts';
export {
  ContrastLimitedAdaptiveHistogramEqualization,
  type ContrastLimitedAdaptiveHistogramEqualizationOptions,
} from './contrast-limited-adaptive-histogram-equalization.ts';
export { CutMix, type CutMixOptions } from './cut-mix.ts';
export { Equalization, type EqualizationOptions } from './equalization.ts';
export { MaxNumBoundingBoxes, type MaxNumBoundingBoxesOptions } from './max-num-bounding-boxes.ts';
export { MixUp, type MixUpOptions } from './mix-up.ts';
export { RandAugment, type RandAugmentOptions } from './rand-augment.ts';
export { RandomBrightness, type RandomBrightnessOptions } from './random-brightness.ts';
export { RandomColorDegeneration, type RandomColorDegenerationOptions } from './random-color-degeneration.ts';
export { RandomColorJitter, type RandomColorJitterOptions } from './random-color-jitter.ts';
export { RandomContrast, type RandomContrastOptions } from './random-contrast.ts';
export { RandomCrop, type RandomCropOptions } from './random-crop.ts';
export { RandomElasticTransform, type RandomElasticTransformOptions } from './random-elastic-transform.ts';
export { RandomErasing, type RandomErasingOptions } from './random-erasing.ts';
export { RandomFlip, type RandomFlipOptions } from './random-flip.ts';
export { RandomGaussianBlur, type RandomGaussianBlurOptions } from './random-gaussian-blur.ts';
export { RandomGrayscale, type RandomGrayscaleOptions } from './random-grayscale.ts';
export { RandomHeight, type RandomHeightOptions } from './random-height.ts';
export { RandomHue, type RandomHueOptions } from './random-hue.ts';
export { RandomInvert, type RandomInvertOptions } from './random-invert.ts';
export { RandomPerspective, type RandomPerspectiveOptions } from './random-perspective.ts';
export { RandomPosterization, type RandomPosterizationOptions } from './random-posterization.ts';
export { RandomRotation, type RandomRotationOptions } from './random-rotation.ts';
export { RandomSaturation, type RandomSaturationOptions } from './random-saturation.ts';
export { RandomSharpness, type RandomSharpnessOptions } from './random-sharpness.ts';
export { RandomShear, type RandomShearOptions } from './random-shear.ts';
export { RandomTranslation, type RandomTranslationOptions } from './random-translation.ts';
export { RandomWidth, type RandomWidthOptions } from './random-width.ts';
export { RandomZoom, type RandomZoomOptions } from './random-zoom.ts';
export { Resizing, type ResizingOptions } from './resizing.ts';
export { Solarization, type SolarizationOptions } from './solarization.ts';
