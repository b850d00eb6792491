// tf.io.
export { loadNpy, loadNpz, loadSafetensors, saveNpy, saveNpz, saveSafetensors } from './arrays.ts';
export { decodeBase64, decodeRaw, encodeBase64, parseTensor, serializeTensor } from './bytes.ts';
export { decodeCompressed } from './compressed.ts';
export { decodeCsv } from './decode-csv.ts';
export {
  type Feature,
  FixedLenFeature,
  FixedLenSequenceFeature,
  RaggedFeature,
  SparseFeature,
  VarLenFeature,
} from './features.ts';
export { matchFilenamesOnce, matchingFiles, readFile, writeFile } from './files.ts';
export * as gfile from './gfile.ts';
export { decodeJsonExample } from './json-example.ts';
export { parseExample, parseSingleExample } from './parse-example.ts';
export { parseSequenceExample, parseSingleSequenceExample } from './parse-sequence-example.ts';
export {
  type Bytes,
  type DctMethod,
  decodeAndCropJpeg,
  decodeBmp,
  decodeGif,
  decodeImage,
  decodeJpeg,
  decodePng,
  decodeWebp,
  encodeJpeg,
  encodePng,
  extractJpegShape,
  isJpeg,
} from './pictures.ts';
export { type Recordable, TFRecordOptions, TFRecordWriter } from './record-writer.ts';
export { deserializeManySparse, serializeManySparse, serializeSparse } from './sparse-bytes.ts';
