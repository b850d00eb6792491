// tf.lookup.
export {
  experimental,
  KeyValueTensorInitializer,
  StaticHashTable,
  StaticVocabularyTable,
} from './tables.ts';
export { TextFileIndex, TextFileInitializer } from './text-file.ts';
