// tf.keras.export: models for serving, endpoint by endpoint.
export { ExportArchive } from './export-archive.ts';
