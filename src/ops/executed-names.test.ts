// Names and options of tf that no case of TensorFlow's can hold: functions as arguments, settings, what is only kept.
import { describe, expect, it } from 'vitest';
import * as tf from '../index.ts';

const close = (a: tf.Tensor, b: tf.Tensor) => {
  const size = tf.reduceMax(tf.abs(tf.subtract(a, b))).item();
  expect(Number(size)).toBeLessThan(1e-4);
};

describe('control flow', () => {
  it('case, switchCase, foldl, foldr, vectorizedMap', () => {
    const chosen = tf.case(
      [
        [false, () => tf.constant(1)],
        [true, () => tf.constant(2)],
      ],
      { default: () => tf.constant(3), exclusive: true },
    );
    expect((chosen as tf.Tensor).item()).toBe(2);
    expect(
      (
        tf.switchCase(1, [() => tf.constant(4), () => tf.constant(5)], { default: () => tf.constant(6) }) as tf.Tensor
      ).item(),
    ).toBe(5);
    const x = tf.constant([1, 2, 4], { dtype: 'float32' });
    const halves = (a: tf.Tensor, e: tf.Tensor) => tf.add(tf.multiply(a, 0.5), e);
    expect((tf.foldl(halves, x, { initializer: tf.constant(8, 'float32') }) as tf.Tensor).item()).toBe(
      8 / 8 + 1 / 4 + 2 / 2 + 4,
    );
    expect((tf.foldr(halves, x, { initializer: tf.constant(8, 'float32') }) as tf.Tensor).item()).toBe(
      8 / 8 + 4 / 4 + 2 / 2 + 1,
    );
    expect((tf.vectorizedMap((e: tf.Tensor) => tf.square(e), x) as tf.Tensor).arraySync()).toEqual([1, 4, 16]);
  });
  it('gradients through recomputeGrad and gradPassThrough', () => {
    const x = tf.constant([1, 2, 3], { dtype: 'float32' });
    const slope = (f: (y: tf.Tensor) => tf.Tensor) => {
      const tape = new tf.GradientTape();
      const y = tape.record(() => {
        tape.watch(x);
        return tf.reduceSum(f(x));
      });
      return (tape.gradient(y, x) as tf.Tensor).arraySync();
    };
    expect(slope(tf.recomputeGrad((y: tf.Tensor) => tf.multiply(y, tf.square(y))))).toEqual([3, 12, 27]);
    expect(slope(tf.gradPassThrough((y: tf.Tensor) => tf.floor(tf.multiply(y, 7))))).toEqual([1, 1, 1]);
  });
  it('tf.function takes what it may be told', () => {
    const double = tf.function((x: tf.Tensor) => tf.add(x, x), {
      autograph: false,
      jitCompile: true,
      reduceRetracing: true,
      experimentalImplements: 'double',
      experimentalAutographOptions: null,
      experimentalAttributes: null,
      experimentalRelaxShapes: true,
      experimentalCompile: true,
      experimentalFollowTypeHints: false,
    });
    expect(double(tf.constant([1, 2])).arraySync()).toEqual([2, 4]);
    expect(
      (tf.numpyFunction((x: tf.Tensor) => tf.square(x), [3], 'int32', { stateful: false }) as tf.Tensor).item(),
    ).toBe(9);
  });
});

describe('values', () => {
  it('variables keep how replicas would be kept in step', () => {
    const v = tf.Variable([1, 2], {
      trainable: true,
      validateShape: true,
      constraint: (w) => tf.nn.relu(w),
      synchronization: tf.VariableSynchronization.ON_READ,
      aggregation: tf.VariableAggregation.MEAN,
      experimentalEnableVariableLifting: false,
    });
    expect(v.arraySync()).toEqual([1, 2]);
    expect(tf.VariableAggregation.ONLY_FIRST_REPLICA).toBe(3);
  });
  it('what is a tensor, and what its value is', () => {
    expect([tf.isTensor(tf.constant(1)), tf.isTensor([1])]).toEqual([true, false]);
    expect(tf.isSymbolicTensor(tf.constant(1))).toBe(false);
    expect(tf.getStaticValue(tf.constant([1, 2]), { partial: true })).toEqual([1, 2]);
    expect(tf.asDtype('half')).toBe('float16');
    expect(tf.dtypes.asDtype('double')).toBe('float64');
    expect(tf.broadcastStaticShape([3, 1], [2])).toEqual([3, 2]);
    expect(tf.checkPinned([1, 2]).arraySync()).toEqual([1, 2]);
    expect(tf.constant([1, 2]).at(tf.newaxis).shape).toEqual([1, 2]);
    expect(tf.parallelStack([tf.constant([1]), tf.constant([2])]).arraySync()).toEqual([[1], [2]]);
    expect(tf.timestamp()).toBeGreaterThan(1.7e9);
    expect(tf.noOp()).toBeUndefined();
    expect([tf.UnconnectedGradients.ZERO, tf.AggregationMethod.ADD_N, tf.VariableSynchronization.AUTO]).toEqual([
      'zero',
      0,
      0,
    ]);
    const message = tf.makeTensorProto([1, 1], {
      dtype: 'int32',
      shape: [2],
      verifyShape: true,
      allowBroadcast: false,
    });
    expect(tf.makeNdarray(message).arraySync()).toEqual([1, 1]);
    expect(tf.makeNdarray(tf.makeTensorProto(3, { shape: [2], allowBroadcast: true })).arraySync()).toEqual([3, 3]);
  });
  it('objects of a class of the program become tensors', () => {
    class Celsius {
      readonly degrees: number;
      constructor(degrees: number) {
        this.degrees = degrees;
      }
    }
    tf.registerTensorConversionFunction(
      Celsius,
      (value, dtype) => tf.constant(value.degrees + 273.15, dtype ?? 'float32'),
      50,
    );
    const warm = new Celsius(20) as never;
    expect(tf.convertToTensor(warm, { dtype: 'float64' }).item()).toBe(293.15);
    close(tf.add(tf.constant(1, 'float32'), tf.convertToTensor(warm)), tf.constant(294.15));
    expect(() => tf.registerTensorConversionFunction('Celsius' as never, () => null)).toThrow(/wanted a class/);
  });
  it('arrays and specs', () => {
    const array = new tf.TensorArray('float32', { size: 2, clearAfterRead: false, inferShape: true, elementShape: [] });
    expect(array.write(0, 1).write(1, 2).stack().arraySync()).toEqual([1, 2]);
    expect(String(tf.DeviceSpec({ job: 'worker', replica: 1, task: 2, deviceType: 'cpu', deviceIndex: 3 }))).toBe(
      '/job:worker/replica:1/task:2/device:CPU:3',
    );
    expect(tf.IndexedSlicesSpec({ shape: [2], dtype: 'float64' }).dtype).toBe('float64');
    const flat = tf.TensorSpec([null], 'int32');
    expect(tf.RaggedTensorSpec({ raggedRank: 1, dtype: 'int32', flatValuesSpec: flat }).flatValuesSpec).toBe(flat);
    expect(tf.RaggedTensorSpec([2, null], 'int32').isCompatibleWith(tf.ragged.constant([[1], [2, 3]]))).toBe(true);
    expect(tf.TensorSpec([1]) instanceof tf.TypeSpec).toBe(true);
    expect(tf.CriticalSection({ name: 'own', sharedName: 'ours' }).execute(() => 5)).toBe(5);
  });
  it('tables', () => {
    const pairs = tf.lookup.KeyValueTensorInitializer(['a', 'b'], tf.constant([3, 4], 'int64'));
    expect(
      tf.lookup
        .StaticHashTable(pairs, { defaultValue: -1, experimentalIsAnonymous: true })
        .lookup(['b', 'x'])
        .arraySync(),
    ).toEqual([4, -1]);
    const vocabulary = tf.lookup.StaticVocabularyTable(pairs, {
      numOovBuckets: 1,
      lookupKeyDtype: 'string',
      experimentalIsAnonymous: true,
    });
    expect(vocabulary.lookup(['a']).arraySync()).toEqual([3]);
    expect(() => tf.lookup.StaticVocabularyTable(pairs, { numOovBuckets: 1, lookupKeyDtype: 'int64' })).toThrow(
      /lookupKeyDtype/,
    );
  });
  it('structures', () => {
    tf.nest.assertSameStructure({ a: [1] }, { a: [2] }, { checkTypes: false, expandComposites: true });
    expect(tf.nest.packSequenceAs([0, [0]], [1, 2], { expandComposites: false })).toEqual([1, [2]]);
  });
  it('flat values of ragged and sparse tensors', () => {
    const ragged = tf.ragged.constant([[1, 2], [3]]) as tf.RaggedTensor;
    expect(
      (tf.ragged.mapFlatValues((x: unknown) => tf.square(x as tf.Tensor), ragged) as tf.RaggedTensor).toList(),
    ).toEqual([[1, 4], [9]]);
    const sparse = tf.sparse.fromDense([0, 2, 3]);
    expect(
      tf.sparse
        .toDense(tf.sparse.mapValues((x: unknown) => tf.square(x as tf.Tensor), sparse) as tf.SparseTensor)
        .arraySync(),
    ).toEqual([0, 4, 9]);
  });
});

describe('numbers of functions that have no kernel for a processor in TensorFlow', () => {
  it('Fourier transforms over several axes', () => {
    const z = tf.complex(tf.random.statelessNormal([2, 3, 4], [1, 2]), tf.random.statelessNormal([2, 3, 4], [3, 4]));
    const parts = (x: tf.Tensor) => tf.stack([tf.math.real(x), tf.math.imag(x)]);
    close(parts(tf.signal.fftnd(z, [3, 4], [1, 2])), parts(tf.signal.fft2d(z)));
    close(parts(tf.fftnd(z, [2, 3, 4], [0, 1, 2])), parts(tf.signal.fft3d(z)));
    close(parts(tf.signal.ifftnd(z, [3, 4], [1, 2])), parts(tf.signal.ifft2d(z)));
    const x = tf.math.real(z);
    close(parts(tf.signal.rfftnd(x, [3, 4], [1, 2])), parts(tf.signal.rfft2d(x)));
    close(tf.signal.irfftnd(tf.signal.rfft2d(x), [3, 4], [1, 2]), x);
  });
  it('windows with which an inverse short-time transform gives back what was', () => {
    const window = tf.signal.inverseStftWindowFn(2, tf.signal.hannWindow);
    const x = tf.random.statelessNormal([32], [5, 6]);
    const frames = tf.signal.stft(x, 8, 2, { windowFn: tf.signal.hannWindow });
    const again = tf.signal.inverseStft(frames, 8, 2, { windowFn: window });
    close(tf.slice(again, [8], [16]), tf.slice(x, [8], [16]));
  });
  it('gradients of convolutions by themselves', () => {
    const [x, w] = [tf.random.statelessNormal([1, 5, 5, 2], [1, 1]), tf.random.statelessNormal([3, 3, 2, 3], [2, 2])];
    const tape = new tf.GradientTape();
    const y = tape.record(() => {
      tape.watch([x, w]);
      return tf.nn.conv2d(x, w, 1, 'SAME');
    });
    const [dx, dw] = tape.gradient(y, [x, w]) as tf.Tensor[];
    const ones = tf.onesLike(y);
    close(tf.conv2dBackpropInputV2(x, w, ones, [1, 1, 1, 1], 'SAME'), dx!);
    close(tf.conv2dBackpropFilterV2(x, w, ones, [1, 1, 1, 1], 'SAME'), dw!);
  });
  it('eigenvalues of any matrix', () => {
    const [values, vectors] = tf.linalg.eig([
      [2, 1],
      [1, 3],
    ]) as [tf.Tensor, tf.Tensor];
    const a = tf.cast(
      tf.constant(
        [
          [2, 1],
          [1, 3],
        ],
        'float32',
      ),
      'complex64',
    );
    const difference = tf.subtract(tf.matmul(a, vectors), tf.multiply(vectors, values));
    expect(Number(tf.reduceMax(tf.abs(difference)).item())).toBeLessThan(1e-4);
  });
});

describe('settings', () => {
  it('tf.config', () => {
    expect(tf.config.getVisibleDevices('CPU')).toHaveLength(1);
    expect(tf.config.listLogicalDevices('GPU')).toHaveLength(0);
    expect(tf.config.LogicalDevice('/device:CPU:0', 'CPU').deviceType).toBe('CPU');
    const [cpu] = tf.config.listPhysicalDevices('CPU');
    tf.config.setLogicalDeviceConfiguration(cpu!, [
      tf.config.LogicalDeviceConfiguration({ memoryLimit: 10, experimentalPriority: 1, experimentalDeviceOrdinal: 0 }),
    ]);
    tf.config.experimental.setVirtualDeviceConfiguration(cpu!, [
      tf.config.experimental.VirtualDeviceConfiguration(10, 1, 0),
    ]);
    tf.config.setSoftDevicePlacement(false);
    expect(tf.config.getSoftDevicePlacement()).toBe(false);
    tf.config.setSoftDevicePlacement(true);
    const { experimental } = tf.config;
    experimental.enableOpDeterminism();
    experimental.enableMlirBridge();
    experimental.disableMlirBridge();
    experimental.setSynchronousExecution(true);
    expect(experimental.getSynchronousExecution()).toBe(true);
    experimental.enableTensorFloat32Execution(true);
    expect(experimental.tensorFloat32ExecutionEnabled()).toBe(false);
    expect(experimental.getDeviceDetails(cpu!).device_name).toBe('CPU');
    expect(experimental.getMemoryUsage('CPU:0')).toBeGreaterThan(0);
  });
  it('tf.debugging', () => {
    tf.debugging.setLogDevicePlacement(false);
    expect(tf.debugging.getLogDevicePlacement()).toBe(false);
    tf.debugging.enableCheckNumerics();
    try {
      expect(() => tf.math.log(tf.constant([-1, 1], 'float32'))).toThrow(/NaN|nan/);
    } finally {
      tf.debugging.disableCheckNumerics();
    }
    expect(tf.math.log(tf.constant(-1, 'float32')).item()).toBeNaN();
    expect(tf.debugging.assertSameFloatDtype([tf.constant([1.5])], { dtype: 'float32' })).toBe('float32');
    expect(tf.debugging.assertSameFloatDtype(null, 'float64')).toBe('float64');
    expect(() =>
      tf.debugging.assertShapes([[tf.constant([1]), [2]]], { data: [1], summarize: 1, message: 'here' }),
    ).toThrow(/here/);
  });
  it('generators of random numbers', () => {
    expect(tf.random.createRngState(7, 'philox').arraySync()).toEqual([7, 0, 0]);
    const own = tf.random.Generator({ state: [1, 2, 3], alg: 'philox' });
    tf.random.setGlobalGenerator(own);
    expect(tf.random.getGlobalGenerator()).toBe(own);
    expect(own.algorithm).toBe(tf.random.Algorithm.PHILOX);
  });
});

describe('pictures', () => {
  it('JPEG files as they are asked for, and back', async () => {
    const picture = tf.cast(tf.reshape(tf.range(8 * 8 * 3), [8, 8, 3]), 'uint8');
    const file = await tf.io.encodeJpeg(picture, {
      format: 'rgb',
      quality: 100,
      progressive: true,
      optimizeSize: true,
      chromaDownsampling: false,
      densityUnit: 'cm',
      xDensity: 12,
      yDensity: 13,
      xmpMetadata: 'about',
    });
    const bytes = file.elements![0] as Uint8Array;
    // JFIF: the unit, and the densities behind it.
    expect([...bytes.slice(13, 18)]).toEqual([2, 0, 12, 0, 13]);
    const options = { tryRecoverTruncated: true, acceptableFraction: 0.9 } as const;
    const back = tf.cast(await tf.io.decodeJpeg(file, options), 'int32');
    expect(Number(tf.reduceMax(tf.abs(tf.subtract(back, tf.cast(picture, 'int32')))).item())).toBeLessThan(16);
    const png = await tf.io.encodePng(picture);
    expect((await tf.io.decodePng(png)).arraySync()).toEqual(picture.arraySync());
    expect((await tf.io.decodeImage(png)).arraySync()).toEqual(picture.arraySync());
  });
});
