// The state of optimizers in files: Keras 3 lists all variables, Keras 2 keeps the learning rate, and what Nadam multiplies, in fields.
// Owns: which array of a file belongs to which variable of an optimizer. Leaves reading to the formats, setting to assign.ts.
import type { StoredArray } from '../../formats/keras/weights-store.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { recordMigration } from '../migrations.ts';
import type { ModelBase } from '../models/model.ts';
import { Nadam } from '../optimizers/nadam.ts';
import { type Optimizer, Optimizer_ } from '../optimizers/optimizer.ts';
import { buildOptimizer } from '../training/trainer.ts';
import type { Assignment } from './assign.ts';

/**
 * Arrays of a file to the optimizer's variables, in Keras 3's list or in Keras 2's; null where they fit neither.
 * `field` gives what the file has of Keras 2's fields.
 */
export function optimizerAssignments(
  optimizer: Optimizer,
  arrays: readonly StoredArray[],
  field: (name: string) => StoredArray | undefined = () => undefined,
): Assignment[] | null {
  const isWhole = arrays.length === optimizer.variables.length;
  const wanted = isWhole ? optimizer.variables : optimizer.variablesOfKeras2();
  if (!isWhole) recordMigration('optimizer-without-learning-rate', `${arrays.length} variables`);
  if (arrays.length !== wanted.length) return null;
  if (wanted.some((variable, i) => variable.dims.join() !== arrays[i]!.shape.join())) return null;
  const assignments = wanted.map((variable, i) => ({ variable, stored: arrays[i]! }));
  if (isWhole) return assignments;
  for (const [name, variable] of optimizer.ownFields()) {
    const kept = field(name);
    if (kept?.shape.length === 0) assignments.push({ variable, stored: kept });
    else if (name === '_u_product' && optimizer instanceof Nadam)
      assignments.push({ variable, stored: productOf(optimizer, variable, arrays[0]!) });
  }
  return assignments;
}
/** An optimizer without slots is built where it has stepped: its files do not tell otherwise. */
export function buildAfterSteps(model: ModelBase): void {
  const optimizer: object = model.compiled ? model.optimizer : {};
  if (optimizer instanceof Optimizer_ && !optimizer.built && optimizer.iterations.item() > 0)
    buildOptimizer(optimizer, model.trainableVariables);
}
/** Nadam's product as an array, from the number of steps. */
function productOf(optimizer: Nadam, variable: VariableTensor, iterations: StoredArray): StoredArray {
  const read: StoredArray['read'] = async () => {
    const { data } = await iterations.read();
    const product = optimizer.productOfKeras2(Number((data as ArrayLike<number | bigint>)[0]));
    return { data: Float32Array.of(product), shape: [], dtype: 'float32' };
  };
  return { name: '_u_product', shape: variable.dims, dtype: 'float32', read };
}
