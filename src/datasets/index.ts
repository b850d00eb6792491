// cornu/datasets: data sets built in, and synthetic ones, as tensors.
// Owns: the tensors of what ./downloads and ./synthetic give as arrays.
import type { ArrayData } from '../formats/array-data.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { mnistArrays } from './downloads/mnist-arrays.ts';
import * as synthetic from './synthetic/index.ts';
import { tensorOf, tensorOfShaped } from './tensors.ts';

export type {
  ClassificationOptions,
  CirclesOptions,
  MoonsOptions,
  RegressionOptions,
  BlobsOptions,
} from './synthetic/index.ts';
export type Split = [x: Tensor, y: Tensor];
export interface BuiltIn {
  loadData(options?: { path?: string | undefined }): Promise<[train: Split, test: Split]>;
}

/** Handwritten digits: 60,000 to train on and 10,000 to test with, uint8 (n, 28, 28), labels 0 to 9. */
export const mnist: BuiltIn = {
  async loadData(options = {}) {
    const arrays = await mnistArrays(options.path === undefined ? {} : { fileName: options.path });
    const pair = (x: ArrayData, y: ArrayData): Split => [tensorOf(x), tensorOf(y)];
    return [pair(arrays.xTrain, arrays.yTrain), pair(arrays.xTest, arrays.yTest)];
  },
};

type Pair = [X: Tensor, y: Tensor];
/** scikit-learn's random classification problem. */
export const makeClassification = (options?: synthetic.ClassificationOptions): Pair =>
  synthetic.makeClassification(options).map(tensorOfShaped) as Pair;
/** Two interleaving half circles. */
export const makeMoons = (options?: synthetic.MoonsOptions): Pair =>
  synthetic.makeMoons(options).map(tensorOfShaped) as Pair;
/** A circle within a circle. */
export const makeCircles = (options?: synthetic.CirclesOptions): Pair =>
  synthetic.makeCircles(options).map(tensorOfShaped) as Pair;
