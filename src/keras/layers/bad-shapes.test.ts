// Which input shapes layers refuse, new and built, against Keras (test/fixtures/make_bad_shapes.py); and that each refusal
// names the layer, what was found and what was wanted.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as tf from '../../index.ts';
import type { Config } from '../schema.ts';

type Shapes = readonly (readonly number[])[];
type Answer = readonly (number | null)[] | null;
interface Case {
  readonly layer: { readonly class_name: string; readonly config: Config };
  readonly good: Shapes;
  readonly output: Answer;
  readonly calls: readonly (readonly [shapes: Shapes, fresh: Answer, built: Answer])[];
}
const cases = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/bad_shapes.json', import.meta.url), 'utf8'),
) as readonly Case[];

type Said = { readonly shape: readonly (number | null)[] } | { readonly error: string };
function call(layer: object, shapes: Shapes): Said {
  const inputs = shapes.map((batchShape) => tf.keras.Input({ batchShape: [...batchShape] }));
  try {
    const output: unknown = Reflect.apply(layer as never, null, [inputs.length === 1 ? inputs[0] : inputs]);
    return { shape: (output as tf.Tensor).shape };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: error.message };
  }
}

describe('input shapes', () => {
  it.each(cases.map((given, i) => [`${i} ${given.layer.class_name}`, given] as const))('%s', (_, given) => {
    const fresh = () => tf.keras.layers.deserialize(given.layer as never);
    const wrong: string[] = [];
    // Keras asks no rank of adaptive pooling, and promises shapes that no data give.
    const unchecked = /^Adaptive/.test(given.layer.class_name);
    const compare = (what: string, shapes: Shapes, found: Said, wanted: Answer, name: string): void => {
      const at = `${what} ${JSON.stringify(shapes)}`;
      if ('shape' in found) {
        if (wanted === null) wrong.push(`${at}: gave ${JSON.stringify(found.shape)}, Keras refuses`);
        else if (JSON.stringify(found.shape) !== JSON.stringify(wanted))
          wrong.push(`${at}: gave ${JSON.stringify(found.shape)}, Keras ${JSON.stringify(wanted)}`);
      } else if (wanted !== null && !unchecked)
        wrong.push(`${at}: refused, Keras gives ${JSON.stringify(wanted)}: ${found.error}`);
      else if (!found.error.includes(name) && !/layer '\w+_cell'/.test(found.error))
        wrong.push(`${at}: the message does not name the layer: ${found.error}`);
      else if (!/\d/.test(found.error.replaceAll(name, ''))) wrong.push(`${at}: no sizes: ${found.error}`);
    };
    const first = fresh();
    compare('good', given.good, call(first, given.good), given.output, first.name);
    for (const [shapes, ofFresh, ofBuilt] of given.calls) {
      const layer = fresh();
      compare('new', shapes, call(layer, shapes), ofFresh, layer.name);
      const built = fresh();
      call(built, given.good);
      compare('built', shapes, call(built, shapes), ofBuilt, built.name);
    }
    expect(wrong).toEqual([]);
  });
});
