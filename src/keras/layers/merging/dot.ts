// Dot: products of two tensors summed over an axis of each, sample by sample.
// Source: https://keras.io/api/layers/merging_layers/dot/
import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, ValueError } from '../../../base/errors.ts';
import { normalizeAxis, type Shape, showShape, sizeOf } from '../../../base/shape.ts';
import { reshape, transpose } from '../../../ops/core/arrange.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import { l2Normalize } from '../../../ops/nn/normalization.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { Inputs, With } from '../../types.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { Merge, shapesIn } from './merge.ts';

const options = layerSchema(
  'Dot',
  { axes: o.required(o.either(o.integer(), o.list(o.integer(), 2))), normalize: o.optional(o.boolean, false) },
  { positional: ['axes', 'normalize'] },
);
export interface DotOptions extends LayerOptionsOf<typeof options> {}
type DotArgs = [axes: number | readonly [number, number], options?: DotOptions] | [options: With<DotOptions, 'axes'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class DotLayer extends Merge {
  static override readonly schema = options;
  constructor(...args: DotArgs) {
    super(options, args);
    this.supportsMasking = true;
  }
  #axes(ranks: readonly number[]): [number, number] {
    const given = typeof this.axes === 'number' ? [this.axes, this.axes] : this.axes;
    return given.map((axis, i) => normalizeAxis(axis, ranks[i]!, `Dot '${this.name}'`)) as [number, number];
  }
  protected override checkShapes(shapes: readonly Shape[]): void {
    if (shapes.length !== 2) throw new ValueError(`Dot '${this.name}' takes exactly 2 inputs, found ${shapes.length}.`);
    const [a, b] = shapes as [Shape, Shape];
    const [i, j] = this.#axes([a.length, b.length]);
    if (a[i] !== b[j] && a[i] !== null && b[j] !== null)
      throw new ShapeError(
        `Dot '${this.name}': axis ${i} of ${showShape(a)} and axis ${j} of ${showShape(b)} have lengths ${a[i]} and ${b[j]}; wanted equal ones.`,
      );
  }
  override call(inputs: readonly Tensor[]): Tensor {
    return this.merge(inputs);
  }
  protected override merge([first, second]: readonly Tensor[]): Tensor {
    let [a, b] = [first!, second!];
    const [i, j] = this.#axes([a.rank, b.rank]);
    if (this.normalize) [a, b] = [l2Normalize(a, i), l2Normalize(b, j)];
    const batch = a.dims[0]!;
    const [restA, restB] = [a.dims.filter((_, k) => k !== 0 && k !== i), b.dims.filter((_, k) => k !== 0 && k !== j)];
    const n = a.dims[i]!;
    // (batch, rest of a, n) · (batch, n, rest of b)
    const left = reshape(transpose(a, [0, ...order(a.rank, i), i]), [batch, sizeOf(restA), n]);
    const right = reshape(transpose(b, [0, j, ...order(b.rank, j)]), [batch, n, sizeOf(restB)]);
    const dims = [batch, ...restA, ...restB];
    return reshape(matmul(left, right), dims.length === 1 ? [batch, 1] : dims);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    const [a, b] = shapesIn(inputShape, this.name) as [Shape, Shape];
    const [i, j] = this.#axes([a.length, b.length]);
    const rest = [...a.filter((_, k) => k !== 0 && k !== i), ...b.filter((_, k) => k !== 0 && k !== j)];
    return [a[0] ?? null, ...(rest.length === 0 ? [1] : rest)];
  }
  override computeMask(): null {
    return null;
  }
}
const order = (rank: number, without: number): number[] =>
  Array.from({ length: rank }, (_, k) => k).filter((k) => k !== 0 && k !== without);
interface DotLayer extends LayerValues<typeof options> {}
export interface Dot extends DotLayer {}
export const Dot: Class<DotArgs, Dot> = callable(DotLayer, 'Dot');

/** The products summed over the axes, as a layer applied at once. */
export const dot = (inputs: readonly Inputs[], ...args: DotArgs): Tensor => new Dot(...args)(inputs);
