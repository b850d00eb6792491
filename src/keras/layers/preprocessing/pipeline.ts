// Pipeline: preprocessing layers one after the other.
// Source: https://keras.io/api/layers/preprocessing_layers/
import { type Class, callable } from '../../../base/callable.ts';
import type { DType } from '../../../base/dtype.ts';
import { show, ValueError } from '../../../base/errors.ts';
import type { Shape } from '../../../base/shape.ts';
import type { Tensor } from '../../../runtime/tensor.ts';
import type { Config, Json } from '../../schema.ts';
import * as o from '../../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../../serialization.ts';
import type { CallOptions, Inputs, With } from '../../types.ts';
import { LayerBase } from '../layer.ts';
import { type LayerOptionsOf, layerSchema } from '../layer-options.ts';

const layers: o.Kind<readonly LayerBase[]> = {
  wanted: 'a list of layers',
  parse: (value) =>
    Array.isArray(value) && value.every((layer) => layer instanceof LayerBase) ? { value: value as LayerBase[] } : null,
  toConfig: (value) => value.map(serializeKerasObject),
  fromConfig: (value: Json) => {
    if (!Array.isArray(value)) throw new ValueError(`Pipeline: layers: found ${show(value)}, wanted a list of layers.`);
    return value.map((layer) => deserializeKerasObject(layer));
  },
};
const options = layerSchema('Pipeline', { layers: o.required(layers) }, { positional: ['layers'] });
export interface PipelineOptions extends LayerOptionsOf<typeof options> {}
type PipelineArgs =
  | [layers: readonly LayerBase[], options?: PipelineOptions]
  | [options: With<PipelineOptions, 'layers'>];

class PipelineLayer extends LayerBase<Tensor> {
  static override readonly schema = options;
  declare readonly layers: readonly LayerBase[];
  constructor(...args: PipelineArgs) {
    super(options, args);
    // Counts as built by its first call, whose shape files keep.
    this.built = false;
  }
  override get inputDtype(): DType {
    return this.layers[0]?.inputDtype ?? super.inputDtype;
  }
  /** Leaves inputs to the layers, which may take them in any form. */
  protected override convertInputs(inputs: unknown): unknown {
    return inputs;
  }
  protected override get takesMask(): boolean {
    return true;
  }
  override call(inputs: Tensor, { training }: CallOptions = {}): Tensor {
    // Alone it augments; within a model it follows it.
    return this.layers.reduce<Inputs>(
      (x, layer) => layer(x, { training: training ?? true }) as Inputs,
      inputs,
    ) as Tensor;
  }
  override computeOutputShape(inputShape: Shape): Shape {
    return this.layers.reduce((shape, layer) => layer.computeOutputShape(shape), inputShape);
  }
  override getConfig(): Config {
    const { layers: own, name } = super.getConfig();
    return { layers: own!, name: name! };
  }
}
export interface Pipeline extends PipelineLayer {}
export const Pipeline: Class<PipelineArgs, Pipeline> = callable(PipelineLayer, 'Pipeline');
