// The base of Attention and AdditiveAttention: layers of [query, value] or [query, value, key].
// Owns: masks, softmax, dropout, the weighted mean. A subclass says how queries and keys give scores.
import { show, ValueError } from '../../../base/errors.ts';
import { type Shape, showShape } from '../../../base/shape.ts';
import { expandDims } from '../../../ops/core/arrange.ts';
import { cast, logicalAnd, subtract, where } from '../../../ops/math/elementwise.ts';
import { matmul } from '../../../ops/math/matmul.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { softmax } from '../../activations/index.ts';
import { dropout, SeedGenerator } from '../../random/index.ts';
import * as o from '../../schema.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions, Inputs, Options, Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import type { LayerValues } from '../layer-options.ts';
import { causalMask } from './masks.ts';

export const attentionDefinitions = {
  dropout: o.optional(o.number({ min: 0, max: 1 }), 0),
  seed: o.optional(o.seed, null),
} as const;

export interface AttentionCallOptions
  extends CallOptions,
    Options<{
      /** Also gives the weights: [output, scores]. */
      returnAttentionScores: boolean;
      /** Query i sees the keys up to i only. */
      useCausalMask: boolean;
    }> {}
export type AttentionResult = Tensor | [output: Tensor, scores: Tensor];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
export abstract class BaseAttention extends LayerBase<AttentionResult> {
  readonly seedGenerator: SeedGenerator | null = null;

  constructor(schema: o.SchemaLike, args: readonly unknown[]) {
    super(schema, args);
    if (this.dropout > 0) this.seedGenerator = new SeedGenerator({ seed: this.seed });
  }
  protected abstract scores(query: Tensor, key: Tensor): Tensor;

  /** The two or three inputs, or their shapes. */
  protected checkInputs<T>(inputs: T): T extends Shape ? Shape[] & [Shape] : Tensor[] & [Tensor, Tensor];
  protected checkInputs(inputs: unknown): unknown[] {
    const list = Array.isArray(inputs) ? (inputs as unknown[]) : [];
    if (list.length < 2 || list.length > 3 || typeof list[0] === 'number' || list[0] === null)
      throw new ValueError(
        `layer '${this.name}' (${this.constructor.name}): found ${isTensor(inputs) ? `a tensor of shape ${showShape(inputs.shape)}` : show(inputs)}, wanted a list of two or three tensors: [query, value] or [query, value, key].`,
      );
    return list;
  }
  protected override get takesMask(): boolean {
    return true;
  }
  /** (batch, queries, size), (batch, keys, depth) → (batch, queries, depth) */
  override call(inputs: Structure, options: AttentionCallOptions = {}): AttentionResult {
    const [query, value, key = value] = this.checkInputs(inputs);
    const [queryMask, valueMask] = this.#masks(options.mask);
    const scores = this.scores(query, key);
    // The mask of the values: (batch, keys) → (batch, 1, keys)
    let kept = valueMask && expandDims(valueMask, -2);
    if (options.useCausalMask) {
      const causal = causalMask(scores.dims.at(-2)!, scores.dims.at(-1)!);
      kept = kept ? logicalAnd(kept, causal) : causal;
    }
    const largest = scores.dtype === 'float16' ? 65504 : 1e9;
    let weights = softmax(kept ? where(kept, scores, subtract(scores, largest)) : scores, -1);
    if (options.training && this.seedGenerator) weights = dropout(weights, this.dropout, { seed: this.seedGenerator });
    let output = matmul(weights, value);
    if (queryMask) output = where(expandDims(queryMask, -1), output, cast(0, output.dtype));
    return options.returnAttentionScores ? [output, weights] : output;
  }
  #masks(mask: Structure | null | undefined): [query: Tensor | null, value: Tensor | null] {
    if (mask === null || mask === undefined) return [null, null];
    if (!Array.isArray(mask) || mask.length < 2 || mask.length > 3)
      throw new ValueError(
        `layer '${this.name}': found the mask ${show(mask)}, wanted a list of two, [queryMask, valueMask], or of three.`,
      );
    const [query, value] = (mask as (Tensor | null)[]).map((part) => (part ? cast(part, 'bool') : null));
    return [query ?? null, value ?? null];
  }
  override computeMask(_inputs: Structure, mask: Structure | null): Structure | null {
    return (Array.isArray(mask) && isTensor(mask[0]) && mask[0]) || null;
  }
}
export interface BaseAttention extends LayerValues<o.Schema<typeof attentionDefinitions>> {
  (inputs: Inputs, options: AttentionCallOptions & { returnAttentionScores: true }): [output: Tensor, scores: Tensor];
  (inputs: Inputs, options?: AttentionCallOptions): Tensor;
}
