// Preprocessing layers of numbers, categories and text.
export { CategoryEncoding, type CategoryEncodingOptions } from './category-encoding.ts';
export { Discretization, type DiscretizationOptions } from './discretization.ts';
export { HashedCrossing, type HashedCrossingOptions } from './hashed-crossing.ts';
export { Hashing, type HashingOptions } from './hashing.ts';
export * from './image/index.ts';
export { IntegerLookup, type IntegerLookupOptions } from './integer-lookup.ts';
export { Normalization, type NormalizationOptions } from './normalization.ts';
export { StringLookup, type StringLookupOptions } from './string-lookup.ts';
export { TextVectorization, type TextVectorizationOptions } from './text-vectorization.ts';
