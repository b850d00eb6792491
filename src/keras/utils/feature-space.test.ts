// FeatureSpace: files of Keras give Keras's numbers; one adapted here to the same table gives them too, and goes through a file;
// its symbolic side makes models. (Whether Keras reads our files, test/fixtures/make_adapted.py --read says.)
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import * as tf from '../../index.ts';

const { FeatureSpace } = tf.keras.utils;
const fixtures = fileURLToPath(new URL('../../../test/fixtures/adapted/', import.meta.url));
type Columns = Record<string, (string | number)[]>;
interface Case {
  readonly name: string;
  readonly table: Columns;
  readonly rows: Columns;
  readonly outputs: unknown;
  readonly row: unknown;
}
const cases = JSON.parse(readFileSync(join(fixtures, 'expected_feature_spaces.json'), 'utf8')) as Case[];
const folder = process.env.CORNU_ADAPTED ?? mkdtempSync(join(tmpdir(), 'cornu-features-'));
afterAll(() => {
  if (!process.env.CORNU_ADAPTED) rmSync(folder, { recursive: true });
});

const plain = (x: unknown): unknown =>
  x instanceof tf.Tensor
    ? nested(x.arraySync())
    : Object.fromEntries(Object.entries(x as Record<string, unknown>).map(([name, part]) => [name, plain(part)]));
const nested = (x: unknown): unknown => (Array.isArray(x) ? x.map(nested) : Number(x));
const near = (x: unknown): unknown =>
  Array.isArray(x)
    ? x.map(near)
    : typeof x === 'number'
      ? expect.closeTo(x, 4)
      : Object.fromEntries(Object.entries(x as object).map(([name, part]) => [name, near(part)]));
type Space = (data: unknown) => unknown;

const made: Record<string, () => tf.keras.utils.FeatureSpace> = {
  feature_space_concat: () =>
    FeatureSpace(
      {
        age: 'float_normalized',
        income: 'float',
        height: FeatureSpace.floatRescaled({ scale: 2, offset: -1 }),
        score: FeatureSpace.floatDiscretized(3),
        city: 'string_categorical',
        floor: 'integer_categorical',
        street: FeatureSpace.stringHashed(6),
        house: 'integer_hashed',
      },
      {
        crosses: [
          ['city', 'floor'],
          ['street', 'floor'],
        ],
        crossingDim: 5,
        hashingDim: 4,
      },
    ),
  feature_space_dict: () =>
    FeatureSpace(
      {
        age: 'float',
        score: FeatureSpace.floatDiscretized(4, { outputMode: 'int' }),
        city: FeatureSpace.stringCategorical({ maxTokens: 3, numOovIndices: 2, outputMode: 'int' }),
        floor: FeatureSpace.integerCategorical(),
      },
      { crosses: [FeatureSpace.cross(['city', 'floor'], 7, { outputMode: 'int' })], outputMode: 'dict' },
    ),
};

describe.each(cases)('$name', ({ name, table, rows, outputs, row }) => {
  const expectOutputs = (space: Space): void => {
    expect(plain(space(rows))).toEqual(near(outputs));
    const single = Object.fromEntries(Object.entries(rows).map(([key, column]) => [key, column[0]!]));
    expect(plain(space(single))).toEqual(near(row));
  };
  test('as Keras saved it, and saved again', async () => {
    const space = await tf.keras.models.loadModel(join(fixtures, `${name}.keras`));
    expectOutputs(space as object as Space);
    await space.save(join(folder, `${name}.keras`));
    expectOutputs((await tf.keras.models.loadModel(join(folder, `${name}.keras`))) as object as Space);
  });
  test('made and adapted here, to columns and to a data set', async () => {
    for (const data of [table, tf.data.Dataset.fromTensorSlices(table as never)]) {
      const space = made[name]!();
      await space.adapt(data as never);
      expectOutputs(space as object as Space);
    }
  });
});

test('a model of encoded features trains, one of its inputs takes rows as they are', async () => {
  const { table } = cases[0]!;
  const space = made.feature_space_concat!();
  await space.adapt(table);
  const encoded = space.getEncodedFeatures() as tf.Tensor;
  const model = tf.keras.Model({
    inputs: space.getInputs() as Record<string, tf.Tensor>,
    outputs: tf.keras.layers.Dense(1)(encoded) as tf.Tensor,
  });
  const rows = Object.fromEntries(
    Object.entries(table).map(([name, column]) => [
      name,
      tf.constant(column, { dtype: space.features[name]!.dtype }).reshape([-1, 1]),
    ]),
  );
  expect((model(rows) as tf.Tensor).shape).toEqual([6, 1]);
  const labelled = tf.data.Dataset.fromTensorSlices(table as never).map((x) => space(x as never));
  for await (const x of labelled.take(1)) expect((x as tf.Tensor).shape).toEqual([encoded.shape[1]]);
});

test('refusals', async () => {
  expect(() => FeatureSpace({})).toThrow(/features: found .*wanted a record/);
  expect(() => FeatureSpace({ age: 'flot' as never })).toThrow(/feature 'age': unknown kind.*float/);
  expect(() => FeatureSpace({ a: 'float' }, { crosses: [['a', 'b']] })).toThrow(/crosses: no feature 'b'/);
  expect(() => FeatureSpace({ a: 'float_normalized' })({ a: [1] })).toThrow(/learned nothing yet/);
  const integers = FeatureSpace({ a: FeatureSpace.integerHashed(3, { outputMode: 'int' }) });
  expect(() => integers({ a: [1] })).toThrow(/cannot be joined.*one_hot/);
});

test('kinds of features take their arguments by place and by name', () => {
  expect(FeatureSpace.floatDiscretized({ numBins: 4 }).preprocessor.getConfig()).toMatchObject({ num_bins: 4 });
  expect(FeatureSpace.floatDiscretized(4).preprocessor.getConfig()).toMatchObject({ num_bins: 4 });
  expect(FeatureSpace.stringHashed({ numBins: 8, outputMode: 'int' }).outputMode).toBe('int');
  expect(FeatureSpace.cross({ featureNames: ['a', 'b'], crossingDim: 16 }).name).toBe('a_X_b');
  expect(() => FeatureSpace.floatRescaled({ scael: 2 } as never)).toThrow(/scael.*scale/);
});

test('the mode says what a space gives', async () => {
  const data = { a: [1, 2, 3], b: ['x', 'y', 'x'] };
  const joined = FeatureSpace({ a: 'float', b: 'string_categorical' });
  await joined.adapt(data);
  expect(joined(data).shape).toEqual([3, 4]);
  expect(joined.getEncodedFeatures().dtype).toBe('float32');
  const apart = FeatureSpace({ features: { a: 'float' }, outputMode: 'dict' });
  await apart.adapt({ a: [1, 2, 3] });
  expect(apart({ a: [1, 2, 3] }).a!.shape).toEqual([3, 1]);
});
