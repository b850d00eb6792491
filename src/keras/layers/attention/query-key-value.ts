// The base of MultiHeadAttention and GroupQueryAttention: layers called with a query, a value and maybe a key.
// Owns: that call, building from two or three shapes, the masks of all three, and attention over projected heads.

import type { DType } from '../../../base/dtype.ts';
import { ShapeError, StateError, show, ValueError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/record.ts';
import { type Shape, sameShape, showShape } from '../../../base/shape.ts';
import { expandDims } from '../../../ops/core/arrange.ts';
import { einsum } from '../../../ops/math/einsum.ts';
import { cast, logicalAnd, multiply, where } from '../../../ops/math/elementwise.ts';
import { softmax } from '../../../ops/nn/softmax.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { InitializerFunction } from '../../initializers/index.ts';
import { Initializer_ } from '../../initializers/initializer.ts';
import type { Config } from '../../schema.ts';
import { isTensor } from '../../symbolic/keras-tensor.ts';
import { maskOf } from '../../symbolic/mask.ts';
import type { CallOptions, Inputs, Options, Structure } from '../../types.ts';
import { LayerBase, type Result } from '../layer.ts';
import type { AttentionResult } from './base-attention.ts';
import { causalMask, slidingWindowMask } from './masks.ts';

export interface QueryKeyValueOptions
  extends CallOptions,
    Options<{
      /** Without it, the values are the keys. */
      key: Inputs | null;
      value: Inputs | null;
      /** (batch, queries), (batch, keys), (batch, keys): without them, the masks that the tensors carry. */
      queryMask: Tensor | null;
      valueMask: Tensor | null;
      keyMask: Tensor | null;
      /** (batch, queries, keys) or (batch, heads, queries, keys): true where a query sees a key. */
      attentionMask: Inputs | null;
      returnAttentionScores: boolean;
      useCausalMask: boolean;
    }> {}

export interface QueryKeyValueShapes {
  readonly query_shape: Shape;
  readonly value_shape: Shape;
  readonly key_shape?: Shape;
}

/** What of the masks and scores a subclass decides. */
export interface HeadSettings {
  /** Queries times keys, and weights times values, as einsum equations. */
  readonly product: string;
  readonly combination: string;
  readonly attentionAxes: number;
  readonly scale: number;
}

/** By name: signatures of its own come before those of all layers, which would take the record for the inputs. */
export interface QueryKeyValueLayer {
  (
    options: QueryKeyValueOptions & { readonly query: Inputs; readonly value: Inputs; returnAttentionScores: true },
  ): [output: Tensor, scores: Tensor];
  (options: QueryKeyValueOptions & { readonly query: Inputs; readonly value: Inputs }): Tensor;
}
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances are functions.
export abstract class QueryKeyValueLayer extends LayerBase<AttentionResult> {
  #shapes: QueryKeyValueShapes | null = null;
  /** Keras 2 leaves the masks on the inputs, for layers that take them later; Keras 3 uses them up. */
  keepsMasks = false;
  /** How many of value and key the last call gave by position. */
  #byPosition = 0;

  /** Makes the projections for these shapes, key included. */
  protected abstract buildProjections(query: Shape, value: Shape, key: Shape): void;
  protected abstract attend(query: Tensor, value: Tensor, key: Tensor, options: QueryKeyValueOptions): AttentionResult;
  protected abstract get window(): number | null;

  /** The layer of a query, a value, and `{ key }` where the keys are not the values; all three may be named. */
  override invoke(...args: unknown[]): Result<this> {
    const [first] = args;
    if (args.length === 1 && isRecord(first) && 'query' in first) {
      const { query, ...options } = first;
      return this.#invoke(query as Inputs, options);
    }
    return this.#invoke(first as Inputs, ...args.slice(1));
  }
  #invoke(query: Inputs, ...rest: unknown[]): Result<this> {
    const last = rest.at(-1);
    const options: QueryKeyValueOptions = isRecord(last) ? { ...(last as QueryKeyValueOptions) } : {};
    const byPosition = isRecord(last) ? rest.slice(0, -1) : rest;
    const [value = options.value, key = options.key] = byPosition;
    this.#byPosition = byPosition.length;
    if (value === undefined || value === null)
      throw new ValueError(
        `layer '${this.name}' (${this.constructor.name}) was called with a query only; wanted a query and a value, for self-attention the same: layer(x, x).`,
      );
    const convert = (x: unknown): Inputs => this.convertInputs(x) as Inputs;
    const given: Record<string, unknown> = { ...options, value, key };
    for (const name of Object.keys(given)) if (given[name] === undefined || given[name] === null) delete given[name];
    if (!this.built) {
      const shape = (x: unknown): Shape => this.#shapeOf(x);
      this.build({
        query_shape: shape(convert(query)),
        value_shape: shape(convert(value)),
        ...(given.key === undefined ? {} : { key_shape: shape(convert(key)) }),
      });
    }
    return super.invoke(query, given as CallOptions);
  }
  protected override nodeArguments(
    query: unknown,
    given: QueryKeyValueOptions,
  ): { readonly positional: readonly unknown[]; readonly named: Readonly<Record<string, unknown>> } {
    const { value, key, ...rest } = given;
    if (this.#byPosition === 0) return super.nodeArguments(query, given);
    if (this.#byPosition === 1)
      return { positional: [query, value], named: key === undefined ? rest : { ...rest, key } };
    return { positional: [query, value, key], named: rest };
  }
  #shapeOf(x: unknown): Shape {
    if (isTensor(x)) return x.shape;
    throw new ValueError(`layer '${this.name}': found ${show(x)} for query, value or key, wanted one tensor for each.`);
  }
  override run(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown {
    const { query: named, ...options } = kwargs;
    const [query = named, ...rest] = args;
    return this.invoke(query as Inputs, ...rest, options);
  }

  override build(shapes: Shape | QueryKeyValueShapes): void {
    const given = Array.isArray(shapes)
      ? { query_shape: shapes as Shape, value_shape: shapes as Shape }
      : (shapes as QueryKeyValueShapes);
    const { query_shape: query, value_shape: value, key_shape: key = value } = given;
    if (!sameShape(value.slice(1, -1) as number[], key.slice(1, -1) as number[]))
      throw new ShapeError(
        `layer '${this.name}': found value shape ${showShape(value)} and key shape ${showShape(key)}; wanted the same in all but the last dimension.`,
      );
    this.#shapes = given;
    this.buildProjections(query, value, key);
  }
  override getBuildConfig(): Config | null {
    return this.#shapes === null
      ? null
      : {
          shapes_dict: Object.fromEntries(
            Object.entries(this.#shapes).map(([name, shape]) => [name, [...(shape as Shape)]]),
          ),
        };
  }
  override buildFromConfig(config: Config): void {
    if (isRecord(config.shapes_dict)) this.build(config.shapes_dict as object as QueryKeyValueShapes);
    else super.buildFromConfig(config);
  }

  override call(query: Structure, options: QueryKeyValueOptions = {}): AttentionResult {
    const value = this.convertInputs(options.value) as Tensor;
    const key = options.key ? (this.convertInputs(options.key) as Tensor) : null;
    return this.attend(query as Tensor, value, key ?? value, {
      ...options,
      queryMask: options.queryMask ?? maskOf(query),
      valueMask: options.valueMask ?? maskOf(value),
      keyMask: options.keyMask ?? (key && maskOf(key)),
    });
  }

  /** All masks as one: (batch or 1, queries or 1, keys); null where every query sees every key. */
  protected mask(query: Tensor, value: Tensor, options: QueryKeyValueOptions): Tensor | null {
    const masks: Tensor[] = [];
    const bool = (mask: Tensor): Tensor => (mask.dtype === 'bool' ? mask : cast(mask, 'bool'));
    if (options.queryMask) masks.push(expandDims(bool(options.queryMask), -1));
    if (options.valueMask) masks.push(expandDims(bool(options.valueMask), -2));
    if (options.keyMask) masks.push(expandDims(bool(options.keyMask), -2));
    const [queries, keys] = [query.dims[1]!, value.dims[1]!];
    if (options.useCausalMask) masks.push(causalMask(queries, keys));
    if (this.window !== null) masks.push(slidingWindowMask(queries, keys, this.window));
    const given = options.attentionMask;
    if (given !== undefined && given !== null) {
      if (!isTensor(given))
        throw new StateError(`layer '${this.name}': attentionMask: found ${show(given)}, wanted a tensor.`);
      masks.push(bool(given));
    }
    return masks.length === 0 ? null : masks.reduce((all, mask) => logicalAnd(all, mask));
  }
  /** The mask with the axes of the scores: heads are put before the attention axes. */
  protected fitted(mask: Tensor | null, rank: number, attentionAxes: number): Tensor | null {
    let fitted = mask;
    while (fitted && fitted.rank < rank) fitted = expandDims(fitted, -2 * attentionAxes - 1);
    return fitted;
  }
  /** Attention in one go, without the weights: (batch, queries, heads, size) and (batch, keys, heads, size). */
  protected attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null, settings: HeadSettings): Tensor {
    // The softmax is always computed in float32 at least.
    const wide: DType = query.dtype === 'float16' || query.dtype === 'bfloat16' ? 'float32' : query.dtype;
    const product = einsum(settings.product, key, query);
    const scores = multiply(product.dtype === wide ? product : cast(product, wide), settings.scale);
    const lowest = -0.7 * (wide === 'float64' ? Number.MAX_VALUE : 3.4028234663852886e38);
    const fitted = this.fitted(mask, scores.rank, settings.attentionAxes);
    const weights = softmax(fitted ? where(fitted, scores, cast(lowest, wide)) : scores, -1);
    return einsum(settings.combination, weights.dtype === key.dtype ? weights : cast(weights, key.dtype), value);
  }
}

/** A copy with numbers of its own, where they are random. */
export const fresh = (initializer: InitializerFunction | null): InitializerFunction | undefined =>
  initializer instanceof Initializer_ ? (initializer.clone() as InitializerFunction) : (initializer ?? undefined);

/** How a layer of queries, keys and values is called. */
export interface QueryKeyValueCall {
  (
    query: Inputs,
    value: Inputs,
    options: QueryKeyValueOptions & { returnAttentionScores: true },
  ): [output: Tensor, scores: Tensor];
  (query: Inputs, value: Inputs, options?: QueryKeyValueOptions): Tensor;
}
