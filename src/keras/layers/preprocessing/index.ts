// Preprocessing layers of numbers, categories and text.
export { CategoryEncoding, type CategoryEncodingOptions } from './category-encoding.ts';
export { Discretization, type DiscretizationOptions } from './discretization.ts';
export { HashedCrossing, type HashedCrossingOptions } from './hashed-crossing.ts';
export { Hashing, type HashingOptions } from './hashing.ts';
export * from './image/index.ts';
export { IntegerLookup, type IntegerLookupOptions } from './integer-lookup.ts';
export { MelSpectrogram, type MelSpectrogramOptions } from './mel-spectrogram.ts';
export { Normalization, type NormalizationOptions } from './normalization.ts';
export { Pipeline, type PipelineOptions } from './pipeline.ts';
export { STFTSpectrogram, type STFTSpectrogramOptions } from './stft-spectrogram.ts';
export { StringLookup, type StringLookupOptions } from './string-lookup.ts';
export { TextVectorization, type TextVectorizationOptions } from './text-vectorization.ts';
