// tf.io: arrays in files of NumPy's and of safetensors.
// Owns: tensors to and from these files. Leaves the bytes to src/formats.

import { guarded } from '../../base/misuse.ts';
import type { ArrayData } from '../../formats/array-data.ts';
import { readNpy, writeNpy } from '../../formats/npy/npy.ts';
import { readNpz, writeNpz } from '../../formats/npy/npz.ts';
import { Safetensors, writeSafetensors } from '../../formats/safetensors.ts';
import { type FileSource, platform } from '../../platform/platform.ts';
import { eagerTensor, type Tensor } from '../../runtime/tensor.ts';
import type { TensorLike } from '../../runtime/tensor-methods.ts';
import { convertToTensor } from '../core/convert.ts';
import { known } from '../core/host.ts';

const nameOf = (source: FileSource, otherwise: string): string => (typeof source === 'string' ? source : otherwise);
const tensorOf = ({ data, shape, dtype }: ArrayData): Tensor => eagerTensor(data, shape, dtype);
function arrayOf(value: TensorLike, where: string): ArrayData {
  const x = convertToTensor(value, undefined, where);
  return { dtype: x.dtype, shape: x.dims, data: known(x, where, 'Call it outside tf.function.') };
}
const arraysOf = (values: Readonly<Record<string, TensorLike>>, where: string): Map<string, ArrayData> =>
  new Map(Object.entries(values).map(([name, value]) => [name, arrayOf(value, `${where}: '${name}'`)]));

/** The array of a `.npy` file, as `numpy.save` writes it. */
export const loadNpy = async (source: FileSource): Promise<Tensor> =>
  tensorOf(readNpy(await platform().readFile(source), nameOf(source, 'array.npy')));
/** Writes a `.npy` file, as `numpy.load` reads it. */
export const saveNpy = guarded(
  'io.saveNpy',
  ['path', 'value'],
  (path: string, value: TensorLike): Promise<void> =>
    platform().writeFile(path, writeNpy(arrayOf(value, 'io.saveNpy'))),
);

/** The arrays of a `.npz` file by their names. */
export async function loadNpz(source: FileSource): Promise<Record<string, Tensor>> {
  const arrays = await readNpz(await platform().readFile(source), nameOf(source, 'arrays.npz'));
  return Object.fromEntries([...arrays].map(([name, array]) => [name, tensorOf(array)]));
}
/** Writes a `.npz` file, as `numpy.savez` does, or `numpy.savez_compressed`. */
export const saveNpz = guarded(
  'io.saveNpz',
  ['path', 'values', 'options'],
  async (
    path: string,
    values: Readonly<Record<string, TensorLike>>,
    options: { readonly compress?: boolean } = {},
  ): Promise<void> => platform().writeFile(path, await writeNpz(arraysOf(values, 'io.saveNpz'), options)),
);

/** The arrays of a `.safetensors` file by their names. */
export async function loadSafetensors(source: FileSource): Promise<Record<string, Tensor>> {
  const file = new Safetensors(await platform().readFile(source), nameOf(source, 'arrays.safetensors'));
  return Object.fromEntries(file.names.map((name) => [name, tensorOf(file.read(name))]));
}
/** Writes a `.safetensors` file. */
export const saveSafetensors = guarded(
  'io.saveSafetensors',
  ['path', 'values', 'metadata'],
  (
    path: string,
    values: Readonly<Record<string, TensorLike>>,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<void> => platform().writeFile(path, writeSafetensors(arraysOf(values, 'io.saveSafetensors'), metadata)),
);
