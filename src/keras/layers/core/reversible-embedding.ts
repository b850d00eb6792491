// ReversibleEmbedding: an embedding that also goes back, from vectors to scores of the whole numbers.
// Source: https://keras.io/api/layers/core_layers/reversible_embedding/
import { type Class, callable } from '../../../base/callable.ts';
import { type DType, isInteger } from '../../../base/dtype.ts';
import { gather } from '../../../ops/core/arrange.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { cast, divide, multiply, notEqual, tanh } from '../../../ops/math/elementwise.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { setMask } from '../../symbolic/mask.ts';
import type { CallOptions, Inputs, Options, With } from '../../types.ts';
import { constraint, initializer, regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { loraDefinitions } from '../low-rank-layer.ts';
import { QuantizableLayer, type QuantizedField, quantizationDefinitions } from '../quantizable-layer.ts';

const options = layerSchema(
  'ReversibleEmbedding',
  {
    inputDim: o.required(o.integer({ min: 1 })),
    outputDim: o.required(o.integer({ min: 1 })),
    tieWeights: o.optional(o.boolean, true),
    embeddingsInitializer: o.optional(initializer, 'uniform'),
    embeddingsRegularizer: o.optional(o.nullable(regularizer), null),
    activityRegularizer: o.optional(o.nullable(regularizer), null),
    embeddingsConstraint: o.optional(o.nullable(constraint), null),
    maskZero: o.optional(o.boolean, false),
    reverseDtype: o.optional(o.nullable(o.dtype), null),
    logitSoftCap: o.optional(o.nullable(o.number({ min: 0, open: 'min' })), null),
    ...loraDefinitions,
    ...quantizationDefinitions,
    autocast: o.optional(o.boolean, false, { internal: true }),
  },
  { positional: ['inputDim', 'outputDim', 'tieWeights'] },
);
export interface ReversibleEmbeddingOptions
  extends Omit<LayerOptionsOf<typeof options>, 'inputDim'>,
    Options<{ inputDim: number }> {}
type Args =
  | [inputDim: number, outputDim: number, options?: ReversibleEmbeddingOptions]
  | [options: With<ReversibleEmbeddingOptions, 'inputDim' | 'outputDim'>];
export interface ReversibleCallOptions extends CallOptions, Options<{ reverse: boolean }> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class ReversibleEmbeddingLayer extends QuantizableLayer {
  static override readonly schema = options;
  declare readonly inputDim: number;
  protected override readonly adaptedName = 'embeddings';
  embeddings!: Variable;
  reverseEmbeddings: Variable | null = null;

  constructor(...args: Args) {
    super(options, args);
    Object.assign(this, { inputDim: options.parse(args).inputDim });
    this.supportsMasking = this.maskZero;
  }
  protected override get declaredByDim(): boolean {
    return false;
  }
  override build(): void {
    const quantized = this.buildQuantized();
    if (!quantized)
      this.embeddings = this.addWeight({
        name: 'embeddings',
        shape: [this.inputDim, this.outputDim],
        initializer: this.embeddingsInitializer,
        regularizer: this.embeddingsRegularizer,
        constraint: this.embeddingsConstraint,
      });
    this.buildPair();
    if (!this.tieWeights && !quantized)
      this.reverseEmbeddings = this.addWeight({
        name: 'reverse_embeddings',
        shape: [this.outputDim, this.inputDim],
        initializer: this.embeddingsInitializer,
      });
  }
  protected override quantizedFields(): QuantizedField[] {
    const { inputDim, outputDim } = this;
    const table: QuantizedField = {
      field: 'embeddings',
      name: 'embeddings',
      dims: [inputDim, outputDim],
      reduced: [1],
    };
    if (this.tieWeights) return [table];
    return [
      table,
      {
        field: 'reverseEmbeddings',
        name: 'reverse_embeddings',
        dims: [outputDim, inputDim],
        reduced: [0],
        packed: 0,
        floatZero: true,
        groupsOf: () => this.quantizedWeight('embeddings')?.groups ?? null,
      },
    ];
  }
  protected override adapted() {
    return { weight: this.embeddings, constrained: this.embeddingsConstraint !== null };
  }
  /** The table as it is looked up: with the low-rank pair, if there is one. */
  get #table(): Tensor {
    return this.loraEnabled ? this.adaptedKernel(this.embeddings) : this.embeddings;
  }
  /** (batch, …) whole numbers → (batch, …, outputDim); in reverse (batch, …, outputDim) → (batch, …, inputDim). */
  override call(inputs: Tensor, { reverse }: ReversibleCallOptions = {}): Tensor {
    if (reverse) return this.#scores(inputs);
    const indices = isInteger(inputs.dtype) ? inputs : cast(inputs, 'int32');
    const vectors = this.quantizedRows('embeddings', indices) ?? gather(this.#table, indices);
    const output = vectors.dtype === this.computeDtype ? vectors : cast(vectors, this.computeDtype);
    if (this.maskZero) setMask(output, notEqual(inputs, 0));
    return output;
  }
  #scores(inputs: Tensor): Tensor {
    const dtype: DType = this.reverseDtype ?? this.computeDtype;
    const as = (x: Tensor): Tensor => (x.dtype === dtype ? x : cast(x, dtype));
    // Keras quantizes these inputs with every policy, unless the configuration says otherwise.
    const quantized = this.quantizedWeight(this.tieWeights ? 'embeddings' : 'reverseEmbeddings');
    const x = quantized ? this.roundedInputs(inputs, -1, true) : as(inputs);
    const table = quantized ? quantized.decode(this.computeDtype) : as(this.reverseEmbeddings ?? this.#table);
    const scores = matmul(x, table, { transposeB: this.tieWeights });
    return this.logitSoftCap === null ? scores : multiply(tanh(divide(scores, this.logitSoftCap)), this.logitSoftCap);
  }
  /** Masks are set by the call. */
  override computeMask(): null {
    return null;
  }
}
interface ReversibleEmbeddingLayer extends Omit<LayerValues<typeof options>, 'inputDim'> {
  (inputs: Inputs, options?: ReversibleCallOptions): Tensor;
}
export interface ReversibleEmbedding extends ReversibleEmbeddingLayer {}
export const ReversibleEmbedding: Class<Args, ReversibleEmbedding> = callable(
  ReversibleEmbeddingLayer,
  'ReversibleEmbedding',
);
