// Lambda: a function as a layer.
// Source: https://keras.io/api/layers/core_layers/lambda/

import { callable } from '../../../base/callable.ts';
import { isRecord } from '../../../base/record.ts';
import type { Shape } from '../../../base/shape.ts';
import { flattenTree } from '../../../base/tree.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { deserializeLambda, serializeKerasObject } from '../../serialization.ts';
import { isTensor, KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions, Structure } from '../../types.ts';
import { LayerBase, shapesOf } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

/**
 * What the layer does with its inputs, or their mask: a tensor, or what else `I` says, a list or a record of them; `O` is what
 * it is given besides: the layer's `arguments`, `training` and `mask`.
 */
export type LambdaFunction<I = Tensor, O extends object = LambdaArguments> = (inputs: I, options: O) => Tensor;
export type LambdaArguments = Readonly<Record<string, unknown>>;
/** A function as the layer calls it: it cannot know what its writer knows. */
type AnyFunction = (inputs: Structure, options: unknown) => Tensor;
const callback: o.Kind<(inputs: never, options: never) => Tensor, AnyFunction> = {
  wanted: 'a function',
  parse: (value) => (typeof value === 'function' ? { value: value as AnyFunction } : null),
  toConfig: serializeKerasObject,
  fromConfig: (value) => deserializeLambda(value),
};
const maskTensor = o.any('a tensor', (value: unknown): value is Tensor => value instanceof Tensor);
const shapeFunction = o.any(
  'a function of the input shape',
  (value: unknown): value is (shape: Shape) => Shape => typeof value === 'function',
);
const options = layerSchema(
  'Lambda',
  {
    function: o.required(callback),
    outputShape: o.optional(o.nullable(o.either(o.shape, shapeFunction)), null),
    mask: o.optional(o.nullable(o.either(callback, maskTensor)), null, { internal: true }),
    arguments: o.optional(o.any('a record', isRecord), {}),
  },
  { positional: ['function', 'outputShape', 'mask', 'arguments'] },
);
export interface LambdaOptions extends LayerOptionsOf<typeof options> {}
type LambdaArgs<I, O extends object> =
  | [f: LambdaFunction<I, O>, options?: Omit<LambdaOptions, 'function'>]
  | [options: Omit<LambdaOptions, 'function'> & { readonly function: LambdaFunction<I, O> }];
/** The class; `I` and `O` are those of its function. */
export interface LambdaClass {
  new <I = Tensor, O extends object = LambdaArguments>(...args: LambdaArgs<I, O>): Lambda;
  <I = Tensor, O extends object = LambdaArguments>(...args: LambdaArgs<I, O>): Lambda;
  readonly prototype: Lambda;
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class LambdaLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: LambdaArgs<never, never>) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
    const mask = this.mask;
    if (mask === null) return;
    // Without one masks end here, as in Keras: nobody knows what the function does to the steps.
    this.supportsMasking = true;
    this.computeMask = (inputs, carried) => (typeof mask === 'function' ? mask(inputs, carried) : mask);
  }
  protected override get takesMask(): boolean {
    return true;
  }
  override call(inputs: Structure, options: CallOptions = {}): Tensor {
    return this.function(inputs, { ...this.arguments, ...options });
  }
  override computeOutputSpec(inputs: Structure, options: CallOptions = {}): Structure {
    const shape = this.outputShape;
    if (shape === null) return super.computeOutputSpec(inputs, options);
    const given = shapesOf(inputs) as Shape;
    // A shape that is given has no batch: the batch is that of the first input.
    const batch = shapesOf(flattenTree(inputs, isTensor)[0]) as Shape;
    const dims = typeof shape === 'function' ? shape(given) : [batch[0] ?? null, ...(shape as Shape)];
    return new KerasTensor(dims, this.computeDtype);
  }
}
interface LambdaLayer extends LayerValues<typeof options> {}
export interface Lambda extends LambdaLayer {}
export const Lambda: LambdaClass = callable(LambdaLayer, 'Lambda');
