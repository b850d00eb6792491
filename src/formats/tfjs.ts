// TensorFlow.js layers models: a model.json, and files of weights beside it.
// Owns: the manifest, its data types and quantized weights. Leaves what the layers mean to src/keras/saving.
// Source: tfjs-core's io types and tfjs-converter's write_weights.
import type { DType, TypedArray } from '../base/dtype.ts';
import { type ArrayData, decodeElements, decodeText, elementCount, storedBytes } from './array-data.ts';
import { FormatError } from './file-error.ts';
import { isJsonObject, type JsonObject, parsePythonJson } from './keras/python-json.ts';

export interface TfjsWeights {
  /** Files, relative to model.json, whose bytes follow one another. */
  readonly paths: readonly string[];
  readonly specs: readonly TfjsWeightSpec[];
}
export interface TfjsWeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly quantization: {
    readonly dtype: 'uint8' | 'uint16' | 'float16';
    readonly scale: number;
    readonly min: number;
  } | null;
}
export interface TfjsModel {
  /** class_name and config. */
  readonly config: JsonObject;
  readonly training: JsonObject | undefined;
  readonly groups: readonly TfjsWeights[];
}

const TYPES: Readonly<Record<string, DType>> = {
  float32: 'float32',
  float16: 'float16',
  int32: 'int32',
  uint8: 'uint8',
  uint16: 'uint16',
  bool: 'bool',
  complex64: 'complex64',
  string: 'string',
};

/** Reads a model.json; `file` is its name for messages. */
export function readTfjsModel(text: string, file: string): TfjsModel {
  const bad = (why: string): never => {
    throw new FormatError('bad_config', file, why);
  };
  const root = parsePythonJson(text, file, 'model.json');
  if (!isJsonObject(root)) return bad('holds no JSON object.');
  if (root.format === 'graph-model')
    throw new FormatError(
      'unsupported',
      file,
      'is a graph model of TensorFlow.js, which has no layers. Load the SavedModel that it was converted from.',
    );
  const topology = root.modelTopology;
  if (!isJsonObject(topology)) return bad('has no modelTopology: it is no layers model of TensorFlow.js.');
  const config = isJsonObject(topology.model_config) ? topology.model_config : topology;
  if (typeof config.class_name !== 'string') bad('modelTopology has no class_name.');
  const manifest = Array.isArray(root.weightsManifest) ? root.weightsManifest : [];
  const groups = manifest.map((group, i): TfjsWeights => {
    if (!isJsonObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      return bad(`weightsManifest: group ${i} has no paths and weights.`);
    const paths = group.paths.map((path) => {
      if (typeof path !== 'string' || /^[/\\]|^\w+:|(^|[/\\])\.\.([/\\]|$)/.test(path))
        throw new FormatError('unsafe_path', file, `weightsManifest: group ${i} names ${JSON.stringify(path)}.`);
      return path.replace(/^\.\//, '');
    });
    return {
      paths,
      specs: group.weights.map((weight, k) => specOf(weight, file, `weightsManifest: weight ${k} of group ${i}`)),
    };
  });
  const training = isJsonObject(topology.training_config) ? topology.training_config : undefined;
  return { config, training, groups };
}

function specOf(weight: unknown, file: string, place: string): TfjsWeightSpec {
  const bad = (why: string): never => {
    throw new FormatError('bad_config', file, `${place}: ${why}.`);
  };
  if (!isJsonObject(weight)) return bad('is no object');
  const { name, shape, dtype, quantization } = weight;
  const type = Object.hasOwn(TYPES, String(dtype)) ? TYPES[String(dtype)] : undefined;
  if (typeof name !== 'string' || !type) return bad(`name ${JSON.stringify(name)}, dtype ${JSON.stringify(dtype)}`);
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && Number(n) >= 0)) return bad('has no shape');
  if (!isJsonObject(quantization)) return { name, shape: shape as number[], dtype: type, quantization: null };
  const { dtype: stored, scale, min } = quantization;
  if (stored !== 'uint8' && stored !== 'uint16' && stored !== 'float16')
    return bad(`is quantized to ${JSON.stringify(stored)}`);
  return {
    name,
    shape: shape as number[],
    dtype: type,
    quantization: { dtype: stored, scale: Number(scale ?? 1), min: Number(min ?? 0) },
  };
}

/** The arrays of a group, from the bytes of its files put together. */
export function readTfjsWeights(specs: readonly TfjsWeightSpec[], bytes: Uint8Array, file: string): ArrayData[] {
  let position = 0;
  const take = (length: number, name: string): Uint8Array => {
    if (position + length > bytes.length)
      throw new FormatError(
        'missing_weights',
        file,
        `weight '${name}' needs bytes ${position} to ${position + length}, the files have ${bytes.length}.`,
      );
    position += length;
    return bytes.subarray(position - length, position);
  };
  return specs.map(({ name, shape, dtype, quantization }): ArrayData => {
    const count = elementCount(shape);
    if (dtype === 'string') {
      const data = Array.from({ length: count }, () => {
        const head = take(4, name);
        return decodeText(take(new DataView(head.buffer, head.byteOffset).getUint32(0, true), name));
      });
      return { dtype, shape, data };
    }
    const stored = quantization?.dtype ?? dtype;
    const data = decodeElements(take(count * storedBytes(stored), name), stored, count);
    if (!quantization || quantization.dtype === 'float16') return { dtype, shape, data };
    const { scale, min } = quantization;
    const values = Float32Array.from(data as Uint8Array, (step) => step * scale + min);
    return { dtype, shape, data: dtype === 'int32' ? (Int32Array.from(values, Math.round) as TypedArray) : values };
  });
}
