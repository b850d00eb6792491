// The base of layers that join several tensors of one shape into one.
// Owns: checks of the inputs, masks, shapes. A subclass says how two or all are joined.

import { ShapeError, show, ValueError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/record.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { expandDims } from '../../../ops/core/arrange.ts';
import { logicalOr } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';

export abstract class Merge extends LayerBase<Tensor> {
  override build(inputShape: Shape): void {
    this.checkShapes(shapesIn(inputShape, this.name));
  }
  /** Refuses shapes that do not go together: equal but for dimensions of 1. */
  protected checkShapes(shapes: readonly Shape[]): void {
    const rank = Math.max(...shapes.map((shape) => shape.length));
    for (let axis = 1; axis <= rank; axis++) {
      const sizes = new Set(
        shapes.map((shape) => shape.at(-axis)).filter((n) => n !== null && n !== undefined && n !== 1),
      );
      if (sizes.size > 1 && axis < rank)
        throw new ShapeError(
          `layer '${this.name}': inputs have incompatible shapes: found ${shapes.map(showShape).join(' and ')}, wanted equal ones.`,
        );
    }
  }
  /** All inputs as one. */
  protected abstract merge(inputs: readonly Tensor[]): Tensor;

  override call(inputs: Structure): Tensor {
    return this.merge(alignRanks(tensorsIn(inputs, this.name)));
  }
  override computeMask(_inputs: Structure, mask: Structure | null): Structure | null {
    if (!Array.isArray(mask) || mask.some((part) => !isTensor(part))) return null;
    return (mask as Tensor[]).reduce((all, part) => logicalOr(all, part));
  }
}

export function tensorsIn(inputs: Structure, layer: string): Tensor[] {
  const list = Array.isArray(inputs) ? inputs : isRecord(inputs) ? Object.values(inputs) : [];
  if (list.length < 1)
    throw new ValueError(
      `layer '${layer}' joins several tensors: found ${show(inputs)}, wanted them in a list: layer([a, b]).`,
    );
  return list as Tensor[];
}
export function shapesIn(inputShape: unknown, layer: string): Shape[] {
  const list = Array.isArray(inputShape) ? inputShape : isRecord(inputShape) ? Object.values(inputShape) : [];
  if (list.length === 0 || !Array.isArray(list[0]))
    throw new ValueError(
      `layer '${layer}' joins several tensors, but was given one of shape ${showShape(list as Shape)}; wanted a list: layer([a, b]).`,
    );
  return list as Shape[];
}
/** Tensors of lower rank get axes of length 1 after the batch. */
function alignRanks(tensors: Tensor[]): Tensor[] {
  const rank = Math.max(...tensors.map((tensor) => tensor.rank));
  return tensors.map((tensor) => {
    let x = tensor;
    while (x.rank < rank) x = expandDims(x, Math.min(1, x.rank));
    return x;
  });
}
