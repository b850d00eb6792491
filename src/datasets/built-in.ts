// tf.keras.datasets: the data sets that Keras brings, as tensors.
// Owns: the tensors of what downloads/ gives as arrays.
import type { ArrayData } from '../formats/array-data.ts';
import { eagerTensor, type Tensor } from '../runtime/tensor.ts';
import { mnistArrays } from './downloads/mnist-arrays.ts';

export type Split = [x: Tensor, y: Tensor];
export interface BuiltIn {
  loadData(options?: { path?: string | undefined }): Promise<[train: Split, test: Split]>;
}

const tensorOf = ({ data, shape, dtype }: ArrayData): Tensor => eagerTensor(data, shape, dtype);

/** Handwritten digits: 60,000 to train on and 10,000 to test with, uint8 (n, 28, 28), labels 0 to 9. */
export const mnist: BuiltIn = {
  async loadData(options = {}) {
    const arrays = await mnistArrays(options.path === undefined ? {} : { fileName: options.path });
    const pair = (x: ArrayData, y: ArrayData): Split => [tensorOf(x), tensorOf(y)];
    return [pair(arrays.xTrain, arrays.yTrain), pair(arrays.xTest, arrays.yTest)];
  },
};
