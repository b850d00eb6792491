// Embedding: a vector for each whole number, learnt.
// Source: https://keras.io/api/layers/core_layers/embedding/

import { type Class, callable } from '../../../base/callable.ts';
import { type DType, isInteger } from '../../../base/dtype.ts';
import type { Shape } from '../../../base/shape.ts';
import { gather } from '../../../ops/core/arrange.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { cast, notEqual } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { Structure, With } from '../../types.ts';
import { constraint, initializer, regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { loraDefinitions } from '../low-rank-layer.ts';
import { QuantizableLayer, type QuantizedField, quantizationDefinitions } from '../quantizable-layer.ts';

const options = layerSchema(
  'Embedding',
  {
    inputDim: o.required(o.integer({ min: 1 })),
    outputDim: o.required(o.integer({ min: 1 })),
    embeddingsInitializer: o.optional(initializer, 'uniform'),
    embeddingsRegularizer: o.optional(o.nullable(regularizer), null),
    activityRegularizer: o.optional(o.nullable(regularizer), null),
    embeddingsConstraint: o.optional(o.nullable(constraint), null),
    maskZero: o.optional(o.boolean, false),
    ...loraDefinitions,
    ...quantizationDefinitions,
  },
  { positional: ['inputDim', 'outputDim'], ignored: ['inputLength'] },
);
export interface EmbeddingOptions extends LayerOptionsOf<typeof options> {}
type Input = EmbeddingOptions & { inputLength?: number | null | undefined };
type EmbeddingArgs =
  | [inputDim: number, outputDim: number, options?: Partial<Input>]
  | [options: With<Input, 'inputDim' | 'outputDim'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class EmbeddingLayer extends QuantizableLayer {
  static override readonly schema = options;
  protected override readonly adaptedName = 'embeddings';
  embeddings!: Variable;

  constructor(...args: EmbeddingArgs) {
    super(options, args);
    this.supportsMasking = this.maskZero;
  }
  protected override get declaredByDim(): boolean {
    return false;
  }
  override get inputDtype(): DType {
    return 'int32';
  }
  override build(): void {
    if (!this.buildQuantized())
      this.embeddings = this.addWeight({
        name: 'embeddings',
        shape: [this.inputDim, this.outputDim],
        initializer: this.embeddingsInitializer,
        regularizer: this.embeddingsRegularizer,
        constraint: this.embeddingsConstraint,
      });
    // Keras drops the option loraAlpha here.
    this.buildPair();
  }
  protected override quantizedFields(): QuantizedField[] {
    return [{ field: 'embeddings', name: 'embeddings', dims: [this.inputDim, this.outputDim], reduced: [1] }];
  }
  protected override adapted() {
    return { weight: this.embeddings, constrained: this.embeddingsConstraint !== null };
  }
  override call(inputs: Tensor): Tensor {
    const indices = isInteger(inputs.dtype) ? inputs : cast(inputs, 'int32');
    const quantized = this.quantizedRows('embeddings', indices);
    if (quantized) return quantized;
    return this.loraEnabled
      ? gather(this.adaptedKernel(this.embeddings), indices)
      : this.inComputeDtype(gather(this.embeddings, indices));
  }
  override computeMask(inputs: Structure): Structure | null {
    return this.maskZero ? notEqual(inputs as Tensor, 0) : null;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return [...inputShape, this.outputDim];
  }
}
interface EmbeddingLayer extends LayerValues<typeof options> {}
export interface Embedding extends EmbeddingLayer {}
export const Embedding: Class<EmbeddingArgs, Embedding> = callable(EmbeddingLayer, 'Embedding');
