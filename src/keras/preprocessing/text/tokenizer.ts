// Keras 2's Tokenizer: a vocabulary learned from texts, and texts as sequences and matrices of its numbers.
// Owns: counting, numbering, the JSON that Python's Tokenizer writes and reads. Leaves the cutting of texts to words.ts.

import { type Class, callable } from '../../../base/callable.ts';
import { didYouMean, refuseUnknown, StateError, show, ValueError } from '../../../base/errors.ts';
import { guarded } from '../../../base/misuse.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import type { Options } from '../../../runtime/tensor-methods.ts';
import { type Analyzer, cutWords, FILTERS } from './words.ts';

/** A text, or the words of one. */
export type Text = string | readonly string[];
export type MatrixMode = 'binary' | 'count' | 'tfidf' | 'freq';

interface Settings {
  numWords: number | null;
  filters: string;
  lower: boolean;
  split: string;
  charLevel: boolean;
  oovToken: string | null;
  analyzer: Analyzer | null;
}
export interface TokenizerOptions extends Options<Settings & { documentCount: number }> {}

const DEFAULTS: Settings = {
  numWords: null,
  filters: FILTERS,
  lower: true,
  split: ' ',
  charLevel: false,
  oovToken: null,
  analyzer: null,
};

const record = <V>(map: ReadonlyMap<string | number, V>): Record<string, V> => Object.fromEntries(map);

export interface TokenizerConfig {
  num_words: number | null;
  filters: string;
  lower: boolean;
  split: string;
  char_level: boolean;
  oov_token: string | null;
  document_count: number;
  word_counts: string;
  word_docs: string;
  index_docs: string;
  index_word: string;
  word_index: string;
}

class Tokenizer_ implements Settings {
  numWords!: number | null;
  filters!: string;
  lower!: boolean;
  split!: string;
  charLevel!: boolean;
  oovToken!: string | null;
  analyzer!: Analyzer | null;
  /** Texts seen by fitOnTexts and fitOnSequences. */
  documentCount: number;
  // Maps keep the order in which words came, also of words that look like numbers.
  #counts = new Map<string, number>();
  #docs = new Map<string, number>();
  #index = new Map<string, number>();
  #words = new Map<number, string>();
  #indexDocs = new Map<number, number>();

  constructor(options: TokenizerOptions = {}) {
    refuseUnknown('Tokenizer', options, [...Object.keys(DEFAULTS), 'documentCount']);
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const { documentCount = 0, ...settings } = given as Partial<Settings> & { documentCount?: number };
    Object.assign(this, DEFAULTS, settings);
    this.documentCount = documentCount;
    if (this.numWords !== null && (!Number.isInteger(this.numWords) || this.numWords < 0))
      throw new ValueError(`Tokenizer: numWords: found ${show(this.numWords)}, wanted a whole number or null.`);
    if (this.split === '') throw new ValueError("Tokenizer: split is empty; wanted a separator, such as ' '.");
  }

  /** How often each word occurs. */
  get wordCounts(): Record<string, number> {
    return record(this.#counts);
  }
  /** In how many texts each word occurs. */
  get wordDocs(): Record<string, number> {
    return record(this.#docs);
  }
  /** The number of each word, from 1 on, the most frequent first. */
  get wordIndex(): Record<string, number> {
    return record(this.#index);
  }
  get indexWord(): Record<number, string> {
    return record(this.#words);
  }
  get indexDocs(): Record<number, number> {
    return record(this.#indexDocs);
  }

  #tokens(text: Text): readonly string[] {
    if (typeof text !== 'string' && !Array.isArray(text))
      throw new ValueError(`Tokenizer: found ${show(text)} among the texts, wanted strings, or lists of words.`);
    if (typeof text !== 'string') return this.lower ? text.map((word) => word.toLowerCase()) : text;
    if (this.charLevel) return [...(this.lower ? text.toLowerCase() : text)];
    return this.analyzer ? this.analyzer(text) : cutWords(text, this.filters, this.lower, this.split);
  }

  /** Learns words from texts: their counts, and numbers by frequency. */
  fitOnTexts(texts: Iterable<Text>): void {
    for (const text of listOf(texts, 'fitOnTexts')) {
      this.documentCount++;
      const tokens = this.#tokens(text);
      for (const word of tokens) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
      for (const word of new Set(tokens)) this.#docs.set(word, (this.#docs.get(word) ?? 0) + 1);
    }
    const byCount = [...this.#counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
    const words = this.oovToken === null ? byCount : [this.oovToken, ...byCount];
    this.#index = new Map(words.map((word, i) => [word, i + 1]));
    this.#words = new Map([...this.#index].map(([word, i]) => [i, word]));
    for (const [word, docs] of this.#docs) this.#indexDocs.set(this.#index.get(word)!, docs);
  }

  /** Learns in how many sequences each number occurs, for 'tfidf'. */
  fitOnSequences(sequences: readonly (readonly number[])[]): void {
    this.documentCount += sequences.length;
    for (const sequence of sequences)
      for (const i of new Set(sequence)) this.#indexDocs.set(i, (this.#indexDocs.get(i) ?? 0) + 1);
  }

  /** Each text as the numbers of its words; unknown ones are left out, or are the number of `oovToken`. */
  textsToSequences(texts: Iterable<Text>): number[][] {
    return [...this.textsToSequencesGenerator(texts)];
  }
  *textsToSequencesGenerator(texts: Iterable<Text>): Generator<number[]> {
    const unknown = this.oovToken === null ? undefined : this.#index.get(this.oovToken);
    for (const text of listOf(texts, 'textsToSequences'))
      yield this.#tokens(text).flatMap((word) => {
        const i = this.#index.get(word);
        const kept = i !== undefined && !(this.numWords && i >= this.numWords) ? i : unknown;
        return kept === undefined ? [] : [kept];
      });
  }

  /** Each sequence as a text of its words with spaces between. */
  sequencesToTexts(sequences: Iterable<readonly number[]>): string[] {
    return [...this.sequencesToTextsGenerator(sequences)];
  }
  *sequencesToTextsGenerator(sequences: Iterable<readonly number[]>): Generator<string> {
    const oov = this.oovToken === null ? undefined : this.#index.get(this.oovToken);
    const unknown = oov === undefined ? undefined : this.#words.get(oov);
    for (const sequence of sequences)
      yield sequence
        .flatMap((i) => {
          const word = this.#words.get(i);
          const kept = word !== undefined && !(this.numWords && i >= this.numWords) ? word : unknown;
          return kept === undefined ? [] : [kept];
        })
        .join(' ');
  }

  /** A row for each text, a column for each number: float64 (texts, numWords). */
  textsToMatrix(texts: Iterable<Text>, mode: MatrixMode | { mode?: MatrixMode | undefined } = 'binary'): Tensor {
    return this.sequencesToMatrix(this.textsToSequences(texts), mode);
  }
  /** The same for sequences. 'tfidf': (1 + log count) · log(1 + documents / (1 + documents with the word)). */
  sequencesToMatrix(
    sequences: readonly (readonly number[])[],
    mode: MatrixMode | { mode?: MatrixMode | undefined } = 'binary',
  ): Tensor {
    const kind = typeof mode === 'string' ? mode : (mode.mode ?? 'binary');
    const known: readonly string[] = ['binary', 'count', 'tfidf', 'freq'];
    if (!known.includes(kind))
      throw new ValueError(`Tokenizer: mode: found ${show(kind)}.${didYouMean(String(kind), known)}`);
    if (!this.numWords && this.#index.size === 0)
      throw new StateError('Tokenizer: the number of columns is not known; give numWords, or call fitOnTexts first.');
    if (kind === 'tfidf' && this.documentCount === 0)
      throw new StateError("Tokenizer: mode 'tfidf' needs texts counted; call fitOnTexts or fitOnSequences first.");
    const columns = this.numWords || this.#index.size + 1;
    const matrix = new Float64Array(sequences.length * columns);
    for (const [row, sequence] of sequences.entries()) {
      const counts = new Map<number, number>();
      for (const i of sequence) if (i < columns) counts.set(i, (counts.get(i) ?? 0) + 1);
      for (const [i, count] of counts)
        matrix[row * columns + i] =
          kind === 'binary'
            ? 1
            : kind === 'count'
              ? count
              : kind === 'freq'
                ? count / sequence.length
                : (1 + Math.log(count)) * Math.log(1 + this.documentCount / (1 + (this.#indexDocs.get(i) ?? 0)));
    }
    return eagerTensor(matrix, [sequences.length, columns], 'float64');
  }

  /** The settings and the vocabulary, as Python's Tokenizer gives them: the tables as JSON texts. */
  getConfig(): TokenizerConfig {
    return {
      num_words: this.numWords,
      filters: this.filters,
      lower: this.lower,
      split: this.split,
      char_level: this.charLevel,
      oov_token: this.oovToken,
      document_count: this.documentCount,
      word_counts: tableOf(this.#counts),
      word_docs: tableOf(this.#docs),
      index_docs: tableOf(this.#indexDocs),
      index_word: tableOf(this.#words),
      word_index: tableOf(this.#index),
    };
  }
  /** What `tokenizerFromJson` reads, here and in Python. */
  toJson(): string {
    return pythonJson({ class_name: 'Tokenizer', config: this.getConfig() });
  }

  /** Internal: see tokenizerFromJson. */
  restore(config: TokenizerConfig): void {
    this.#counts = new Map(entriesOf(config.word_counts));
    this.#docs = new Map(entriesOf(config.word_docs));
    this.#index = new Map(entriesOf(config.word_index));
    this.#indexDocs = new Map(entriesOf<number>(config.index_docs).map(([i, docs]) => [Number(i), docs]));
    this.#words = new Map(entriesOf<string>(config.index_word).map(([i, word]) => [Number(i), word]));
  }
}

function listOf(texts: Iterable<Text>, method: string): Iterable<Text> {
  if (typeof texts === 'string' || texts === null || typeof texts !== 'object' || !(Symbol.iterator in texts))
    throw new ValueError(`Tokenizer.${method}: found ${show(texts)}, wanted a list of texts.`);
  return texts;
}

const asciiOnly = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const text = (value: unknown): string => asciiOnly(JSON.stringify(value));
/** A table in the order of the map, written as json.dumps does. */
const tableOf = (map: ReadonlyMap<string | number, string | number>): string =>
  `{${[...map].map(([key, value]) => `${text(String(key))}: ${text(value)}`).join(', ')}}`;
/** A record of plain values and records, written as json.dumps does. */
const pythonJson = (value: object): string =>
  `{${Object.entries(value)
    .map(([key, item]) => `${text(key)}: ${item !== null && typeof item === 'object' ? pythonJson(item) : text(item)}`)
    .join(', ')}}`;

/** The entries of a JSON object in the order of the text, which JSON.parse loses for keys that look like numbers. */
function entriesOf<V>(json: string): [string, V][] {
  const marked = json.replace(/"(?:[^"\\]|\\.)*"(?=\s*:)/g, (key) => `"_${key.slice(1)}`);
  return Object.entries(JSON.parse(marked) as Record<string, V>).map(([key, value]) => [key.slice(1), value]);
}

export interface Tokenizer extends Tokenizer_ {}
/** Texts to sequences and matrices of numbers, by a vocabulary learned with `fitOnTexts`. */
export const Tokenizer: Class<[options?: TokenizerOptions], Tokenizer> = callable(Tokenizer_, 'Tokenizer');

/** A Tokenizer from what `toJson` wrote, here or in Python. */
export const tokenizerFromJson = guarded('tokenizerFromJson', ['jsonString'], (jsonString: string): Tokenizer => {
  let parsed: { config?: TokenizerConfig };
  try {
    parsed = JSON.parse(jsonString) as { config?: TokenizerConfig };
  } catch (error) {
    throw new ValueError(`tokenizerFromJson: the text is not JSON (${String(error)}).`, { cause: error });
  }
  const { config } = parsed;
  if (!config || typeof config.word_index !== 'string')
    throw new ValueError('tokenizerFromJson: found no config with a word_index; wanted what Tokenizer.toJson() wrote.');
  const tokenizer = new Tokenizer_({
    numWords: config.num_words,
    filters: config.filters,
    lower: config.lower,
    split: config.split,
    charLevel: config.char_level,
    oovToken: config.oov_token,
    documentCount: config.document_count,
  });
  tokenizer.restore(config);
  return tokenizer;
});
