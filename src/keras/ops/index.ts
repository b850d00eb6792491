// keras.ops: NumPy's functions and those of neural networks, under Keras's names.
export * from './arithmetic.ts';
export * from './arrays.ts';
export * from './core.ts';
export * as image from './image.ts';
export * as linalg from './linalg.ts';
export * from './linear.ts';
export * as nn from './nn.ts';
export * from './nn.ts';
export * as numpy from './numpy.ts';
export * from './quantiles.ts';
export * from './rearrange.ts';
export * from './reductions.ts';
export { variance as var } from './reductions.ts';
export * from './transforms.ts';
export * from './unique.ts';
