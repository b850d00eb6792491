// model.exportOnnx: the forward pass as an ONNX model (opset 18).
// Owns: inputs, outputs and weights by name. Leaves the graph to open-graph.ts and emit.ts.
// Source: https://onnx.ai/onnx/operators/
import { assert } from '../../base/errors.ts';
import { type OnnxModel, OnnxModel as OnnxModelMessage } from '../../formats/onnx/onnx-proto.ts';
import type { MessageInput } from '../../formats/protobuf/message.ts';
import type { ModelBase, OnnxOptions } from '../models/model.ts';
import { OnnxBlock, OnnxFile, valueInfo } from './builder.ts';
import { emitGraph } from './emit.ts';
import { inputSpecs, openGraph } from './open-graph.ts';

const OPSET = 18;
const IR_VERSION = 8;

/** The bytes of an ONNX model that predicts as the model does. */
export function onnxBytes(model: ModelBase, options: OnnxOptions = {}): Uint8Array {
  const specs = inputSpecs(model, options.inputSignature, 'exportOnnx');
  const open = openGraph(model, specs, 'exportOnnx');
  const file = new OnnxFile(open.extents, emitGraph);
  const block = new OnnxBlock(file);
  const input = open.inputs.map(({ name, dtype, value }) => {
    const own = file.unique(name);
    block.set(value, own);
    return valueInfo(own, dtype, open.extents.dims(value));
  });
  for (const [value, variable] of open.variables) {
    const { elements } = variable.snapshot();
    assert(elements, 'a variable without a value');
    block.set(value, file.constant({ dtype: variable.dtype, shape: variable.dims, data: elements }, variable.path));
  }
  // Outputs keep their names: they are taken before the nodes choose theirs.
  const outputs = open.outputs.map(({ name, value }) => ({ name: file.unique(name), value }));
  const first = open.inputs.find(({ shape }) => shape[0] === null);
  if (first) {
    const shape = block.node('Shape', [block.full(first.value)]);
    file.batch = block.node('Slice', [shape, file.integers([0]), file.integers([1])]);
  }
  block.emit(open.graph);
  const output = outputs.map(({ name, value }) => {
    block.nodes.push({
      input: [block.full(value)],
      output: [name],
      name: file.unique(`${name}/node`),
      opType: 'Identity',
    });
    return valueInfo(name, value.dtype, open.extents.dims(value));
  });
  const written: MessageInput<OnnxModel> = {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }],
    producerName: 'cornu',
    graph: { name: model.name, node: block.nodes, initializer: file.initializers, input, output },
  };
  return OnnxModelMessage.encode(written);
}
