// Class labels out of range: found before a step, for a compiled step could only compute NaN of them.
// Owns: which outputs take class numbers and how many classes they have. Leaves matching y to outputs to compile-loss.ts.
import { DTypeError, show, ValueError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { eager } from '../../data/structure.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import * as losses from '../losses/index.ts';

/** The class numbers that one output takes. */
export interface LabelRange {
  readonly output: string | null;
  readonly classes: number;
  readonly ignored: number | null;
}

const identified = (loss: unknown): unknown => {
  if (loss === null || loss === undefined) return null;
  try {
    return losses.get(loss as losses.Like);
  } catch {
    return null; // What is wrong with it is said where it is used.
  }
};
/** Whether the loss takes class numbers. */
export const takesLabels = (loss: unknown): boolean => {
  const found = identified(loss);
  return found === losses.sparseCategoricalCrossentropy || found instanceof losses.SparseCategoricalCrossentropy;
};

/** The range of an output of that shape under that loss; null where labels are no class numbers. */
export function labelRange(loss: unknown, shape: Shape, output: string | null): LabelRange | null {
  const classes = shape.at(-1);
  if (typeof classes !== 'number' || !takesLabels(loss)) return null;
  const found = identified(loss) as { ignoreClass?: number | null };
  return { output, classes, ignored: found.ignoreClass ?? null };
}

/** Refuses labels that are no class of the output. */
export function checkLabels(target: Tensor, range: LabelRange, where: string): void {
  const labels = eager(target) as ArrayLike<number | bigint>;
  const { classes, ignored, output } = range;
  if (target.dtype === 'string')
    throw new DTypeError(
      `${where}: y: found texts, such as ${show(labels[0])}, but the loss sparse_categorical_crossentropy wants class numbers from 0 to ${classes - 1}. layers.StringLookup({ vocabulary, numOovIndices: 0 }) makes numbers of texts.`,
    );
  for (let k = 0; k < labels.length; k++) {
    const given = labels[k]!;
    const label = typeof given === 'number' ? given : Number(given);
    if ((label >= 0 && label < classes) || label === ignored) continue;
    const sample = Math.floor(k / (labels.length / target.dims[0]!));
    throw new ValueError(
      `${where}: y: sample ${sample} has the label ${label}, but the loss sparse_categorical_crossentropy sees ${classes} classes in the ${output === null ? 'output' : `output '${output}'`}: wanted labels from 0 to ${classes - 1}. Give the last layer more units, or number the classes from 0${ignored === null ? ', or name the label to leave out: SparseCategoricalCrossentropy({ ignoreClass })' : ''}.`,
    );
  }
}
