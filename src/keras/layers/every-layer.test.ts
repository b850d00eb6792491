// Every layer in its plain form through the generic test; a class without an entry fails. The families' own tests have further
// options, and what holds for one family only. Random layers: the same seed draws the same, the next call something else.
import { describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';
import { LayerBase } from './layer.ts';
import { type LayerTest, testLayer } from './testing.ts';

const { layers } = tf.keras;
interface Entry extends LayerTest {
  /** Made with a seed, for layers that draw numbers in training. */
  readonly seeded?: (seed: number) => LayerBase;
}
type Shape = LayerTest['output'];
type Make = LayerTest['make'];
const entry = (make: Make, input: readonly number[], output: Shape, rest: Partial<Entry> = {}): Entry => ({
  make,
  inputs: [input],
  output,
  ...rest,
});
/** Takes (2, 4, 3), passes masks on. */
const sequence = (make: Make, output: Shape = [null, 4, 3], rest: Partial<Entry> = {}): Entry =>
  entry(make, [2, 4, 3], output, { passesMask: true, ...rest });
const merging = (make: Make, output: Shape = [null, 4, 3]): Entry => ({
  make,
  inputs: [
    [2, 4, 3],
    [2, 4, 3],
  ],
  output,
});
/** Nothing that finite differences could measure: whole numbers, steps. */
const categories = (make: Make, output: Shape, rest: Partial<Entry>): Entry => ({
  make,
  inputs: [[2, 3]],
  output,
  // Numbers of bins and categories have no gradient, and their dtype is not the policy's.
  without: ['gradients', 'half'],
  ...rest,
});
/** An image layer, which in inference changes nothing or sizes alone. */
const picture = (make: Make, output: Shape = [null, 4, 5, 3], seeded?: Entry['seeded']): Entry =>
  entry(make, [2, 4, 5, 3], output, {
    training: false,
    // The layers compute on pictures in float32, whatever the policy; what they give is not differentiated.
    without: ['gradients', 'half'],
    ...(seeded ? { seeded } : {}),
  });
const image = (layer: (options: { seed?: number }) => object): Entry =>
  picture(
    () => layer({}) as LayerBase,
    [null, 4, 5, 3],
    (seed) => layer({ seed }) as LayerBase,
  );
const cell = (make: Make, states: number): Entry => ({
  make,
  inputs: [[2, 3], ...Array.from({ length: states }, () => [2, 4])],
  call: (layer, [x, ...state]) => Reflect.apply(layer, null, [x, state]),
  output: [null, 4],
  // A cell's states are arguments of its own kind: models hold it inside an RNN.
  without: ['symbolic', 'saved'],
});

const table: Record<string, Entry> = {
  Activation: sequence((o) => layers.Activation('tanh', o)),
  ActivityRegularization: sequence((o) => layers.ActivityRegularization({ l1: 0.1, ...o })),
  AdaptiveAveragePooling1D: entry((o) => layers.AdaptiveAveragePooling1D(2, o), [2, 5, 3], [null, 2, 3]),
  AdaptiveAveragePooling2D: entry((o) => layers.AdaptiveAveragePooling2D(2, o), [2, 5, 4, 3], [null, 2, 2, 3]),
  AdaptiveAveragePooling3D: entry((o) => layers.AdaptiveAveragePooling3D(2, o), [1, 3, 4, 2, 2], [null, 2, 2, 2, 2]),
  AdaptiveMaxPooling1D: entry((o) => layers.AdaptiveMaxPooling1D(2, o), [2, 5, 3], [null, 2, 3]),
  AdaptiveMaxPooling2D: entry((o) => layers.AdaptiveMaxPooling2D(2, o), [2, 5, 4, 3], [null, 2, 2, 3]),
  AdaptiveMaxPooling3D: entry((o) => layers.AdaptiveMaxPooling3D(2, o), [1, 3, 4, 2, 2], [null, 2, 2, 2, 2]),
  Add: merging((o) => layers.Add(o)),
  AdditiveAttention: merging((o) => layers.AdditiveAttention(o)),
  AlphaDropout: sequence((o) => layers.AlphaDropout(0.3, o), undefined, {
    seeded: (seed) => layers.AlphaDropout(0.3, { seed }),
  }),
  Attention: merging((o) => layers.Attention(o)),
  AugMix: image((o) => layers.AugMix({ valueRange: [-1, 1], ...o })),
  AutoContrast: picture(() => layers.AutoContrast({ valueRange: [-1, 1] })),
  Average: merging((o) => layers.Average(o)),
  AveragePooling1D: entry((o) => layers.AveragePooling1D(2, o), [2, 5, 3], [null, 2, 3]),
  AveragePooling2D: entry((o) => layers.AveragePooling2D(2, o), [2, 4, 5, 3], [null, 2, 2, 3]),
  AveragePooling3D: entry((o) => layers.AveragePooling3D(2, o), [1, 2, 4, 2, 3], [null, 1, 2, 1, 3]),
  BatchNormalization: sequence((o) => layers.BatchNormalization(o)),
  Bidirectional: entry((o) => layers.Bidirectional(layers.GRU(2, o), o), [2, 4, 3], [null, 4]),
  CategoryEncoding: categories((o) => layers.CategoryEncoding({ numTokens: 5, ...o }), [null, 5], { integers: 5 }),
  CenterCrop: picture(() => layers.CenterCrop(2, 3), [null, 2, 3, 3]),
  Concatenate: merging((o) => layers.Concatenate(o), [null, 4, 6]),
  ContrastLimitedAdaptiveHistogramEqualization: picture(() =>
    layers.ContrastLimitedAdaptiveHistogramEqualization({ valueRange: [-1, 1], tileGridSize: [2, 2] }),
  ),
  Conv1D: entry((o) => layers.Conv1D(2, 2, o), [2, 5, 3], [null, 4, 2]),
  Conv1DTranspose: entry((o) => layers.Conv1DTranspose(2, 2, o), [2, 4, 3], [null, 5, 2]),
  Conv2D: entry((o) => layers.Conv2D(2, 2, o), [2, 4, 3, 2], [null, 3, 2, 2]),
  Conv2DTranspose: entry((o) => layers.Conv2DTranspose(2, 2, o), [2, 3, 2, 2], [null, 4, 3, 2]),
  Conv3D: entry((o) => layers.Conv3D(2, 2, o), [1, 3, 2, 3, 2], [null, 2, 1, 2, 2]),
  Conv3DTranspose: entry((o) => layers.Conv3DTranspose(2, 2, o), [1, 2, 1, 2, 2], [null, 3, 2, 3, 2]),
  ConvLSTM1D: entry((o) => layers.ConvLSTM1D(2, 2, o), [2, 2, 4, 2], [null, 3, 2]),
  ConvLSTM2D: entry((o) => layers.ConvLSTM2D(1, 2, o), [1, 2, 3, 3, 2], [null, 2, 2, 1]),
  ConvLSTM3D: entry((o) => layers.ConvLSTM3D(1, 2, o), [1, 2, 2, 3, 2, 1], [null, 1, 2, 1, 1]),
  Cropping1D: entry((o) => layers.Cropping1D(1, o), [2, 5, 3], [null, 3, 3]),
  Cropping2D: entry((o) => layers.Cropping2D(1, o), [2, 4, 5, 3], [null, 2, 3, 3]),
  Cropping3D: entry((o) => layers.Cropping3D(1, o), [1, 3, 4, 3, 2], [null, 1, 2, 1, 2]),
  CutMix: image((o) => layers.CutMix(o)),
  Dense: sequence((o) => layers.Dense(2, o), [null, 4, 2]),
  DepthwiseConv1D: entry((o) => layers.DepthwiseConv1D(2, o), [2, 4, 3], [null, 3, 3]),
  DepthwiseConv2D: entry((o) => layers.DepthwiseConv2D(2, o), [2, 4, 3, 2], [null, 3, 2, 2]),
  Discretization: categories((o) => layers.Discretization({ binBoundaries: [-0.5, 0.5], ...o }), [null, 3], {}),
  Dot: merging((o) => layers.Dot(2, o), [null, 4, 4]),
  Dropout: sequence((o) => layers.Dropout(0.4, o), undefined, { seeded: (seed) => layers.Dropout(0.4, { seed }) }),
  ELU: sequence((o) => layers.ELU(o)),
  EinsumDense: entry((o) => layers.EinsumDense('abc,cd->abd', [4, 2], o), [2, 4, 3], [null, 4, 2]),
  Embedding: categories((o) => layers.Embedding(6, 2, o), [null, 3, 2], { integers: 6, without: ['gradients'] }),
  Equalization: picture(() => layers.Equalization({ valueRange: [-1, 1] })),
  Flatten: entry((o) => layers.Flatten(o), [2, 4, 3], [null, 12]),
  GRU: entry((o) => layers.GRU(2, o), [2, 4, 3], [null, 2]),
  GRUCell: cell((o) => layers.GRUCell(4, o), 1),
  GaussianDropout: sequence((o) => layers.GaussianDropout(0.3, o), undefined, {
    seeded: (seed) => layers.GaussianDropout(0.3, { seed }),
  }),
  GaussianNoise: sequence((o) => layers.GaussianNoise(0.3, o), undefined, {
    seeded: (seed) => layers.GaussianNoise(0.3, { seed }),
  }),
  GlobalAveragePooling1D: entry((o) => layers.GlobalAveragePooling1D(o), [2, 4, 3], [null, 3], { passesMask: false }),
  GlobalAveragePooling2D: entry((o) => layers.GlobalAveragePooling2D(o), [2, 4, 5, 3], [null, 3]),
  GlobalAveragePooling3D: entry((o) => layers.GlobalAveragePooling3D(o), [1, 2, 3, 2, 3], [null, 3]),
  GlobalMaxPooling1D: entry((o) => layers.GlobalMaxPooling1D(o), [2, 4, 3], [null, 3]),
  GlobalMaxPooling2D: entry((o) => layers.GlobalMaxPooling2D(o), [2, 4, 5, 3], [null, 3]),
  GlobalMaxPooling3D: entry((o) => layers.GlobalMaxPooling3D(o), [1, 2, 3, 2, 3], [null, 3]),
  GroupNormalization: entry((o) => layers.GroupNormalization(3, o), [2, 4, 6], [null, 4, 6]),
  GroupQueryAttention: {
    make: (o) => layers.GroupQueryAttention(2, 4, 2, o),
    inputs: [
      [2, 4, 3],
      [2, 3, 3],
    ],
    call: (layer, [query, value]) => Reflect.apply(layer, null, [query, value]),
    output: [null, 4, 3],
  },
  HashedCrossing: {
    make: (o) => layers.HashedCrossing(7, o),
    inputs: [[2], [2]],
    integers: 9,
    output: [null],
    without: ['gradients', 'half'],
  },
  Hashing: categories(() => layers.Hashing(5), [null, 3], { strings: ['a', 'b', 'ä', ''] }),
  Identity: sequence((o) => layers.Identity(o)),
  IntegerLookup: categories((o) => layers.IntegerLookup({ vocabulary: [1, 4], ...o }), [null, 3], { integers: 6 }),
  LSTM: entry((o) => layers.LSTM(2, o), [2, 4, 3], [null, 2]),
  LSTMCell: cell((o) => layers.LSTMCell(4, o), 2),
  Lambda: entry((o) => layers.Lambda((x) => (x as tf.Tensor).mul(2), o), [2, 4, 3], [null, 4, 3], {
    // Files hold no functions.
    without: ['saved', 'config'],
  }),
  LayerNormalization: sequence((o) => layers.LayerNormalization(o)),
  LeakyReLU: sequence((o) => layers.LeakyReLU(o)),
  LocallyConnected1D: entry((o) => layers.LocallyConnected1D(2, 2, o), [2, 4, 3], [null, 3, 2]),
  LocallyConnected2D: entry((o) => layers.LocallyConnected2D(2, 2, o), [2, 3, 4, 2], [null, 2, 3, 2]),
  Masking: entry((o) => layers.Masking(o), [2, 4, 3], [null, 4, 3]),
  MaxNumBoundingBoxes: picture(() => layers.MaxNumBoundingBoxes(3)),
  MaxPooling1D: entry((o) => layers.MaxPooling1D(2, o), [2, 5, 3], [null, 2, 3]),
  MaxPooling2D: entry((o) => layers.MaxPooling2D(2, o), [2, 4, 5, 3], [null, 2, 2, 3]),
  MaxPooling3D: entry((o) => layers.MaxPooling3D(2, o), [1, 2, 4, 2, 3], [null, 1, 2, 1, 3]),
  Maximum: merging((o) => layers.Maximum(o)),
  MelSpectrogram: entry(
    (o) =>
      layers.MelSpectrogram({ fftLength: 16, sequenceStride: 8, numMelBins: 4, samplingRate: 100, maxFreq: 50, ...o }),
    [2, 40],
    [null, 4, 6],
    // Decibels of its own dtype, with a floor that has no slope.
    { without: ['gradients', 'half'] },
  ),
  Minimum: merging((o) => layers.Minimum(o)),
  MixUp: image((o) => layers.MixUp(o)),
  MultiHeadAttention: {
    make: (o) => layers.MultiHeadAttention(2, 2, o),
    inputs: [
      [2, 4, 3],
      [2, 3, 3],
    ],
    call: (layer, [query, value]) => Reflect.apply(layer, null, [query, value]),
    output: [null, 4, 3],
  },
  Multiply: merging((o) => layers.Multiply(o)),
  Normalization: entry((o) => layers.Normalization(o), [2, 4, 3], [null, 4, 3]),
  PReLU: sequence((o) => layers.PReLU(o)),
  Permute: entry((o) => layers.Permute([2, 1], o), [2, 4, 3], [null, 3, 4]),
  Pipeline: picture(() => layers.Pipeline([layers.Rescaling(2), layers.CenterCrop(2, 3)]), [null, 2, 3, 3]),
  RMSNormalization: sequence((o) => layers.RMSNormalization(o), undefined, { passesMask: false }),
  RNN: entry((o) => layers.RNN(layers.SimpleRNNCell(2, o), o), [2, 4, 3], [null, 2]),
  RandAugment: image((o) => layers.RandAugment({ valueRange: [-1, 1], ...o })),
  RandomBrightness: image((o) => layers.RandomBrightness(0.4, { valueRange: [-1, 1], ...o })),
  RandomColorDegeneration: image((o) => layers.RandomColorDegeneration(0.7, { valueRange: [-1, 1], ...o })),
  RandomColorJitter: image((o) => layers.RandomColorJitter({ valueRange: [-1, 1], brightnessFactor: 0.4, ...o })),
  RandomContrast: image((o) => layers.RandomContrast(0.4, { valueRange: [-1, 1], ...o })),
  RandomCrop: {
    ...picture(
      () => layers.RandomCrop(2, 3),
      [null, 4, 5, 3],
      (seed) => layers.RandomCrop(2, 3, { seed }),
    ),
    // In inference the pictures stay as they are, though the shape promised is that of training; so in Keras.
    without: ['gradients', 'half', 'symbolic'],
  },
  RandomElasticTransform: image((o) => layers.RandomElasticTransform({ valueRange: [-1, 1], ...o })),
  RandomErasing: image((o) => layers.RandomErasing({ valueRange: [-1, 1], ...o })),
  RandomFlip: image((o) => layers.RandomFlip(o)),
  RandomGaussianBlur: image((o) => layers.RandomGaussianBlur({ valueRange: [-1, 1], ...o })),
  RandomGrayscale: image((o) => layers.RandomGrayscale({ factor: 0.5, ...o })),
  RandomHeight: picture(
    () => layers.RandomHeight(0.4),
    [null, null, 5, 3],
    (seed) => layers.RandomHeight(0.4, { seed }),
  ),
  RandomHue: image((o) => layers.RandomHue(0.4, { valueRange: [-1, 1], ...o })),
  RandomInvert: image((o) => layers.RandomInvert({ valueRange: [-1, 1], ...o })),
  RandomPerspective: image((o) => layers.RandomPerspective(o)),
  RandomPosterization: image((o) => layers.RandomPosterization(3, { valueRange: [-1, 1], ...o })),
  RandomRotation: image((o) => layers.RandomRotation(0.3, o)),
  RandomSaturation: image((o) => layers.RandomSaturation([0.3, 0.8], { valueRange: [-1, 1], ...o })),
  RandomSharpness: image((o) => layers.RandomSharpness(0.8, { valueRange: [-1, 1], ...o })),
  RandomShear: image((o) => layers.RandomShear({ xFactor: 0.4, ...o })),
  RandomTranslation: image((o) => layers.RandomTranslation(0.4, 0.3, o)),
  RandomWidth: picture(
    () => layers.RandomWidth(0.4),
    [null, 4, null, 3],
    (seed) => layers.RandomWidth(0.4, { seed }),
  ),
  RandomZoom: image((o) => layers.RandomZoom(0.4, o)),
  ReLU: sequence((o) => layers.ReLU(o)),
  RepeatVector: entry((o) => layers.RepeatVector(3, o), [2, 4], [null, 3, 4]),
  Rescaling: entry((o) => layers.Rescaling(2, { offset: 1, ...o }), [2, 4, 3], [null, 4, 3]),
  Reshape: entry((o) => layers.Reshape([2, 6], o), [2, 4, 3], [null, 2, 6]),
  Resizing: picture(() => layers.Resizing(3, 6), [null, 3, 6, 3]),
  ReversibleEmbedding: categories((o) => layers.ReversibleEmbedding(6, 2, o), [null, 3, 2], {
    integers: 6,
    without: ['gradients'],
  }),
  STFTSpectrogram: entry(
    (o) => layers.STFTSpectrogram({ frameLength: 8, frameStep: 4, fftLength: 8, ...o }),
    [2, 24, 1],
    [null, 5, 5],
  ),
  SeparableConv1D: entry((o) => layers.SeparableConv1D(2, 2, o), [2, 4, 3], [null, 3, 2]),
  SeparableConv2D: entry((o) => layers.SeparableConv2D(2, 2, o), [2, 3, 4, 2], [null, 2, 3, 2]),
  SimpleRNN: entry((o) => layers.SimpleRNN(2, o), [2, 4, 3], [null, 2]),
  SimpleRNNCell: cell((o) => layers.SimpleRNNCell(4, o), 1),
  // Its mask is one of elements, not of steps.
  Softmax: entry((o) => layers.Softmax(o), [2, 4, 3], [null, 4, 3]),
  Solarization: image((o) =>
    layers.Solarization({ additionFactor: 0.3, thresholdFactor: 0.7, valueRange: [-1, 1], ...o }),
  ),
  SpatialDropout1D: sequence((o) => layers.SpatialDropout1D(0.4, o), undefined, {
    seeded: (seed) => layers.SpatialDropout1D(0.4, { seed }),
  }),
  SpatialDropout2D: entry((o) => layers.SpatialDropout2D(0.4, o), [2, 4, 5, 3], [null, 4, 5, 3], {
    seeded: (seed) => layers.SpatialDropout2D(0.4, { seed }),
  }),
  SpatialDropout3D: entry((o) => layers.SpatialDropout3D(0.4, o), [1, 2, 3, 2, 3], [null, 2, 3, 2, 3], {
    seeded: (seed) => layers.SpatialDropout3D(0.4, { seed }),
  }),
  SpectralNormalization: entry((o) => layers.SpectralNormalization(layers.Dense(2, o), o), [2, 3], [null, 2]),
  StackedRNNCells: {
    make: (o) => layers.StackedRNNCells([layers.SimpleRNNCell(4, o), layers.SimpleRNNCell(4, o)], o),
    inputs: [
      [2, 3],
      [2, 4],
      [2, 4],
    ],
    call: (layer, [x, ...states]) => Reflect.apply(layer, null, [x, states]),
    output: [null, 4],
    without: ['symbolic', 'saved'],
  },
  StringLookup: categories((o) => layers.StringLookup({ vocabulary: ['a', 'ä'], ...o }), [null, 3], {
    strings: ['a', 'b', 'ä', ''],
  }),
  Subtract: merging((o) => layers.Subtract(o)),
  TextVectorization: {
    make: () => layers.TextVectorization({ vocabulary: ['the', 'fox'], outputSequenceLength: 4 }),
    inputs: [[3, 1]],
    strings: ['The fox', 'a', 'fox, the!'],
    output: [null, 4],
    without: ['gradients', 'half'],
  },
  ThresholdedReLU: sequence((o) => layers.ThresholdedReLU({ theta: 0.3, ...o })),
  TimeDistributed: sequence((o) => layers.TimeDistributed(layers.Dense(2, o), o), [null, 4, 2]),
  UnitNormalization: sequence((o) => layers.UnitNormalization(o)),
  UpSampling1D: entry((o) => layers.UpSampling1D(2, o), [2, 4, 3], [null, 8, 3]),
  UpSampling2D: entry((o) => layers.UpSampling2D(2, o), [2, 2, 3, 3], [null, 4, 6, 3]),
  UpSampling3D: entry((o) => layers.UpSampling3D(2, o), [1, 2, 1, 2, 2], [null, 4, 2, 4, 2]),
  ZeroPadding1D: entry((o) => layers.ZeroPadding1D(1, o), [2, 4, 3], [null, 6, 3]),
  ZeroPadding2D: entry((o) => layers.ZeroPadding2D(1, o), [2, 2, 3, 3], [null, 4, 5, 3]),
  ZeroPadding3D: entry((o) => layers.ZeroPadding3D(1, o), [1, 2, 1, 2, 2], [null, 4, 3, 4, 2]),
};
/** Classes that others are made from, and the layer that holds a model's input: not applied to anything themselves. */
const bases = ['Layer', 'Wrapper', 'AbstractRNNCell', 'InputLayer'];

test('every class of tf.keras.layers has an entry', () => {
  const entries = new Set<unknown>([...Object.keys(table), ...bases].map((name): unknown => Reflect.get(layers, name)));
  const missing = Object.entries(layers as object).filter(([, value]) => {
    const prototype: unknown = typeof value === 'function' ? value.prototype : null;
    const isLayer = prototype instanceof LayerBase || prototype === LayerBase.prototype;
    return isLayer && !entries.has(value);
  });
  expect(missing.map(([name]) => name)).toEqual([]);
});

describe.each(Object.entries(table))('%s', (_, given) => {
  test('config, shapes, gradients, compiled, half precision, masks, files', () => testLayer(given));
});

const random = Object.entries(table).filter(([, { seeded }]) => seeded);
test.each(random)('%s: the same seed draws the same, the next call something else', (_, { seeded, inputs }) => {
  const size = inputs[0]!.reduce((a, b) => a * b);
  const x = tf
    .tensor(Float32Array.from({ length: size }, (__, i) => ((i * 0.618) % 1) * 1.8 - 0.9))
    .reshape([...inputs[0]!]);
  const draws = (seed: number): string[] => {
    const layer = seeded!(seed);
    return Array.from({ length: 8 }, () => String((layer(x, { training: true }) as tf.Tensor).dataSync()));
  };
  tf.keras.utils.setRandomSeed(1);
  const first = draws(7);
  tf.keras.utils.setRandomSeed(1);
  expect(draws(7)).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(1);
});
