// cloneModel: the same structure with layers and weights of its own.
// Owns: which way a model is copied: by its config, or by walking its graph where the program has a word in it.
import { refuseUnknown, show, ValueError } from '../../base/errors.ts';
import { flattenTree, mapTree, packTree } from '../../base/tree.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { Input, InputLayer } from '../layers/core/input-layer.ts';
import { isLayer, type LayerBase } from '../layers/layer.ts';
import type { Config, Json } from '../schema.ts';
import { deserializeKerasObject, placeOf, serializeKerasObject } from '../serialization.ts';
import { isKerasTensor, isTensor, type KerasTensor, type Operation } from '../symbolic/keras-tensor.ts';
import type { Options, Structure } from '../types.ts';
import { type FunctionalModel, Model } from './functional.ts';
import { ModelBase } from './model.ts';
import { Sequential } from './sequential.ts';

type AnyLayer = LayerBase;
export interface CloneOptions
  extends Options<{
    /** What the copy is applied to: symbolic tensors in the structure of `model.input`. New inputs, unless given. */
    inputTensors: Structure;
    /** Makes the copy of a layer; may give the layer itself, so that both models share it. */
    cloneFunction: (layer: AnyLayer) => AnyLayer;
    /** Applies a copied layer: `(layer, ...args) => layer(...args)`, for functional models. */
    callFunction: (layer: AnyLayer, ...args: readonly unknown[]) => unknown;
    /** Whether the models inside are copied layer by layer too. */
    recursive: boolean;
  }> {}

/** A model of the same layers with new weights, compiled as the model is; options say how its layers are copied and applied. */
export function cloneModel<O extends Structure>(model: Model<O>, options: CloneOptions = {}): Model<O> {
  if (!(model instanceof ModelBase)) throw new ValueError(`cloneModel: found ${show(model)}, wanted a model.`);
  if (isTensor(options))
    throw new ValueError(
      'cloneModel: found a tensor as second argument, wanted options: cloneModel(model, { inputTensors }).',
    );
  refuseUnknown('cloneModel', options, ['inputTensors', 'cloneFunction', 'callFunction', 'recursive']);
  const clone = cloned(model, options, new Map()) as Model<O>;
  clone.compileAs(model);
  return clone;
}

const isSequential = (model: ModelBase): boolean => model instanceof Sequential;

function cloned(model: ModelBase, options: CloneOptions, copies: Map<AnyLayer, AnyLayer>): ModelBase {
  const { inputTensors, cloneFunction, callFunction, recursive } = options;
  if (!inputTensors && !cloneFunction && !callFunction && !recursive) return copied(model) as ModelBase;
  const copyOf = (layer: AnyLayer): AnyLayer => {
    let copy = copies.get(layer);
    if (!copy) {
      const isInner = recursive && layer instanceof ModelBase && (isSequential(layer) || layer.graph !== null);
      const inner = { cloneFunction, recursive, ...(isInner && isSequential(layer) ? {} : { callFunction }) };
      copy = isInner
        ? (cloned(layer, inner, copies) as AnyLayer)
        : cloneFunction
          ? asLayer(cloneFunction(layer), layer)
          : (copied(layer) as AnyLayer);
      copies.set(layer, copy);
    }
    return copy;
  };
  if (isSequential(model)) {
    if (callFunction)
      throw new ValueError(
        `cloneModel: callFunction is for functional models: the layers of Sequential '${model.name}' are listed, not called. Change them with cloneFunction.`,
      );
    return sequential(model, inputTensors, copyOf);
  }
  if (!model.graph)
    throw new ValueError(
      `cloneModel: '${model.name}' is a class of its own (${model.constructor.name}): its layers are called by its own code, so cloneFunction, callFunction, inputTensors and recursive have no say. Leave them out.`,
    );
  return functional(model, options, copyOf);
}

function asLayer(copy: unknown, layer: LayerBase): LayerBase {
  if (isLayer(copy as object)) return copy as LayerBase;
  throw new ValueError(`cloneModel: cloneFunction gave ${show(copy)} for layer '${layer.name}', wanted a layer.`);
}

/** What a layer's or model's own config makes. */
function copied(layer: LayerBase): unknown {
  const { compile_config: _, ...config } = serializeKerasObject(layer) as Config;
  const own = [layer, ...(layer instanceof ModelBase ? layer.layers : [])].map((one) => one.constructor);
  const customObjects = Object.fromEntries(own.filter((type) => !placeOf(type)).map((type) => [type.name, type]));
  return deserializeKerasObject(config as Json, { customObjects });
}

function sequential(model: ModelBase, given: Structure | undefined, copyOf: (layer: AnyLayer) => AnyLayer): ModelBase {
  const layers = (model.layers as AnyLayer[]).map(copyOf);
  const [own, ...more] = model.graph?.inputs ?? [];
  let input: Tensor | undefined = own && more.length === 0 ? freshInput(own) : undefined;
  if (given !== undefined) {
    const tensors = flattenTree(given, isTensor);
    if (tensors.length !== 1 || !isKerasTensor(tensors[0]))
      throw new ValueError(
        `cloneModel: inputTensors: found ${show(given)}, wanted one symbolic tensor, for Sequential '${model.name}' has one input.`,
      );
    const operation = tensors[0].history?.operation;
    input = operation instanceof InputLayer ? tensors[0] : freshInput(tensors[0]);
  }
  const trainable = model.trainable ? {} : { trainable: false };
  return Sequential([...(input ? [input] : []), ...layers], { name: model.name, ...trainable });
}

function functional(
  model: ModelBase,
  { inputTensors, callFunction }: CloneOptions,
  copyOf: (layer: AnyLayer) => AnyLayer,
): ModelBase {
  const graph = model.graph!;
  const inputs: unknown =
    inputTensors ?? mapTree(graph.inputStructure, (input) => freshInput(input as KerasTensor), isTensor);
  const tensors = flattenTree(inputs, isTensor);
  if (!tensors.every(isKerasTensor) || tensors.length !== graph.inputs.length)
    throw new ValueError(
      `cloneModel: inputTensors: found ${show(inputTensors)}, wanted ${graph.inputs.length} symbolic tensor${graph.inputs.length === 1 ? '' : 's'} in the structure of model.input.`,
    );
  const apply = (operation: Operation, args: unknown[], kwargs: Record<string, unknown>): unknown => {
    if (!isLayer(operation as object)) return operation.run(args, kwargs);
    const layer = copyOf(operation as object as AnyLayer);
    if (!callFunction) return layer.run(args, kwargs);
    return callFunction(layer, ...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : []));
  };
  const outputs = graph.through(tensors, (node, args, kwargs) => apply(node.operation, args, kwargs));
  const trainable = model.trainable ? {} : { trainable: false };
  const parts = {
    inputs: packTree(graph.inputStructure, tensors, isTensor) as Structure,
    outputs: outputs as Structure,
  };
  return Model({ ...parts, name: model.name, ...trainable }) as ModelBase as FunctionalModel;
}

const freshInput = (like: KerasTensor): Tensor => Input({ batchShape: like.shape, dtype: like.dtype, name: like.name });
