// tf.nn: small helpers about labels and candidates.
// Owns: unique labels for CTC, and the sampled classes that happen to be true ones.
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';
import { integersTensor } from '../core/shapes.ts';
import { signature } from '../core/signature.ts';

const EAGER = 'Call it outside tf.function.';

/** The different labels of each row, filled up with 0, and for each label which of them it is. */
export const ctcUniqueLabels = signature(
  'ctcUniqueLabels',
  ['labels'],
  (labels: TensorLike): [unique: Tensor, indices: Tensor] => {
    const x = convertToTensor(labels, undefined, 'ctcUniqueLabels');
    if (x.dims.length !== 2)
      throw new ShapeError(`ctcUniqueLabels: found shape ${showShape(x.dims)}, wanted (batch, labels).`);
    const [batch, n] = x.dims as [number, number];
    const numbers = Array.from(known(x, 'ctcUniqueLabels', EAGER) as ArrayLike<number>, Number);
    const [unique, indices] = [new Array<number>(batch * n).fill(0), new Array<number>(batch * n).fill(0)];
    for (let row = 0; row < batch; row++) {
      const seen: number[] = [];
      for (let i = 0; i < n; i++) {
        const label = numbers[row * n + i]!;
        if (!seen.includes(label)) unique[row * n + seen.push(label) - 1] = label;
        indices[row * n + i] = seen.indexOf(label);
      }
    }
    return [integersTensor(unique, [batch, n], 'int64'), integersTensor(indices, [batch, n], 'int32')];
  },
);

/** Where a sampled class is a true one of a row: rows, places among the sampled, and −3.4·10³⁸ for each. */
export const computeAccidentalHits = signature(
  'computeAccidentalHits',
  ['trueClasses', 'sampledCandidates', 'numTrue', 'seed'],
  (
    trueClasses: TensorLike,
    sampledCandidates: TensorLike,
    _numTrue: number,
    _seed?: number,
  ): [indices: Tensor, ids: Tensor, weights: Tensor] => {
    const name = 'computeAccidentalHits';
    const truth = convertToTensor(trueClasses, undefined, name);
    const classes = Array.from(known(truth, name, EAGER) as ArrayLike<number>, Number);
    const sampled = Array.from(known(convertToTensor(sampledCandidates), name, EAGER) as ArrayLike<number>, Number);
    const [rows, ids]: [number[], number[]] = [[], []];
    const width = truth.dims.at(-1)!;
    classes.forEach((label, at) => {
      // A class that was sampled more than once counts at its last place.
      const place = sampled.lastIndexOf(label);
      if (place < 0) return;
      rows.push(Math.floor(at / width));
      ids.push(place);
    });
    const weights = new Float32Array(rows.length).fill(-3.4028234663852886e38);
    return [
      integersTensor(rows, [rows.length], 'int32'),
      integersTensor(ids, [ids.length], 'int64'),
      eagerTensor(weights, [rows.length], 'float32'),
    ];
  },
);
