// GroupQueryAttention: attention with fewer heads of keys and values than of queries (Ainslie et al., 2023).
// Source: https://keras.io/api/layers/attention_layers/group_query_attention/
import { type Class, callable } from '../../../base/callable.ts';
import { ShapeError, ValueError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { repeat } from '../../../ops/core/pad.ts';
import { einsum } from '../../../ops/math/einsum.ts';
import { multiply } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import type { With } from '../../types.ts';
import { Softmax } from '../activation/softmax.ts';
import { EinsumDense } from '../core/einsum-dense.ts';
import { regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { Dropout } from '../regularization/dropout.ts';
import type { AttentionResult } from './base-attention.ts';
import { headDefinitions } from './multi-head-attention.ts';
import { fresh, type QueryKeyValueCall, QueryKeyValueLayer, type QueryKeyValueOptions } from './query-key-value.ts';

const options = layerSchema(
  'GroupQueryAttention',
  {
    headDim: o.required(o.integer({ min: 1 })),
    numQueryHeads: o.required(o.integer({ min: 1 })),
    numKeyValueHeads: o.required(o.integer({ min: 1 })),
    ...headDefinitions,
    activityRegularizer: o.optional(o.nullable(regularizer), null),
  },
  { positional: ['headDim', 'numQueryHeads', 'numKeyValueHeads'] },
);
export interface GroupQueryAttentionOptions extends LayerOptionsOf<typeof options> {}
type Args =
  | [headDim: number, numQueryHeads: number, numKeyValueHeads: number, options?: GroupQueryAttentionOptions]
  | [options: With<GroupQueryAttentionOptions, 'headDim' | 'numQueryHeads' | 'numKeyValueHeads'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class GroupQueryAttentionLayer extends QueryKeyValueLayer {
  static override readonly schema = options;
  // Their names are their places in Keras's files.
  _queryDense!: EinsumDense;
  _keyDense!: EinsumDense;
  _gateDense: EinsumDense | null = null;
  _valueDense!: EinsumDense;
  _softmax!: Softmax;
  _dropoutLayer!: Dropout;
  _outputDense!: EinsumDense;

  constructor(...args: Args) {
    super(options, args);
    this.supportsMasking = true;
    if (this.numQueryHeads % this.numKeyValueHeads !== 0)
      throw new ValueError(
        `layer '${this.name}': found ${this.numQueryHeads} query heads and ${this.numKeyValueHeads} key and value heads; wanted the first to be a multiple of the second.`,
      );
    if (this.flashAttention && this.dropout > 0)
      throw new ValueError(`layer '${this.name}': flashAttention and dropout ${this.dropout} do not go together.`);
  }
  protected override get window(): number | null {
    return this.slidingWindow;
  }
  #project(
    name: string,
    equation: string,
    input: Shape,
    output: Shape,
    bias: string,
    activation?: 'sigmoid',
  ): EinsumDense {
    const dense = EinsumDense(equation, output, {
      name,
      biasAxes: this.useBias ? bias : null,
      activation: activation ?? null,
      dtype: this.dtypePolicy,
      kernelInitializer: fresh(this.kernelInitializer),
      biasInitializer: fresh(this.biasInitializer),
      kernelRegularizer: this.kernelRegularizer,
      biasRegularizer: this.biasRegularizer,
      activityRegularizer: this.activityRegularizer,
      kernelConstraint: this.kernelConstraint,
      biasConstraint: this.biasConstraint,
    });
    dense.build(input);
    return dense;
  }
  protected override buildProjections(query: Shape, value: Shape, key: Shape): void {
    // b: batch, q: queries, k: keys, m: features, u: heads of queries, v: of keys and values, h: size of a head
    const [perQuery, perKey] = [
      [null, this.numQueryHeads, this.headDim],
      [null, this.numKeyValueHeads, this.headDim],
    ];
    this._queryDense = this.#project('query', 'bqm,muh->bquh', query, perQuery, 'uh');
    this._keyDense = this.#project('key', 'bkm,mvh->bkvh', key, perKey, 'vh');
    if (this.useGate) this._gateDense = this.#project('gate', 'bqm,muh->bquh', query, perQuery, 'uh', 'sigmoid');
    this._valueDense = this.#project('value', 'bkm,mvh->bkvh', value, perKey, 'vh');
    this._softmax = Softmax(-1, { dtype: this.dtypePolicy });
    this._dropoutLayer = Dropout(this.dropout, { seed: this.seed, dtype: this.dtypePolicy });
    const heads = [null, null, this.numQueryHeads, this.headDim];
    this._outputDense = this.#project('attention_output', 'bquh,uhm->bqm', heads, [null, query.at(-1) ?? null], 'm');
  }
  protected override attend(query: Tensor, value: Tensor, key: Tensor, given: QueryKeyValueOptions): AttentionResult {
    if (query.dims.at(-1) !== value.dims.at(-1))
      throw new ShapeError(
        `layer '${this.name}': found query shape ${showShape(query.shape)} and value shape ${showShape(value.shape)}; wanted the same last dimension.`,
      );
    if (this.flashAttention && given.returnAttentionScores)
      throw new ValueError(
        `layer '${this.name}': scores cannot be returned with flashAttention; leave one of them out.`,
      );
    const { training } = given;
    const mask = this.mask(query, value, given);
    const gate = this._gateDense?.(query);
    const q = this._queryDense(query);
    // Each head of keys and values serves several heads of queries.
    const times = this.numQueryHeads / this.numKeyValueHeads;
    const [k, v] = [this._keyDense(key), this._valueDense(value)].map((x) => (times === 1 ? x : repeat(x, times, 2)));
    const scale = 1 / Math.sqrt(this.headDim);
    let heads: Tensor;
    let scores: Tensor | null = null;
    if (this.dropout > 0 || given.returnAttentionScores) {
      scores = einsum('bquh,bkuh->buqk', multiply(q, scale), k!);
      scores = this._softmax(scores, { mask: this.fitted(mask, 4, 1) });
      heads = einsum('buqk,bkuh->bquh', this._dropoutLayer(scores, { training }), v!);
    } else {
      const settings = { product: 'bkuh,bquh->buqk', combination: 'buqk,bkuh->bquh', attentionAxes: 1, scale };
      heads = this.attention(q, k!, v!, mask, settings);
    }
    const output = this._outputDense(gate ? multiply(heads, gate) : heads);
    return given.returnAttentionScores ? [output, scores!] : output;
  }
}
interface GroupQueryAttentionLayer extends LayerValues<typeof options>, QueryKeyValueCall {}
export interface GroupQueryAttention extends GroupQueryAttentionLayer {}
// Keras's class has another name than its export; generated names follow the class.
export const GroupQueryAttention: Class<Args, GroupQueryAttention> = callable(
  GroupQueryAttentionLayer,
  'GroupedQueryAttention',
);
