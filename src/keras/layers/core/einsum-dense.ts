// EinsumDense: a dense layer whose product is an einsum equation of input and kernel.
// Source: https://keras.io/api/layers/core_layers/einsum_dense/
import { type Class, callable } from '../../../base/callable.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Variable } from '../../../ops/core/variable.ts';
import { einsum } from '../../../ops/math/einsum.ts';
import { add } from '../../../ops/math/elementwise.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { InitializerFunction } from '../../initializers/index.ts';
import { Initializer_ } from '../../initializers/initializer.ts';
import * as o from '../../schema.ts';
import type { CallOptions, With } from '../../types.ts';
import { activation, constraint, initializer, regularizer } from '../kinds.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';
import { loraDefinitions } from '../low-rank-layer.ts';
import { QuantizableLayer, type QuantizedField, quantizationDefinitions } from '../quantizable-layer.ts';
import { analyzeEinsum, type EinsumShapes } from './einsum-equation.ts';
import { einsumScales } from './einsum-scales.ts';

const options = layerSchema(
  'EinsumDense',
  {
    equation: o.required(o.string),
    /** Without the batch; null where the length is that of the input. */
    outputShape: o.required(o.shape),
    activation: o.optional(activation, null),
    biasAxes: o.optional(o.nullable(o.string), null),
    kernelInitializer: o.optional(initializer, 'glorot_uniform'),
    biasInitializer: o.optional(initializer, 'zeros'),
    kernelRegularizer: o.optional(o.nullable(regularizer), null),
    biasRegularizer: o.optional(o.nullable(regularizer), null),
    activityRegularizer: o.optional(o.nullable(regularizer), null),
    kernelConstraint: o.optional(o.nullable(constraint), null),
    biasConstraint: o.optional(o.nullable(constraint), null),
    ...loraDefinitions,
    ...quantizationDefinitions,
  },
  {
    positional: ['equation', 'outputShape', 'activation'],
    ignored: ['gptqUnpackedColumnSize'],
  },
);
export interface EinsumDenseOptions extends LayerOptionsOf<typeof options> {}
type EinsumDenseArgs =
  | [equation: string, outputShape: number | Shape, options?: Omit<EinsumDenseOptions, 'outputShape'>]
  | [equation: string, options: With<EinsumDenseOptions, 'outputShape'>]
  | [options: With<EinsumDenseOptions, 'equation' | 'outputShape'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class EinsumDenseLayer extends QuantizableLayer {
  static override readonly schema = options;
  protected override readonly adaptedName = 'kernel';
  kernel!: Variable;
  bias: Variable | null = null;
  #kernelDims: readonly number[] = [];
  #rank = 0;

  constructor(...args: EinsumDenseArgs) {
    super(options, args);
  }
  #shapes(inputShape: Shape): EinsumShapes {
    return analyzeEinsum(this.equation, this.biasAxes, inputShape, this.outputShape, this.name);
  }
  override build(inputShape: Shape): void {
    const { kernel, bias, inputAxes, outputAxes } = this.#shapes(inputShape);
    this.#kernelDims = kernel as readonly number[];
    this.#rank = inputShape.length;
    if (!this.buildQuantized())
      this.kernel = this.addWeight({
        name: 'kernel',
        shape: kernel,
        initializer: withAxes(this.kernelInitializer, inputAxes, outputAxes),
        regularizer: this.kernelRegularizer,
        constraint: this.kernelConstraint,
      });
    if (bias)
      this.bias = this.addWeight({
        name: 'bias',
        shape: bias,
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    this.inputSpec = { ndim: inputShape.length };
    this.buildFloat8();
    this.buildPair({ loraAlpha: this.loraAlpha });
  }
  protected override get hasFloat8(): boolean {
    return true;
  }
  protected override quantizedFields(): QuantizedField[] {
    const dims = this.#kernelDims;
    const { kernelAxes, layout } = einsumScales(this.equation, this.#rank);
    return [{ field: 'kernel', name: 'kernel', dims, reduced: kernelAxes, scale: layout(dims) }];
  }
  protected override adapted() {
    return { weight: this.kernel, constrained: this.kernelConstraint !== null };
  }
  /** activation(einsum(equation, inputs, kernel) + bias) */
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    const product = (x: Tensor, kernel: Tensor): Tensor => einsum(this.equation, x, kernel);
    const axes = this.quantizationMode === null ? [] : einsumScales(this.equation, this.#rank).inputAxes;
    const x = this.product(inputs, axes, Boolean(training), product);
    const y = this.bias ? add(x, this.biasOf(this.bias)) : x;
    return this.activation ? this.activation(y) : y;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return this.#shapes(inputShape).output;
  }
}
interface EinsumDenseLayer extends LayerValues<typeof options> {}
export interface EinsumDense extends EinsumDenseLayer {}
export const EinsumDense: Class<EinsumDenseArgs, EinsumDense> = callable(EinsumDenseLayer, 'EinsumDense');

/** Initializers that look at inputs and outputs (Glorot, He …) are told which axes of the kernel these are. */
function withAxes(
  given: InitializerFunction,
  inputAxes: readonly number[],
  outputAxes: readonly number[],
): InitializerFunction {
  if (!(given instanceof Initializer_) || !('inputAxes' in given) || !('seed' in given)) return given;
  const { inputAxes: inputs, outputAxes: outputs } = given as { inputAxes: unknown; outputAxes?: unknown };
  if (inputs !== null && outputs !== null) return given;
  const config = { ...given.getConfig(), input_axes: [...inputAxes], output_axes: [...outputAxes] };
  const type = given.constructor as typeof Initializer_;
  return type.fromConfig({ ...config, seed: given.seed as number });
}
