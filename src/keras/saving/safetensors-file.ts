// Weights of models in safetensors files.
// Owns: their names: the path of the variable within the model. Leaves the bytes to src/formats/safetensors.ts.
import { FormatError } from '../../formats/file-error.ts';
import { Safetensors, writeSafetensors } from '../../formats/safetensors.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import type { ModelBase } from '../models/model.ts';
import { type Assignment, arrayOf, assignAll } from './assign.ts';

/** `dense/kernel`: without the model's own name, so that the same model under another name can read it. */
const nameWithin = (model: ModelBase, variable: VariableTensor): string =>
  variable.path.startsWith(`${model.name}/`) ? variable.path.slice(model.name.length + 1) : variable.path;

export const safetensorsOf = (model: ModelBase): Uint8Array =>
  writeSafetensors(
    new Map((model.weights as VariableTensor[]).map((weight) => [nameWithin(model, weight), arrayOf(weight)])),
    { format: 'keras', model: model.name },
  );

/** Puts the arrays of a file into the weights of the same names. */
export async function loadSafetensorsWeights(
  model: ModelBase,
  bytes: Uint8Array,
  file: string,
  skipMismatch: boolean,
): Promise<void> {
  const arrays = new Safetensors(bytes, file);
  const assignments: Assignment[] = [];
  for (const variable of model.weights as VariableTensor[]) {
    const name = nameWithin(model, variable);
    const found = arrays.entries.get(name);
    if (found && found.shape.join() === variable.dims.join()) {
      const { dtype, shape } = found;
      assignments.push({ variable, stored: { name, dtype, shape, read: async () => arrays.read(name) } });
    } else if (skipMismatch) console.warn(`loadWeights: skipped: ${name}`);
    else if (!found) arrays.read(name);
    else
      throw new FormatError(
        'shape_mismatch',
        file,
        `'${name}' of model '${model.name}' has shape [${variable.dims.join(', ')}], the file holds [${found.shape.join(', ')}].`,
      );
  }
  await assignAll(assignments, file);
}
