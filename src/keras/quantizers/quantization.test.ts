// What Keras keeps and computes of quantized layers (test/fixtures/make_quantization.py), files both ways, and refusals.
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { layers, quantizers } = tf.keras;
const folder = 'test/fixtures/quantization';
const read = (name: string) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
const fixture = read('quantization.json');

interface Case {
  readonly id: string;
  readonly class_name: 'Dense' | 'EinsumDense' | 'Embedding' | 'ReversibleEmbedding';
  readonly config: Record<string, tf.keras.Json>;
  readonly before: number[][];
  readonly input: number[];
  readonly quantization: tf.keras.Json;
  readonly lora?: number[][];
  readonly gradient?: number[];
  readonly output: number[];
  readonly saved: number[][];
  readonly policy: string;
  readonly reverse: boolean;
}
const numbers = (value: unknown): number[] => [value].flat(9) as number[];
function near(found: tf.Tensor, wanted: unknown, what: string, tolerance = 2e-5): void {
  const got = numbers(found.arraySync());
  const want = numbers(wanted);
  expect(got.length, what).toBe(want.length);
  got.forEach((value, i) => {
    if (!(Math.abs(value - want[i]!) <= tolerance * (1 + Math.abs(want[i]!))))
      expect.fail(`${what}: element ${i} is ${value}, wanted ${want[i]}`);
  });
}

test.each<Case>(fixture.layers)('$id', (c) => {
  const layer = (layers[c.class_name] as typeof layers.Dense & { fromConfig(config: object): unknown }).fromConfig(
    c.config,
  ) as tf.keras.layers.Dense;
  const whole = c.class_name === 'Embedding' || (c.class_name === 'ReversibleEmbedding' && !c.reverse);
  const x = tf.constant(c.input, { dtype: whole ? 'int32' : 'float32' });
  const call = (input: tf.Tensor): tf.Tensor => Reflect.apply(layer, null, [input, c.reverse ? { reverse: true } : {}]);
  call(x);
  layer.setWeights(c.before);
  layer.quantize(null, {
    config: tf.keras.saving.deserializeKerasObject(c.quantization) as tf.keras.quantizers.QuantizationConfig,
  });
  expect(layer.dtypePolicy.name).toBe(c.policy);
  if (c.lora) {
    layer.enableLora(2);
    layer.loraPair!.a.assign(c.lora[0]!);
    layer.loraPair!.b.assign(c.lora[1]!);
  }
  near(call(x), c.output, 'output');
  near(tf.function(call)(x), c.output, 'compiled output');
  // Through rounded inputs of a reversed embedding Keras passes no gradient, which would stop training there.
  const passes = !c.reverse || !/int8$|inputs/.test(c.id);
  if (c.gradient && !whole && passes) {
    const tape = new tf.GradientTape();
    tape.watch(x);
    const total = tape.record(() => tf.reduceSum(tf.square(call(x))));
    near(tape.gradient(total, x)!, c.gradient, 'gradient', 1e-4);
  }
  const saved = layer.savedWeights();
  expect(saved.length).toBe(c.saved.length);
  saved.forEach(({ value, variable }, i) => near(value(), c.saved[i], `${i}: ${variable.path}`));
  // The config says how to build it in codes again.
  const again = (
    layer.constructor as typeof layers.Dense & { fromConfig(config: object): tf.keras.layers.Dense }
  ).fromConfig(layer.getConfig());
  again.build(c.reverse ? [null] : [...x.dims]);
  expect(again.savedWeights().map(({ variable }) => variable.dims)).toEqual(
    layer.savedWeights().map(({ variable }) => variable.dims),
  );
});

test('functions', () => {
  const f = fixture.functions;
  for (const [name, axis] of [
    ['0', 0],
    ['-1', -1],
    ['(0, 1)', [0, 1]],
  ] as const)
    quantizers
      .absMaxQuantize(fixture.x, axis)
      .forEach((part, i) => near(part, f[`abs_max_${name}`][i], `absMax ${name}`));
  for (const block of [2, 5, 8])
    for (const toNumpy of [false, true])
      quantizers
        .absMaxQuantizeGroupedWithZeroPoint(fixture.x, block, { toNumpy })
        .forEach((part, i) => near(part, f[`grouped_${block}_${toNumpy ? 'True' : 'False'}`][i], `grouped ${block}`));
  const codes = tf.constant(fixture.codes, { dtype: 'int8' });
  for (const axis of [0, 1]) {
    const [packed, shape, length] = quantizers.packInt4(codes, axis);
    const [wanted, dims, n, back] = f[`pack_${axis}`];
    near(packed, wanted, 'packed');
    expect([shape, length]).toEqual([dims, n]);
    near(quantizers.unpackInt4(packed, length, axis), back, 'unpacked');
  }
  const [unsigned, , n] = quantizers.packInt4(tf.cast(tf.add(tf.cast(codes, 'int32'), 8), 'uint8'), { dtype: 'uint8' });
  near(unsigned, f.pack_unsigned[0], 'packed uint8');
  near(quantizers.unpackInt4(unsigned, n, { dtype: 'uint8' }), f.pack_unsigned[3], 'unpacked uint8');
  for (const name of Object.keys(f).filter((key) => key.startsWith('fake_'))) {
    const { low, high, bits: numBits, narrow: narrowRange, axis, output, gradients } = f[name];
    const given = [fixture.wide, low, high].map((value) => tf.constant(value, { dtype: 'float32' })) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const tape = new tf.GradientTape();
    tape.watch(given);
    let y: tf.Tensor | null = null;
    const total = tape.record(() => {
      y = quantizers.fakeQuantWithMinMaxVars(...given, { numBits, narrowRange, axis });
      return tf.reduceSum(tf.multiply(y, tf.reshape(tf.range(0, 12, 1, { dtype: 'float32' }), [4, 3])));
    });
    near(y!, output, name);
    tape.gradient(total, given).forEach((gradient, i) => near(gradient!, gradients[i], `${name}: gradient ${i}`));
  }
  for (const dtype of ['float8_e4m3fn', 'float8_e5m2'] as const)
    near(quantizers.quantizeAndDequantize(fixture.eight, 0.5, dtype, 'float32'), f[`qdq_${dtype}`], dtype, 1e-8);
  const scales = [
    [2, 0],
    [0, 0],
    [3, 1],
  ].map(([amax, margin]) => quantizers.computeFloat8Scale(amax!, 0.5, 448, margin!).item());
  near(tf.constant(scales as number[]), f.scale, 'scale');
  near(
    quantizers.computeFloat8AmaxHistory(fixture.x, tf.constant([0, 1, 2, 3], { dtype: 'float32' })),
    f.history,
    'history',
  );
});

test('three steps with products of 8-bit floats', () => {
  const { x, y, before, losses, saved, output } = fixture.float8;
  const model = tf.keras.Sequential([tf.keras.Input({ shape: [3] }), layers.Dense(2)]);
  model.setWeights(before);
  model.quantize('float8');
  model.compile({ optimizer: tf.keras.optimizers.SGD(0.1), loss: 'mse' });
  for (const loss of losses) expect(model.trainOnBatch(tf.constant(x), tf.constant(y))).toBeCloseTo(loss, 5);
  model.layers[0]!.savedWeights().forEach(({ value }, i) => {
    const found = value();
    near(found.dims[0]! > 100 ? found.at(':4') : found, saved[i], `weight ${i}`);
  });
  near(model(tf.constant(x)), output, 'output');
});

test.each(['int8', 'int4'])('a file of Keras in %s, and one of our own', async (mode) => {
  const model = (await tf.keras.models.loadModel(`${folder}/quantized_${mode}.keras`)) as tf.keras.Model;
  const x = tf.constant([[1, 2, 3, 8]], { dtype: 'int32' });
  near(model(x), read('quantized.json')[mode], mode);
  const { mkdtempSync } = await import('node:fs');
  const path = `${mkdtempSync(join(tmpdir(), 'quantized-'))}/model.keras`;
  await model.save(path);
  const again = (await tf.keras.models.loadModel(path)) as tf.keras.Model;
  near(again(x), model(x).arraySync(), 'again');
});

test('what cannot be quantized says so', () => {
  const dense = layers.Dense(2, { name: 'd' });
  expect(() => dense.quantize('int8')).toThrow(/not built/);
  dense.build([null, 3]);
  expect(() => dense.quantize('int7' as 'int8')).toThrow(/unknown 'int7'; wanted one of 'int8', 'int4', 'float8'/);
  expect(() => dense.quantize('gptq' as 'int8')).toThrow(/calibrates language models/);
  expect(() => dense.quantize('int4', { config: quantizers.Int8QuantizationConfig() })).toThrow(/is of mode 'int8'/);
  expect(() => quantizers.AbsMaxQuantizer({ valueRange: [-300, 300] })).toThrow(/int8 holds/);
  expect(() => quantizers.Int4QuantizationConfig({ blockSize: 0 })).toThrow(/blockSize is 0/);
  dense.quantize('int8');
  expect(() => dense.quantize('int8')).toThrow(/quantized already/);
  expect(() => layers.Dropout(0.5).quantize('int8')).toThrow(/has no quantized form/);
  const embedding = layers.Embedding(3, 2);
  embedding(tf.constant([0], { dtype: 'int32' }));
  expect(() => embedding.quantize('float8')).toThrow(/no product of 8-bit floats/);
});
