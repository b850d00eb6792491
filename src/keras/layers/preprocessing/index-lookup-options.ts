// The options that StringLookup and IntegerLookup share, and the checks of their combinations.
import { show, ValueError } from '../../../base/errors.ts';
import { RaggedTensor } from '../../../ops/ragged/ragged-tensor.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { TensorLike } from '../../types.ts';
import { renameOutputMode } from './encode-categories.ts';
import { type Term, type Token, termOf, termsIn, tokenOf } from './vocabulary.ts';

/** What may be given as a vocabulary. */
export type Vocabulary = readonly (string | number | bigint)[] | TensorLike;

/** The terms of a vocabulary in whatever form it was given. */
export function termsOf(vocabulary: Vocabulary, where: string): Term[] {
  if (typeof vocabulary === 'string')
    throw new ValueError(
      `${where}: vocabulary '${vocabulary}' is the name of a file; wanted its terms. Read the file and pass its lines: text.split('\\n').`,
    );
  if (vocabulary instanceof Tensor && vocabulary.elements) return termsIn(vocabulary.elements);
  if (ArrayBuffer.isView(vocabulary) || Array.isArray(vocabulary))
    return Array.from(vocabulary as unknown[] as (string | number | bigint)[], (item) => {
      if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'bigint')
        throw new ValueError(`${where}: vocabulary holds ${show(item)}; wanted strings or whole numbers.`);
      return termOf(item);
    });
  throw new ValueError(`${where}: vocabulary: found ${show(vocabulary)}, wanted a list or tensor of terms.`);
}

const vocabulary: o.Kind<Vocabulary | null> = {
  wanted: 'a list or tensor of terms, or null',
  parse: (value, where) => {
    if (value !== null && !(value instanceof RaggedTensor)) termsOf(value as Vocabulary, where);
    return { value: value as Vocabulary | null };
  },
  toConfig: (value) => (value === null ? null : termsOf(value, 'vocabulary').map(tokenOf)),
};
const numbers: o.Kind<TensorLike | null> = {
  wanted: 'a list of numbers, or null',
  parse: (value) => ({ value: value as TensorLike | null }),
  toConfig: (value) => (value === null ? null : weightsOf(value)),
};
/** Weights as a list of numbers. */
export const weightsOf = (weights: TensorLike): number[] =>
  Array.from((weights instanceof Tensor ? weights.elements! : weights) as ArrayLike<number | bigint>, Number);

export type Salt = number | readonly number[];
export const salt: o.Kind<Salt | null, readonly number[] | null> = {
  wanted: 'a whole number, two of them in a list, or null',
  parse: (value) => {
    if (value === null) return { value: null };
    if (typeof value === 'number' && Number.isInteger(value)) return { value: [value, value] };
    return Array.isArray(value) && value.length === 2 && value.every(Number.isInteger) ? { value } : null;
  },
};

export const outputModes = o.oneOf('int', 'one_hot', 'multi_hot', 'count', 'tf_idf');

export const lookupDefinitions = <In, Out>(token: o.Kind<In, Out>, oovToken: NoInfer<In | Out>) =>
  ({
    invert: o.optional(o.boolean, false),
    maxTokens: o.optional(o.nullable(o.integer({ min: 2 })), null),
    numOovIndices: o.optional(o.integer({ min: 0 }), 1),
    oovToken: o.optional(o.nullable(token), oovToken),
    maskToken: o.optional(o.nullable(token), null),
    outputMode: o.optional(outputModes, 'int'),
    sparse: o.optional(o.boolean, false),
    padToMaxTokens: o.optional(o.boolean, false),
    idfWeights: o.optional(numbers, null),
    vocabulary: o.optional(vocabulary, null),
    /** In files: the size when the layer was written. */
    frozenVocabularySize: o.optional(o.nullable(o.integer({ min: 0 })), null, { key: 'vocabulary_size' }),
    oovMethod: o.optional(o.oneOf('floormod', 'farmhash'), 'floormod'),
    salt: o.optional(salt, null),
    hasInputVocabulary: o.optional(o.nullable(o.boolean), null, { internal: true }),
  }) as const;

export { numbers as idfWeightsKind, vocabulary as vocabularyKind };
export const lookupSettings = {
  positional: ['maxTokens', 'numOovIndices', 'maskToken', 'oovToken', 'vocabulary'],
  upgrade: renameOutputMode,
} as const;

/** The values of these options. */
export interface LookupValues {
  readonly invert: boolean;
  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly oovToken: Token | null;
  readonly maskToken: Token | null;
  readonly outputMode: 'int' | 'one_hot' | 'multi_hot' | 'count' | 'tf_idf';
  readonly sparse: boolean;
  readonly padToMaxTokens: boolean;
  readonly idfWeights: TensorLike | null;
  readonly vocabulary: Vocabulary | null;
  frozenVocabularySize: number | null;
  readonly oovMethod: 'floormod' | 'farmhash';
  readonly salt: readonly number[] | null;
  readonly hasInputVocabulary: boolean | null;
}

/** Combinations that mean nothing. */
export function checkLookup(layer: LookupValues, where: string, integers: boolean): void {
  const refuse = (message: string): never => {
    throw new ValueError(`${where}: ${message}`);
  };
  if (layer.padToMaxTokens && layer.maxTokens === null) refuse('padToMaxTokens is true, so maxTokens must be given.');
  if (layer.invert && layer.outputMode !== 'int')
    refuse(`outputMode is '${layer.outputMode}' and invert is true; wanted outputMode 'int'.`);
  if (layer.sparse && layer.outputMode === 'int')
    refuse("sparse is true and outputMode is 'int'; wanted 'one_hot', 'multi_hot', 'count' or 'tf_idf'.");
  if (layer.idfWeights !== null && layer.outputMode !== 'tf_idf')
    refuse(`idfWeights are given and outputMode is '${layer.outputMode}'; wanted 'tf_idf'.`);
  if (layer.outputMode === 'tf_idf' && layer.vocabulary !== null && layer.idfWeights === null)
    refuse("outputMode is 'tf_idf' and a vocabulary is given, so idfWeights must be given too.");
  if (integers && layer.salt !== null && layer.oovMethod !== 'farmhash')
    refuse("salt is given and oovMethod is 'floormod'; wanted 'farmhash'.");
}
