// keras.ops.numpy: what NumPy has too.
export * from './arithmetic.ts';
export * from './arrays.ts';
export * from './linear.ts';
export * from './quantiles.ts';
export * from './reductions.ts';
export { variance as var } from './reductions.ts';
export { vectorize } from './transforms.ts';
export * from './unique.ts';
