// Models for the tests of ONNX, in Node and beside ONNX Runtime.
// Owns: one small model for each family of layers.
import * as tf from '../../src/index.ts';

const { keras } = tf;
const { layers } = keras;
type Model = tf.keras.Model;
const input = (...shape: number[]) => keras.Input({ shape });
const stacked = (shape: number[], ...list: object[]): Model =>
  keras.Sequential([input(...shape), ...list] as never) as object as Model;
const model = (inputs: unknown, outputs: unknown): Model =>
  keras.Model({ inputs, outputs } as never) as object as Model;

const ACTIVATIONS = [
  'elu',
  'selu',
  'softplus',
  'softsign',
  'swish',
  'tanh',
  'hard_sigmoid',
  'exponential',
  'gelu',
  'mish',
  'relu6',
  'leaky_relu',
  'log_softmax',
] as const;

export const onnxModels: Readonly<Record<string, () => Model>> = {
  dense: () =>
    stacked(
      [8],
      layers.Dense(16, { activation: 'relu' }),
      layers.Dropout(0.2),
      layers.BatchNormalization(),
      layers.Dense(3, { activation: 'softmax' }),
    ),
  convolutions: () =>
    stacked(
      [14, 15, 3],
      layers.Conv2D(4, 3, { activation: 'relu', padding: 'same', strides: 2 }),
      layers.MaxPool2D(2),
      layers.SeparableConv2D(6, 3, { padding: 'same' }),
      layers.DepthwiseConv2D(3),
      layers.GlobalAveragePooling2D(),
      layers.Dense(2),
    ),
  pools: () =>
    stacked(
      [14, 15, 3],
      layers.AveragePooling2D(3, { padding: 'same', strides: 2 }),
      layers.ZeroPadding2D(1),
      layers.Cropping2D(1),
      layers.UpSampling2D(2),
      layers.MaxPooling2D(3, { padding: 'same' }),
      layers.Flatten(),
    ),
  transposed: () =>
    stacked(
      [5, 6, 3],
      layers.Conv2DTranspose(4, 3, { strides: 2, padding: 'same' }),
      layers.Conv2DTranspose(2, 4, { strides: 2 }),
      layers.Activation('sigmoid'),
    ),
  sequences: () =>
    stacked(
      [20, 4],
      layers.Conv1D(8, 3, { padding: 'causal', dilationRate: 2 }),
      layers.Conv1D(8, 3, { groups: 2 }),
      layers.MaxPooling1D(2),
      layers.GlobalMaxPooling1D(),
    ),
  recurrent: () => stacked([7, 4], layers.LSTM(5, { returnSequences: true }), layers.GRU(6), layers.Dense(2)),
  bidirectional: () => stacked([7, 4], layers.Bidirectional(layers.LSTM(5)), layers.Dense(2)),
  masked: () =>
    keras.Sequential([
      keras.Input({ shape: [7], dtype: 'int32' }),
      layers.Embedding(20, 6, { maskZero: true }),
      layers.LSTM(5),
      layers.Dense(2),
    ]) as object as Model,
  attention: () => {
    const x = input(6, 8);
    const seen = layers.MultiHeadAttention({ numHeads: 2, keyDim: 4 })(x, x);
    const y = layers.LayerNormalization()(layers.Add()([x, seen as tf.Tensor]));
    return model(x, layers.Dense(3, { activation: 'gelu' })(y));
  },
  activations: () => {
    const x = input(6);
    return model(x, layers.Concatenate()(ACTIVATIONS.map((name) => layers.Activation(name)(x))));
  },
  normalizations: () =>
    stacked(
      [6, 6, 8],
      layers.GroupNormalization(2),
      layers.LayerNormalization(),
      layers.UnitNormalization(),
      layers.PReLU(),
      layers.LeakyReLU(),
    ),
  reshaping: () =>
    stacked(
      [6, 4],
      layers.Permute([2, 1]),
      layers.Reshape([2, 12]),
      layers.Flatten(),
      layers.RepeatVector(3),
      layers.TimeDistributed(layers.Dense(2)),
    ),
  merging: () => {
    const [a, b] = [input(4), input(4)];
    const outputs = [layers.Multiply, layers.Average, layers.Maximum, layers.Subtract].map((layer) => layer()([a, b]));
    return model([a, b], [...outputs, layers.Dot({ axes: 1 })([a, b])]);
  },
  volumes: () => stacked([5, 6, 7, 2], layers.Conv3D(3, 2), layers.MaxPooling3D(2), layers.Flatten()),
  convolutionalRecurrent: () => stacked([4, 6, 6, 2], layers.ConvLSTM2D(3, 3, { padding: 'same' })),
  pictures: () => stacked([8, 8, 3], layers.Rescaling(1 / 255), layers.Resizing(5, 6), layers.CenterCrop(4, 4)),
  numbers: () => {
    const x = input(4);
    const cut = layers.Discretization({ binBoundaries: [-1, 0, 1] })(x);
    return model(x, [layers.Normalization({ mean: 1, variance: 4 })(x), cut]);
  },
};
