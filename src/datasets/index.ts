// `cornu/datasets`: synthetic data sets as tensors, and those that Keras brings.
export {
  type BuiltIn,
  bostonHousing,
  californiaHousing,
  cifar10,
  cifar100,
  fashionMnist,
  imdb,
  mnist,
  reuters,
  type Split,
} from './built-in.ts';
export * from './synthetic-tensors.ts';
export { type DatasetInfo, type Example, load } from './tfds.ts';
