// AdditiveAttention: attention whose scores are a weighted sum of tanh(query + key) (Bahdanau et al., 2015).
// Source: https://keras.io/api/layers/attention_layers/additive_attention/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import { expandDims } from '../../../ops/core/arrange.ts';
import { add, multiply, tanh } from '../../../ops/math/elementwise.ts';
import { reduceSum } from '../../../ops/math/reduce.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { VariableTensor } from '../../../runtime/variable.ts';
import * as o from '../../schema.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { attentionDefinitions, BaseAttention } from './base-attention.ts';

const options = layerSchema(
  'AdditiveAttention',
  { useScale: o.optional(o.boolean, true), ...attentionDefinitions },
  { positional: ['useScale', 'dropout'], ignored: ['causal'] },
);
export interface AdditiveAttentionOptions extends LayerOptionsOf<typeof options> {}
type Args = [useScale: boolean, options?: AdditiveAttentionOptions] | [options?: AdditiveAttentionOptions];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class AdditiveAttentionLayer extends BaseAttention {
  static override readonly schema = options;
  scale: VariableTensor | null = null;

  constructor(...args: Args) {
    super(options, args);
  }
  override build(inputShape: Shape): void {
    const [query] = this.checkInputs(inputShape);
    if (this.useScale) this.scale = this.addWeight({ name: 'scale', shape: [query.at(-1) ?? null] });
  }
  /** (batch, queries, size), (batch, keys, size) → (batch, queries, keys) */
  protected override scores(query: Tensor, key: Tensor): Tensor {
    const sum = tanh(add(expandDims(query, -2), expandDims(key, -3))); // (batch, queries, keys, size)
    return reduceSum(this.scale ? multiply(sum, this.inComputeDtype(this.scale)) : sum, -1);
  }
}
interface AdditiveAttentionLayer extends LayerValues<typeof options> {}
export interface AdditiveAttention extends AdditiveAttentionLayer {}
export const AdditiveAttention: Class<Args, AdditiveAttention> = callable(AdditiveAttentionLayer, 'AdditiveAttention');
