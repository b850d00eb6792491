// The small namespaces of Keras: tree, config, splitDataset, Config, resultType, policies by path, against what Keras itself answered
// (test/fixtures/make_keras_namespaces.py).
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as tf from '../index.ts';

type Answer = { readonly value?: unknown; readonly error?: true };
interface OfStructure {
  readonly structure: unknown;
  readonly [name: string]: unknown;
}
const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/keras_namespaces.json', import.meta.url), 'utf8'),
) as {
  readonly tree: readonly OfStructure[];
  readonly pairs: readonly ({ readonly a: number; readonly b: number } & Readonly<Record<string, Answer>>)[];
  readonly splits: readonly ({
    readonly data: 'array' | 'pair';
    readonly options: Readonly<Record<string, number | boolean>>;
  } & Answer)[];
  readonly result_types: readonly (readonly [tf.DType[], tf.DType])[];
  readonly policies: {
    readonly config: tf.keras.Json;
    readonly name: string;
    readonly length: number;
    readonly found: Readonly<Record<string, Answer>>;
  };
};
const { tree, config, utils, saving, dtypePolicies } = tf.keras;
const answer = (f: () => unknown): Answer => {
  try {
    return { value: f() ?? null };
  } catch {
    return { error: true };
  }
};
afterEach(() => {
  vi.restoreAllMocks();
  config.setMaxEpochs(null);
  config.setMaxStepsPerEpoch(null);
});

describe('keras.tree', () => {
  const replace = (part: unknown): unknown => {
    if (Array.isArray(part) && part.length === 2) return 'pair';
    return part === 3 ? tree.MAP_TO_NONE : null;
  };
  const visited = (structure: unknown, topDown: boolean): unknown[] => {
    const seen: unknown[] = [];
    tree.traverse((part) => void seen.push(part), structure, { topDown });
    return seen;
  };
  it.each(fixture.tree)('of $structure', ({ structure, ...wanted }) => {
    expect(wanted).toEqual({
      is_nested: tree.isNested(structure),
      flatten: tree.flatten(structure),
      paths: tree.flattenWithPath(structure),
      top_down: visited(structure, true),
      bottom_up: visited(structure, false),
      replaced_top_down: tree.traverse(replace, structure),
      replaced_bottom_up: tree.traverse(replace, structure, { topDown: false }),
      shapes: tree.mapShapeStructure((shape) => (Array.isArray(shape) ? 'shape' : 'leaf'), structure),
      mapped: tree.mapStructure((leaf: unknown) => [leaf, 'x'], structure),
    });
    expect(tree.listsToTuples(structure)).toBe(structure);
    expect(tree.packSequenceAs(structure, tree.flatten(structure))).toEqual(structure);
  });
  it('of two structures', () => {
    const structures = fixture.tree.map(({ structure }) => structure);
    for (const { a, b, ...wanted } of fixture.pairs) {
      const [first, second] = [structures[a], structures[b]];
      // Keras takes None in the shallow structure for no leaf, against its own documentation; here it stands for one.
      const withNone = tree.flatten(first).includes(null);
      const found = {
        same_structure: answer(() => tree.assertSameStructure(first, second)),
        same_paths: answer(() => tree.assertSamePaths(first, second)),
        up_to: withNone ? wanted.up_to : answer(() => tree.mapStructureUpTo(first, (part: unknown) => [part], second)),
      };
      expect(found, JSON.stringify([first, second])).toEqual(wanted);
    }
  });
  it('says where structures differ', () => {
    expect(() => tree.assertSamePaths({ a: 1 }, { b: 1 })).toThrow(
      /Only in the first: \["a"\]. Only in the second: \["b"\]/,
    );
    expect(() => tree.mapStructureUpTo([[1, 2]], String, [[1]])).toThrow(/at \[0\], found \[1\], wanted a list of 2/);
    expect(() => tree.mapStructureUpTo([1], String)).toThrow(/found no structure/);
  });
});

describe('keras.utils.splitDataset', () => {
  const x = tf.range(22).reshape([11, 2]);
  const y = tf.range(11);
  const values = async (half: AsyncIterable<tf.Tensor | tf.Tensor[]>): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const element of half) found.push([element].flat().map((part) => part.arraySync()));
    return found;
  };
  it.each(fixture.splits)('$data $options', async ({ data, options, value }) => {
    const given = {
      leftSize: options.left_size as number | undefined,
      rightSize: options.right_size as number | undefined,
      shuffle: options.shuffle as boolean | undefined,
      seed: options.seed as number | undefined,
    };
    const split = () => (data === 'array' ? utils.splitDataset(x, given) : utils.splitDataset([x, y], given));
    if (value === undefined) expect(split).toThrow(/splitDataset: .*(wanted|none of the 11)/);
    else expect(await Promise.all(split().map(values))).toEqual(value);
    const elements = tf.data.Dataset.fromTensorSlices(data === 'array' ? x : ([x, y] as never));
    const halves: Promise<AsyncIterable<tf.Tensor>[]> = utils.splitDataset<tf.Tensor>(elements as never, given);
    if (value === undefined) await expect(halves).rejects.toThrow(/splitDataset/);
    else expect(await Promise.all((await halves).map(values))).toEqual(value);
  });
  it('asks for as many samples of each array', () => {
    expect(() => utils.splitDataset([x, tf.range(3)], { leftSize: 2 })).toThrow(
      /dataset\[1\] has 3 samples and dataset\[0\] has 11/,
    );
  });
});

it('keras.backend.resultType', () => {
  for (const [names, wanted] of fixture.result_types) {
    expect(tf.keras.backend.resultType(...names), names.join()).toBe(wanted);
  }
  expect(tf.keras.backend.resultType()).toBe('float32');
  expect(() => tf.keras.backend.resultType('floaty' as never)).toThrow(/resultType.*floaty/);
});

describe('policies by path', () => {
  const { policies } = fixture;
  const map = dtypePolicies.deserialize(policies.config) as tf.keras.dtypePolicies.DTypePolicyMap;
  it('are found as Keras finds them', () => {
    expect(map).toBeInstanceOf(dtypePolicies.DTypePolicyMap);
    expect([map.name, map.length]).toEqual([policies.name, policies.length]);
    for (const [path, wanted] of Object.entries(policies.found))
      expect(
        answer(() => map.get(path).name),
        path,
      ).toEqual(wanted);
    expect(dtypePolicies.serialize(map)).toEqual(policies.config);
    expect([...map]).toHaveLength(policies.length);
  });
  it('hold for the layers of those paths', () => {
    const dtype = dtypePolicies.DTypePolicyMap('float32', { 'narrow/.*': 'mixed_bfloat16', wide: 'float64' });
    const [wide, plain] = ['wide', 'plain'].map((name) => tf.keras.layers.Dense(2, { name, dtype }));
    expect(wide!(tf.ones([1, 2])).dtype).toBe('float64');
    expect(plain!(tf.ones([1, 2])).dtype).toBe('float32');
    expect([wide!.kernel.dtype, plain!.kernel.dtype]).toEqual(['float64', 'float32']);
  });
  it('say what is wrong', () => {
    const own = dtypePolicies.DTypePolicyMap();
    own.set('a', 'float16');
    expect(() => own.set('a', 'float32')).toThrow(/a second policy for 'a'/);
    expect(() => own.set('b', 'floaty' as never)).toThrow(/'b'|floaty/);
    expect(() => dtypePolicies.DTypePolicyMap(own)).toThrow(/found a DTypePolicyMap, wanted one policy/);
    expect(own.delete('a')).toBe(true);
    expect(own.has('a')).toBe(false);
    expect(() => map.get('twice/b')).toThrow(/matches 2 entries/);
  });
});

describe('keras.config', () => {
  const model = () => {
    const made = tf.keras.Sequential([tf.keras.layers.Dense(1, { inputShape: [2] })]);
    made.compile({ loss: 'mse' });
    return made;
  };
  it('limits epochs and steps', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    config.setMaxEpochs(2);
    config.setMaxStepsPerEpoch(3);
    expect([config.maxEpochs(), config.maxStepsPerEpoch()]).toEqual([2, 3]);
    const x = tf.ones([10, 2]);
    const steps: number[] = [];
    const callbacks = [tf.keras.callbacks.LambdaCallback({ onTrainBatchEnd: (step) => void steps.push(step) })];
    const history = await model().fit(x, tf.ones([10, 1]), { epochs: 5, batchSize: 1, verbose: 0, callbacks });
    expect(history.epoch).toEqual([0, 1]);
    expect(steps).toEqual([0, 1, 2, 0, 1, 2]);
    expect((await model().predict(x, { batchSize: 2, verbose: 0 })).shape).toEqual([6, 1]);
    expect(warned.mock.calls.flat()).toContain('Limiting epochs to 2');
    config.setMaxEpochs(9);
    config.setMaxStepsPerEpoch(9);
    const full = await model().fit(x, tf.ones([10, 1]), { epochs: 3, batchSize: 5, stepsPerEpoch: 2, verbose: 0 });
    expect(full.epoch).toEqual([0, 1, 2]);
    expect(() => config.setMaxEpochs(-1)).toThrow(/setMaxEpochs: found -1, wanted a whole number/);
  });
  it('has one backend', () => {
    config.setBackend('tensorflow');
    expect(() => config.setBackend('jax')).toThrow(/found 'jax', wanted 'tensorflow'/);
    expect([config.backend(), config.isNnxEnabled()]).toEqual(['tensorflow', false]);
  });
  it('switches', () => {
    config.disableFlashAttention();
    expect(config.isFlashAttentionEnabled()).toBe(false);
    config.enableFlashAttention();
    expect(config.isFlashAttentionEnabled()).toBe(true);
    config.enableTracebackFiltering();
    config.disableTracebackFiltering();
    expect(config.isTracebackFilteringEnabled()).toBe(false);
  });
});

describe('keras.utils.Config', () => {
  it('is read and written by property and by method', () => {
    const made = utils.Config({ rate: 0.1, momentum: 0.9 });
    made.useEma = true;
    made.set('seed', 123);
    expect([made.rate, made.get('seed'), made.get('none', 5), made.length, 'seed' in made]).toEqual([
      0.1,
      123,
      5,
      4,
      true,
    ]);
    expect([...new utils.Config({ b: 1, a: 2 })]).toEqual(['a', 'b']);
    expect(made.items()).toEqual([
      ['rate', 0.1],
      ['momentum', 0.9],
      ['useEma', true],
      ['seed', 123],
    ]);
    expect([made.keys().length, made.values()[0]]).toEqual([4, 0.1]);
    expect(made.toJson()).toBe('{"rate":0.1,"momentum":0.9,"useEma":true,"seed":123}');
    expect(made.pop('rate')).toBe(0.1);
    expect(made.pop('rate', 7)).toBe(7);
    made.update({ momentum: 0.5 });
    delete made.seed;
    expect(made.asDict()).toEqual({ momentum: 0.5, useEma: true });
    expect(made).toBeInstanceOf(utils.Config);
  });
  it('says what is wrong', () => {
    const made = utils.Config({ momentum: 0.9 });
    expect(() => made.momentun).toThrow(/found no 'momentun'. Did you mean 'momentum'\?/);
    made.freeze();
    expect(made.frozen).toBe(true);
    expect(() => {
      made.momentum = 1;
    }).toThrow(/the config is frozen/);
    expect(() => made.pop('momentum')).toThrow(/frozen/);
    made.unfreeze();
    expect(() => made.pop('other')).toThrow(/found no 'other'/);
    expect(() => made.set('keys', 1) ?? (made.keys = 1 as never)).toThrow(/method of configs/);
  });
});

it('keras.saving: the registry itself, a scope by its older name', () => {
  class Plain {}
  saving.registerKerasSerializable('namespaces')(Plain);
  expect(saving.getCustomObjects()['namespaces>Plain']).toBe(Plain);
  delete utils.getCustomObjects()['namespaces>Plain'];
  expect(saving.getRegisteredObject('namespaces>Plain')).toBeUndefined();
  expect(saving.CustomObjectScope({ Mine: Plain }, () => saving.getRegisteredObject('Mine'))).toBe(Plain);
});

it('keras.models.modelFromJson, by its Python name in camelCase', () => {
  const model = tf.keras.Sequential([tf.keras.layers.Dense(1, { inputShape: [2], name: 'one' })]);
  expect(tf.keras.models.modelFromJson(model.toJSON()).layers.map(({ name }) => name)).toEqual(['one']);
});
