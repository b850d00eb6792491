// `cornu/datasets`: synthetic data sets as tensors, and those that Keras brings.
export { type BuiltIn, mnist, type Split } from './built-in.ts';
export * from './synthetic-tensors.ts';
