// Lambda: a function as a layer.
// Source: https://keras.io/api/layers/core_layers/lambda/

import { type Class, callable } from '../../../base/callable.ts';
import { isRecord } from '../../../base/record.ts';
import type { Shape } from '../../../base/shape.ts';
import { flattenTree } from '../../../base/tree.ts';
import { Tensor } from '../../../runtime/tensor.ts';
import * as o from '../../schema.ts';
import { deserializeLambda, serializeKerasObject } from '../../serialization.ts';
import { isTensor, KerasTensor } from '../../symbolic/keras-tensor.ts';
import type { CallOptions, Structure, With } from '../../types.ts';
import { LayerBase, shapesOf } from '../layer.ts';
import { type LayerOptionsOf, type LayerValues, layerSchema } from '../layer-options.ts';

// Written by users for tensors, lists or records of them.
// biome-ignore lint/suspicious/noExplicitAny: the user knows what the layer is called with.
export type LambdaFunction = (inputs: any, options?: any) => Tensor;
const callback: o.Kind<LambdaFunction> = {
  wanted: 'a function',
  parse: (value) => (typeof value === 'function' ? { value: value as LambdaFunction } : null),
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
type LambdaArgs = [f: LambdaFunction, options?: LambdaOptions] | [options: With<LambdaOptions, 'function'>];

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are set from the schema.
class LambdaLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  constructor(...args: LambdaArgs) {
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
    return this.function(inputs as Tensor, { ...this.arguments, ...options });
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
export const Lambda: Class<LambdaArgs, Lambda> = callable(LambdaLayer, 'Lambda');
