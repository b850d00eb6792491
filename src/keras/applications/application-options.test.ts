// Applications with other options than their own: names, shapes, counts, first and last layers as Keras 3.15 has them
// (test/fixtures/make_application_options.py). Nothing is computed, so the weights are never drawn.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as tf from '../../index.ts';
import { camelCase } from '../schema.ts';

interface Case {
  readonly fn: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly expected: {
    readonly name: string;
    readonly input: (number | null)[];
    readonly output: (number | null)[];
    readonly params: number;
    readonly layers: number;
    readonly first: string[];
    readonly last: [name: string, kind: string][];
    readonly activation: string | null;
  };
}
const cases = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/application_options.json', import.meta.url), 'utf8'),
) as Case[];
const { applications, layers, utils } = tf.keras;

const describeModel = (model: tf.keras.Model): Case['expected'] => {
  const last = model.layers.at(-1)!;
  const activation = 'activation' in last ? (last.activation as { name: string } | null) : undefined;
  return {
    name: model.name,
    input: [...model.inputShape],
    output: [...model.outputShape],
    params: model.countParams(),
    layers: model.layers.length,
    first: model.layers.slice(0, 4).map((layer) => layer.name),
    last: model.layers.slice(-3).map((layer) => [layer.name, layer.constructor.name]),
    activation: activation === undefined ? null : (activation?.name ?? 'linear'),
  };
};

test.each(cases)('$fn $options', ({ fn, options, expected }) => {
  utils.clearSession();
  const given = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      camelCase(key),
      key === 'input_tensor' ? layers.Input({ shape: value as number[], name: 'picture' }) : value,
    ]),
  );
  const make = Reflect.get(applications, fn.split('.').at(-1)!) as (options: object) => tf.keras.Model;
  const model = make(given);
  expect(describeModel(model)).toEqual(expected);
});
