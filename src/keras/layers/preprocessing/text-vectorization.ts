// TextVectorization: texts to numbers of words, or to vectors of them.
// Owns: standardizing, splitting, n-grams, lengths. The vocabulary is that of a StringLookup inside.
// Source: https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/
import { type Class, callable } from '../../../base/callable.ts';
import type { DType } from '../../../base/dtype.ts';
import { ShapeError, StateError, ValueError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import type { TextMeaning } from '../../../graph/host-meaning.ts';
import { reshape } from '../../../ops/core/arrange.ts';
import { hostFunction } from '../../../ops/core/host.ts';
import { pad } from '../../../ops/core/pad.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { lower, ngrams as ngramsOf, regexReplace, split } from '../../../ops/strings/index.ts';
import { unicodeSplit } from '../../../ops/strings/unicode.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, Tensor } from '../../../runtime/tensor.ts';
import { floatx } from '../../config.ts';
import type { Config, Json, Kind } from '../../schema.ts';
import * as o from '../../schema.ts';
import { deserializeLambda, serializeKerasObject } from '../../serialization.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure, TensorLike } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { type AdaptData, adaptTo, type Batch } from './adapt.ts';
import { asOutput, renameOutputMode } from './encode-categories.ts';
import { idfWeightsKind, outputModes, type Vocabulary, vocabularyKind } from './index-lookup-options.ts';
import { StringLookup } from './string-lookup.ts';

type TextFunction = (texts: Tensor) => Tensor | RaggedTensor;
const PUNCTUATION = '[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\\']';

/** One of the names, or a function of string tensors. */
const nameOrFunction = <const T extends string>(...names: T[]): Kind<T | TextFunction | null> => {
  const named = o.oneOf(...names);
  return {
    wanted: `${named.wanted}, a function of string tensors, or null`,
    parse: (value, where) =>
      value === null || typeof value === 'function'
        ? { value: value as TextFunction | null }
        : named.parse(value, where),
    toConfig: (value) => (typeof value === 'function' ? serializeKerasObject(value) : value),
    fromConfig: (value: Json) => (value === null || typeof value === 'string' ? value : deserializeLambda(value)),
  };
};
const ngramsKind: Kind<number | readonly number[] | null> = o.nullable(
  o.either(o.integer({ min: 1 }), o.integers({ min: 1 })),
);

const options = layerSchema(
  'TextVectorization',
  {
    maxTokens: o.optional(o.nullable(o.integer({ min: 2 })), null),
    standardize: o.optional(
      nameOrFunction('lower_and_strip_punctuation', 'lower', 'strip_punctuation'),
      'lower_and_strip_punctuation',
    ),
    split: o.optional(nameOrFunction('whitespace', 'character'), 'whitespace'),
    ngrams: o.optional(ngramsKind, null),
    outputMode: o.optional(outputModes, 'int'),
    outputSequenceLength: o.optional(o.nullable(o.integer({ min: 0 })), null),
    padToMaxTokens: o.optional(o.boolean, false),
    sparse: o.optional(o.boolean, false),
    ragged: o.optional(o.boolean, false),
    vocabulary: o.optional(vocabularyKind, null),
    idfWeights: o.optional(idfWeightsKind, null),
    encoding: o.optional(o.string, 'utf-8'),
    frozenVocabularySize: o.optional(o.nullable(o.integer({ min: 0 })), null, { key: 'vocabulary_size' }),
    hasInputVocabulary: o.optional(o.nullable(o.boolean), null, { internal: true }),
  },
  { positional: ['maxTokens'], upgrade: renameOutputMode },
);
export interface TextVectorizationOptions extends LayerOptionsOf<typeof options> {}
type TextVectorizationArgs =
  | [options?: TextVectorizationOptions]
  | [maxTokens: TextVectorizationOptions['maxTokens'], options?: TextVectorizationOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class TextVectorizationLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  readonly #lookup: StringLookup;

  constructor(...args: TextVectorizationArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    const where = `TextVectorization '${this.name}'`;
    if (this.outputMode !== 'int' && this.outputSequenceLength !== null)
      throw new ValueError(`${where}: outputSequenceLength is for outputMode 'int'; found '${this.outputMode}'.`);
    if (this.ragged && this.outputMode !== 'int')
      throw new ValueError(`${where}: ragged is for outputMode 'int'; found '${this.outputMode}'.`);
    this.#lookup = new StringLookup({
      name: `${this.name}_lookup`,
      maxTokens: this.maxTokens,
      vocabulary: this.vocabulary,
      idfWeights: this.idfWeights,
      padToMaxTokens: this.padToMaxTokens,
      maskToken: '',
      outputMode: this.outputMode,
      sparse: this.sparse,
      encoding: this.encoding,
      hasInputVocabulary: this.hasInputVocabulary,
      frozenVocabularySize: this.frozenVocabularySize,
    });
  }
  override get inputDtype(): DType {
    return 'string';
  }
  getVocabulary(includeSpecialTokens = true): string[] {
    return this.#lookup.getVocabulary(includeSpecialTokens).map(String);
  }
  vocabularySize(): number {
    return this.#lookup.vocabularySize();
  }
  setVocabulary(vocabulary: Vocabulary, idfWeights: TensorLike | null = null): void {
    this.#lookup.setVocabulary(vocabulary, idfWeights);
  }

  /** Learns the vocabulary of texts: the words, most frequent first. */
  adapt(
    data: AdaptData,
    settings: { readonly batchSize?: number | null; readonly steps?: number | null } = {},
  ): Promise<void> {
    this.resetState();
    let batches = false;
    const whole = (x: Batch): void => {
      this.updateState(x instanceof RaggedTensor || x.rank !== 1 ? x : reshape(x, [x.size, 1]));
      this.finalizeState();
    };
    return adaptTo(data, settings.steps, `TextVectorization '${this.name}'`, whole, (batch) => {
      batches = true;
      this.updateState(batch);
    }).then(() => {
      if (batches) this.finalizeState();
    });
  }
  updateState(data: Batch): void {
    this.#lookup.updateState(this.#tokens(data));
  }
  finalizeState(): void {
    this.#lookup.finalizeState();
  }
  resetState(): void {
    this.#lookup.resetState();
  }

  #standardized(x: Tensor): Tensor {
    const { standardize } = this;
    if (typeof standardize === 'function') return standardize(x) as Tensor;
    const lowered = standardize === 'lower' || standardize === 'lower_and_strip_punctuation' ? lower(x) : x;
    return standardize === 'strip_punctuation' || standardize === 'lower_and_strip_punctuation'
      ? regexReplace(lowered, PUNCTUATION, '')
      : lowered;
  }
  #tokens(inputs: Batch): Batch {
    if (inputs instanceof RaggedTensor) {
      if (this.split === null) return this.#grams(inputs.withFlatValues(this.#standardized(inputs.flatValues)));
      throw new ShapeError(`TextVectorization '${this.name}': ragged inputs can only be taken with split: null.`);
    }
    let x = this.#standardized(inputs);
    const { split: how } = this;
    if (how === null) return this.#grams(x);
    if (x.rank > 1) {
      if (x.dims.at(-1) !== 1)
        throw new ShapeError(
          `TextVectorization '${this.name}': found texts of shape ${showShape(x.dims)}; wanted (batch,) or (batch, 1), one text each.`,
        );
      x = reshape(x, x.dims.slice(0, -1));
    }
    if (how === 'whitespace') return this.#grams(split(x));
    return this.#grams(how === 'character' ? unicodeSplit(x, 'UTF-8') : how(x));
  }
  #grams(tokens: Batch): Batch {
    const { ngrams } = this;
    if (ngrams === null) return tokens;
    const widths = typeof ngrams === 'number' ? Array.from({ length: ngrams }, (_, i) => i + 1) : ngrams;
    return ngramsOf(tokens, widths, ' ');
  }

  override call(inputs: Tensor): Tensor {
    return inputs instanceof Tensor && inputs.graphValue ? this.#traced(inputs) : this.#vectors(inputs);
  }

  /** Within a compiled program: one call out to the host, whose shape must be known beforehand. */
  #traced(inputs: Tensor): Tensor {
    const where = `TextVectorization '${this.name}'`;
    const shape = this.computeOutputShape(inputs.dims);
    if (!shape.every((n): n is number => n !== null) || this.ragged || this.sparse)
      throw new StateError(
        `${where}: the number of words of a batch is not known while a function is traced. Give outputSequenceLength, or apply the layer to the data beforehand: dataset.map((x, y) => [vectorize(x), y]).`,
      );
    const spec = { dims: shape, dtype: this.outputMode === 'tf_idf' ? floatx() : 'int64' } as const;
    const vectorize = hostFunction(
      where,
      () => [spec],
      ([texts], [out]) => {
        const vectors = this.#vectors(eagerTensor(texts!.data, texts!.dims, 'string'));
        (out!.data as Float64Array).set(vectors.elements as Float64Array);
      },
      undefined,
      () => this.#meaning(),
    );
    return p.customCall(vectorize, [inputs])[0] as Tensor;
  }

  /** What files can say of it: texts cut at spaces, without functions of the user's own. */
  #meaning(): TextMeaning | null {
    const { standardize, outputMode } = this;
    if (typeof standardize === 'function' || this.split !== 'whitespace' || this.ngrams !== null) return null;
    const depth = (this.padToMaxTokens ? this.maxTokens : null) ?? this.vocabularySize();
    const weights = this.#lookup.saveOwnArrays().get('idf_weights');
    return {
      kind: 'text',
      lower: standardize === 'lower' || standardize === 'lower_and_strip_punctuation',
      remove: standardize?.endsWith('strip_punctuation') ? PUNCTUATION : null,
      lookup: this.#lookup.meaning(),
      rows:
        outputMode === 'int'
          ? { length: this.outputSequenceLength! }
          : {
              depth,
              binary: outputMode === 'multi_hot',
              weights: outputMode === 'tf_idf' && weights ? Array.from(weights.elements as Float32Array) : null,
            },
    };
  }

  #vectors(inputs: Tensor): Tensor {
    this.#lookup.requireVocabulary(`TextVectorization '${this.name}'`);
    const numbers: object = this.#lookup.call(this.#tokens(inputs) as Tensor);
    if (this.outputMode !== 'int') return asOutput(numbers);
    const length = this.outputSequenceLength;
    if (numbers instanceof RaggedTensor) {
      if (!this.ragged) return numbers.toTensor({ defaultValue: 0, shape: [...numbers.shape.slice(0, -1), length] });
      return length === null ? asOutput(numbers) : asOutput(truncated(numbers, length));
    }
    const dense = numbers as Tensor;
    if (length === null || dense.rank === 0) return dense;
    const now = dense.dims.at(-1)!;
    const begin = dense.dims.map(() => 0);
    const kept = now > length ? (p.slice(dense, begin, [...dense.dims.slice(0, -1), length]) as Tensor) : dense;
    return this.ragged || now >= length
      ? kept
      : pad(
          kept,
          dense.dims.map((_, i) => [0, i === dense.rank - 1 ? length - now : 0]),
        );
  }
  override computeOutputShape(inputShape: Shape): Shape {
    if (this.outputMode === 'int')
      return this.split === null && this.ngrams === null
        ? [...inputShape.slice(0, -1), this.outputSequenceLength ?? inputShape.at(-1) ?? null]
        : [inputShape[0] ?? null, this.outputSequenceLength];
    const tokens =
      this.split === null ? (inputShape.length <= 1 ? [...inputShape, 1] : inputShape) : [inputShape[0] ?? null, null];
    return this.#lookup.computeOutputShape(tokens);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    const shape = this.computeOutputShape((inputs as Tensor).shape);
    return new KerasTensor(shape, this.outputMode === 'int' ? 'int64' : floatx());
  }
  override getConfig(): Config {
    return { ...super.getConfig(), vocabulary_size: this.vocabularySize() };
  }
  override savedChildren(): [name: string, child: unknown][] {
    return [...super.savedChildren(), ['_lookupLayer', this.#lookup]];
  }
  saveAssets(): Map<string, Uint8Array> {
    return this.#lookup.saveAssets();
  }
  loadAssets(assets: ReadonlyMap<string, Uint8Array>): void {
    this.#lookup.loadAssets(assets);
  }
  saveOwnArrays(): Map<string, Tensor> {
    return this.#lookup.saveOwnArrays();
  }
  loadOwnArrays(arrays: ReadonlyMap<string, Tensor>): void {
    this.#lookup.loadOwnArrays(arrays);
  }
}

/** Rows cut to a length. */
function truncated(rows: RaggedTensor, length: number): RaggedTensor {
  const lengths = rows
    .nestedRowLengths()
    .at(-1)!
    .map((n) => Math.min(n, length));
  return RaggedTensor.fromTensor(rows.toTensor({ shape: [null, length] }), { lengths });
}
interface TextVectorizationLayer extends LayerValues<typeof options> {}
export interface TextVectorization extends TextVectorizationLayer {}
export const TextVectorization: Class<TextVectorizationArgs, TextVectorization> = callable(
  TextVectorizationLayer,
  'TextVectorization',
);
