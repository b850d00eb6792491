// The base of layers whose weights can be kept in few bits: Dense, EinsumDense, Embedding, ReversibleEmbedding.
// Owns: quantize, the configuration, quantized inputs, and what files hold. Leaves one weight's codes to quantized-weight.ts
// and products of 8-bit floats to float8.ts.
import { isInteger } from '../../base/dtype.ts';
import { StateError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { gather } from '../../ops/core/arrange.ts';
import type { Variable } from '../../ops/core/variable.ts';
import { add, cast, divide, multiply, stopGradient, subtract } from '../../ops/math/elementwise.ts';
import { tensordot } from '../../ops/math/matmul.ts';
import { Tensor } from '../../runtime/tensor.ts';
import { getPolicy, Int4DTypePolicy, type QuantizationMode } from '../dtype-policy.ts';
import { type QuantizationConfig, QuantizationConfig_, resolveConfig } from '../quantizers/configuration.ts';
import type { Axes } from '../quantizers/numbers.ts';
import { AbsMaxQuantizer, type Quantizer } from '../quantizers/quantizer.ts';
import * as o from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import type { Options } from '../types.ts';
import { Float8Product } from './float8.ts';
import { LowRankLayer } from './low-rank-layer.ts';
import { type QuantizedLayout, QuantizedWeight } from './quantized-weight.ts';
import type { SavedWeight } from './saved-weights.ts';

const configKind: o.Kind<QuantizationConfig | null> = {
  wanted: 'a QuantizationConfig, or null',
  parse: (value) =>
    value === null || value instanceof QuantizationConfig_ ? { value: value as QuantizationConfig | null } : null,
  toConfig: (value) => serializeKerasObject(value),
  fromConfig: (value) => (isRecord(value) ? deserializeKerasObject(value) : value),
};
/** The option of such layers. */
export const quantizationDefinitions = { quantizationConfig: o.optional(configKind, null) };

export interface QuantizeOptions extends Options<{ config: QuantizationConfig | null; typeCheck: boolean }> {}

/** A weight that is kept in codes once the layer is quantized, and the field that holds it. */
export interface QuantizedField extends QuantizedLayout {
  readonly field: 'kernel' | 'embeddings' | 'reverseEmbeddings';
}

export abstract class QuantizableLayer extends LowRankLayer {
  declare readonly quantizationConfig: QuantizationConfig | null;
  readonly #quantized = new Map<string, QuantizedWeight>();
  #float8: Float8Product | null = null;

  /** The weights that are quantized, for an input of the shape the layer was built with. */
  protected abstract quantizedFields(): QuantizedField[];
  /** Whether products of 8-bit floats are defined for the layer. */
  protected get hasFloat8(): boolean {
    return false;
  }
  #field(name: string): Variable {
    return Reflect.get(this, name) as Variable;
  }

  /**
   * Keeps the weights in 8 bits (`'int8'`), in 4 bits (`'int4'`), or trains with products of 8-bit floats (`'float8'`).
   *
   * The layer must be built. What was learnt is rounded once; after that, weights in codes do not train, but a low-rank pair beside them does.
   */
  override quantize(mode: QuantizationMode | QuantizationConfig | null = null, options: QuantizeOptions = {}): void {
    const { config = null } = options ?? {};
    const where = `quantize of layer '${this.name}'`;
    const [name, given] = mode instanceof QuantizationConfig_ ? [null, mode] : [mode, config];
    const resolved = resolveConfig(name, given, where);
    if (!this.built)
      throw new StateError(`${where}: the layer is not built; call it on data, or build(inputShape), first.`);
    if (this.quantizationMode)
      throw new StateError(`${where}: it is quantized already, to ${this.quantizationMode}; that can be done once.`);
    if (resolved.mode === 'float8' && !this.hasFloat8)
      throw new StateError(
        `${where}: ${this.constructor.name} has no product of 8-bit floats; wanted 'int8' or 'int4'.`,
      );
    const block = resolved.mode === 'int4' ? `/${this.#blockSize(resolved) ?? -1}` : '';
    const policy = getPolicy(`${resolved.mode}${block}_from_${this.dtypePolicy.name}`);
    Object.assign(this, { quantizationConfig: resolved });
    if (resolved.mode === 'float8') this.#float8 = new Float8Product(this, policy);
    else {
      for (const layout of this.quantizedFields()) {
        const before = this.#field(layout.field);
        this.removeWeight(before);
        const quantized = this.#add(layout, resolved.mode);
        for (const [variable, value] of quantized.encode(before.snapshot(), resolved)) variable.assign(value);
      }
    }
    this.dtypePolicy = policy;
  }
  #blockSize(config: QuantizationConfig | null): number | null {
    const policy = this.dtypePolicy;
    const size =
      config && 'blockSize' in config
        ? (config.blockSize as number | null)
        : policy instanceof Int4DTypePolicy
          ? policy.blockSize
          : null;
    return size === -1 ? null : size;
  }
  #add(layout: QuantizedField, mode: 'int8' | 'int4'): QuantizedWeight {
    const size = this.#blockSize(this.quantizationConfig);
    const quantized = new QuantizedWeight((options) => this.addWeight(options), layout, mode === 'int8' ? 8 : 4, size);
    this.#quantized.set(layout.field, quantized);
    const fields = {
      [layout.field]: quantized.codes,
      [`${layout.field}Scale`]: quantized.scale,
      ...(quantized.zero ? { [`${layout.field}Zero`]: quantized.zero } : {}),
      ...(quantized.groups ? { gIdx: quantized.groups } : {}),
    };
    Object.assign(this, fields);
    return quantized;
  }
  /** In `build`, where the policy says so: codes instead of the weights. False: the layer makes its weights as usual. */
  protected buildQuantized(): boolean {
    const mode = this.quantizationMode;
    if (mode === null || mode === 'float8') return false;
    for (const layout of this.quantizedFields()) this.#add(layout, mode);
    return true;
  }
  /** At the end of `build`: the scales of products of 8-bit floats. */
  protected buildFloat8(): void {
    if (this.quantizationMode === 'float8') this.#float8 = new Float8Product(this, this.dtypePolicy);
  }

  /** The quantized weight of a field; null where it is kept in floats. */
  protected quantizedWeight(field: QuantizedField['field']): QuantizedWeight | null {
    return this.#quantized.get(field) ?? null;
  }
  /** What rounds the inputs: for int8 unless the configuration says otherwise, for int4 where it says so. */
  protected inputsQuantizer(otherwise: boolean = this.quantizationMode === 'int8'): Quantizer | null {
    const config = this.quantizationConfig;
    if (config) return config.activationQuantizer;
    return otherwise ? new AbsMaxQuantizer() : null;
  }
  /** The inputs as their codes stand for them; gradients pass as if they were not rounded. */
  protected roundedInputs(inputs: Tensor, axis: Axes, otherwise?: boolean): Tensor {
    const quantizer = this.inputsQuantizer(otherwise);
    if (!quantizer) return inputs;
    const [codes, scale] = quantizer(inputs, { axis });
    const rounded = divide(cast(codes, inputs.dtype), scale);
    return add(inputs, stopGradient(subtract(rounded, inputs)));
  }

  /** The product of inputs and kernel as the layer's mode has it; `axis` are the axes of the inputs that are summed over. */
  protected product(
    given: Tensor,
    axis: Axes,
    training: boolean,
    product: (x: Tensor, kernel: Tensor) => Tensor,
  ): Tensor {
    // Whole numbers are promoted; only floats are converted before the call.
    const inputs = isInteger(given.dtype) ? cast(given, this.computeDtype) : given;
    const kernel = this.#field('kernel');
    if (this.quantizedWeight('kernel')) return this.quantizedProduct(inputs, axis, product);
    if (this.#float8) return this.#float8.apply(inputs, this.inComputeDtype(kernel), training, product);
    return product(inputs, this.adaptedKernel(kernel));
  }
  /** Rows of a quantized table, with those of the low-rank pair; null where the table is kept in floats. */
  protected quantizedRows(field: QuantizedField['field'], indices: Tensor): Tensor | null {
    const weight = this.quantizedWeight(field);
    if (!weight) return null;
    const rows = weight.decode(this.computeDtype, (x) => gather(x, indices));
    const pair = this.loraPair;
    if (!pair) return rows;
    const beside = tensordot(gather(pair.a, indices), pair.b, 1);
    return add(rows, cast(multiply(beside, this.loraAlpha! / this.loraRank!), rows.dtype));
  }
  /** The bias; beside products of 8-bit floats it is rounded to bfloat16, as in Keras. */
  protected biasOf(bias: Variable): Tensor {
    const own = this.inComputeDtype(bias);
    return this.#float8 && own.dtype === 'float32' ? cast(cast(own, 'bfloat16'), 'float32') : own;
  }
  /** The product with a quantized kernel, and with the low-rank pair beside it, which sees the inputs as they are. */
  private quantizedProduct(inputs: Tensor, axis: Axes, product: (x: Tensor, kernel: Tensor) => Tensor): Tensor {
    const y = product(this.roundedInputs(inputs, axis), this.quantizedWeight('kernel')!.decode(this.computeDtype));
    const pair = this.loraPair;
    if (!pair) return y;
    const beside = tensordot(product(cast(inputs, 'float32'), pair.a), pair.b, 1);
    return add(y, cast(multiply(beside, this.loraAlpha! / this.loraRank!), y.dtype));
  }

  protected override get adaptedDims(): readonly number[] {
    return this.quantizedFields().find(({ field }) => field === this.adaptedName)!.dims;
  }
  /** The floats of the adapted weight. */
  protected override adaptedValue(weight: Tensor): Tensor {
    return this.quantizedWeight(this.adaptedName)?.decode(this.computeDtype) ?? weight;
  }
  override savedWeights(): SavedWeight[] {
    if (this.#float8) return this.#float8.saved(super.savedWeights());
    if (this.#quantized.size === 0) return super.savedWeights();
    const adapted = this.quantizedWeight(this.adaptedName)!;
    const merged = this.mergedWeight();
    const values = merged ? adapted.encode(merged, null) : null;
    const save = (variable: Variable): SavedWeight => ({
      variable,
      value: () => values?.get(variable) ?? variable.snapshot(),
    });
    const [codes, ...rest] = adapted.variables as [Variable, ...Variable[]];
    const others = [...this.#quantized].flatMap(([field, weight]) =>
      field === this.adaptedName ? [] : weight.variables,
    );
    const bias: unknown = Reflect.get(this, 'bias');
    return [codes, ...(bias instanceof Tensor ? [bias as Variable] : []), ...rest, ...others].map(save);
  }
}
