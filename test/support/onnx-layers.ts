// Every layer with its usual options, each in a model of its own: what ONNX can express is exported and run by ONNX Runtime.
// Owns: the list. Layers that draw at random only while training are the identity at inference, and belong here too.
import * as tf from '../../src/index.ts';

const { keras } = tf;
const { layers } = keras;
type Model = tf.keras.Model;

const over = (shape: readonly (number | null)[], layer: object, dtype: tf.DType = 'float32'): (() => Model) => {
  return () => {
    const input = keras.Input({ shape: [...shape], dtype });
    const output = (layer as (x: unknown) => unknown)(input);
    return keras.Model({ inputs: input, outputs: output } as never) as object as Model;
  };
};
const joined = (shapes: readonly (readonly number[])[], call: (inputs: tf.Tensor[]) => unknown): (() => Model) => {
  return () => {
    const inputs = shapes.map((shape) => keras.Input({ shape: [...shape] }));
    return keras.Model({ inputs, outputs: call(inputs as tf.Tensor[]) } as never) as object as Model;
  };
};
const line = [12, 3];
const image = [9, 10, 4];
const volume = [6, 7, 8, 2];
const l = layers as unknown as Record<string, (...args: unknown[]) => object>;
const each = (list: Readonly<Record<string, readonly [readonly number[], object]>>): Record<string, () => Model> =>
  Object.fromEntries(Object.entries(list).map(([name, [shape, layer]]) => [name, over(shape, layer)]));

export const onnxLayers: Readonly<Record<string, () => Model>> = {
  ...each({
    Dense: [[5], layers.Dense(3, { activation: 'gelu' })],
    'Dense of sequences': [line, layers.Dense(3, { useBias: false })],
    EinsumDense: [line, layers.EinsumDense('abc,cd->abd', { outputShape: [null, 5], biasAxes: 'd' } as never)],
    Activation: [[5], layers.Activation('softplus')],
    'Activation log_sigmoid': [[5], layers.Activation('log_sigmoid')],
    'Activation sparse_plus': [[5], layers.Activation('sparse_plus')],
    'Activation squareplus': [[5], layers.Activation('squareplus')],
    'Activation hard_tanh': [[5], layers.Activation('hard_tanh')],
    'Activation celu': [[5], layers.Activation('celu')],
    'Activation glu': [[6], layers.Activation('glu')],
    'Activation sparsemax': [[6], layers.Activation('sparsemax')],
    ELU: [[5], layers.ELU()],
    LeakyReLU: [[5], layers.LeakyReLU()],
    PReLU: [line, layers.PReLU({ sharedAxes: [1] })],
    ReLU: [[5], layers.ReLU({ maxValue: 1, negativeSlope: 0.1 })],
    Softmax: [line, layers.Softmax({ axis: 1 })],
    ActivityRegularization: [[5], layers.ActivityRegularization({ l2: 0.1 })],
    AlphaDropout: [[5], layers.AlphaDropout(0.3)],
    Dropout: [[5], layers.Dropout(0.3)],
    GaussianDropout: [[5], layers.GaussianDropout(0.3)],
    GaussianNoise: [[5], layers.GaussianNoise(0.3)],
    SpatialDropout2D: [image, layers.SpatialDropout2D(0.3)],
    BatchNormalization: [image, layers.BatchNormalization()],
    'BatchNormalization axis 1': [image, layers.BatchNormalization({ axis: 1, scale: false })],
    LayerNormalization: [line, layers.LayerNormalization({ axis: [1, 2] })],
    RMSNormalization: [line, layers.RMSNormalization()],
    GroupNormalization: [image, layers.GroupNormalization(2)],
    UnitNormalization: [line, layers.UnitNormalization()],
    SpectralNormalization: [line, l.SpectralNormalization!(layers.Dense(4))],
    Conv1D: [line, layers.Conv1D(4, 3, { strides: 2, padding: 'same' })],
    'Conv1D causal': [line, layers.Conv1D(4, 3, { padding: 'causal', dilationRate: 2 })],
    Conv2D: [image, layers.Conv2D(6, [3, 2], { strides: [2, 1], padding: 'same', groups: 2 })],
    'Conv2D dilated': [image, layers.Conv2D(6, 3, { dilationRate: 2 })],
    'Conv2D channels first': [[4, 9, 10], layers.Conv2D(6, 3, { dataFormat: 'channels_first' })],
    Conv3D: [volume, layers.Conv3D(3, 2, { padding: 'same' })],
    Conv1DTranspose: [line, layers.Conv1DTranspose(4, 3, { strides: 2 })],
    Conv2DTranspose: [image, layers.Conv2DTranspose(4, 3, { strides: 2, padding: 'same' })],
    'Conv2DTranspose outputPadding': [image, layers.Conv2DTranspose(4, 3, { strides: 3, outputPadding: 1 } as never)],
    Conv3DTranspose: [volume, layers.Conv3DTranspose(3, 2, { strides: 2 })],
    DepthwiseConv1D: [line, layers.DepthwiseConv1D(3, { depthMultiplier: 2 })],
    DepthwiseConv2D: [image, layers.DepthwiseConv2D(3, { padding: 'same' })],
    SeparableConv1D: [line, layers.SeparableConv1D(5, 3)],
    SeparableConv2D: [image, layers.SeparableConv2D(5, 3, { padding: 'same', depthMultiplier: 2 })],
    MaxPooling1D: [line, layers.MaxPooling1D(3, { strides: 2, padding: 'same' })],
    MaxPooling2D: [image, layers.MaxPooling2D([2, 3])],
    MaxPooling3D: [volume, layers.MaxPooling3D(2)],
    AveragePooling1D: [line, layers.AveragePooling1D(3, { padding: 'same' })],
    AveragePooling2D: [image, layers.AveragePooling2D(3, { strides: 2, padding: 'same' })],
    AveragePooling3D: [volume, layers.AveragePooling3D(2)],
    GlobalAveragePooling1D: [line, layers.GlobalAveragePooling1D()],
    GlobalAveragePooling2D: [image, layers.GlobalAveragePooling2D({ keepdims: true })],
    GlobalMaxPooling3D: [volume, layers.GlobalMaxPooling3D()],
    AdaptiveAveragePooling2D: [image, layers.AdaptiveAveragePooling2D([4, 3])],
    AdaptiveMaxPooling1D: [line, layers.AdaptiveMaxPooling1D(5)],
    Cropping1D: [line, layers.Cropping1D([1, 2])],
    Cropping2D: [image, layers.Cropping2D([1, 2])],
    Cropping3D: [volume, layers.Cropping3D(1)],
    ZeroPadding1D: [line, layers.ZeroPadding1D([1, 2])],
    ZeroPadding2D: [image, layers.ZeroPadding2D([1, 2])],
    ZeroPadding3D: [volume, layers.ZeroPadding3D(1)],
    UpSampling1D: [line, layers.UpSampling1D(2)],
    'UpSampling2D bilinear': [image, layers.UpSampling2D(2, { interpolation: 'bilinear' } as never)],
    UpSampling3D: [volume, layers.UpSampling3D(2)],
    Flatten: [image, layers.Flatten()],
    Reshape: [line, layers.Reshape([6, -1])],
    Permute: [image, layers.Permute([3, 1, 2])],
    RepeatVector: [[5], layers.RepeatVector(3)],
    Identity: [[5], layers.Identity()],
    Masking: [line, layers.Masking()],
    SimpleRNN: [line, layers.SimpleRNN(4)],
    LSTM: [line, layers.LSTM(4, { returnSequences: true, goBackwards: true })],
    'LSTM states': [line, layers.LSTM(4, { returnState: true } as never)],
    GRU: [line, layers.GRU(4)],
    'GRU resetAfter false': [line, layers.GRU(4, { resetAfter: false, unroll: true })],
    'RNN of cells': [line, layers.RNN(layers.StackedRNNCells([layers.LSTMCell(4), layers.GRUCell(3)]) as never)],
    Bidirectional: [line, layers.Bidirectional(layers.GRU(3, { returnSequences: true }), { mergeMode: 'sum' })],
    TimeDistributed: [[3, 9, 10, 4], layers.TimeDistributed(layers.Conv2D(2, 3))],
    ConvLSTM1D: [[4, 8, 2], layers.ConvLSTM1D(3, 3)],
    ConvLSTM2D: [[3, 6, 6, 2], layers.ConvLSTM2D(2, 3, { returnSequences: true } as never)],
    Normalization: [[4], layers.Normalization({ mean: 1, variance: 4 })],
    Rescaling: [image, layers.Rescaling(1 / 255, { offset: -1 })],
    Resizing: [image, layers.Resizing(5, 7)],
    'Resizing nearest': [image, layers.Resizing(12, 17, { interpolation: 'nearest' })],
    'Resizing bicubic': [image, layers.Resizing(12, 7, { interpolation: 'bicubic' })],
    CenterCrop: [image, layers.CenterCrop(5, 6)],
    RandomFlip: [image, layers.RandomFlip()],
    RandomRotation: [image, layers.RandomRotation(0.1)],
    RandomZoom: [image, layers.RandomZoom(0.1)],
    Discretization: [[4], layers.Discretization({ binBoundaries: [-1, 0, 1] })],
    'Discretization one hot': [[4], layers.Discretization({ binBoundaries: [-1, 0], outputMode: 'multi_hot' })],
    Lambda: [[5], layers.Lambda((x: tf.Tensor) => tf.sort(tf.cumsum(x, { axis: 1 })))],
    STFTSpectrogram: [[64, 1], l.STFTSpectrogram!({ frameLength: 16, frameStep: 8, fftLength: 16 })],
  }),
  Embedding: over([7], layers.Embedding(20, 6), 'int32'),
  ReversibleEmbedding: over([7], l.ReversibleEmbedding!(20, 6), 'int32'),
  'CategoryEncoding one hot': over([1], layers.CategoryEncoding({ numTokens: 20, outputMode: 'one_hot' }), 'int32'),
  'CategoryEncoding count': over([4], layers.CategoryEncoding({ numTokens: 20, outputMode: 'count' }), 'int32'),
  'Embedding masked LSTM': () =>
    keras.Sequential([
      keras.Input({ shape: [7], dtype: 'int32' }),
      layers.Embedding(20, 6, { maskZero: true }),
      layers.Bidirectional(layers.LSTM(3, { returnSequences: true })),
      layers.GlobalAveragePooling1D(),
    ] as never) as object as Model,
  MultiHeadAttention: joined(
    [
      [6, 8],
      [5, 8],
    ],
    ([q, v]) => layers.MultiHeadAttention({ numHeads: 2, keyDim: 4 })(q!, v!, { useCausalMask: true } as never),
  ),
  'MultiHeadAttention masked': () => {
    const ids = keras.Input({ shape: [7], dtype: 'int32' });
    const x = layers.Embedding(20, 8, { maskZero: true })(ids) as tf.Tensor;
    const y = layers.MultiHeadAttention({ numHeads: 2, keyDim: 4 })(x, x);
    return keras.Model({ inputs: ids, outputs: y } as never) as object as Model;
  },
  GroupQueryAttention: joined([[6, 8]], ([x]) =>
    (l.GroupQueryAttention!({ headDim: 4, numQueryHeads: 4, numKeyValueHeads: 2 }) as (...a: unknown[]) => unknown)(
      x,
      x,
    ),
  ),
  Attention: joined(
    [
      [6, 8],
      [5, 8],
    ],
    (inputs) => layers.Attention({ useScale: true })(inputs as never),
  ),
  AdditiveAttention: joined(
    [
      [6, 8],
      [5, 8],
    ],
    (inputs) => layers.AdditiveAttention()(inputs as never),
  ),
  ...Object.fromEntries(
    (['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Subtract', 'Concatenate'] as const).map((name) => [
      name,
      joined([[4], [4]], (inputs) => (layers[name]() as (x: unknown) => unknown)(inputs)),
    ]),
  ),
  Dot: joined(
    [
      [4, 3],
      [5, 3],
    ],
    (inputs) => layers.Dot({ axes: 2, normalize: true })(inputs),
  ),
};

/** What ONNX cannot express, and what the error must name. */
export const notInOnnx: Readonly<Record<string, { readonly make: () => Model; readonly error: RegExp }>> = {
  StringLookup: {
    make: over([1], layers.StringLookup({ vocabulary: ['a', 'b'], name: 'words' }), 'string'),
    error: /words' computes/,
  },
  IntegerLookup: {
    make: over([4], layers.IntegerLookup({ vocabulary: [3, 5, 7, 11], name: 'numbers' }), 'int32'),
    error: /numbers' computes/,
  },
  Hashing: { make: over([1], layers.Hashing({ numBins: 3, name: 'bins' }), 'int32'), error: /bins' computes/ },
  MelSpectrogram: {
    make: over([256], l.MelSpectrogram!({ fftLength: 64, sequenceStride: 32, numMelBins: 8, name: 'mel' })),
    error: /mel' computes 'rfft'/,
  },
};
