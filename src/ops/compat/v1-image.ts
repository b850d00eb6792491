// tf.compat.v1.image.
export * from '../image/index.ts';
export { resizeArea, resizeBicubic, resizeBilinear, resizeNearestNeighbor } from '../image/resize.ts';
