// Masks in functional models: the model gives what its layers give when they are called one after the other, and what
// stands in masked steps changes nothing.
import { describe, expect, it, vi } from 'vitest';
import * as tf from '../../index.ts';
import { maskOf } from '../symbolic/mask.ts';

const { layers, models } = tf.keras;
const STEPS = 4;
const SIZE = 6;
type Step = (x: tf.Tensor) => tf.Tensor;

const nested = (): Step => {
  const input = tf.keras.Input({ shape: [null, SIZE] });
  return models.Model({ inputs: input, outputs: layers.Dropout(0.1)(layers.Dense(SIZE)(input)) });
};
const twice = (join: (list: tf.Tensor[]) => tf.Tensor, layer: Step): Step => {
  const other = layers.Dense(SIZE);
  return (x) => join([layer(x), other(x)]);
};
const attention = (): Step => {
  const layer = layers.MultiHeadAttention(2, 3);
  return (x) => layer(x, x);
};
const between: Record<string, () => Step> = {
  nothing: () => (x) => x,
  LSTM: () => layers.LSTM(SIZE, { returnSequences: true }),
  GRU: () => layers.GRU(SIZE, { returnSequences: true }),
  Bidirectional: () => {
    const layer = layers.Bidirectional(layers.LSTM(3, { returnSequences: true }));
    return (x) => layer(x) as tf.Tensor;
  },
  TimeDistributed: () => layers.TimeDistributed(layers.Dense(SIZE)),
  MultiHeadAttention: attention,
  'MultiHeadAttention, LSTM': () => {
    const [first, second] = [attention(), layers.LSTM(SIZE, { returnSequences: true })];
    return (x) => second(first(x));
  },
  'Dropout, LayerNormalization': () => {
    const [first, second] = [layers.Dropout(0.5), layers.LayerNormalization()];
    return (x) => second(first(x));
  },
  Add: () => twice(layers.Add(), layers.Dense(SIZE)),
  Concatenate: () => twice(layers.Concatenate(), layers.Dense(SIZE)),
  'a functional model': nested,
};

describe('Embedding(maskZero) → … → GlobalAveragePooling1D', () => {
  for (const [name, make] of Object.entries(between)) {
    it(name, async () => {
      const [embedding, middle, pool] = [
        layers.Embedding(10, SIZE, { maskZero: true }),
        make(),
        layers.GlobalAveragePooling1D(),
      ];
      const chain: Step = (ids) => pool(middle(embedding(ids)));
      const input = tf.keras.Input({ shape: [null], dtype: 'int32' });
      const model = models.Model({ inputs: input, outputs: chain(input) });
      const ids = tf.constant([
        [1, 2, 0, 0],
        [3, 4, 5, 0],
      ]);
      const wanted = chain(ids);
      const near = (found: tf.Tensor) => expect(found.sub(wanted).abs().max().item()).toBeLessThan(1e-6);
      near(model(ids));
      near((await model.predict(ids, { verbose: 0 })) as tf.Tensor);
      // Other vectors in the masked steps: the embedding of 0.
      const [table] = embedding.getWeights();
      embedding.setWeights([tf.concat([tf.fill([1, SIZE], 9.5), tf.slice(table!, [1, 0], [9, SIZE])], 0)]);
      near(model(ids));
    });
  }
});

describe('masks', () => {
  it('leave the model with its outputs', () => {
    const input = tf.keras.Input({ shape: [STEPS], dtype: 'int32' });
    const output = layers.Dense(2)(layers.Embedding(10, SIZE, { maskZero: true })(input));
    const found = models.Model({ inputs: input, outputs: output })(tf.constant([[1, 0, 2, 0]]));
    expect(maskOf(found)!.arraySync()).toEqual([[true, false, true, false]]);
  });
  it('come in by Masking, for numbers', () => {
    const input = tf.keras.Input({ shape: [STEPS, 1] });
    const model = models.Model({
      inputs: input,
      outputs: layers.GlobalAveragePooling1D()(layers.Masking({ maskValue: -1 })(input)),
    });
    expect(model(tf.constant([[[2], [-1], [4], [-1]]])).arraySync()).toEqual([[3]]);
  });
  it('may be given as a symbolic tensor', () => {
    const [input, kept] = [tf.keras.Input({ shape: [STEPS, 1] }), tf.keras.Input({ shape: [STEPS], dtype: 'bool' })];
    const output = layers.GlobalAveragePooling1D()(input, { mask: kept });
    const model = models.Model({ inputs: [input, kept], outputs: output });
    const x = tf.constant([[[1], [2], [3], [4]]], { dtype: 'float32' });
    expect(model([x, tf.constant([[true, false, true, false]])]).arraySync()).toEqual([[2]]);
  });
});

describe('a model of Keras 2', () => {
  const layer = (className: string, name: string, config: object, ...from: string[]) => ({
    class_name: className,
    name,
    config: { name, ...config },
    inbound_nodes: from.length > 0 ? [from.map((other) => [other, 0, 0, {}])] : [],
  });
  const model = (name: string, frozen: boolean, layers: object[], input: string, output: string) => ({
    class_name: 'Functional',
    config: {
      name,
      trainable: !frozen,
      layers,
      input_layers: [[input, 0, 0]],
      output_layers: [[output, 0, 0]],
    },
  });
  it('computes masks by operations that take no layer’s name', () => {
    const config = model(
      'masked',
      false,
      [
        layer('InputLayer', 'tokens', { batch_input_shape: [null, 3], dtype: 'int32' }),
        layer('Embedding', 'embedding', { input_dim: 5, output_dim: 2, mask_zero: true }, 'tokens'),
        layer('LSTM', 'lstm', { units: 2, return_sequences: true }, 'embedding'),
        layer('Concatenate', 'concatenate', { axis: -1 }, 'lstm', 'embedding'),
        layer('GlobalAveragePooling1D', 'pool', {}, 'concatenate'),
      ],
      'tokens',
      'pool',
    );
    tf.keras.utils.clearSession();
    const made = models.modelFromJson(JSON.stringify(config)) as tf.keras.Model;
    const [short, long] = (
      made(
        tf.constant([
          [1, 2, 0],
          [1, 2, 0],
        ]),
      ) as tf.Tensor
    ).arraySync() as number[][];
    expect(short).toEqual(long);
    expect(made.layers.map(({ name }) => name)).toContain('concatenate');
  });
  it('that was frozen is frozen to its input layer; a Sequential, whose config has no flag, where all its layers are', () => {
    const dense = (name: string, ...from: string[]) => layer('Dense', name, { units: 2, trainable: false }, ...from);
    const input = (name: string) => layer('InputLayer', name, { batch_input_shape: [null, 2], dtype: 'float32' });
    const base = model('base', true, [input('inside'), dense('one', 'inside')], 'inside', 'one');
    const stack = { class_name: 'Sequential', config: { name: 'stack', layers: [input('below'), dense('two')] } };
    const nested = (entry: object, name: string, from: string) => ({
      ...entry,
      name,
      inbound_nodes: [[[from, 0, 0, {}]]],
    });
    const config = model(
      'whole',
      false,
      [
        input('x'),
        nested(base, 'base', 'x'),
        nested(stack, 'stack', 'base'),
        layer('Dense', 'head', { units: 1 }, 'stack'),
      ],
      'x',
      'head',
    );
    const made = models.modelFromJSON(JSON.stringify(config)) as tf.keras.Model;
    const lines: string[] = [];
    made.summary({
      style: 'keras2',
      expandNested: true,
      showTrainable: true,
      printFn: (line) => void lines.push(line),
    });
    const flags = lines.flatMap((line) => /^[ |]+(\w+) \(.*\b([YN])\b *\|?$/.exec(line)?.slice(1, 3).join(' ') ?? []);
    expect(flags).toEqual(['x Y', 'base N', 'inside N', 'one N', 'stack N', 'two N', 'head Y']);
  });
});

it('a lost mask is warned of once for each layer', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    const masked = tf.keras.layers.Masking()(tf.ones([2, 4, 3]));
    const flatten = tf.keras.layers.Flatten({ name: 'loses_it' });
    flatten(masked);
    flatten(masked);
    tf.keras.layers.GlobalAveragePooling1D()(masked);
    tf.keras.layers.LSTM(2)(masked);
    tf.keras.layers.Rescaling(2)(masked);
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining("layer 'loses_it' (Flatten)"),
    ]);
  } finally {
    warn.mockRestore();
  }
});

describe("a layer of a program's own with a mask among its options", () => {
  class TemporalSoftmax extends layers.Layer {
    override call(inputs: tf.Tensor, { mask }: { mask?: tf.Tensor | null } = {}) {
      const weights = tf.exp(inputs).mul(tf.expandDims(tf.cast(mask!, 'float32'), -1));
      return weights.div(tf.reduceSum(weights, 1, true));
    }
  }
  const tokens = tf.constant([[3, 1, 0, 0], [2, 2, 2, 0]]); // biome-ignore format: rows
  it('gets it in a functional model, and when it runs', async () => {
    const embedding = layers.Embedding(5, 3, { maskZero: true });
    const dense = layers.Dense(1);
    const inputs = tf.keras.Input({ shape: [null], dtype: 'int32' });
    const model = models.Model(inputs, new TemporalSoftmax()(dense(embedding(inputs))));
    expect(model.outputShape).toEqual([null, null, 1]);
    const alone = new TemporalSoftmax()(dense(embedding(tokens)));
    const found = tf.squeeze(await model.predict(tokens, { verbose: 0 }), -1).arraySync() as number[][];
    expect(found).toEqual(tf.squeeze(alone, -1).arraySync());
    expect(found[0]!.slice(2)).toEqual([0, 0]);
    for (const row of found) expect(row.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
  });
});
