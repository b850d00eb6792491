// keras.distribution on one device: layouts as Keras describes them, numbers unchanged, and what one device refuses.
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { DataParallel, DeviceMesh, LayoutMap, ModelParallel, TensorLayout } = tf.keras.distribution;
const { distributeTensor, distribution, getDeviceCount, initialize, listDevices, setDistribution } =
  tf.keras.distribution;

test('devices, meshes and layouts print as in Keras', () => {
  expect([listDevices(), listDevices('GPU'), getDeviceCount('cpu')]).toEqual([['cpu:0'], [], 1]);
  const mesh = DeviceMesh([2, 2], ['batch', 'model'], ['a', 'b', 'c', 'd']);
  expect(String(mesh)).toBe("<DeviceMesh shape=(2, 2), axis_names=('batch', 'model')>");
  const layout = TensorLayout(['batch', null], mesh);
  expect(String(layout)).toBe(`<TensorLayout axes=('batch', None), device_mesh=${mesh}>`);
  expect(() => TensorLayout(['rows'], mesh)).toThrow(/found the axis 'rows'.*batch, model/);
  expect(() => {
    layout.deviceMesh = mesh;
  }).toThrow(/cannot be changed/);
  expect(() => DeviceMesh([2], ['batch'])).toThrow(/takes 2 devices, found 1: cpu:0/);
  expect(() => DeviceMesh([1], ['batch', 'model'])).toThrow(/1 lengths in shape and 2 axisNames/);
  expect(() => listDevices('quantum')).toThrow(/wanted 'cpu', 'gpu' or 'tpu'/);
});

test('LayoutMap: exact paths, then keys as regular expressions', () => {
  const mesh = DeviceMesh([1, 1], ['batch', 'model'], ['cpu:0']);
  const map = LayoutMap(mesh);
  map.set('dense.*kernel', [null, 'model']).set('dense/bias', TensorLayout(['model']));
  expect(map.get('dense_1/kernel')!.axes).toEqual([null, 'model']);
  expect(map.get('dense_1/kernel')!.deviceMesh).toBe(mesh);
  expect(map.get('conv2d/kernel')).toBeNull();
  expect(() => map.set('dense/bias', [null])).toThrow(/is there already/);
  map.set('kernel', [null, null]);
  expect(() => map.get('dense/kernel')).toThrow(/several keys: 'dense\.\*kernel', 'kernel'/);
  expect([map.size, [...map.keys()].length, map.delete('kernel'), map.pop('none')]).toEqual([3, 3, true, null]);
  const parallel = ModelParallel({ layoutMap: map, batchDimName: 'batch', autoShardDataset: false });
  const dense = tf.keras.layers.Dense(2, { name: 'dense' });
  dense(tf.ones([1, 3]));
  expect(dense.weights.map((weight) => parallel.getVariableLayout(weight).axes)).toEqual([[null, 'model'], ['model']]);
  expect(parallel.getTensorLayout('elsewhere')).toBeNull();
  expect([parallel.numModelReplicas, parallel.autoShardDataset]).toEqual([1, false]);
  map.clear();
  expect(() => map.popitem()).toThrow(/empty/);
});

test('a distribution over one device changes no number; more devices are refused', async () => {
  const trained = async (): Promise<number[]> => {
    tf.keras.utils.setRandomSeed(3);
    const model = tf.keras.Sequential([tf.keras.layers.Dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    return [...(await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 2, verbose: 0 })).history.loss!];
  };
  const plain = await trained();
  const parallel = DataParallel({ devices: ['cpu:0'], autoShardDataset: true });
  expect(parallel.getDataLayout([8, 2]).axes).toEqual(['batch', null]);
  expect(parallel.scope(() => distribution())).toBe(parallel);
  expect(distribution()).toBeNull();
  setDistribution(parallel);
  expect(await trained()).toEqual(plain);
  const data = tf.data.Dataset.range(3);
  expect(parallel.distributeDataset(data)).toBe(data);
  const x = tf.ones([2, 2]);
  expect(distributeTensor(x, TensorLayout([null, null], parallel.deviceMesh))).toBe(x);
  setDistribution(null);
  const many = DataParallel({ deviceMesh: DeviceMesh([2], ['batch'], ['cpu:0', 'cpu:1']) });
  expect(many.numModelReplicas).toBe(2);
  expect(() => setDistribution(many)).toThrow(/2 devices, cpu:0, cpu:1; there is one here/);
  expect(() => initialize('10.0.0.1:99,10.0.0.2:99', 2, 0)).toThrow(/2 processes/);
  expect(() => initialize()).not.toThrow();
});
