// Keras files at the level of their structure: every golden file is read and holds the very weights that Keras listed;
// what is written comes back; damaged files give the errors by kind that models.json asks for.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { survives } from '../../../test/support/mutations.ts';
import { type ArrayData, arrayData, numbersOf } from '../array-data.ts';
import { openHdf5 } from '../hdf5/hdf5-read.ts';
import { H5Builder } from '../hdf5/hdf5-write.ts';
import { ZipArchive } from '../zip/zip-read.ts';
import { writeZip } from '../zip/zip-write.ts';
import { KERAS_VERSION, readKerasArchive, writeKerasArchive } from './keras-archive.ts';
import { hdf5Layout, readLegacyH5, writeLegacyH5 } from './legacy-h5.ts';
import { parsePythonJson, printPythonJson } from './python-json.ts';
import { getNames, setNames } from './split-attribute.ts';
import { readWeightsH5, type StoredArray, WeightsStore, writeWeightsH5 } from './weights-store.ts';

const golden = (path: string) => new Uint8Array(readFileSync(new URL(`../../../test/golden/${path}`, import.meta.url)));

interface Case {
  readonly id: string;
  readonly kind?: string;
  readonly files: readonly { readonly path: string; readonly format: string }[];
  readonly weights: readonly { readonly path: string; readonly shape: number[]; readonly sum: number | string }[];
  readonly optimizer: readonly unknown[] | null;
  readonly expect?: { readonly error: string; readonly must_mention: string[] };
}
const { cases } = JSON.parse(new TextDecoder().decode(golden('models.json'))) as { cases: Case[] };
const filesOf = (...formats: string[]) =>
  cases.flatMap(({ id, files, weights, optimizer }) =>
    files.filter(({ format }) => formats.includes(format)).map(({ path }) => ({ id, path, weights, optimizer })),
  );

const sum = (array: ArrayData) =>
  Array.from<unknown>(numbersOf(array)).reduce<number>((total, x) => total + Number(x), 0);

/** Every weight that Keras listed is among the arrays: same shape, same sum. */
async function expectWeights(arrays: readonly StoredArray[], weights: Case['weights']) {
  const left = await Promise.all(
    arrays.map(async (array) => ({ shape: array.shape.join(), sum: sum(await array.read()) })),
  );
  for (const { path, shape, sum: wanted } of weights) {
    const at = left.findIndex((found) => {
      const close = Math.abs(found.sum - Number(wanted)) <= 1e-4 * (1 + Math.abs(found.sum));
      return found.shape === shape.join() && (close || !Number.isFinite(found.sum));
    });
    expect(at, `${path} [${shape.join()}] of sum ${wanted}`).toBeGreaterThanOrEqual(0);
    left.splice(at, 1);
  }
}
const allArrays = (store: WeightsStore) => store.paths.flatMap((path) => [...store.get(path).arrays]);

describe('reading what Keras wrote', () => {
  test.each(filesOf('keras3-keras', 'keras2-keras'))('$path', async ({ path, weights, optimizer }) => {
    const { config, metadata, weights: store } = await readKerasArchive(golden(path), path);
    expect(config).toHaveProperty('class_name');
    expect(metadata).toHaveProperty('keras_version');
    await expectWeights(allArrays(store), weights);
    if (optimizer) expect(store.get('optimizer').arrays.length).toBeGreaterThan(0);
  });

  test.each(filesOf('keras3-weights-h5', 'keras2-weights-h5'))('$path', async ({ path, weights }) => {
    expect(hdf5Layout(golden(path), path)).toBe('weights');
    await expectWeights(allArrays(readWeightsH5(golden(path), path)), weights);
  });

  test.each(filesOf('keras3-h5', 'keras2-h5'))('$path', async ({ path, weights, optimizer }) => {
    expect(hdf5Layout(golden(path), path)).toBe('whole model');
    const file = readLegacyH5(golden(path), path);
    expect(file.modelConfig).toHaveProperty('class_name');
    expect(file.kerasVersion).toMatch(/^[23]\./);
    expect(file.backend).toBe('tensorflow');
    await expectWeights(
      [...file.layers.flatMap((layer) => [...layer.weights]), ...(file.topLevelWeights ?? [])],
      weights,
    );
    if (optimizer) expect(file.trainingConfig).toHaveProperty('optimizer_config');
  });

  test.each(filesOf('keras2-weights-h5-legacy'))('$path', async ({ path, weights }) => {
    expect(hdf5Layout(golden(path), path)).toBe('legacy weights');
    const file = readLegacyH5(golden(path), path);
    expect(file.modelConfig).toBeUndefined();
    await expectWeights(
      file.layers.flatMap((layer) => [...layer.weights]),
      weights,
    );
  });

  test('names, order and assets', async () => {
    const { weights, assets } = await readKerasArchive(golden('models/text_classifier.keras'), 'm.keras');
    expect(weights.get('layers/dense').name).toBe('dense');
    expect(weights.get('layers/dense').arrays.map(({ shape }) => shape)).toEqual([[4, 1], [1]]);
    expect(weights.paths).toContain('layers/text_vectorization/_lookup_layer');
    expect(weights.get('nowhere').arrays).toEqual([]);
    const vocabulary = new TextDecoder().decode(assets.get('layers/text_vectorization/vocabulary.txt')).split('\n');
    expect(vocabulary.length).toBeGreaterThan(5);
  });

  test('ten variables and more stay in order', () => {
    const variables = Array.from({ length: 12 }, (_, i) => arrayData('int32', [i], new Int32Array(i)));
    const store = readWeightsH5(writeWeightsH5([{ path: 'optimizer', name: 'adam', variables }]), 'w');
    expect(store.get('optimizer').arrays.map(({ shape }) => shape[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('the name that Keras 2.13 gave the list of layers', async () => {
    const root = new H5Builder().dataset(
      '_layer_checkpoint_dependencies/dense/vars/0',
      arrayData('int8', [1], Int8Array.of(3)),
    );
    const store = new WeightsStore(openHdf5(root.finish(), 'w'), 'w');
    expect((await store.get('layers/dense').readAll())[0]!.data).toEqual(Int8Array.of(3));
  });
});

const kernel = arrayData('float32', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
const bias = arrayData('float32', [2], Float32Array.of(7, 8));

describe('writing', () => {
  test('a .keras archive', async () => {
    const config = { class_name: 'Sequential', config: { rate: 0.5, limit: Number.POSITIVE_INFINITY, name: 'ünï' } };
    const bytes = await writeKerasArchive({
      config,
      weights: [
        { path: '', name: 'mlp', variables: [] },
        { path: 'layers/dense', name: 'dense', variables: [kernel, bias] },
        { path: 'optimizer', name: 'adam', variables: [arrayData('int64', [], BigInt64Array.of(12n))] },
        { path: 'layers/nameless', variables: [] },
      ],
      assets: new Map([['layers/text/vocabulary.txt', 'a\nb']]),
    });
    expect(new ZipArchive(bytes, 'm').names).toEqual([
      'metadata.json',
      'config.json',
      'model.weights.h5',
      'assets/layers/text/vocabulary.txt',
    ]);
    const back = await readKerasArchive(bytes, 'm.keras');
    expect(back.config).toEqual(config);
    expect(back.metadata.keras_version).toBe(KERAS_VERSION);
    expect(back.metadata.date_saved).toMatch(/^\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d$/);
    expect(back.weights.paths).toEqual(['layers/dense', 'optimizer', '']);
    expect(await back.weights.get('layers/dense').readAll()).toEqual([kernel, bias]);
    expect(back.weights.get('').name).toBe('mlp');
    expect(new TextDecoder().decode(back.assets.get('layers/text/vocabulary.txt'))).toBe('a\nb');
  });

  test('a rewritten archive holds what Keras put into it', async () => {
    const first = await readKerasArchive(golden('models/regularized_compiled.keras'), 'a.keras');
    const entries = await Promise.all(
      first.weights.paths.map(async (path) => {
        const stored = first.weights.get(path);
        return { path, name: stored.name, variables: await stored.readAll() };
      }),
    );
    const second = await readKerasArchive(await writeKerasArchive({ ...first, weights: entries }), 'b.keras');
    expect(second.config).toEqual(first.config);
    expect(second.metadata).toEqual({ ...first.metadata, written_by: 'cornu' });
    expect(second.weights.paths).toEqual(first.weights.paths);
    for (const { path, name, variables } of entries) {
      expect(second.weights.get(path).name).toBe(name);
      expect(await second.weights.get(path).readAll()).toEqual(variables);
    }
  });

  test.each([true, false])('a legacy file, whole model: %s', async (whole) => {
    const bytes = writeLegacyH5({
      layers: [
        {
          name: 'dense',
          weights: [
            { name: 'mlp/dense/kernel', array: kernel },
            { name: 'mlp/dense/bias', array: bias },
          ],
        },
        { name: 'dropout', weights: [] },
      ],
      ...(whole && {
        modelConfig: { class_name: 'Sequential' },
        trainingConfig: { loss: 'mse', nan: Number.NaN },
        optimizerWeights: [{ name: 'adam/iteration', array: arrayData('int64', [], BigInt64Array.of(1n)) }],
      }),
    });
    const back = readLegacyH5(bytes, 'm.h5');
    expect(back.modelConfig).toEqual(whole ? { class_name: 'Sequential' } : undefined);
    expect(back.trainingConfig).toEqual(whole ? { loss: 'mse', nan: Number.NaN } : undefined);
    expect(back.layers.map(({ name }) => name)).toEqual(['dense', 'dropout']);
    expect(back.layers[0]!.weights.map(({ name }) => name)).toEqual(['mlp/dense/kernel', 'mlp/dense/bias']);
    expect(await back.layers[0]!.weights[0]!.read()).toEqual(kernel);
    expect(back.topLevelWeights).toEqual([]);
    expect(back.optimizerWeights?.length).toBe(whole ? 1 : undefined);
    expect(back).toMatchObject({ kerasVersion: KERAS_VERSION, backend: 'tensorflow' });
  });

  test('lists of names beyond 64 kB are split as Keras splits them', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `a_rather_long_name_of_a_layer_${i}`);
    const builder = new H5Builder();
    setNames(builder, 'layer_names', names);
    expect([...builder.attributes.keys()]).toEqual(['layer_names0', 'layer_names1']);
    expect(getNames(openHdf5(builder.finish(), 'w'), 'layer_names')).toEqual(names);
  });
});

describe('damaged files', () => {
  const structural = ['bad_archive', 'bad_hdf5', 'missing_config', 'unsafe_path', 'bad_config', 'missing_weights'];
  const damaged = cases.filter(
    ({ kind, id, expect: wanted }) =>
      kind === 'damaged' && structural.includes(wanted!.error) && id !== 'damaged_missing_dataset',
  );
  test('there are such cases', () => expect(damaged.length).toBe(7));

  test.each(damaged)('$id', async ({ files, expect: wanted }) => {
    const { path } = files[0]!;
    const read = path.endsWith('.h5')
      ? async () => readLegacyH5(golden(path), path)
      : () => readKerasArchive(golden(path), path);
    const error = await read().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(error).toMatchObject({ name: 'FileError', kind: wanted!.error });
    for (const word of [...wanted!.must_mention, path])
      expect(String(error).toLowerCase()).toContain(word.toLowerCase());
  });

  const wantedBy = {
    first: [
      { name: 'kernel', shape: [3, 4] },
      { name: 'bias', shape: [4] },
    ],
    second: [
      { name: 'kernel', shape: [4, 2] },
      { name: 'bias', shape: [2] },
    ],
  };
  test('a missing dataset and a wrong shape, once the layer says what it wants', async () => {
    const missing = await readKerasArchive(golden('models/damaged_missing_dataset.keras'), 'm.keras');
    missing.weights.get('layers/dense').check("layer 'first'", wantedBy.first);
    expect(() => missing.weights.get('layers/dense_1').check("layer 'second'", wantedBy.second)).toThrow(
      "m.keras/model.weights.h5: layer 'second' expects 2 variables (kernel, bias), the file has 1 for it",
    );
    const wrong = await readKerasArchive(golden('models/damaged_wrong_shape.keras'), 'm.keras');
    expect(() => wrong.weights.get('layers/dense').check("layer 'first'", wantedBy.first)).toThrow(
      expect.objectContaining({
        kind: 'shape_mismatch',
        message: expect.stringMatching(/'kernel' of layer 'first' has shape \[3, 4\].*\[5, 4\]/),
      }),
    );
  });

  test('files under the wrong name say so', () => {
    expect(() => readWeightsH5(golden('models/sequential_mlp.h5'), 'a.weights.h5')).toThrow(/legacy HDF5 file/);
    expect(() => readLegacyH5(golden('models/sequential_mlp.weights.h5'), 'a.h5')).toThrow(/layout of '\.weights\.h5'/);
    expect(() => readLegacyH5(new H5Builder().finish(), 'a.h5')).toThrow(/no Keras model/);
    expect(() => readWeightsH5(new H5Builder().finish(), 'a.weights.h5')).toThrow(/no weights/);
  });

  test('an archive without config or weights', async () => {
    const data = new TextEncoder().encode('{}');
    await expect(readKerasArchive(await writeZip([{ name: 'model.weights.h5', data }]), 'm')).rejects.toMatchObject({
      kind: 'missing_config',
    });
    await expect(readKerasArchive(await writeZip([{ name: 'config.json', data }]), 'm')).rejects.toMatchObject({
      kind: 'missing_weights',
    });
  });

  test.each(['sequential_mlp.keras', 'k2_sequential_mlp.keras', 'regularized_compiled.h5'])(
    'mutations of %s give typed errors',
    async (name) => {
      const read = async (bytes: Uint8Array) => {
        if (name.endsWith('.keras')) {
          const { weights } = await readKerasArchive(bytes, name);
          for (const path of weights.paths) await weights.get(path).readAll();
        } else {
          for (const layer of readLegacyH5(bytes, name).layers) for (const weight of layer.weights) await weight.read();
        }
      };
      const tally = await survives(golden(`models/${name}`), read, { seed: 90, count: 300 });
      expect(Object.keys(tally).length).toBeGreaterThan(1);
    },
  );
});

describe("Python's JSON", () => {
  test('numbers that JSON lacks', () => {
    const value = { a: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 'NaN "Infinity" \\'], b: null };
    expect(printPythonJson(value)).toBe('{"a": [NaN, Infinity, -Infinity, "NaN \\"Infinity\\" \\\\"], "b": null}');
    expect(parsePythonJson(printPythonJson(value), 'm', 'config')).toEqual(value);
  });
  test('damage and depth', () => {
    expect(() => parsePythonJson('{"a": ', 'm.keras', 'config.json')).toThrow(
      /m\.keras: config\.json is not sound JSON/,
    );
    expect(() => parsePythonJson('['.repeat(1e6), 'm.keras', 'config.json')).toThrow(/nested/);
    expect(() => parsePythonJson('{"a": NaN', 'm.keras', 'config.json')).toThrow(
      expect.objectContaining({ kind: 'bad_config' }),
    );
  });
});
