// Random image layers: what holds for all of them (inference changes nothing, seeds repeat, shapes stay, data formats agree,
// configs come back, programs work), the rates and ranges of single ones, and numbers of Keras 3.15 with TensorFlow 2.21 for seeds.
import { expect, test } from 'vitest';
import * as tf from '../../../../index.ts';

const { layers } = tf.keras;
const SEED = 42;
const images = (batch: number, size = 8): tf.Tensor =>
  tf
    .tensor(Float32Array.from({ length: batch * size * size * 3 }, (_, i) => (i * 7919) % 256))
    .reshape([batch, size, size, 3]);
const numbers = (x: unknown): number[] => Array.from((x as tf.Tensor).dataSync(), Number);
const close = (got: unknown, want: unknown): void => {
  const [a, b] = [numbers(got), numbers(want)];
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, 2);
  });
};

const random: { [name: string]: { [option: string]: unknown } } = {
  AugMix: {},
  CutMix: {},
  MixUp: {},
  RandAugment: {},
  RandomBrightness: { factor: 0.4 },
  RandomColorDegeneration: { factor: 0.7 },
  RandomColorJitter: { brightness_factor: 0.2, contrast_factor: 0.2, saturation_factor: [0.4, 0.6], hue_factor: 0.1 },
  RandomContrast: { factor: 0.4 },
  RandomElasticTransform: {},
  RandomErasing: {},
  RandomFlip: {},
  RandomGaussianBlur: {},
  RandomGrayscale: { factor: 0.5 },
  RandomHue: { factor: 0.4 },
  RandomInvert: { factor: 0.5 },
  RandomPerspective: {},
  RandomPosterization: { factor: 4 },
  RandomRotation: { factor: 0.3 },
  RandomSaturation: { factor: [0.3, 0.8] },
  RandomSharpness: { factor: 0.8 },
  RandomShear: { x_factor: 0.4, y_factor: 0.2 },
  RandomTranslation: { height_factor: 0.4, width_factor: 0.3 },
  RandomZoom: { height_factor: 0.4, width_factor: 0.3 },
  Solarization: { addition_factor: 0.3, threshold_factor: 0.7 },
};
type ImageLayer = (x: tf.Tensor, options?: { training?: boolean }) => tf.Tensor;
interface Made extends ImageLayer {
  computeOutputShape(shape: readonly (number | null)[]): readonly (number | null)[];
}
const make = (name: string, config: object): Made =>
  layers.deserialize({ class_name: name, config: { seed: SEED, ...config } }) as object as Made;

test.each(Object.entries(random))('%s: inference, shapes, seeds, config, programs', (name, config) => {
  const x = images(3);
  const layer = make(name, config);
  close(layer(x, { training: false }), x);
  tf.keras.utils.setRandomSeed(1);
  const first = layer(x, { training: true });
  expect(first.shape).toEqual([3, 8, 8, 3]);
  expect(layer.computeOutputShape([null, 8, 8, 3])).toEqual([null, 8, 8, 3]);
  expect(first.dtype).toBe('float32');
  expect(numbers(first).every((value) => Number.isFinite(value))).toBe(true);
  tf.keras.utils.setRandomSeed(1);
  const again = make(
    name,
    (layers.deserialize(layers.serialize(make(name, config) as never)) as tf.keras.Layer).getConfig(),
  );
  close(again(x), first);
  tf.keras.utils.setRandomSeed(1);
  // Noise, of RandomErasing, is drawn in the order of the format: there a plain filling is compared.
  const filled = name === 'RandomErasing' ? { ...config, fill_value: 7 } : config;
  const last = make(name, filled)(x);
  tf.keras.utils.setRandomSeed(1);
  const channelsFirst = make(name, { ...filled, data_format: 'channels_first' });
  close(tf.transpose(channelsFirst(tf.transpose(x, [0, 3, 1, 2])), [0, 2, 3, 1]), last);
  expect(layer(x.at(0)).shape).toEqual([8, 8, 3]);
  tf.keras.utils.setRandomSeed(1);
  const inside = make(name, config);
  const traced = tf.function((y: tf.Tensor) => inside(y, { training: true }));
  // Programs fold some operations otherwise, by which a value may fall on the other side of a step.
  const [a, b] = [numbers(traced(x)), numbers(first)];
  const differing = a.filter((value, i) => Math.abs(value - b[i]!) > 0.05).length;
  expect(differing).toBeLessThanOrEqual(a.length / 50);
});

/** Elements 5, 100, 300 and 555 of what Keras gives for seed 42. AugMix also draws from Python's generator. */
const keras: { [name: string]: readonly number[] } = {
  CutMix: [171.0, 156.0, 20.0, 37.0],
  MixUp: [171.0, 92.0, 20.0, 37.0],
  RandAugment: [110.695, 126.715, 107.269, 117.162],
  RandomBrightness: [126.616, 47.616, 19.677, 80.954],
  RandomColorDegeneration: [164.87, 91.045, 19.966, 32.82],
  RandomColorJitter: [135.596, 69.745, 84.026, 51.765],
  RandomContrast: [175.914, 86.069, 0.0, 9.383],
  RandomElasticTransform: [171.0, 92.0, 27.793, 176.262],
  RandomErasing: [171.0, 92.0, 20.0, 37.0],
  RandomFlip: [132.0, 245.0, 223.0, 37.0],
  RandomGaussianBlur: [171.0, 92.0, 88.907, 105.907],
  RandomGrayscale: [191.125, 95.134, 35.327, 37.0],
  RandomHue: [171.0, 109.0, 89.803, 37.0],
  RandomInvert: [171.0, 92.0, 235.0, 37.0],
  RandomPerspective: [171.0, 92.0, 142.789, 110.601],
  RandomPosterization: [128.0, 64.0, 0.0, 0.0],
  RandomRotation: [30.972, 206.418, 21.063, 41.662],
  RandomSaturation: [178.154, 95.577, -28.467, 37.0],
  RandomSharpness: [140.938, 113.587, 35.953, 30.309],
  RandomShear: [169.297, 139.313, 103.576, 80.937],
  RandomTranslation: [66.668, 143.206, 211.64, 119.488],
  RandomZoom: [80.546, 106.434, 24.022, 74.814],
  Solarization: [62.394, 141.394, 196.871, 163.267],
};
test.each(Object.entries(keras))('%s draws as Keras does', (name, wanted) => {
  const got = numbers(make(name, random[name]!)(images(3), { training: true }));
  close(tf.tensor([5, 100, 300, 555].map((i) => got[i]!)), tf.tensor(wanted));
});

test('flips: about half of the images, and never but mirrored', () => {
  const x = tf.tile(tf.tensor([[[[1], [2]]]]), [400, 1, 1, 1]);
  const flipped = numbers(layers.RandomFlip('horizontal', { seed: SEED })(x)).filter((_, i) => i % 2 === 0);
  const share = flipped.filter((value) => value === 2).length / 400;
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.6);
});

test('rates and ranges', () => {
  const gray = tf.fill([400, 1, 1, 1], 100);
  const inverted = numbers(layers.RandomInvert({ factor: [0.3, 0.3], seed: SEED })(gray)).filter(
    (v) => v === 155,
  ).length;
  expect(inverted / 400).toBeGreaterThan(0.2);
  expect(inverted / 400).toBeLessThan(0.4);
  const bright = numbers(layers.RandomBrightness([0.1, 0.2], { seed: SEED })(gray));
  expect(Math.min(...bright)).toBeGreaterThanOrEqual(125.49);
  expect(Math.max(...bright)).toBeLessThanOrEqual(151.01);
  const steps = numbers(layers.RandomPosterization([2, 2])(images(1)));
  expect(new Set(steps).size).toBeLessThanOrEqual(4);
});

test('labels and masks follow their images', () => {
  const x = images(4);
  const call = layers.MixUp({ alpha: 1, seed: SEED }) as object as (x: object) => {
    images: tf.Tensor;
    labels: tf.Tensor;
  };
  const mixed = call({ images: x, labels: tf.oneHot([0, 1, 2, 3], 4) });
  close(tf.reduceSum(mixed.labels, { axis: 1 }), tf.ones([4]));
  // The same weights for both: images are the sums of the old ones that labels say.
  close(tf.matmul(mixed.labels, x.reshape([4, -1])), mixed.images.reshape([4, -1]));
  const flip = layers.RandomFlip({ seed: SEED }) as object as (x: object) => {
    images: tf.Tensor;
    segmentationMasks: tf.Tensor;
  };
  const both = flip({ images: x, segmentationMasks: x });
  close(both.segmentationMasks, both.images);
});

test('crops, sizes, boxes', () => {
  const x = images(2, 10);
  const crop = layers.RandomCrop(4, 6, { seed: SEED })(x, { training: true });
  expect(crop.shape).toEqual([2, 4, 6, 3]);
  const all = numbers(x.at(0));
  expect(numbers(crop.at(0)).every((value) => all.includes(value))).toBe(true);
  const height = layers.RandomHeight([0.5, 0.5])(x);
  expect(height.shape).toEqual([2, 15, 10, 3]);
  expect(layers.RandomWidth([-0.5, -0.5])(x).shape).toEqual([2, 10, 5, 3]);
  const uint8 = layers.Resizing(5, 5)(tf.cast(x, 'uint8'));
  expect(uint8.dtype).toBe('uint8');
  const toThree = layers.MaxNumBoundingBoxes(3, { boundingBoxFormat: 'xyxy' }) as object as (x: object) => {
    boundingBoxes: { boxes: tf.Tensor; labels: tf.Tensor };
  };
  const { boxes, labels } = toThree({
    images: x,
    boundingBoxes: { boxes: tf.ones([2, 1, 4]), labels: tf.ones([2, 1]) },
  }).boundingBoxes;
  expect(boxes.shape).toEqual([2, 3, 4]);
  expect(numbers(labels)).toEqual([1, -1, -1, 1, -1, -1]);
});

test('a model with augmentation trains and predicts', async () => {
  const model = tf.keras.Sequential([
    layers.RandomFlip('horizontal', { inputShape: [8, 8, 3] }),
    layers.RandomRotation(0.1),
    layers.RandomZoom(0.1),
    layers.Flatten(),
    layers.Dense(2),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const x = tf.divide(images(8), 255);
  const { history } = await model.fit(x, tf.zeros([8, 2]), { epochs: 2, verbose: 0 });
  expect(history.loss!.every((value) => Number.isFinite(value))).toBe(true);
  expect((await model.predict(x, { verbose: 0 })).shape).toEqual([8, 2]);
});
