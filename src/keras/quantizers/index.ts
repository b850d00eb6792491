// tf.keras.quantizers: weights of 8 or 4 bits.
// Owns: the table of names.
import { family } from '../family.ts';
import { toSnakeCase } from '../names.ts';
import {
  Float8QuantizationConfig,
  Int4QuantizationConfig,
  Int8QuantizationConfig,
  QuantizationConfig,
} from './configuration.ts';
import { AbsMaxQuantizer, Quantizer, Quantizer_ } from './quantizer.ts';

export type { Int4Options, QuantizationOptions } from './configuration.ts';
export {
  Float8QuantizationConfig,
  Int4QuantizationConfig,
  Int8QuantizationConfig,
  QuantizationConfig,
} from './configuration.ts';
export type { Float8, ValueRange } from './numbers.ts';
export {
  absMaxQuantize,
  absMaxQuantizeGroupedWithZeroPoint,
  computeFloat8AmaxHistory,
  computeFloat8Scale,
  fakeQuantWithMinMaxVars,
  packInt4,
  quantizeAndDequantize,
  unpackInt4,
} from './numbers.ts';
export type { AbsMaxQuantizerOptions, QuantizeOptions } from './quantizer.ts';
export { AbsMaxQuantizer, Quantizer } from './quantizer.ts';

const members = {
  AbsMaxQuantizer,
  Quantizer,
  QuantizationConfig,
  Int8QuantizationConfig,
  Int4QuantizationConfig,
  Float8QuantizationConfig,
};
const quantizers = family<Quantizer>({
  what: 'quantizer',
  module: 'keras.quantizers',
  base: Quantizer_,
  members,
  aliases: { [toSnakeCase('AbsMaxQuantizer')]: AbsMaxQuantizer },
  functions: true,
});
/** The quantizer of a name, a config or a class, or as it is; null for null. */
export const get = quantizers.get;
/** The quantizer as plain data. */
export const serialize = quantizers.serialize;
/** The quantizer of `serialize`'s data. */
export const deserialize = quantizers.deserialize;
