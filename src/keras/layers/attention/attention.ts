// Attention: for each query the mean of the values, weighted by how well the keys fit.
// Source: https://keras.io/api/layers/attention_layers/attention/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { expandDims } from '../../../ops/core/arrange.ts';
import { add, multiply, tanh } from '../../../ops/math/elementwise.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import { reduceSum } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { attentionDefinitions, BaseAttention } from './base-attention.ts';

const options = layerSchema(
  'Attention',
  {
    useScale: o.optional(o.boolean, false),
    /** How keys are compared with queries: by their product, or by tanh of their sum. */
    scoreMode: o.optional(o.oneOf('dot', 'concat'), 'dot'),
    ...attentionDefinitions,
  },
  { positional: ['useScale', 'scoreMode', 'dropout', 'seed'], ignored: ['causal'] },
);
export interface AttentionOptions extends LayerOptionsOf<typeof options> {}
type Args = [useScale: boolean, options?: AttentionOptions] | [options?: AttentionOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class AttentionLayer extends BaseAttention {
  static override readonly schema = options;
  scale: VariableTensor | null = null;
  concatScoreWeight: VariableTensor | null = null;

  constructor(...args: Args) {
    super(options, args);
  }
  override build(inputShape: Shape): void {
    this.checkInputs(inputShape);
    if (this.useScale) this.scale = this.addWeight({ name: 'scale', shape: [], initializer: 'ones' });
    if (this.scoreMode === 'concat')
      this.concatScoreWeight = this.addWeight({ name: 'concat_score_weight', shape: [], initializer: 'ones' });
  }
  /** (batch, queries, size), (batch, keys, size) → (batch, queries, keys) */
  protected override scores(query: Tensor, key: Tensor): Tensor {
    const scale = this.scale && this.inComputeDtype(this.scale);
    const scaled = (x: Tensor): Tensor => (scale ? multiply(x, scale) : x);
    if (!this.concatScoreWeight) return scaled(matmul(query, key, { transposeB: true }));
    const sum = add(expandDims(query, -2), expandDims(key, -3)); // (batch, queries, keys, size)
    return multiply(reduceSum(tanh(scaled(sum)), -1), this.inComputeDtype(this.concatScoreWeight));
  }
}
interface AttentionLayer extends LayerValues<typeof options> {}
export interface Attention extends AttentionLayer {}
export const Attention: Class<Args, Attention> = callable(AttentionLayer, 'Attention');
