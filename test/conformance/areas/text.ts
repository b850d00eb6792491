// Area text: the Tokenizer, and the text and sequence helpers of keras.preprocessing and keras.utils.

import type { Case } from '../folder.ts';
import { argument, construct, fn, invoke, labelled, options, property, result, withoutArrays } from '../library.ts';
import type { Area } from '../runner.ts';
import { ArrayValue, DTypeValue, type Fields, isFields, type Value } from '../values.ts';

function tokenizer(c: Case): Fields {
  const config = c.field('config') as Fields;
  const tokens = construct('keras.preprocessing.text.Tokenizer', options(config));
  fn(tokens, 'fit_on_texts')(argument(c.field('fit')!));
  const sequences = fn(tokens, 'texts_to_sequences')(argument(c.field('texts')!));
  const out: { [key: string]: Value } = {};
  for (const name of ['word_index', 'word_counts', 'word_docs', 'document_count'])
    out[name] = result(property(tokens, name));
  out.sequences = withoutArrays(result(sequences));
  out.texts = result(fn(tokens, 'sequences_to_texts')(sequences));
  if ('num_words' in config) {
    for (const mode of ['binary', 'count', 'freq', 'tfidf']) {
      out[mode] = labelled(fn(tokens, 'texts_to_matrix')(argument(c.field('texts')!), { mode }), 'float64');
    }
  }
  return out;
}

/** NumPy's dtype of what a function gives, where the library gives plain lists of numbers. */
function dtypeOf(name: string, kwargs: Value | undefined, args: readonly Value[]): string {
  const given = isFields(kwargs) ? kwargs.dtype : undefined;
  if (given !== undefined) return given instanceof DTypeValue ? given.name : String(given);
  if (name.endsWith('pad_sequences')) return 'int32';
  if (name.endsWith('normalize')) return args[0] instanceof ArrayValue ? args[0].dtype : 'float64';
  return name === 'tf_keras.utils.to_categorical' ? 'float32' : 'float64';
}

/** Lists where Python gives lists; an array where NumPy gives one. */
function resultOf(c: Case, x: unknown): Value {
  const wanted = (c.field('expected') as Fields).value;
  const got = result(x);
  if (!(wanted instanceof ArrayValue)) return withoutArrays(got);
  const name = String(c.json.fn);
  const args = c.field('args') as readonly Value[];
  if (name === 'tf_keras.utils.to_categorical') return labelled(got, dtypeOf(name, c.field('kwargs'), args));
  return got instanceof ArrayValue && !ArrayBuffer.isView(x)
    ? got
    : labelled(got instanceof ArrayValue ? got : x, dtypeOf(name, c.field('kwargs'), args));
}

/**
 * Arguments of Keras 2's normalize as the one of Keras 3 takes them: lists are NumPy's arrays there, and axis 0 is what it says.
 */
function asKeras2Normalizes(args: readonly Value[], kwargs: Value | undefined): [readonly Value[], Value | undefined] {
  const flat = (value: Value): number[] => (Array.isArray(value) ? value.flatMap(flat) : [Number(value)]);
  const shape = (value: Value): number[] => (Array.isArray(value) ? [value.length, ...shape(value[0]!)] : []);
  const [x, ...rest] = args;
  const array = x instanceof ArrayValue ? x : new ArrayValue('float64', shape(x!), Float64Array.from(flat(x!)));
  const axis = isFields(kwargs) ? kwargs.axis : undefined;
  const named = isFields(kwargs) && axis === 0 ? { ...kwargs, axis: -array.shape.length } : kwargs;
  return [[array, ...rest], named];
}

/** Arrays as these functions of Keras get them from NumPy: typed arrays with a shape. Keras 2's know no tensors: they get those. */
function fromNumPy(value: Value): unknown {
  if (!(value instanceof ArrayValue) || value.dtype === 'string') return argument(value);
  return Object.assign((value.data as Float32Array).slice(), { shape: value.shape });
}

export const area: Area = {
  async run(c) {
    if (c.json.fit !== undefined) return tokenizer(c);
    const name = String(c.json.fn);
    const isNumPys = name === 'keras.utils.to_categorical' || name.endsWith('utils.normalize');
    const given = [c.field('args') as readonly Value[], c.field('kwargs')] as const;
    const [args, named] = name === 'tf_keras.utils.normalize' ? asKeras2Normalizes(...given) : given;
    const kwargs = options(named);
    const made = isNumPys
      ? fn(name)(...args.map(fromNumPy), ...(Object.keys(kwargs).length === 0 ? [] : [kwargs]))
      : await invoke(name, args, c.field('kwargs'));
    if (typeof made !== 'object' || made === null || !(Symbol.asyncIterator in made))
      return { value: resultOf(c, made) };
    const batches: Value[] = [];
    for await (const batch of made as AsyncIterable<unknown>) batches.push(result(batch));
    return { batches };
  },
};
