// Area preprocessing: Keras's preprocessing layers from their config, adapted to data, on several inputs.
import { argument, deserialize, fn, options, property, result, withoutArrays } from '../library.ts';
import type { Area } from '../runner.ts';
import type { Fields, Value } from '../values.ts';

export const area: Area = {
  async run(c) {
    const name = String(c.json.class_name);
    const layer = deserialize('layers', name, c.field('config'));
    const adapt = c.field('adapt');
    if (adapt !== undefined) await fn(layer, 'adapt')(argument(adapt));
    const call = c.field('call');
    const extra = call === undefined ? [] : [options(call)];
    const outputs = (c.field('inputs') as readonly Value[]).map((x) =>
      result((layer as (...args: unknown[]) => unknown)(argument(x), ...extra)),
    );
    const out: { [key: string]: Value } = { outputs };
    const wanted = c.field('expected') as Fields;
    // What a layer has besides its outputs follows from its class, as in the generator.
    if (typeof (layer as { getVocabulary?: unknown }).getVocabulary === 'function') {
      out.vocabulary = withoutArrays(result(fn(layer, 'get_vocabulary')()));
      out.vocabulary_size = result(fn(layer, 'vocabulary_size')());
    } else if ('vocabulary' in wanted) throw new TypeError(`${name} has no getVocabulary`);
    if (name === 'Normalization' && adapt !== undefined) {
      out.mean = result(property(layer, 'mean'));
      out.variance = result(property(layer, 'variance'));
    }
    if (name === 'Discretization') out.bin_boundaries = withoutArrays(result(property(layer, 'bin_boundaries')));
    return out;
  },
};
