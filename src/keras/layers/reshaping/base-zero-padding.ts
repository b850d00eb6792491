// The base of ZeroPadding1D, ZeroPadding2D and ZeroPadding3D.
// Owns: the padding itself. A subclass says what is added to each axis.
import type { Shape } from '../../../base/shape.ts';
import { pad } from '../../../ops/core/pad.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { LayerBase } from '../layer.ts';
import type { Edge } from './edges.ts';

export abstract class BaseZeroPadding extends LayerBase<Tensor> {
  /** Zeros added to every axis of the input. */
  protected abstract get additions(): readonly Edge[];

  override call(inputs: Tensor): Tensor {
    return pad(inputs, this.additions);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape.map((n, axis) => {
      const [before, after] = this.additions[axis] ?? [0, 0];
      return n === null ? null : n + before + after;
    });
  }
}
