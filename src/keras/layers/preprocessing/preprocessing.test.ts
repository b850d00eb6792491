// Preprocessing layers: adapting to data sets, models, ragged and sparse tensors, configs, assets, refusals. Numbers for
// arrays are in the golden cases.
import { expect, test } from 'vitest';
import * as tf from '../../../index.ts';

const { layers } = tf.keras;
const list = (x: unknown): unknown => (x as tf.Tensor).arraySync();

test('adapting to a data set gives what adapting to the whole array gives', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => [Math.sin(i) * 3, i / 5, 2]);
  const whole = layers.Normalization();
  await whole.adapt(rows);
  const batched = layers.Normalization();
  await batched.adapt(tf.data.Dataset.fromTensorSlices(rows).batch(6));
  const x = tf.tensor(rows);
  const [a, b] = [whole(x).dataSync(), batched(x).dataSync()];
  a.forEach((value, i) => {
    expect(Number(b[i])).toBeCloseTo(Number(value), 4);
  });

  const words = ['the cat', 'the dog', 'a cat'];
  const [direct, streamed] = [layers.TextVectorization(), layers.TextVectorization()];
  await direct.adapt(words);
  await streamed.adapt(tf.data.Dataset.fromTensorSlices(words).batch(2));
  expect(streamed.getVocabulary()).toEqual(direct.getVocabulary());
});

test('adapting to an array is done at once; labels of a data set are left aside; steps end it early', async () => {
  const lookup = layers.StringLookup();
  void lookup.adapt(['b', 'a', 'b']);
  expect(lookup.getVocabulary()).toEqual(['[UNK]', 'b', 'a']);
  const bins = layers.Discretization({ numBins: 2 });
  await bins.adapt(
    tf.data.Dataset.fromTensorSlices([tf.range(0, 100, 1, { dtype: 'float32' }), tf.zeros([100])]).batch(10),
  );
  expect(bins.binBoundaries![0]).toBeGreaterThan(40);
  expect(bins.binBoundaries![0]).toBeLessThan(60);
  const short = layers.StringLookup();
  await short.adapt(tf.data.Dataset.fromTensorSlices(['a', 'b', 'c']).batch(1), { steps: 2 });
  expect(short.vocabularySize()).toBe(3);
});

test('a lookup in a model: symbolic, called, and after a round trip through its config', () => {
  const input = tf.keras.Input({ shape: [2], dtype: 'int64' });
  const lookup = layers.IntegerLookup({ vocabulary: [10, 20, 30], outputMode: 'multi_hot' });
  const model = tf.keras.Model({ inputs: input, outputs: lookup(input) });
  expect(model.outputShape).toEqual([null, 4]);
  const x = tf.constant(
    [
      [10, 30],
      [7, 10],
    ],
    { dtype: 'int64' },
  );
  expect(list(model(x))).toEqual([
    [0, 1, 0, 1],
    [1, 1, 0, 0],
  ]);
  const again = layers.deserialize(layers.serialize(lookup)) as typeof lookup;
  expect(list(again(x))).toEqual(list(lookup(x)));
  const traced = tf.function((y: tf.Tensor) => lookup(y));
  expect(list(traced(x))).toEqual(list(lookup(x)));
});

test('words and back; ragged tensors keep their rows; sparse outputs', () => {
  const lookup = layers.StringLookup({ vocabulary: ['a', 'b'] });
  const back = layers.StringLookup({ vocabulary: lookup.getVocabulary() as string[], invert: true });
  expect(list(back(lookup(['b', 'z', 'a'])))).toEqual(['b', '[UNK]', 'a']);
  const ragged = tf.ragged.constant([['a'], ['b', 'z']]);
  const numbers = (lookup as (x: unknown) => unknown)(ragged) as tf.RaggedTensor;
  expect(numbers.toList()).toEqual([[1], [2, 0]]);
  const sparse: unknown = layers.StringLookup({ vocabulary: ['a', 'b'], outputMode: 'count', sparse: true })([
    ['a', 'a'],
  ]);
  expect(list(tf.sparse.toDense(sparse as tf.SparseTensor))).toEqual([[0, 2, 0]]);
});

test('assets hold an adapted vocabulary; own functions standardize and split', async () => {
  const texts = layers.TextVectorization({
    standardize: (x) => tf.strings.upper(x),
    split: (x) => tf.strings.split(x, ','),
  });
  await texts.adapt(['a,b', 'B']);
  expect(texts.getVocabulary()).toEqual(['', '[UNK]', 'B', 'A']);
  const other = layers.TextVectorization({
    standardize: (x) => tf.strings.upper(x),
    split: (x) => tf.strings.split(x, ','),
  });
  other.loadAssets(texts.saveAssets());
  expect(list(other(['b,c,a']))).toEqual([[2, 1, 3]]);
});

test('a pipeline applies its layers in order, trains them, and is remade from its config', () => {
  const pipeline = layers.Pipeline([layers.Rescaling(2), layers.RandomBrightness([0.5, 0.5], { valueRange: [0, 10] })]);
  const x = tf.ones([1, 2, 2, 1]);
  expect(pipeline(x, { training: false }).at(0, 0, 0, 0).item()).toBe(2);
  expect(pipeline(x, { training: true }).at(0, 0, 0, 0).item()).toBe(7);
  const again = layers.deserialize(layers.serialize(pipeline)) as typeof pipeline;
  expect(again(x).at(0, 0, 0, 0).item()).toBe(7);
});

test('spectrograms find the frequency of a tone', () => {
  const tone = Float32Array.from({ length: 2048 }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / 16000));
  const stft = layers.STFTSpectrogram({ mode: 'magnitude', frameLength: 256 });
  const magnitude = stft(tf.reshape(tf.tensor(tone), [1, -1, 1]));
  expect(magnitude.shape).toEqual(stft.computeOutputShape([1, 2048, 1]));
  expect(tf.argmax(magnitude.at(0, 3)).item()).toBe(16);
  const bands = layers.MelSpectrogram({ fftLength: 512, sequenceStride: 256, numMelBins: 40 })(tf.tensor(tone));
  expect(bands.shape).toEqual([40, 9]);
  // 1000 Hz are 1000 mel: of bands from 20 to 8000 Hz about the 14th.
  expect(Math.abs(tf.argmax(bands, { axis: 0 }).at(4).item() - 13)).toBeLessThanOrEqual(1);
});

test('what makes no sense is refused with the name of the option', async () => {
  expect(() => layers.StringLookup({ vocabulary: ['a', 'a'] })).toThrow(/more than once/);
  expect(() => layers.StringLookup({ vocabulary: ['a'], outputMode: 'tf_idf' })).toThrow(/idfWeights/);
  expect(() => layers.StringLookup({ vocabulary: 'words.txt' })).toThrow(/lines/);
  expect(() => layers.StringLookup({ outputMode: 'count' })(['a'])).toThrow(/adapt/);
  expect(() => layers.StringLookup({ vocabulary: ['a'] }).updateState(tf.constant(['b']))).toThrow(/adapted/);
  expect(() => layers.Discretization({})).toThrow(/numBins/);
  expect(() => layers.Hashing({ numBins: 3, dtype: 'float32' })).toThrow(/int64/);
  expect(() => layers.RandomRotation(2)).toThrow(/factor/);
  expect(() => layers.RandomFlip()(tf.ones([2, 2]))).toThrow(/height/);
  expect(layers.experimental.preprocessing.RandomFlip).toBe(layers.RandomFlip);
});

test('layers without a vocabulary refuse terms, and number them once they have one', async () => {
  const words = tf.constant(['a', 'b']);
  const said = (layer: string): RegExp => new RegExp(`${layer} '[a-z_0-9]+': it has no vocabulary yet.*adapt`);
  expect(() => layers.TextVectorization()(words)).toThrow(said('TextVectorization'));
  expect(() => layers.IntegerLookup()(tf.constant([3]))).toThrow(said('IntegerLookup'));
  const lookup = layers.StringLookup();
  expect(() => lookup(words)).toThrow(said('StringLookup'));
  await lookup.adapt(tf.constant(['b']));
  expect(list(lookup(words))).toEqual([0, 1]);
});
test('CategoryEncoding refuses negative numbers, but for one_hot', () => {
  const numbers = tf.constant([[-1, 2]]);
  for (const outputMode of ['multi_hot', 'count'] as const)
    expect(() => layers.CategoryEncoding(4, { outputMode })(numbers)).toThrow(/element 0 is -1; wanted whole numbers/);
  expect(list(layers.CategoryEncoding(4, { outputMode: 'one_hot' })(numbers))).toEqual([
    [
      [0, 0, 0, 0],
      [0, 0, 1, 0],
    ],
  ]);
});
