// The base of Cropping1D, Cropping2D and Cropping3D.
// Owns: the cut and its checks. A subclass says what is cut off each axis.
import { ShapeError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { slice } from '../../../ops/core/arrange.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { LayerBase } from '../layer.ts';
import type { Edge } from './edges.ts';

export abstract class BaseCropping extends LayerBase<Tensor> {
  /** Elements cut off every axis of the input. */
  protected abstract get cuts(): readonly Edge[];

  override call(inputs: Tensor): Tensor {
    const size = this.computeOutputShape(inputs.dims) as number[];
    return slice(
      inputs,
      this.cuts.map(([before]) => before),
      size,
    );
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const { cuts } = this;
    const shape = inputShape.map((n, axis) => {
      const [before, after] = cuts[axis] ?? [0, 0];
      return n === null ? null : n - before - after;
    });
    if (shape.some((n, axis) => n !== null && n <= 0 && cuts[axis]!.some((cut) => cut > 0)))
      throw new ShapeError(
        `layer '${this.name}': cropping takes everything: found input shape ${showShape(inputShape)} and cropping ${cuts.map(showShape).join(', ')} for its axes; wanted less than each axis has.`,
      );
    return shape;
  }
}
