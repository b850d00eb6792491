// Running one of ONNX's own operator cases: a model, its inputs and what it must give, as ONNX's messages.
// Owns: reading the values, comparing. Used by the tests beside the operators and by tools/interop/onnx-cases.ts.
import { OnnxModel, type OnnxType } from '../../src/formats/onnx/onnx-proto.ts';
import { OnnxOptional, OnnxSequence, OnnxTensor } from '../../src/formats/onnx/onnx-tensor.ts';
import * as tf from '../../src/index.ts';
import { Names, onnxProgram, runGraph, unknownOperators } from '../../src/keras/onnx/interpreter.ts';
import { NOTHING, TensorList, type Value } from '../../src/keras/onnx/operators/context.ts';
import { fromProto } from '../../src/keras/onnx/operators/narrow.ts';

export interface OnnxCase {
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly rtol: number;
  readonly atol: number;
}

function valueOf(bytes: Uint8Array, type: OnnxType, file: string): Value {
  const tensor = (proto: OnnxTensor): tf.Tensor => fromProto(proto, file, 'the value');
  const list = ({ tensorValues }: OnnxSequence): TensorList => new TensorList(tensorValues.map(tensor));
  if (type.sequenceType) return list(OnnxSequence.decode(bytes, file));
  if (type.optionalType) {
    const { tensorValue, sequenceValue } = OnnxOptional.decode(bytes, file);
    if (tensorValue) return tensor(tensorValue);
    return sequenceValue ? list(sequenceValue) : NOTHING;
  }
  return tensor(OnnxTensor.decode(bytes, file));
}

/** What differs, in words; empty where nothing does. */
function difference(found: Value, wanted: Value, rtol: number, atol: number): string {
  if (wanted instanceof TensorList) {
    if (!(found instanceof TensorList)) return 'no sequence';
    if (found.elements.length !== wanted.elements.length)
      return `${found.elements.length} elements, wanted ${wanted.elements.length}`;
    return wanted.elements.map((each, i) => difference(found.elements[i]!, each, rtol, atol)).find(Boolean) ?? '';
  }
  if (!(wanted instanceof tf.Tensor)) return found === wanted ? '' : 'something, wanted nothing';
  if (!(found instanceof tf.Tensor)) return 'no tensor';
  if (String([found.dtype, found.shape]) !== String([wanted.dtype, wanted.shape]))
    return `${found.dtype}[${found.shape}], wanted ${wanted.dtype}[${wanted.shape}]`;
  // The last two of the eight bits of a bfloat16 depend on the order of sums.
  const relative = wanted.dtype === 'bfloat16' ? Math.max(rtol, 2 ** -6) : rtol;
  const [a, b] = [found, wanted].map((each) => each.elements as ArrayLike<number | bigint | string>);
  for (let i = 0; i < b!.length; i++) {
    if (a![i] === b![i]) continue;
    const [x, y] = [Number(a![i]), Number(b![i])];
    const near = wanted.dtype !== 'string' && (Object.is(x, y) || Math.abs(x - y) <= atol + relative * Math.abs(y));
    if (!near) return `element ${i}: ${a![i]}, wanted ${b![i]}`;
  }
  return '';
}

/** Null where the case passes, or why it does not. */
export function runOnnxCase({ name, model, inputs, outputs, rtol, atol }: OnnxCase): string | null {
  const decoded = OnnxModel.decode(model, name);
  const graph = decoded.graph!;
  const program = onnxProgram(decoded, name);
  const unknown = unknownOperators(graph, program);
  if (unknown.length > 0) return `unknown: ${unknown.join(', ')}`;
  const given = new Map<string, Value>();
  graph.input.forEach(({ name: input, type }, i) => {
    if (inputs[i]) given.set(input, valueOf(inputs[i], type!, `${name}/input_${i}`));
  });
  const found = runGraph(graph, given, new Names(), program, false);
  for (const [i, { type, name: output }] of graph.output.entries()) {
    const wanted = valueOf(outputs[i]!, type!, `${name}/output_${i}`);
    const why = difference(found[i]!, wanted, rtol, Math.max(atol, 1e-6));
    if (why) return `output '${output}': ${why}`;
  }
  return null;
}
