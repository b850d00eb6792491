// MultiHeadAttention: attention in several projections side by side (Vaswani et al., 2017).
// Owns: its options and projections. Masks and the call stand in query-key-value.ts, equations in head-equations.ts.
// Source: https://keras.io/api/layers/attention_layers/multi_head_attention/
import { type Class, callable } from '../../../base/callable.ts';
import { ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import { einsum } from '../../../ops/math/einsum.ts';
import { multiply } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { setMask } from '../../symbolic/mask.ts';
import type { Structure, With } from '../../types.ts';
import { Softmax } from '../activation/softmax.ts';
import { EinsumDense } from '../core/einsum-dense.ts';
import { constraint, initializer, regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { Dropout } from '../regularization/dropout.ts';
import type { AttentionResult } from './base-attention.ts';
import { type AttentionEquations, attentionEquations, projection } from './head-equations.ts';
import { fresh, type QueryKeyValueCall, QueryKeyValueLayer, type QueryKeyValueOptions } from './query-key-value.ts';

export const headDefinitions = {
  dropout: o.optional(o.number({ min: 0, max: 1 }), 0),
  useBias: o.optional(o.boolean, true),
  /** Query i sees the keys less than so many positions away. */
  slidingWindow: o.optional(o.nullable(o.integer({ min: 1 })), null),
  /** Accepted as in Keras: there is one way of computing here, and it is compiled. */
  flashAttention: o.optional(o.nullable(o.boolean), null, { internal: true }),
  kernelInitializer: o.optional(initializer, 'glorot_uniform'),
  biasInitializer: o.optional(initializer, 'zeros'),
  kernelRegularizer: o.optional(o.nullable(regularizer), null),
  biasRegularizer: o.optional(o.nullable(regularizer), null),
  kernelConstraint: o.optional(o.nullable(constraint), null),
  biasConstraint: o.optional(o.nullable(constraint), null),
  /** The output is multiplied by sigmoid of one more projection of the query (Qiu et al., 2025). */
  useGate: o.optional(o.boolean, false),
  seed: o.optional(o.seed, null),
} as const;

const options = layerSchema(
  'MultiHeadAttention',
  {
    numHeads: o.required(o.integer({ min: 1 })),
    keyDim: o.required(o.integer({ min: 1 })),
    /** null: as keyDim. */
    valueDim: o.optional(o.nullable(o.integer({ min: 1 })), null),
    /** null: as the query's last dimension. */
    outputShape: o.optional(o.nullable(o.shape), null),
    /** null: all axes between batch and features. */
    attentionAxes: o.optional(o.nullable(o.either(o.integers(), o.integer())), null),
    ...headDefinitions,
    /** Of the projections, not of this layer: hence not its own activityRegularizer. */
    projectionRegularizer: o.optional(o.nullable(regularizer), null, { key: 'activity_regularizer' }),
  },
  {
    positional: ['numHeads', 'keyDim', 'valueDim'],
    ignored: ['queryShape', 'keyShape', 'valueShape', 'softmaxRobustMasking'],
    upgrade: (given) => {
      if (given.activityRegularizer !== undefined) given.projectionRegularizer = given.activityRegularizer;
      delete given.activityRegularizer;
    },
  },
);
export interface MultiHeadAttentionOptions extends Omit<LayerOptionsOf<typeof options>, 'projectionRegularizer'> {}
type Args =
  | [numHeads: number, keyDim: number, options?: MultiHeadAttentionOptions]
  | [options: With<MultiHeadAttentionOptions, 'numHeads' | 'keyDim'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class MultiHeadAttentionLayer extends QueryKeyValueLayer {
  static override readonly schema = options;
  // Their names are their places in Keras's files.
  queryDense!: EinsumDense;
  keyDense!: EinsumDense;
  _gateDense: EinsumDense | null = null;
  valueDense!: EinsumDense;
  _softmax!: Softmax;
  _dropoutLayer!: Dropout;
  outputDense!: EinsumDense;
  #equations!: AttentionEquations;

  constructor(...args: Args) {
    super(options, args);
    this.supportsMasking = true;
    Object.assign(this, { valueDim: this.valueDim ?? this.keyDim });
    if (typeof this.attentionAxes === 'number') Object.assign(this, { attentionAxes: [this.attentionAxes] });
    if (this.flashAttention && this.dropout > 0)
      throw new ValueError(`layer '${this.name}': flashAttention and dropout ${this.dropout} do not go together.`);
  }
  protected override get window(): number | null {
    return this.slidingWindow;
  }
  #project(
    name: string,
    inputShape: Shape,
    bound: number,
    sizes: readonly number[],
    activation?: 'sigmoid',
  ): EinsumDense {
    const { equation, biasAxes, rank } = projection(inputShape.length - bound, bound, sizes.length);
    const dense = EinsumDense(equation, [...new Array<null>(rank - 1 - sizes.length).fill(null), ...sizes], {
      name,
      biasAxes: this.useBias ? biasAxes : null,
      activation: activation ?? null,
      dtype: this.dtypePolicy,
      kernelInitializer: fresh(this.kernelInitializer),
      biasInitializer: fresh(this.biasInitializer),
      kernelRegularizer: this.kernelRegularizer,
      biasRegularizer: this.biasRegularizer,
      activityRegularizer: this.projectionRegularizer,
      kernelConstraint: this.kernelConstraint,
      biasConstraint: this.biasConstraint,
    });
    dense.build(inputShape);
    return dense;
  }
  protected override buildProjections(query: Shape, value: Shape, key: Shape): void {
    const valueDim = this.valueDim!;
    this.queryDense = this.#project('query', query, 1, [this.numHeads, this.keyDim]);
    this.keyDense = this.#project('key', key, 1, [this.numHeads, this.keyDim]);
    if (this.useGate) this._gateDense = this.#project('gate', query, 1, [this.numHeads, valueDim], 'sigmoid');
    this.valueDense = this.#project('value', value, 1, [this.numHeads, valueDim]);
    const rank = value.length + 1;
    const given = this.attentionAxes as readonly number[] | null;
    const axes = given
      ? given.map((axis) => (axis < 0 ? rank - 1 + axis : axis))
      : Array.from({ length: rank - 3 }, (_, i) => i + 1);
    // As Keras writes it once the layer is built.
    Object.assign(this, { attentionAxes: axes });
    this.#equations = attentionEquations(rank, axes);
    const { scoresRank } = this.#equations;
    this._softmax = Softmax(
      axes.map((_, i) => scoresRank - axes.length + i),
      { dtype: this.dtypePolicy },
    );
    this._dropoutLayer = Dropout(this.dropout, { seed: this.seed, dtype: this.dtypePolicy });
    const last = query.at(-1);
    const outputs = this.outputShape ?? [last ?? null];
    const heads = [...query.slice(0, -1), this.numHeads, valueDim];
    this.outputDense = this.#project('attention_output', heads, 2, outputs as number[]);
  }
  override call(query: Structure, options: QueryKeyValueOptions = {}): AttentionResult {
    // As in Keras 3, where the mask that the query carries replaces the argument.
    return super.call(query, { ...options, queryMask: null });
  }
  protected override attend(query: Tensor, value: Tensor, key: Tensor, given: QueryKeyValueOptions): AttentionResult {
    if (this.flashAttention && given.returnAttentionScores)
      throw new ValueError(
        `layer '${this.name}': scores cannot be returned with flashAttention; leave one of them out.`,
      );
    const { training } = given;
    const mask = this.mask(query, value, given);
    // As in Keras the masks are used up: layers that take the same tensors later see none.
    if (!this.keepsMasks) for (const tensor of [query, value, key]) setMask(tensor, null);
    const gate = this._gateDense?.(query, { training });
    const [q, k, v] = [this.queryDense(query), this.keyDense(key), this.valueDense(value)];
    const axes = (this.attentionAxes as readonly number[]).length;
    const scale = 1 / Math.sqrt(this.keyDim);
    let heads: Tensor;
    let scores: Tensor | null = null;
    if (this.dropout > 0 || given.returnAttentionScores || q.rank !== 4) {
      const { product, combination, scoresRank } = this.#equations;
      scores = einsum(product, k, multiply(q, scale));
      scores = this._softmax(scores, { mask: this.fitted(mask, scoresRank, axes) });
      heads = einsum(combination, this._dropoutLayer(scores, { training }), v);
    } else heads = this.attention(q, k, v, mask, { ...this.#equations, attentionAxes: axes, scale });
    const output = this.outputDense(gate ? multiply(heads, gate) : heads);
    if (given.queryMask) setMask(output, given.queryMask);
    return given.returnAttentionScores ? [output, scores!] : output;
  }
}
interface MultiHeadAttentionLayer extends LayerValues<typeof options>, QueryKeyValueCall {}
export interface MultiHeadAttention extends MultiHeadAttentionLayer {}
export const MultiHeadAttention: Class<Args, MultiHeadAttention> = callable(
  MultiHeadAttentionLayer,
  'MultiHeadAttention',
);
