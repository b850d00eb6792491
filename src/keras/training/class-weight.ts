// classWeight: weights of samples by their labels.
import { show, ValueError } from '../../base/errors.ts';
import { eager } from '../../data/structure.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';

/** A weight for each sample of y: labels are whole numbers, or one-hot rows. */
export function classWeights(y: Structure | null, classWeight: Readonly<Record<number, number>>): Tensor {
  if (y === null || !isTensor(y))
    throw new ValueError('fit: classWeight: wanted one target y, found several or none. Give sampleWeight instead.');
  const data = eager(y) as ArrayLike<number | bigint>;
  const samples = y.dims[0]!;
  const width = y.rank > 1 ? y.dims.at(-1)! : 1;
  if (y.rank > 2)
    throw new ValueError(
      `fit: classWeight: y has ${y.rank} dimensions; wanted labels (samples,) or one-hot rows (samples, classes).`,
    );
  const weights = Float32Array.from({ length: samples }, (_, i) => {
    let label = Number(data[i * width]);
    if (width > 1) {
      label = 0;
      for (let j = 1; j < width; j++) if (Number(data[i * width + j]) > Number(data[i * width + label])) label = j;
    }
    const weight = classWeight[Math.round(label)];
    return weight === undefined ? 1 : weight;
  });
  for (const [label, weight] of Object.entries(classWeight))
    if (typeof weight !== 'number')
      throw new ValueError(`fit: classWeight: class ${label} has the weight ${show(weight)}, wanted a number.`);
  return eagerTensor(weights, [samples], 'float32');
}
