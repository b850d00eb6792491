// Input and InputLayer: where a model begins.

import { type Class, callable } from '../../../base/callable.ts';
import { asDType, type DType } from '../../../base/dtype.ts';
import { ShapeError, show, ValueError } from '../../../base/errors.ts';
import { isRecord } from '../../../base/record.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import { floatx } from '../../config.ts';
import type { Config } from '../../schema.ts';
import * as o from '../../schema.ts';
import { KerasTensor, Node } from '../../symbolic/keras-tensor.ts';
import type { Options, Structure } from '../../types.ts';
import { LayerBase } from '../layer.ts';

const symbolic = o.any('a symbolic tensor', (value: unknown): value is KerasTensor => value instanceof KerasTensor);
const options = o.schema(
  'InputLayer',
  {
    batchShape: o.optional(o.nullable(o.shape), null),
    dtype: o.optional(o.nullable(o.dtype), null),
    sparse: o.optional(o.boolean, false),
    ragged: o.optional(o.boolean, false),
    name: o.optional(o.nullable(o.string), null),
    optional: o.optional(o.boolean, false),
    shape: o.optional(o.nullable(o.shape), null, { internal: true }),
    batchSize: o.optional(o.nullable(o.integer({ min: 0 })), null, { internal: true }),
    inputTensor: o.optional(o.nullable(symbolic), null, { internal: true }),
  },
  {
    renamed: { batchInputShape: 'batchShape', inputShape: 'shape', inputDtype: 'dtype', tensor: 'inputTensor' },
    positional: ['shape', 'batchSize', 'dtype'],
    ignored: ['trainable', 'typeSpec'],
    upgrade: (given) => {
      const { dtype } = given;
      if (isRecord(dtype)) given.dtype = (dtype.config as Config | undefined)?.name;
    },
  },
);

export interface InputOptions
  extends Options<{
    shape: Shape;
    batchShape: Shape;
    batchSize: number | null;
    dtype: DType;
    name: string | null;
    sparse: boolean;
    ragged: boolean;
    optional: boolean;
    /** A symbolic tensor to stand for the data, in the place of a new one. */
    inputTensor: Tensor;
    tensor: Tensor;
  }> {}
type InputArgs = [options?: InputOptions] | [shape: Shape, options?: InputOptions];

class InputLayerBase extends LayerBase {
  readonly batchShape: Shape;
  readonly optional: boolean;
  readonly sparse: boolean;
  readonly ragged: boolean;
  readonly #dtype: DType;

  constructor(...args: InputArgs) {
    const values = options.parse(args);
    const given = values.inputTensor;
    if (values.batchShape === null && values.shape === null && !given)
      throw new ValueError(
        'Input: no shape was given; wanted { shape: [784] }, the shape of one sample without the batch, or { batchShape: [null, 784] }.',
      );
    super({ name: values.name ?? undefined });
    if (values.shape?.includes(undefined as never)) throw new ShapeError(`Input: found shape ${show(values.shape)}.`);
    this.batchShape = given?.shape ?? values.batchShape ?? [values.batchSize, ...values.shape!];
    this.optional = values.optional;
    this.sparse = values.sparse;
    this.ragged = values.ragged;
    this.#dtype = given?.dtype ?? asDType(values.dtype ?? floatx());
    this.built = true;
    const tensor = given ?? new KerasTensor(this.batchShape, this.#dtype, this.name);
    new Node(this, [], {}, tensor);
  }
  override get dtype(): DType {
    return this.#dtype;
  }
  override get output(): never {
    return this.inboundNodes[0]!.result as never;
  }
  override get input(): Structure {
    return this.inboundNodes[0]!.result as Structure;
  }
  override call(inputs: Structure): Structure {
    return inputs;
  }
  override getConfig(): Config {
    return options.toConfig(this);
  }
  override getBuildConfig(): null {
    return null;
  }
  static override fromConfig(config: Config): unknown {
    return new InputLayer(options.fromConfig(config) as InputOptions);
  }
}
export interface InputLayer extends InputLayerBase {}
export const InputLayer: Class<InputArgs, InputLayer> = callable(InputLayerBase, 'InputLayer');

/** A symbolic tensor that stands for data to come: `Input({ shape: [784] })`, the shape without the batch. */
export function Input(...args: InputArgs): Tensor {
  const layer = new InputLayer(...args);
  return layer.inboundNodes[0]!.outputs[0]!;
}
