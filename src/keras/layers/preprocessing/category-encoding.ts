// CategoryEncoding: integers as one-hot, multi-hot or count vectors.
// Source: https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/
import { type Class, callable } from '../../../base/callable.ts';
import type { DType } from '../../../base/dtype.ts';
import { ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { convertToTensor } from '../../../ops/core/convert.ts';
import { cast } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions, Structure, TensorLike, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { encodeCategories, encodedShape, maybeSparse, renameOutputMode } from './encode-categories.ts';

const options = layerSchema(
  'CategoryEncoding',
  {
    numTokens: o.required(o.integer({ min: 1 })),
    outputMode: o.optional(o.oneOf('count', 'one_hot', 'multi_hot'), 'multi_hot'),
    sparse: o.optional(o.boolean, false, { internal: true }),
  },
  { positional: ['numTokens', 'outputMode', 'sparse'], renamed: { maxTokens: 'numTokens' }, upgrade: renameOutputMode },
);
export interface CategoryEncodingOptions extends LayerOptionsOf<typeof options> {}
type CategoryEncodingArgs =
  | [numTokens: number, options?: CategoryEncodingOptions]
  | [options: With<CategoryEncodingOptions, 'numTokens'>];
interface CategoryEncodingCall extends CallOptions {
  readonly countWeights?: TensorLike | null;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class CategoryEncodingLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: CategoryEncodingArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
  }
  override get inputDtype(): DType {
    return 'int64';
  }
  get #where(): string {
    return `CategoryEncoding '${this.name}'`;
  }
  override call(inputs: Tensor, { countWeights = null }: CategoryEncodingCall = {}): Tensor {
    if (countWeights !== null && this.outputMode !== 'count')
      throw new ValueError(`${this.#where}: countWeights are for outputMode 'count'; found '${this.outputMode}'.`);
    const weights = countWeights === null ? null : cast(convertToTensor(countWeights), this.computeDtype);
    const numbers = inputs.weak ? cast(inputs, 'int32') : inputs;
    // Numbers too large count nowhere, and so do negative ones in 'one_hot': as in Keras.
    // Within compiled programs, which may be exported, nothing is looked at: negative numbers count nowhere there.
    if (this.outputMode !== 'one_hot' && !numbers.graphValue) refuseNegative(numbers, this.#where);
    return maybeSparse(encodeCategories(numbers, this.outputMode, this.numTokens, this.dtype, weights), this.sparse);
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return encodedShape(inputShape, this.outputMode, this.numTokens);
  }
  override computeOutputSpec(inputs: Structure): Structure {
    return new KerasTensor(this.computeOutputShape((inputs as Tensor).shape), this.computeDtype);
  }
}

/** As Keras: a negative number is no category. */
function refuseNegative(numbers: Tensor, where: string): void {
  const list = numbers.elements as ArrayLike<number | bigint>;
  for (let i = 0; i < list.length; i++)
    if (Number(list[i]) < 0)
      throw new ValueError(
        `${where}: inputs: element ${i} is ${list[i]}; wanted whole numbers ≥ 0, each the number of a category.`,
      );
}
interface CategoryEncodingLayer extends LayerValues<typeof options> {}
export interface CategoryEncoding extends CategoryEncodingLayer {}
export const CategoryEncoding: Class<CategoryEncodingArgs, CategoryEncoding> = callable(
  CategoryEncodingLayer,
  'CategoryEncoding',
);
