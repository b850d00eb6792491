// The base of StringLookup and IntegerLookup: terms to numbers, or back, through a vocabulary.
// Owns: the table with its special tokens, `adapt`, output modes, assets. Leaves counting to vocabulary.ts.
// Source: https://keras.io/api/layers/preprocessing_layers/categorical/
import type { DType } from '../../../base/dtype.ts';
import { ShapeError, StateError, show, ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import type { LookupMeaning } from '../../../graph/host-meaning.ts';
import { hostFunction } from '../../../ops/core/host.ts';
import { cast, multiply } from '../../../ops/math/elementwise.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { SparseTensor } from '../../../ops/sparse/sparse-tensor.ts';
import { fingerprint64, sipHash } from '../../../ops/strings/hash.ts';
import { bytesOf } from '../../../ops/strings/text.ts';
import * as p from '../../../primitives/functions.ts';
import { eagerTensor, type Tensor } from '../../../runtime/tensor.ts';
import { floatx } from '../../config.ts';
import type { Config, SchemaLike } from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure, TensorLike } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type AdaptData, adaptTo, type Batch } from './adapt.ts';
import { asOutput, encodeCategories, encodedShape, maybeSparse } from './encode-categories.ts';
import { checkLookup, type LookupValues, termsOf, type Vocabulary, weightsOf } from './index-lookup-options.ts';
import { type Term, type Token, TokenCounts, termOf, termsIn, tokenOf } from './vocabulary.ts';

const encoder = new TextEncoder();
/** The mask token in other modes than 'int': a number that is encoded nowhere. */
const NOWHERE = 0x7fffffffffffffffn;

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class IndexLookup extends LayerBase<Tensor> {
  readonly #dtype: 'string' | 'int64';
  readonly #counts = new TokenCounts();
  /** Terms without the special tokens, and their numbers. */
  #terms: readonly Term[] = [];
  #numbers: ReadonlyMap<Term, number> = new Map();
  #idf: Tensor | null = null;
  readonly #fixed: boolean;
  /** Whether the table was given or learned; Keras takes one that learned of no term at all. */
  #ready = false;

  constructor(schema: SchemaLike, args: readonly unknown[], dtype: 'string' | 'int64') {
    super(schema, args);
    this.#dtype = dtype;
    checkLookup(this, `${schema.className} '${this.name}'`, dtype === 'int64');
    this.#fixed = this.hasInputVocabulary ?? this.vocabulary !== null;
    if (this.vocabulary !== null) this.setVocabulary(this.vocabulary, this.idfWeights);
    else if (this.idfWeights !== null)
      this.#idf = eagerTensor(
        Float32Array.from(weightsOf(this.idfWeights)),
        [weightsOf(this.idfWeights).length],
        'float32',
      );
  }
  override get inputDtype(): DType {
    return this.invert ? 'int64' : this.#dtype;
  }
  get #where(): string {
    return `${this.constructor.name} '${this.name}'`;
  }
  get #oovStart(): number {
    return this.maskToken !== null && this.outputMode === 'int' ? 1 : 0;
  }
  get #tokenStart(): number {
    return this.#oovStart + this.numOovIndices;
  }

  // ── The vocabulary ──────────────────────────────────────────────────────────────────────────────────────────────

  /** The terms by number. Without special tokens: only those that were learned or given. */
  getVocabulary(includeSpecialTokens = true): Token[] {
    const terms = this.#terms.map(tokenOf);
    if (!includeSpecialTokens) return terms;
    return [
      ...new Array<Token>(this.#oovStart).fill(this.maskToken!),
      ...new Array<Token>(this.numOovIndices).fill(this.oovToken!),
      ...terms,
    ];
  }
  /** How many numbers there are, those of special tokens included. */
  vocabularySize(): number {
    return this.#terms.length + this.#tokenStart;
  }
  /** Sets the terms, with the special tokens in front or without them. */
  setVocabulary(vocabulary: Vocabulary, idfWeights: TensorLike | null = null): void {
    const where = `${this.#where}: setVocabulary`;
    const weights = idfWeights === null ? null : weightsOf(idfWeights);
    if (this.outputMode === 'tf_idf' && !weights)
      throw new ValueError(`${where}: outputMode 'tf_idf' needs idfWeights.`);
    if (this.outputMode !== 'tf_idf' && weights)
      throw new ValueError(`${where}: idfWeights are for outputMode 'tf_idf'; found '${this.outputMode}'.`);
    const given = termsOf(vocabulary, where);
    if (given.length === 0) throw new ValueError(`${where}: the vocabulary is empty; wanted at least one term.`);
    const special = this.#specialTerms();
    const found = special.every((term, i) => given[i] === term);
    const terms = found ? given.slice(special.length) : given;
    this.#check(terms, special, where);
    this.#use(terms);
    if (!weights) return;
    if (weights.length !== given.length)
      throw new ShapeError(`${where}: ${weights.length} idfWeights for ${given.length} terms; wanted as many.`);
    this.#setIdf(found ? weights : this.#withFront(weights));
  }
  #specialTerms(): Term[] {
    const term = (token: Token | null): Term => (token === null ? '' : termOf(token));
    return [
      ...new Array<Term>(this.#oovStart).fill(term(this.maskToken)),
      ...new Array<Term>(this.numOovIndices).fill(term(this.oovToken)),
    ];
  }
  #check(terms: readonly Term[], special: readonly Term[], where: string): void {
    const seen = new Set<Term>();
    const repeated = new Set<Term>();
    for (const term of terms) seen.has(term) ? repeated.add(term) : seen.add(term);
    if (repeated.size > 0)
      throw new ValueError(
        `${where}: terms occur more than once: ${show([...repeated].map(tokenOf))}; wanted each once.`,
      );
    const order = show(special.map(tokenOf));
    if (this.maskToken !== null && seen.has(termOf(this.maskToken)))
      throw new ValueError(
        `${where}: the mask token ${show(this.maskToken)} stands among the terms; leave special tokens out, or put all of them in front: ${order}.`,
      );
    if (this.invert && this.oovToken !== null && seen.has(termOf(this.oovToken)))
      throw new ValueError(
        `${where}: the token ${show(this.oovToken)} for unknown terms stands among the terms; leave special tokens out, or put all of them in front: ${order}.`,
      );
    const size = terms.length + special.length;
    if (this.maxTokens !== null && size > this.maxTokens)
      throw new ValueError(
        `${where}: the vocabulary has ${size} terms with the special ones; maxTokens is ${this.maxTokens}.`,
      );
  }
  #use(terms: readonly Term[]): void {
    const size = terms.length + this.#tokenStart;
    const { frozenVocabularySize: frozen } = this;
    if (this.outputMode !== 'int' && !this.padToMaxTokens && frozen !== null && frozen !== size)
      throw new StateError(
        `${this.#where}: the vocabulary's size cannot change from ${frozen} to ${size} with outputMode '${this.outputMode}'; set padToMaxTokens, or make a new layer.`,
      );
    const start = this.#tokenStart;
    this.#ready = true;
    this.#terms = terms;
    this.#numbers = new Map(terms.map((term, i) => [term, start + i]));
    this.frozenVocabularySize = size;
  }
  /** Special tokens have no document frequency: they take the mean. */
  #withFront(weights: readonly number[]): number[] {
    const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
    return [...new Array<number>(this.#tokenStart).fill(mean), ...weights];
  }
  #setIdf(weights: readonly number[]): void {
    const length = this.padToMaxTokens ? this.maxTokens! : weights.length;
    const padded = Array.from({ length }, (_, i) => weights[i] ?? 0);
    this.#idf = cast(eagerTensor(Float32Array.from(padded), [length], 'float32'), floatx());
  }

  // ── Adapting ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Learns the vocabulary: the terms of the data, most frequent first. */
  adapt(data: AdaptData, options: { readonly steps?: number | null } = {}): Promise<void> {
    this.resetState();
    const whole = (x: Batch): void => {
      const batch = this.#inKeys(x, this.#dtype);
      // Each element of a vector is a document of its own.
      this.updateState(
        batch instanceof RaggedTensor || batch.rank !== 1 ? batch : (p.reshape(batch, [batch.size, 1]) as Tensor),
      );
      this.finalizeState();
    };
    let batches = false;
    return adaptTo(data, options.steps, this.#where, whole, (batch) => {
      batches = true;
      this.updateState(batch);
    }).then(() => {
      if (batches) this.finalizeState();
    });
  }
  updateState(data: Batch): void {
    if (this.#fixed)
      throw new StateError(
        `${this.#where}: a layer that was given a vocabulary cannot be adapted. Leave the option 'vocabulary' out.`,
      );
    this.#counts.add(this.#inKeys(data, this.#dtype));
  }
  finalizeState(): void {
    const counts = this.#counts;
    if (this.#fixed || counts.size === 0) {
      this.#use(this.#terms);
      return;
    }
    for (const token of [this.maskToken, this.oovToken]) if (token !== null) counts.remove(termOf(token));
    const limit = this.maxTokens === null ? Number.POSITIVE_INFINITY : this.maxTokens - this.#tokenStart;
    const terms = counts.ranked(limit);
    this.#use(terms);
    if (this.outputMode === 'tf_idf')
      this.#setIdf(this.#withFront(terms.map((term) => counts.inverseDocumentFrequency(term))));
    counts.reset();
  }
  resetState(): void {
    this.#counts.reset();
  }

  // ── Looking up ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** As what is looked up; terms, where the vocabulary is learned. */
  #inKeys(x: Batch, wanted: DType = this.invert ? 'int64' : this.#dtype): Batch {
    if (x.dtype === wanted) return x;
    if (wanted === 'string' || x.dtype === 'string') {
      if ((x instanceof RaggedTensor ? x.flatValues.size : x.size) === 0) return x;
      throw new ValueError(`${this.#where}: found inputs of dtype ${x.dtype}, wanted ${wanted}.`);
    }
    return x instanceof RaggedTensor ? x.withFlatValues(cast(x.flatValues, wanted)) : cast(x, wanted);
  }
  #lookup(x: Tensor): Tensor {
    const dtype: DType = this.invert ? this.#dtype : 'int64';
    const evaluate = hostFunction(
      `lookup.${this.name}`,
      ([input]) => [{ dims: input!.dims, dtype }],
      ([input], [out]) => {
        this.requireVocabulary();
        const keys = termsIn(input!.data);
        const target = out!.data as { [index: number]: Term };
        const find = this.invert ? this.#term() : this.#number();
        for (let i = 0; i < keys.length; i++) target[i] = find(keys[i]!);
      },
      undefined,
      () => this.meaning(),
    );
    return p.customCall(evaluate, [x])[0] as Tensor;
  }
  /** The table as files can hold it; see #number and #term. */
  meaning(): LookupMeaning {
    const mask = this.maskToken === null ? null : termOf(this.maskToken);
    const start = this.#tokenStart;
    const numbers = this.#terms.map((_, i) => BigInt(start + i));
    if (this.invert)
      return {
        kind: 'lookup',
        keys: mask === null ? numbers : [0n, ...numbers],
        values: mask === null ? this.#terms : [mask, ...this.#terms],
        keyDtype: 'int64',
        valueDtype: this.#dtype === 'string' ? 'string' : 'int64',
        otherwise: termOf(this.oovToken ?? ''),
        bins: null,
      };
    const masked = this.outputMode === 'int' ? 0n : NOWHERE;
    const [first, count] = [BigInt(this.#oovStart), BigInt(this.numOovIndices)];
    const remainder = this.#dtype === 'int64' && this.oovMethod === 'floormod';
    const by = remainder
      ? 'remainder'
      : this.salt
        ? ([BigInt(this.salt[0]!), BigInt(this.salt[1]!)] as const)
        : 'fingerprint';
    return {
      kind: 'lookup',
      keys: mask === null ? this.#terms : [mask, ...this.#terms],
      values: mask === null ? numbers : [masked, ...numbers],
      keyDtype: this.#dtype === 'string' ? 'string' : 'int64',
      valueDtype: 'int64',
      otherwise: count === 0n ? -1n : first,
      bins: count > 1n ? { first, count, by } : null,
    };
  }
  #term(): (key: Term) => Term {
    const mask = this.maskToken === null ? null : termOf(this.maskToken);
    const unknown = termOf(this.oovToken ?? '');
    const start = this.#tokenStart;
    return (key) => (mask !== null && key === 0n ? mask : (this.#terms[Number(key) - start] ?? unknown));
  }
  /** Without a vocabulary every term would silently be an unknown one. */
  requireVocabulary(where: string = this.#where): void {
    if (!this.#ready)
      throw new StateError(
        `${where}: it has no vocabulary yet. Before it is used, await layer.adapt(data), call layer.setVocabulary(terms), or pass the option 'vocabulary'.`,
      );
  }
  #number(): (key: Term) => bigint {
    const mask = this.maskToken === null ? null : termOf(this.maskToken);
    const masked = this.outputMode === 'int' ? 0n : NOWHERE;
    const [oov, buckets] = [BigInt(this.#oovStart), BigInt(this.numOovIndices)];
    const salt = this.salt && ([BigInt(this.salt[0]!), BigInt(this.salt[1]!)] as const);
    const modulo = this.#dtype === 'int64' && this.oovMethod === 'floormod';
    return (key) => {
      if (key === mask) return masked;
      const number = this.#numbers.get(key);
      if (number !== undefined) return BigInt(number);
      if (buckets === 0n)
        throw new ValueError(
          `${this.#where}: ${show(tokenOf(key))} is not in the vocabulary, and numOovIndices is 0; wanted known terms, or numOovIndices: 1.`,
        );
      if (buckets === 1n) return oov;
      if (modulo) return oov + ((((key as bigint) % buckets) + buckets) % buckets);
      const bytes = bytesOf(String(key));
      return oov + ((salt ? sipHash(bytes, salt) : fingerprint64(bytes)) % buckets);
    };
  }
  protected override convertInputs(inputs: unknown): unknown {
    if (inputs instanceof RaggedTensor || inputs instanceof SparseTensor) return inputs;
    const converted = super.convertInputs(inputs);
    return converted instanceof KerasTensor ? converted : this.#inKeys(converted as Tensor);
  }
  override call(inputs: Tensor): Tensor {
    const given: object = inputs;
    if (given instanceof SparseTensor) {
      const values = this.#lookup(this.#inKeys(given.values) as Tensor);
      if (this.outputMode === 'int') return asOutput(given.withValues(values));
      throw new ValueError(`${this.#where}: sparse inputs and outputMode '${this.outputMode}'; wanted dense ones.`);
    }
    const keys = given instanceof RaggedTensor ? this.#inKeys(given) : inputs;
    const numbers =
      keys instanceof RaggedTensor ? keys.withFlatValues(this.#lookup(keys.flatValues)) : this.#lookup(keys);
    if (this.outputMode === 'int') return asOutput(numbers);
    const mode = this.outputMode === 'tf_idf' ? 'count' : this.outputMode;
    const encoded = encodeCategories(numbers, mode, this.#depth(), 'int64');
    if (this.outputMode !== 'tf_idf') return maybeSparse(encoded, this.sparse);
    return maybeSparse(multiply(cast(encoded, this.#idf!.dtype), this.#idf!), this.sparse);
  }
  #depth(): number {
    const depth = this.padToMaxTokens ? this.maxTokens : this.frozenVocabularySize;
    if (depth === null || (this.outputMode === 'tf_idf' && !this.#idf))
      throw new StateError(
        `${this.#where}: outputMode '${this.outputMode}' needs the vocabulary first: pass the option 'vocabulary', or await adapt(data).`,
      );
    return depth;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    if (this.outputMode === 'int') return inputShape;
    const depth = this.padToMaxTokens ? this.maxTokens : this.frozenVocabularySize;
    return encodedShape(inputShape, this.outputMode, depth);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    const dtype = this.outputMode !== 'int' ? floatx() : this.invert ? this.#dtype : 'int64';
    return new KerasTensor(this.computeOutputShape((inputs as Tensor).shape), dtype);
  }

  // ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** As Keras writes it: any shape will do. */
  override getBuildConfig(): Config | null {
    return {};
  }
  /** What files hold beside weights: the vocabulary, one term a line, unless the config has it. */
  saveAssets(): Map<string, Uint8Array> {
    if (this.vocabulary !== null) return new Map();
    return new Map([['vocabulary.txt', encoder.encode(this.getVocabulary().join('\n'))]]);
  }
  loadAssets(assets: ReadonlyMap<string, Uint8Array>): void {
    const bytes = assets.get('vocabulary.txt');
    if (this.vocabulary !== null || !bytes) return;
    const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
    while (lines.length > 0 && lines.at(-1) === '') lines.pop();
    if (lines.length === 0) return;
    const terms = this.#dtype === 'string' ? lines : lines.map((line) => BigInt(line));
    this.setVocabulary(terms, this.outputMode === 'tf_idf' ? this.#idf : null);
  }
  /** Arrays that files hold in the layer's group though they are no weights. */
  saveOwnArrays(): Map<string, Tensor> {
    return new Map(this.#idf ? [['idf_weights', this.#idf]] : []);
  }
  loadOwnArrays(arrays: ReadonlyMap<string, Tensor>): void {
    this.#idf = arrays.get('idf_weights') ?? this.#idf;
  }
}
export interface IndexLookup extends LookupValues {}
