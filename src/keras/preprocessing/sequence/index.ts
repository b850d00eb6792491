// tf.keras.preprocessing.sequence.
export { type PadOptions, padSequences } from './pad-sequences.ts';
export { makeSamplingTable, type SkipgramOptions, skipgrams } from './skipgrams.ts';
export { TimeseriesGenerator, type TimeseriesGeneratorOptions } from './timeseries-generator.ts';
