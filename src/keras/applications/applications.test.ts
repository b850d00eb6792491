// Applications against Keras: layers and counts of all, three trained beside it, pictures prepared alike, weights from a
// server in the place of Keras's. The numbers are written by test/fixtures/make_applications.py.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as tf from '../../index.ts';
import { camelCase } from '../schema.ts';
import { type Application, addresses } from './application.ts';
import { classFile } from './imagenet-utils.ts';

const { applications, layers, models, optimizers, utils } = tf.keras;
interface Described {
  readonly name: string;
  readonly input_shape: (number | null)[];
  readonly params: number;
  readonly trainable: number;
  readonly layers: number;
  readonly sha256: string;
}
interface Trained {
  readonly options: Readonly<Record<string, unknown>>;
  readonly losses: readonly number[];
  readonly test_loss: number;
  readonly sensitivity: number;
}
const fixture = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/applications.json', import.meta.url), 'utf8'),
) as {
  models: Record<string, { top: Described; bare: Described }>;
  trained: Record<string, Trained>;
  pictures: { modes: Record<string, number[]>; applications: Record<string, number[]> };
};
const named = (name: string) => Reflect.get(applications, name) as Application;
const size = (variables: readonly tf.Variable[]) => variables.reduce((sum, variable) => sum + variable.size, 0);
const describeModel = (model: tf.keras.Model): Described => {
  const rows = model.layers.map((layer) => [
    layer.name,
    layer.constructor.name,
    layer.weights.map((weight) => weight.dims),
  ]);
  return {
    name: model.name,
    input_shape: [...model.inputShape],
    params: model.countParams(),
    trainable: size(model.trainableWeights),
    layers: rows.length,
    sha256: createHash('sha256').update(JSON.stringify(rows)).digest('hex'),
  };
};
/** One member of each family is built without its top too. */
const alsoBare = /B0|50|121|Mobile$|Small|V3$|VGG16|Xception|ResNetV2|MobileNet/;

describe('layers, names and counts', () => {
  it.each(Object.entries(fixture.models))('%s', (name, { top, bare }) => {
    utils.clearSession();
    expect(describeModel(named(name)({ weights: null }))).toEqual(top);
    if (!alsoBare.test(name)) return;
    utils.clearSession();
    expect(describeModel(named(name)({ weights: null, includeTop: false }))).toEqual(bare);
  });
});

/** Numbers from −1 to 1 by a formula that the fixture's script has too. */
function numbers(k: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, j) => {
    let mixed = (Math.imul(j, 2654435761) + k * 40503 + 12345) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 2246822519) >>> 0;
    return mixed / 2 ** 31 - 1;
  });
}
function fill(model: tf.keras.Model): void {
  model.setWeights(
    model.weights.map((weight, k) => {
      let [scale, shift] = [0.1, 0];
      const { dims, path } = weight;
      const last = path.includes('depthwise') ? -2 : -1;
      if (path.endsWith('kernel')) scale = Math.sqrt(6 / dims.slice(0, last).reduce((a, b) => a * b, 1));
      else if (/gamma$|moving_variance$/.test(path)) shift = 1;
      return tf.constant(
        Float32Array.from(numbers(k, weight.size), (v) => shift + scale * v),
        { shape: dims },
      );
    }),
  );
}

describe('two steps beside Keras', () => {
  it.each(Object.entries(fixture.trained))(
    '%s',
    async (name, { options, losses, test_loss: testLoss, sensitivity }) => {
      utils.clearSession();
      const given = Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
      let model = named(name)({ ...given, weights: null });
      if (given.includeTop === false)
        model = models.Model({
          inputs: model.input,
          outputs: layers.Dense(5, { activation: 'softmax' })(model.output),
        }) as tf.keras.Model;
      fill(model);
      const pixels = numbers(1000, 8 * 64 * 64 * 3);
      const x = tf.constant(
        Float32Array.from(pixels, (v) => (name === 'MobileNetV3Small' ? (Math.fround(v) + 1) * 127.5 : v)),
        { shape: [8, 64, 64, 3] },
      );
      const y = tf.constant(Int32Array.from({ length: 8 }, (_, i) => i % 5));
      model.compile({ optimizer: optimizers.SGD(1e-4), loss: 'sparse_categorical_crossentropy' });
      const found = losses.map(() => (model.trainOnBatch(x, y) as number[])[0]!);
      // As in the golden cases: twenty times what one part in a million of the weights does.
      const tolerance = Math.max(1e-4, 20 * sensitivity);
      const [tested] = await model.evaluate(x, y, { verbose: 0 });
      for (const [i, loss] of [...losses, testLoss].entries())
        expect(Math.abs([...found, tested][i]! / loss - 1), `loss ${i}`).toBeLessThan(tolerance);
    },
  );
});

describe('preprocessInput', () => {
  const x = tf.range(24).reshape([2, 2, 2, 3]).mul(10).cast('float32');
  const near = (got: tf.Tensor, wanted: readonly number[]) => {
    const values = got.flatten().arraySync() as number[];
    expect(values).toHaveLength(wanted.length);
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(wanted[i]!, 3);
  };
  it.each(Object.entries(fixture.pictures.modes))('%s', (key, wanted) => {
    const [mode, dataFormat] = key.split(' ') as ['tf', 'channels_last'];
    const given = dataFormat === 'channels_last' ? x : x.transpose([0, 3, 1, 2]);
    near(applications.imagenetUtils.preprocessInput(given, { mode, dataFormat }), wanted);
  });
  it.each(Object.entries(fixture.pictures.applications))('of %s', (module, wanted) => {
    const family = Reflect.get(applications, camelCase(module)) as typeof applications.vgg16;
    near(family.preprocessInput(x), wanted);
  });
  it('takes whole numbers and refuses other modes', () => {
    near(applications.mobilenetV2.preprocessInput(tf.constant([[[0, 255, 51]]])), [-1, 1, -0.6]);
    expect(() => applications.imagenetUtils.preprocessInput(x, { mode: 'torsch' as never })).toThrow(
      /'torsch'.*'torch'/,
    );
  });
});

describe("Keras's files", () => {
  const served = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const content = served.get(request.url!);
    if (content) response.writeHead(200, { 'content-length': content.length }).end(content);
    else response.writeHead(404).end();
  });
  const home = mkdtempSync(join(tmpdir(), 'cornu-applications-'));
  const { host } = addresses;
  beforeAll(async () => {
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    addresses.host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    vi.stubEnv('KERAS_HOME', home);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    addresses.host = host;
    server.close();
    rmSync(home, { recursive: true, force: true });
  });
  const small = { inputShape: [96, 96, 3], alpha: 0.35, includeTop: false } as const;

  it('fill a model, are kept, and may be given as a path', async () => {
    const source = applications.MobileNetV2({ ...small, weights: null });
    const path = join(home, 'own.h5');
    await source.saveWeights(path);
    const file = 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5';
    served.set(`/tensorflow/keras-applications/mobilenet_v2/${file}`, readFileSync(path));
    const fetched = await applications.MobileNetV2({ ...small, weights: 'imagenet' });
    served.clear();
    const again = await applications.MobileNetV2(small);
    const read = await applications.MobileNetV2({ ...small, weights: path });
    expect(readdirSync(join(home, 'models'))).toContain(file);
    for (const model of [fetched, again, read])
      for (const [i, weight] of source.getWeights().entries())
        expect(model.weights[i]!.sub(weight).abs().max().item()).toBe(0);
  });
  it('must be those of Keras', async () => {
    served.set(
      '/tensorflow/keras-applications/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5',
      new TextEncoder().encode('spoilt'),
    );
    await expect(applications.VGG16({ includeTop: false })).rejects.toMatchObject({ code: 'wrong_hash' });
    await expect(applications.ResNet50({ weights: '/nowhere.h5' })).rejects.toThrow(/'\/nowhere.h5' is not there/);
  });
  it('name predictions', async () => {
    const index = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [String(i), [`n${i}`, `class ${i}`]]));
    const content = new TextEncoder().encode(JSON.stringify(index));
    served.set('/download.tensorflow.org/data/imagenet_class_index.json', content);
    const scores = new Float32Array(2000);
    scores.set([0.25, 0.5], 7);
    scores[1999] = 1;
    const predictions = tf.constant(scores, { shape: [2, 1000] });
    await expect(applications.vgg16.decodePredictions(predictions)).rejects.toMatchObject({ code: 'wrong_hash' });
    classFile.hash = createHash('md5').update(content).digest('hex');
    const names = await applications.vgg16.decodePredictions(predictions, { top: 2 });
    expect(names).toEqual([
      [
        ['n8', 'class 8', 0.5],
        ['n7', 'class 7', 0.25],
      ],
      [
        ['n999', 'class 999', 1],
        ['n998', 'class 998', 0],
      ],
    ]);
    await expect(applications.vgg16.decodePredictions(tf.ones([2, 10]))).rejects.toThrow(/shape \(2, 10\).*1000/);
  });
});

describe('options', () => {
  afterEach(() => void vi.restoreAllMocks());
  it('build on a tensor given, with a pooling and another name', async () => {
    const input = tf.keras.Input({ shape: [40, 40, 3] });
    const scaled = layers.Rescaling(1 / 255)(input);
    const options = { includeTop: false, weights: null, alpha: 0.35, name: 'mine' } as const;
    const model = applications.MobileNetV2({ ...options, inputTensor: scaled, pooling: 'max' });
    expect([model.name, model.inputShape, model.outputShape]).toEqual(['mine', [null, 40, 40, 3], [null, 1280]]);
    expect(model.layers[1]!.constructor.name).toBe('Rescaling');
    const top = applications.MobileNetV2({
      weights: null,
      alpha: 0.35,
      classes: 3,
      classifierActivation: null,
      inputShape: [32, 32, 1],
    });
    expect(top.outputShape).toEqual([null, 3]);
    expect((await top.predict(tf.zeros([1, 32, 32, 1]), { verbose: 0 })).sum().item()).not.toBeCloseTo(1, 3);
  });
  it('are refused where they mean nothing', () => {
    const { MobileNetV2, ResNet50, Xception } = applications;
    expect(() => MobileNetV2({ weights: null, wights: 1 } as never)).toThrow(
      /unknown option 'wights'. Did you mean 'weights'/,
    );
    expect(() => ResNet50({ classes: 10 })).toThrow(/classes: found 10.*1000 classes/);
    expect(() => ResNet50({ weights: null, pooling: 'sum' as never })).toThrow(/pooling: found 'sum'/);
    expect(() => Xception({ weights: null, inputShape: [32, 32, 3] })).toThrow(/at least 71×71/);
    expect(() => ResNet50({ weights: null, inputShape: [224, 224] })).toThrow(/inputShape: found \(224, 224\)/);
    expect(() => ResNet50({ inputShape: [64, 64, 3] })).toThrow(/want \(224, 224, 3\)/);
    expect(() => ResNet50({ weights: null, inputShape: [null, null, 3] })).toThrow(/all sizes in numbers/);
    expect(() => ResNet50({ classifierActivation: 'relu' })).toThrow(/classifierActivation: found 'relu'/);
    expect(() => ResNet50({ weights: null, inputTensor: tf.ones([1, 64, 64, 3]) })).toThrow(/inputTensor.*symbolic/);
  });
});
