// The base of layers whose kernel can be adapted by low-rank pairs (LoRA): Dense, EinsumDense, Embedding, convolutions.
// Owns: enableLora, the adapted kernel, and what files hold of it: the kernel with the pair merged into it, as Keras writes.
// Source: https://arxiv.org/abs/2106.09685
import { StateError, show, ValueError } from '../../base/errors.ts';
import { zeros } from '../../ops/core/create.ts';
import type { Variable } from '../../ops/core/variable.ts';
import { add, cast, multiply } from '../../ops/math/elementwise.ts';
import { tensordot } from '../../ops/math/matmul.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type * as initializers from '../initializers/index.ts';
import * as o from '../schema.ts';
import type { Options } from '../types.ts';
import { LayerBase } from './layer.ts';
import type { SavedWeight } from './saved-weights.ts';
import { Weight } from './weight.ts';

/** The options of such layers. */
export const loraDefinitions = {
  /** The rank of the pair; the layer is built with one, its kernel frozen. */
  loraRank: o.optional(o.nullable(o.integer({ min: 1 })), null, { omitNull: true }),
  /** The pair counts loraAlpha / loraRank times; by default once. */
  loraAlpha: o.optional(o.nullable(o.number()), null, { omitNull: true }),
};

export interface LoraOptions
  extends Options<{
    loraAlpha: number | null;
    aInitializer: initializers.Like;
    bInitializer: initializers.Like;
  }> {}

interface Pair {
  readonly a: Weight;
  readonly b: Weight;
}

export abstract class LowRankLayer extends LayerBase<Tensor> {
  declare readonly loraRank: number | null;
  declare readonly loraAlpha: number | null;
  #pair: Pair | null = null;

  /** The name of the adapted weight: `kernel`, `embeddings`. */
  protected abstract readonly adaptedName: 'kernel' | 'embeddings';
  /** The weight that the pair adapts, and whether it has a constraint, which does not go together with a pair. */
  protected abstract adapted(): { readonly weight: Variable; readonly constrained: boolean };

  /** The shape of what the pair adapts, and its floats; not the weight itself where that is kept in codes. */
  protected get adaptedDims(): readonly number[] {
    return this.adapted().weight.dims;
  }
  protected adaptedValue(weight: Tensor): Tensor {
    return weight;
  }

  get loraEnabled(): boolean {
    return this.#pair !== null;
  }
  /** The pair's factors, (…, rank) and (rank, units); null before enableLora. */
  get loraPair(): { readonly a: Variable; readonly b: Variable } | null {
    return this.#pair as { a: Variable; b: Variable } | null;
  }

  /**
   * Freezes the kernel and trains a pair of small matrices beside it: kernel + loraAlpha / rank · a · b.
   *
   * Throws where the layer is not built, has a constraint on its kernel, or is adapted already.
   */
  enableLora(rank: number, options: LoraOptions = {}): void {
    const where = `enableLora of layer '${this.name}'`;
    if (!Number.isInteger(rank) || rank < 1)
      throw new ValueError(`${where}: rank is ${show(rank)}, wanted a whole number ≥ 1.`);
    if (this.loraEnabled) throw new StateError(`${where}: the layer is adapted already; that can be done once.`);
    if (!this.built)
      throw new StateError(`${where}: the layer is not built; call it on data, or build(inputShape), first.`);
    const { weight, constrained } = this.adapted();
    if (constrained)
      throw new ValueError(
        `${where}: the ${this.adaptedName} has a constraint, which a low-rank pair would get around; make the layer without it.`,
      );
    const dims = this.adaptedDims;
    const regularizer = weight instanceof Weight ? weight.regularizer : null;
    const make = (part: 'a' | 'b', shape: number[], initializer: initializers.Like): Weight =>
      this.addWeight({
        name: `lora_${this.adaptedName}_${part}`,
        shape,
        initializer,
        dtype: 'float32',
        regularizer,
      }) as Weight;
    this.#pair = {
      a: make('a', [...dims.slice(0, -1), rank], options.aInitializer ?? 'he_uniform'),
      b: make('b', [rank, dims.at(-1)!], options.bInitializer ?? 'zeros'),
    };
    weight.trainable = false;
    Object.assign(this, { loraRank: rank, loraAlpha: options.loraAlpha ?? rank });
  }
  /** At the end of `build`: the pair that the options ask for. */
  protected buildPair(options: LoraOptions = {}): void {
    if (this.loraRank !== null) {
      this.built = true;
      this.enableLora(this.loraRank, options);
    }
  }
  /** The kernel as the layer computes with it, in its compute dtype. */
  protected adaptedKernel(weight: Tensor): Tensor {
    return this.inComputeDtype(this.#pair ? this.#merged(weight, this.#pair) : this.adaptedValue(weight));
  }
  #merged(weight: Tensor, { a, b }: Pair): Tensor {
    const delta = multiply(tensordot(a, b, 1), this.loraAlpha! / this.loraRank!);
    return add(cast(this.adaptedValue(weight), 'float32'), delta);
  }
  /** The adapted weight with the pair in it; null without one. */
  protected mergedWeight(): Tensor | null {
    return this.#pair ? this.#merged(this.adapted().weight, this.#pair) : null;
  }

  override savedWeights(): SavedWeight[] {
    const pair = this.#pair;
    if (!pair) return super.savedWeights();
    const { weight } = this.adapted();
    return this.ownWeights
      .filter((own) => own !== pair.a && own !== pair.b)
      .map((own) => ({
        variable: own,
        value: () => (own === weight ? cast(this.#merged(own, pair), own.dtype) : own.snapshot()),
      }));
  }
  override weightsLoaded(): void {
    super.weightsLoaded();
    if (!this.#pair) return;
    for (const factor of [this.#pair.a, this.#pair.b]) factor.set(zeros(factor.dims, { dtype: factor.dtype }));
  }
}
