// Concatenate: its inputs one after the other along an axis.
// Source: https://keras.io/api/layers/merging_layers/concatenate/
import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError } from '../../../base/errors.ts';
import { normalizeAxis, type Shape, showShape } from '../../../base/shape.ts';
import { concat, expandDims } from '../../../ops/core/arrange.ts';
import { onesLike, zerosLike } from '../../../ops/core/create.ts';
import { logicalOr } from '../../../ops/math/elementwise.ts';
import { reduceAny } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { promoted } from '../../ops/define.ts';
import * as o from '../../schema.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { Inputs, Structure } from '../../types.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { Merge, shapesIn, tensorsIn } from './merge.ts';

const options = layerSchema('Concatenate', { axis: o.optional(o.integer(), -1) }, { positional: ['axis'] });
export interface ConcatenateOptions extends LayerOptionsOf<typeof options> {}
type ConcatenateArgs = [axis: number, options?: ConcatenateOptions] | [options?: ConcatenateOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ConcatenateLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: ConcatenateArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  protected override checkShapes(shapes: readonly Shape[]): void {
    const rank = shapes[0]!.length;
    const axis = normalizeAxis(this.axis, rank, `Concatenate '${this.name}'`);
    const fits = shapes.every(
      (shape) =>
        shape.length === rank &&
        shape.every((n, i) => i === axis || n === null || shapes[0]![i] === null || n === shapes[0]![i]),
    );
    if (!fits)
      throw new ShapeError(
        `Concatenate '${this.name}': inputs have shapes ${shapes.map(showShape).join(' and ')}; wanted equal ones except along axis ${this.axis}.`,
      );
  }
  override call(inputs: Structure): Tensor {
    return this.merge(tensorsIn(inputs, this.name));
  }
  protected override merge(tensors: readonly Tensor[]): Tensor {
    const same = tensors.every((tensor) => tensor.dtype === tensors[0]!.dtype);
    return concat(same ? tensors : promoted(...tensors), this.axis);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const shapes = shapesIn(inputShape, this.name);
    this.checkShapes(shapes);
    const axis = normalizeAxis(this.axis, shapes[0]!.length);
    return shapes[0]!.map((n, i) => {
      const sizes = shapes.map((shape) => shape[i] ?? null);
      if (i !== axis) return sizes.find((size) => size !== null) ?? n;
      return sizes.includes(null) ? null : (sizes as number[]).reduce((a, b) => a + b, 0);
    });
  }
  override computeMask(inputs: Structure, mask: Structure | null): Structure | null {
    if (!Array.isArray(mask) || mask.every((part) => !isTensor(part))) return null;
    const masks = tensorsIn(inputs, this.name).map((input, i): Tensor => {
      const own: unknown = mask[i];
      if (!isTensor(own)) return onesLike(input, { dtype: 'bool' });
      let x = own;
      while (x.rank < input.rank) x = expandDims(x, -1);
      return logicalOr(x, zerosLike(input, { dtype: 'bool' }));
    });
    return reduceAny(concat(masks, this.axis), -1);
  }
}
interface ConcatenateLayer extends LayerValues<typeof options> {}
export interface Concatenate extends ConcatenateLayer {}
export const Concatenate: Class<ConcatenateArgs, Concatenate> = callable(ConcatenateLayer, 'Concatenate');

/** The inputs one after the other, as a layer applied at once. */
export const concatenate = (inputs: readonly Inputs[], given?: ConcatenateOptions): Tensor =>
  new Concatenate(given ?? {})(inputs);
