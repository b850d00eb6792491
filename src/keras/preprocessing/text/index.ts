// tf.keras.preprocessing.text.
export { type MatrixMode, type Text, Tokenizer, type TokenizerOptions, tokenizerFromJson } from './tokenizer.ts';
export { type HashingOptions, hashingTrick, oneHot, textToWordSequence, type WordOptions } from './words.ts';
