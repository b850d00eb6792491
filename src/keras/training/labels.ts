// Class labels out of range: found before training, where a compiled step could only compute nonsense.
import { isInteger } from '../../base/dtype.ts';
import { ValueError } from '../../base/errors.ts';
import { flattenTree } from '../../base/tree.ts';
import { eager } from '../../data/structure.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { ModelBase } from '../models/model.ts';
import { isPlainObject } from '../schema.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';

const isSparse = (loss: unknown): boolean =>
  loss === 'sparse_categorical_crossentropy' ||
  (typeof loss === 'function' &&
    'constructor' in loss &&
    loss.constructor.name === 'SparseCategoricalCrossentropy' &&
    (loss as { ignoreClass?: unknown }).ignoreClass == null);

/** Refuses labels that are no class of the model's output. */
export function checkLabels(model: ModelBase, y: Structure | null): void {
  const loss = model.trainer.state?.loss?.given;
  const { graph } = model;
  if (y === null || !graph || loss === null || loss === undefined) return;
  const targets = flattenTree(y, isTensor) as Tensor[];
  const given = isPlainObject(loss) ? null : Array.isArray(loss) ? loss : [loss];
  if (!given || targets.length !== graph.outputs.length || given.length !== targets.length || isPlainObject(y)) return;
  given.forEach((one, i) => {
    const classes = graph.outputs[i]!.shape.at(-1);
    if (!isSparse(one) || typeof classes !== 'number') return;
    const target = targets[i]!;
    const labels = eager(target) as ArrayLike<number | bigint>;
    for (let k = 0; k < labels.length; k++) {
      const label = Number(labels[k]);
      if (label >= 0 && label < classes) continue;
      throw new ValueError(
        `fit: y: sample ${Math.floor(k / (labels.length / target.dims[0]!))} has the label ${label}, but the output '${graph.outputs[i]!.history?.operation.name}' has ${classes} classes: wanted labels from 0 to ${classes - 1}${isInteger(target.dtype) ? '' : ', whole numbers'}. Give the last layer more units, or number the classes from 0.`,
      );
    }
  });
}
