// A layer that computes an ONNX graph.
// Owns: which of the file's arrays are weights, and the layer's config, which holds the whole file. Leaves the nodes to
// interpreter.ts.
import { allocate, isFloating } from '../../base/dtype.ts';
import { type ArrayData, elementCount } from '../../formats/array-data.ts';
import { FormatError } from '../../formats/file-error.ts';
import { type NarrowType, narrowTypes } from '../../formats/onnx/narrow-types.ts';
import { type OnnxGraph, OnnxModel, type OnnxNode } from '../../formats/onnx/onnx-proto.ts';
import {
  arrayFromOnnx,
  arrayToOnnx,
  dtypeOfOnnx,
  type ExternalData,
  type OnnxTensor,
} from '../../formats/onnx/onnx-tensor.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { LayerBase } from '../layers/layer.ts';
import type { LayerOptions } from '../layers/layer-options.ts';
import type { Config } from '../schema.ts';
import { registerKerasSerializable } from '../serialization.ts';
import { KerasTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';
import { Names, type OnnxProgram, onnxProgram, runGraph, unknownOperators } from './interpreter.ts';
import { DataDependentShapeError } from './operators/context.ts';
import { noted } from './operators/narrow.ts';

export interface OnnxLayerOptions extends LayerOptions {
  readonly bytes: Uint8Array | string;
  readonly file?: string;
  readonly external?: ExternalData;
}

/** Inputs of these operators at these positions are statistics, not to be trained. */
const STATISTICS: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] };
/** Inputs that decide on shapes or ranges rather than being multiplied or added. */
const SETTINGS: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  Pad: [2],
  Resize: [1, 2],
  Upsample: [1],
  Dropout: [1],
  OneHot: [2],
  QuantizeLinear: [1],
  DequantizeLinear: [1],
};

export class OnnxLayer extends LayerBase<Structure> {
  readonly graph: OnnxGraph;
  readonly #program: OnnxProgram;
  readonly #arrays = new Map<string, ArrayData>();
  /** What the arrays of types narrower than any dtype are. */
  readonly #narrow: ReadonlyMap<string, NarrowType>;
  readonly #uses: ReadonlyMap<string, ReadonlySet<Role>>;
  readonly #weights = new Map<string, VariableTensor>();

  constructor({ bytes, file = 'model.onnx', external, ...options }: OnnxLayerOptions) {
    super(options);
    const content = typeof bytes === 'string' ? fromBase64(bytes) : bytes;
    const decoded = OnnxModel.decode(content, file);
    const { graph } = decoded;
    if (!graph) throw new FormatError('missing_config', file, 'there is no graph: this is not an ONNX model.');
    this.graph = graph;
    this.#program = onnxProgram(decoded, file, external);
    this.#uses = usesOf(graph.node);
    this.#narrow = new Map(
      graph.initializer.flatMap(({ name: own, dataType }) => {
        const type = narrowTypes.get(dataType);
        return type ? [[own, type] as const] : [];
      }),
    );
    const unknown = unknownOperators(graph, this.#program);
    if (unknown.length > 0)
      throw new FormatError('unsupported', file, `uses operators that cornu does not know: ${unknown.join(', ')}.`);
    for (const proto of graph.initializer) this.#arrays.set(proto.name, this.#arrayOf(proto));
  }
  #arrayOf(proto: OnnxTensor): ArrayData {
    const { file, external } = this.#program;
    if (!isElsewhere(proto)) return arrayFromOnnx(proto, file, `initializer '${proto.name}'`, external);
    const dtype = dtypeOfOnnx(proto.dataType) ?? 'float32';
    return { dtype, shape: proto.dims, data: allocate(dtype, elementCount(proto.dims)) };
  }

  override build(): void {
    for (const [name, { dtype, shape, data }] of this.#arrays) {
      if (!this.#isWeight(name)) continue;
      const value = eagerTensor(data, shape, dtype);
      const trainable = !this.#uses.get(name)?.has('statistic');
      const options = { name, shape, dtype, initializer: () => value, trainable };
      this.#weights.set(name, this.addWeight(options) as VariableTensor);
    }
  }
  #isWeight(name: string): boolean {
    const { dtype, shape } = this.#arrays.get(name)!;
    return isFloating(dtype) && shape.length > 0 && !this.#narrow.has(name) && !this.#uses.get(name)?.has('setting');
  }

  override call(inputs: Structure, { training = false }: { training?: boolean } = {}): Structure {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as Tensor[];
    const names = new Names();
    for (const [name, { dtype, shape, data }] of this.#arrays)
      names.set(name, this.#weights.get(name) ?? noted(eagerTensor(data, shape, dtype), this.#narrow.get(name)));
    const wanted = fedInputs(this.graph);
    const given = new Map(wanted.map(({ name }, i) => [name, list[i]!]));
    const plain = { ...this.graph, initializer: [] };
    const outputs = runGraph(plain, given, names, this.#program, training);
    return (outputs.length === 1 ? outputs[0]! : outputs) as Structure;
  }

  /** Where the data decides on shapes, what the file says of its outputs. */
  override computeOutputSpec(inputs: Structure, options: { training?: boolean } = {}): Structure {
    try {
      return super.computeOutputSpec(inputs, options);
    } catch (error) {
      if (!(error instanceof DataDependentShapeError)) throw error;
      const outputs = this.graph.output.map(({ type }) => {
        const { elemType, shape } = type?.tensorType ?? {};
        if (!shape) throw error;
        const sizes = shape.dim.map(({ value }) => (value === undefined || value < 1 ? null : value));
        return new KerasTensor(sizes, dtypeOfOnnx(elemType ?? 1) ?? 'float32');
      });
      return (outputs.length === 1 ? outputs[0]! : outputs) as Structure;
    }
  }

  override getConfig(): Config {
    const { graph, opset, functions } = { graph: this.graph, ...this.#program };
    // The weights' values lie in the weights file; other arrays are part of what the layer is.
    const initializer = graph.initializer.map((proto): MessageInput<OnnxTensor> => {
      const { name } = proto;
      if (this.#narrow.has(name)) return proto;
      if (!this.#isWeight(name)) return arrayToOnnx(this.#arrays.get(name)!, name);
      return { ...elsewhere, name, dims: proto.dims, dataType: proto.dataType };
    });
    const bytes = OnnxModel.encode({
      irVersion: 8,
      opsetImport: [{ domain: '', version: opset }],
      graph: { ...graph, initializer },
      functions: [...functions.values()],
    });
    return { ...super.getConfig(), bytes: toBase64(bytes), file: this.#program.file };
  }
}

/** How a config says that an array is one of the layer's weights. */
const elsewhere = { dataLocation: 1, externalData: [{ key: 'location', value: 'weights of the layer' }] };
const isElsewhere = ({ externalData }: OnnxTensor): boolean =>
  externalData.some(({ value }) => value === elsewhere.externalData[0]!.value);

/** Inputs that are no initializers. */
export const fedInputs = (graph: OnnxGraph): OnnxGraph['input'] => {
  const known = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !known.has(name));
};

type Role = 'weight' | 'statistic' | 'setting';
function usesOf(nodes: readonly OnnxNode[], uses = new Map<string, Set<Role>>()): Map<string, Set<Role>> {
  for (const { input, opType, attribute } of nodes) {
    input.forEach((name, i) => {
      const role = STATISTICS[opType]?.includes(i) ? 'statistic' : SETTINGS[opType]?.includes(i) ? 'setting' : 'weight';
      const roles = uses.get(name);
      if (roles) roles.add(role);
      else uses.set(name, new Set([role]));
    });
    for (const { g } of attribute) if (g) usesOf(g.node, uses);
  }
  return uses;
}

const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
};
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

registerKerasSerializable('cornu')(OnnxLayer);
