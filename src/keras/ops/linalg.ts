// keras.ops.linalg.
export * from './linear.ts';
export { jvp } from './transforms.ts';
