// ONNX files as models.
// Owns: reading the file and those beside it, and the functional model around the layer.
import { FileError } from '../../base/errors.ts';
import { FormatError } from '../../formats/file-error.ts';
import { type OnnxGraph, OnnxModel } from '../../formats/onnx/onnx-proto.ts';
import { dtypeOfOnnx, type OnnxTensor } from '../../formats/onnx/onnx-tensor.ts';
import type { FileSource } from '../../platform/platform.ts';
import { platform } from '../../platform/platform.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { Input } from '../layers/core/input-layer.ts';
import { Model } from '../models/functional.ts';
import { fedInputs, OnnxLayer } from './onnx-layer.ts';

/** A model that computes what an ONNX file says; it predicts, and its weights can be trained further. */
export async function loadOnnx(source: FileSource, file = String(source)): Promise<Model> {
  const { readFile } = platform();
  const bytes = await readFile(source);
  const { graph } = OnnxModel.decode(bytes, file);
  if (!graph) throw new FormatError('missing_config', file, 'there is no graph: this is not an ONNX model.');
  const beside = new Map<string, Uint8Array>();
  for (const location of externalFiles(graph)) {
    if (typeof source !== 'string' || /^[/\\]|(^|[/\\])\.\.([/\\]|$)/.test(location)) continue;
    beside.set(location, await readFile(`${file.replace(/[^/\\]*$/, '')}${location}`));
  }
  const external = (location: string): Uint8Array => {
    const found = beside.get(location);
    if (found) return found;
    throw new FormatError('missing_weights', file, `its arrays lie in '${location}', which is not at hand.`);
  };
  const layer = new OnnxLayer({
    bytes,
    file,
    name: /^[A-Za-z]\w*$/.test(graph.name) ? graph.name : 'onnx',
    ...(beside.size > 0 ? { external } : {}),
  });
  const inputs = fedInputs(graph).map(({ name, type }, i) => {
    const proto = type?.tensorType;
    const dtype = dtypeOfOnnx(proto?.elemType ?? 1);
    if (!dtype || !proto?.shape)
      throw new FormatError('unsupported', file, `input '${name}' has no known dtype and shape.`);
    const batchShape = proto.shape.dim.map(({ value }) => (value === undefined || value < 1 ? null : value));
    return Input({ batchShape, dtype, name: name.replaceAll(/[^\w.-]/g, '_') || `input_${i}` });
  });
  if (inputs.length === 0)
    throw new FormatError('unsupported', file, 'the graph has no inputs: it computes from nothing.');
  try {
    const outputs = layer((inputs.length === 1 ? inputs[0]! : inputs) as never) as Tensor;
    return Model({ inputs, outputs }) as Model;
  } catch (error) {
    if (error instanceof FileError) throw error;
    // Shapes, permutations, names that a damaged graph asks for.
    const why = error instanceof Error ? error.message : String(error);
    throw new FormatError('bad_config', file, `the graph cannot be made a model: ${why}`, { cause: error });
  }
}

/** Files beside the model in which its arrays lie, those of bodies too. */
function externalFiles(graph: OnnxGraph, found = new Set<string>()): Set<string> {
  const look = (tensors: readonly OnnxTensor[]): void => {
    for (const { externalData } of tensors)
      for (const { key, value } of externalData) if (key === 'location') found.add(value);
  };
  look(graph.initializer);
  for (const { attribute } of graph.node)
    for (const { t, g } of attribute) {
      if (t) look([t]);
      if (g) externalFiles(g, found);
    }
  return found;
}
