// Connectionist temporal classification: sequences without alignment (Graves et al., 2006).
// Owns: the loss of Keras. The sum over alignments is tf.nn.ctcLoss.
import { ShapeError } from '../../base/errors.ts';
import { showShape } from '../../base/shape.ts';
import { convertToTensor } from '../../ops/core/convert.ts';
import { cast } from '../../ops/math/elementwise.ts';
import { ctcLoss } from '../../ops/nn/ctc.ts';
import * as p from '../../primitives/functions.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { lossClass } from './loss.ts';
import { asFloat } from './reduction.ts';

/** yTrue: labels (batch, length), 0 is padding and the blank. yPred: logits (batch, steps, classes). Gives (batch,). */
export function ctc(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const labels = cast(convertToTensor(yTrue, undefined, 'yTrue'), 'int32');
  const logits = asFloat(yPred, 'yPred');
  if (labels.rank !== 2)
    throw new ShapeError(`ctc: yTrue has shape ${showShape(labels.dims)}, wanted (batch, length): class numbers.`);
  if (logits.rank !== 3 || logits.dims[0] !== labels.dims[0])
    throw new ShapeError(
      `ctc: yPred has shape ${showShape(logits.dims)} and yTrue ${showShape(labels.dims)}; wanted logits of shape (batch, steps, classes) with the same batch.`,
    );
  const [batch, steps] = logits.dims as [number, number, number];
  const lengths = p.reduceSum(p.convert(p.compare('notEqual', labels, p.zerosLike(labels)), 'int32'), [1]) as Tensor;
  return ctcLoss(
    labels,
    logits,
    lengths,
    p.full(steps, { dims: [batch], dtype: 'int32' }) as Tensor,
    false,
    undefined,
    0,
  );
}

export const CTC = lossClass('CTC', 'ctc', {}, ctc);
