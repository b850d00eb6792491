// What the normalizing layers share: options of scale (gamma) and center (beta), the dtype of their sums, checks of axes.
import { isFloating } from '../../../base/dtype.ts';
import { ShapeError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { reshape } from '../../../ops/core/arrange.ts';
import { cast } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { constraint, initializer, regularizer } from '../kinds.ts';
import type { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';

export const scaleAndCenter = {
  center: o.optional(o.boolean, true),
  scale: o.optional(o.boolean, true),
  betaInitializer: o.optional(initializer, 'zeros'),
  gammaInitializer: o.optional(initializer, 'ones'),
  betaRegularizer: o.optional(o.nullable(regularizer), null),
  gammaRegularizer: o.optional(o.nullable(regularizer), null),
  betaConstraint: o.optional(o.nullable(constraint), null),
  gammaConstraint: o.optional(o.nullable(constraint), null),
} as const;
type Settings = LayerBase & LayerValues<o.Schema<typeof scaleAndCenter>>;

export const addGamma = (layer: Settings, shape: readonly number[]): VariableTensor =>
  layer.addWeight({
    name: 'gamma',
    shape,
    initializer: layer.gammaInitializer,
    regularizer: layer.gammaRegularizer,
    constraint: layer.gammaConstraint,
  });
export const addBeta = (layer: Settings, shape: readonly number[]): VariableTensor =>
  layer.addWeight({
    name: 'beta',
    shape,
    initializer: layer.betaInitializer,
    regularizer: layer.betaRegularizer,
    constraint: layer.betaConstraint,
  });

/** 16-bit floats and whole numbers as float32: their squares and sums would overflow or round away. */
export const wide = (x: Tensor): Tensor =>
  isFloating(x.dtype) && x.dtype !== 'float16' && x.dtype !== 'bfloat16' ? x : cast(x, 'float32');

/** A weight in the dtype of x, ready to be broadcast over it. */
export const shaped = (weight: Tensor | null, x: Tensor, shape: readonly number[] | null): Tensor | null => {
  if (!weight) return null;
  const value = weight.dtype === x.dtype ? weight : cast(weight, x.dtype);
  return shape ? reshape(value, shape) : value;
};

/** The lengths of these axes, which must exist and be known. */
export function lengthsOf(axes: readonly number[], inputShape: Shape, layer: string): number[] {
  return axes.map((axis) => {
    const length = inputShape.at(axis);
    if (axis >= inputShape.length || length === undefined)
      throw new ShapeError(
        `layer '${layer}': axis ${axis} is out of bounds for an input of shape ${showShape(inputShape)}; wanted one from ${-inputShape.length} to ${inputShape.length - 1}.`,
      );
    if (length === null)
      throw new ShapeError(
        `layer '${layer}': the length of axis ${axis} of its input must be known: found shape ${showShape(inputShape)}. Give it in Input({ shape }).`,
      );
    return length;
  });
}
