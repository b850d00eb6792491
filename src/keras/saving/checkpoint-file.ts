// TensorFlow checkpoints of Keras models: `model.loadWeights('folder/ckpt')`, also the variables of SavedModels.
// Owns: which tensor of the checkpoint belongs to which variable, and the optimizer's state. Leaves names to checkpoint-tree.ts.
import { FormatError } from '../../formats/file-error.ts';
import { checkArrays, type StoredArray } from '../../formats/keras/weights-store.ts';
import type { CheckpointReader } from '../../saved-model/checkpoint-reader.ts';
import { ObjectGraph } from '../../saved-model/object-graph.ts';
import { addObjects, findVariables } from '../../saved-model/trackable.ts';
import type { ModelBase } from '../models/model.ts';
import { buildOptimizer } from '../training/trainer.ts';
import { type Assignment, assignAll } from './assign.ts';
import './checkpoint-tree.ts';
import { buildAfterSteps, optimizerAssignments } from './optimizer-state.ts';

const stored = (reader: CheckpointReader, key: string): StoredArray => {
  const { shape, dtype } = reader.entry(key)!;
  return { name: key, shape, dtype, read: async () => reader.read(key) };
};

/** Loads the weights, and the optimizer's state where both have one; nothing changes where something does not fit. */
export async function loadCheckpoint(
  model: ModelBase,
  reader: CheckpointReader,
  options: { readonly skipMismatch: boolean; readonly optimizer: boolean },
): Promise<void> {
  const file = `${reader.prefix}.index`;
  if (!reader.objects)
    throw new FormatError(
      'unsupported',
      file,
      'the checkpoint is one of TensorFlow 1, which names variables and not objects; its layers cannot be told apart.',
    );
  // A checkpoint of tf.train.Checkpoint(model=…) has the model one step below.
  const found = [0, reader.child(0, 'model'), reader.child(0, 'root')]
    .filter((node) => node !== undefined)
    .map((node) => findVariables(model, reader, node))
    .sort((a, b) => b.filter(({ key }) => key).length - a.filter(({ key }) => key).length)[0]!;
  const assignments: Assignment[] = [];
  for (const { variable, path, key } of found) {
    try {
      if (key === undefined || !reader.entry(key))
        throw new FormatError(
          'missing_weights',
          file,
          `the checkpoint has nothing for variable '${variable.path}' (looked for '${path}'). Was it saved from another model?`,
        );
      const array = stored(reader, key);
      checkArrays(file, `'${path}'`, [array], [{ name: variable.path, shape: variable.dims }]);
      assignments.push({ variable, stored: array });
    } catch (error) {
      if (!options.skipMismatch || !(error instanceof FormatError)) throw error;
      console.warn(`loadWeights: skipped: ${error.message}`);
    }
  }
  if (options.optimizer) assignments.push(...optimizerState(model, reader));
  await assignAll(assignments, file);
  if (options.optimizer) buildAfterSteps(model);
}

/** The optimizer's variables, in the order in which the checkpoint has them. */
function optimizerState(model: ModelBase, reader: CheckpointReader): Assignment[] {
  const root = reader.child(0, 'optimizer');
  const list = root === undefined ? undefined : reader.child(root, '_variables');
  if (root === undefined || list === undefined || !model.compiled) return [];
  const keys = reader
    .node(list)
    .children.filter(({ localName }) => /^\d+$/.test(localName))
    .sort((a, b) => Number(a.localName) - Number(b.localName))
    .map(({ nodeId }) => reader.valueKey(nodeId))
    .filter((key) => key !== undefined);
  if (keys.length > 1) buildOptimizer(model.optimizer, model.trainableVariables);
  const field = (name: string): StoredArray | undefined => {
    const node = reader.child(root, name);
    const key = node === undefined ? undefined : reader.valueKey(node);
    return key !== undefined && reader.entry(key) ? stored(reader, key) : undefined;
  };
  const isThere = keys.every((key) => reader.entry(key));
  const arrays = isThere ? keys.map((key) => stored(reader, key)) : [];
  const assignments = optimizerAssignments(model.optimizer, arrays, field);
  if (!assignments && keys.length > 2)
    console.warn(
      `${reader.prefix}: the optimizer's state (${keys.length} variables) is not that of this optimizer: it starts anew.`,
    );
  return assignments ?? [];
}

/** Writes the weights, and the optimizer's state, as Keras 2 writes them: `prefix.index` and its data, and the file `checkpoint`. */
export async function saveCheckpoint(model: ModelBase, prefix: string): Promise<void> {
  const { saveState, writeCheckpoint } = await import('../../saved-model/checkpoint.ts');
  const { addOptimizer } = await import('./export.ts');
  const graph = new ObjectGraph();
  graph.add();
  addObjects(graph, 0, model);
  if (model.compiled) addOptimizer(graph, 0, model.optimizer, true);
  await writeCheckpoint(prefix, graph);
  await saveState(prefix);
}
