// Text and sequence helpers against tf_keras's answers (test/fixtures/make_data.py), and their messages.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pythonRandom } from '../../base/random/keras-seed.ts';
import * as tf from '../../index.ts';

const { text, sequence } = tf.keras.preprocessing;
const wanted = JSON.parse(readFileSync(new URL('../../../test/fixtures/data.json', import.meta.url), 'utf8'));

describe('Tokenizer', () => {
  test("writes and reads Python's JSON, words that look like numbers in their order", () => {
    const tokenizer = text.Tokenizer({ numWords: 5, oovToken: '<o>' });
    tokenizer.fitOnTexts(['10 näive 2 10', 'a 2 b a a']);
    const [ours, theirs] = [JSON.parse(tokenizer.toJson()), JSON.parse(wanted.tokenizer.json)];
    // Python's sets give the tables of documents in any order.
    for (const name of ['word_counts', 'word_index', 'index_word']) expect(ours.config[name]).toBe(theirs.config[name]);
    for (const name of ['word_docs', 'index_docs'])
      expect(JSON.parse(ours.config[name])).toEqual(JSON.parse(theirs.config[name]));
    const read = text.tokenizerFromJson(wanted.tokenizer.json);
    expect(read.textsToSequences(['10 a zz b'])).toEqual(wanted.tokenizer.sequences);
    expect(() => text.tokenizerFromJson('{}')).toThrow(/word_index/);
    expect(() => text.Tokenizer({ numWord: 3 } as never)).toThrow(/Did you mean 'numWords'/);
    expect(() => tokenizer.fitOnTexts('one text' as never)).toThrow(/list of texts/);
  });
});

describe('sequences', () => {
  test("skipgrams draws Python's pairs", () => {
    for (const { seed, kw, couples, labels } of wanted.skipgrams) {
      pythonRandom.seed(99);
      const options = {
        seed,
        windowSize: kw.window_size,
        negativeSamples: kw.negative_samples,
        categorical: kw.categorical,
      };
      expect(sequence.skipgrams([1, 2, 3, 0, 4, 5], 6, options)).toEqual([couples, labels]);
    }
  });
  test('padSequences: texts, typed arrays, messages', () => {
    expect(sequence.padSequences([['a'], ['b', 'c']], { dtype: 'object', value: '' })).toEqual([
      ['', 'a'],
      ['b', 'c'],
    ]);
    expect(sequence.padSequences([Int32Array.of(1, 2, 3), [4]], { maxlen: 2 })).toEqual([
      [2, 3],
      [0, 4],
    ]);
    expect(() => sequence.padSequences([1, 2] as never)).toThrow(/sequence 0 is 1/);
    expect(() => sequence.padSequences([[1]], { padding: 'before' as never })).toThrow(/padding/);
  });
  test('TimeseriesGenerator: windows before their targets', () => {
    const series = Float32Array.from({ length: 10 }, (_, i) => i);
    const generator = sequence.TimeseriesGenerator(series, series, 4, { samplingRate: 2, batchSize: 3 });
    expect(generator.length).toBe(2);
    const [samples, targets] = generator.getItem(1);
    expect(samples.numpy()).toEqual([
      [3, 5],
      [4, 6],
      [5, 7],
    ]);
    expect(targets.numpy()).toEqual([7, 8, 9]);
  });
});
