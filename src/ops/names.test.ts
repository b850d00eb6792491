// Names of tf that are no arithmetic: forward accumulators, assertions, devices, settings, the logger.
import { describe, expect, it, vi } from 'vitest';
import * as tf from '../index.ts';

describe('tf.autodiff', () => {
  it('carries derivatives forward', () => {
    const x = tf.constant([1, 2, 3], { dtype: 'float32' });
    const accumulator = tf.autodiff.ForwardAccumulator(x, tf.constant([1, 0, 2], { dtype: 'float32' }));
    const [y, z] = accumulator.record(() => [tf.multiply(tf.square(x), 3), tf.constant(1.5)] as const);
    expect((accumulator.jvp(y) as tf.Tensor).arraySync()).toEqual([6, 0, 36]);
    expect(accumulator.jvp(z)).toBeNull();
    expect((accumulator.jvp(z, { unconnectedGradients: 'zero' }) as tf.Tensor).item()).toBe(0);
    expect(() => tf.autodiff.ForwardAccumulator(x, tf.constant([1]))).toThrow(/tangent 0 has shape/);
  });
});

describe('tf.debugging', () => {
  const { debugging } = tf;
  const one = tf.constant([1, 2]);
  it('accepts what holds', () => {
    debugging.assertEqual(one, one);
    debugging.assertGreater(one, [0, 1]);
    debugging.assertGreaterEqual(one, one);
    debugging.assertLess(one, [2, 3]);
    debugging.assertLessEqual(one, one);
    debugging.assertNoneEqual(one, [3, 3]);
    debugging.assertNear(tf.constant(1.0), tf.constant(1.0000001));
    debugging.assertPositive(one);
    debugging.assertNegative([-1]);
    debugging.assertNonNegative([0]);
    debugging.assertNonPositive([0]);
    debugging.assertRank(one, 1);
    debugging.assertRankAtLeast(one, 1);
    debugging.assertRankIn(one, [0, 1]);
    debugging.assertScalar(tf.constant(1));
    debugging.assertInteger(one);
    debugging.assertType(one, 'int32');
    debugging.assertAllFinite(tf.constant([1.5]), 'finite');
    expect(debugging.isNumericTensor(one)).toBe(true);
  });
  it.each([
    ['assertEqual', () => debugging.assertEqual(one, [1, 3])],
    ['assertGreater', () => debugging.assertGreater(one, one)],
    ['assertLess', () => debugging.assertLess(one, one)],
    ['assertNear', () => debugging.assertNear(tf.constant(1.0), tf.constant(1.1))],
    ['assertPositive', () => debugging.assertPositive([0])],
    ['assertRank', () => debugging.assertRank(one, 2)],
    ['assertRankIn', () => debugging.assertRankIn(one, [0, 2])],
    ['assertScalar', () => debugging.assertScalar(one)],
    ['assertType', () => debugging.assertType(one, 'float32')],
    ['checkNumerics', () => debugging.checkNumerics(tf.constant([1, Number.NaN]), 'here')],
  ])('%s refuses what does not', (_, f) => {
    expect(f).toThrow();
  });
});

describe('tf.config', () => {
  it('knows the one device', () => {
    const { config } = tf;
    expect(config.listPhysicalDevices('CPU').length).toBe(1);
    expect(config.listPhysicalDevices('GPU')).toEqual([]);
    expect(config.listLogicalDevices()[0]!.name).toBe('/device:CPU:0');
    config.setVisibleDevices([], 'GPU');
    expect(config.getVisibleDevices().length).toBe(1);
    expect(() => config.setVisibleDevices([], 'CPU')).toThrow(/cannot be hidden/);
    const [cpu] = config.listPhysicalDevices();
    config.experimental.setMemoryGrowth(cpu!, true);
    expect(config.experimental.getMemoryGrowth(cpu!)).toBe(true);
    expect(config.experimental.getMemoryInfo('CPU:0').current).toBeGreaterThan(0);
    config.experimental.resetMemoryStats('CPU:0');
    config.experimental.setDevicePolicy('warn');
    expect(config.experimental.getDevicePolicy()).toBe('warn');
    expect(config.experimental.getVirtualDeviceConfiguration(cpu!)).toBeNull();
    expect(config.functionsRunEagerly()).toBe(false);
    config.experimentalRunFunctionsEagerly(true);
    expect(config.experimentalFunctionsRunEagerly()).toBe(true);
    config.runFunctionsEagerly(false);
  });
});

it('the logger writes from its level on', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  tf.getLogger().setLevel('ERROR');
  tf.getLogger().warning('quiet');
  tf.getLogger().error('loud');
  expect(warn).not.toHaveBeenCalled();
  expect(error).toHaveBeenCalledWith('ERROR:tensorflow:loud');
  tf.getLogger().setLevel('WARNING');
  error.mockRestore();
  warn.mockRestore();
});

it('scopes and sections run what they are given', () => {
  expect(tf.CriticalSection().execute(() => 3)).toBe(3);
  expect(tf.device('/GPU:0', () => 4)).toBe(4);
  expect(tf.controlDependencies([], () => 5)).toBe(5);
  expect(tf.nameScope('here', () => 6)).toBe(6);
  expect(tf.initScope(() => tf.executingEagerly())).toBe(true);
  expect(
    tf
      .function(() => tf.constant(Number(tf.insideFunction())))()
      .item(),
  ).toBe(1);
  expect(tf.getStaticValue(tf.constant([1, 2]))).toEqual([1, 2]);
  expect(
    tf
      .reduceSum(
        [
          [1, 2],
          [3, 4],
        ],
        1,
        true,
      )
      .arraySync(),
  ).toEqual([[3], [7]]);
});

it('tables of text files', async () => {
  const file = new Blob(['emerson 10\nlake 20\npalmer 30\n']);
  const { TextFileIndex, TextFileInitializer, StaticHashTable, StaticVocabularyTable } = tf.lookup;
  const fields = TextFileInitializer(file, 'string', 0, 'int64', 1, { delimiter: ' ' });
  expect(() => StaticHashTable(fields, -1)).toThrow(/await initializer.ready/);
  const table = StaticHashTable(await fields.ready, -1);
  expect(table.lookup(['palmer', 'lake', 'tarkus']).arraySync()).toEqual([30, 20, -1]);
  const lines = TextFileInitializer(file, 'string', TextFileIndex.WHOLE_LINE, 'int64', TextFileIndex.LINE_NUMBER, {
    vocabSize: 2,
    valueIndexOffset: 5,
  });
  expect((await lines.ready).values.arraySync()).toEqual([5, 6]);
  expect(
    StaticVocabularyTable(await lines.ready, 1)
      .size()
      .item(),
  ).toBe(3);
  await expect(TextFileInitializer(file, 'int64', 0, 'int64', 1, { delimiter: ' ' }).ready).rejects.toThrow(
    /is no int64/,
  );
  expect(() => TextFileInitializer(file, 'string', TextFileIndex.LINE_NUMBER, 'int64', 1)).toThrow(/is int64/);
});

it('names of devices by their parts', () => {
  const device = tf.DeviceSpec.fromString('/job:worker/replica:1/task:2/device:GPU:3');
  expect(String(device.replace({ deviceType: 'CPU' }))).toBe('/job:worker/replica:1/task:2/device:CPU:3');
  expect(String(tf.DeviceSpec({ deviceType: 'cpu' }))).toBe('/device:CPU:*');
  expect(String(tf.DeviceSpec('x').makeMergedSpec(device))).toBe(String(device));
  expect(String(tf.config.PhysicalDevice('a', 'CPU'))).toBe("PhysicalDevice(name='a', device_type='CPU')");
  expect(tf.config.LogicalDeviceConfiguration({ memoryLimit: 64 }).memoryLimit).toBe(64);
});

it('a windowed op over every second element', () => {
  const x = tf.reshape(tf.range(0, 16, 1, { dtype: 'float32' }), [1, 4, 4, 1]);
  const pool = (input: tf.Tensor, _n: number, padding: 'SAME' | 'VALID') => tf.nn.maxPool2d(input, 2, 1, padding);
  const wanted = tf.nn.pool(x, [2, 2], 'MAX', { padding: 'VALID', dilations: [2, 2] });
  expect(tf.nn.withSpaceToBatch(x, [2, 2], 'VALID', pool).arraySync()).toEqual(wanted.arraySync());
});

it('messages of tensors', () => {
  const message = tf.makeTensorProto([1, 2, 3, 4], { dtype: 'float32', shape: [2, 2] });
  expect(tf.makeNdarray(message).arraySync()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(() => tf.makeTensorProto([1, 2], { shape: [3] })).toThrow(/2 values for shape/);
});
