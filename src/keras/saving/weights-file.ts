// Weights in Keras 3's layout: `.weights.h5` files, and the weights of `.keras` files.
// Owns: which stored variables belong to which object, and their checks. Leaves the walk to state.ts, the file to src/formats.
import { FormatError } from '../../formats/file-error.ts';
import type { VariablesInput, WeightsStore } from '../../formats/keras/weights-store.ts';
import { LayerBase } from '../layers/layer.ts';
import type { ModelBase } from '../models/model.ts';
import { Optimizer_ } from '../optimizers/optimizer.ts';
import { buildOptimizer } from '../training/trainer.ts';
import { loadOwnArrays, ownArraysOf } from './assets.ts';
import { type Assignment, arrayOf, assignAll } from './assign.ts';
import { buildAfterSteps, optimizerAssignments } from './optimizer-state.ts';
import { type SavedPart, savedParts } from './state.ts';

export const weightEntries = (parts: readonly SavedPart[], optimizer: boolean): VariablesInput[] =>
  parts
    .filter((part) => optimizer || part.kind !== 'optimizer')
    .map(({ path, name, values, object }): VariablesInput => {
      const named = ownArraysOf(object);
      return { path, name, variables: values().map(arrayOf), ...(named ? { named } : {}) };
    });

export interface LoadWeightsOptions {
  readonly skipMismatch: boolean;
}

/** Loads everything that the file has for the model; nothing changes where something does not fit. */
export async function loadStore(model: ModelBase, store: WeightsStore, options: LoadWeightsOptions): Promise<void> {
  // An optimizer that was saved before its first step makes its variables in the first step.
  const optimizer =
    model.compiled && model.built ? savedParts(model).find((part) => part.kind === 'optimizer') : undefined;
  if (optimizer && store.has('optimizer') && storedAt(store, optimizer.path).arrays.length > optimizer.variables.length)
    buildOptimizer(model.optimizer, model.trainableVariables);
  const assignments: Assignment[] = [];
  const arrays: { readonly object: object; readonly named: Stored['named'] }[] = [];
  const loaded: LayerBase[] = [];
  let found = 0;
  let wanted = 0;
  for (const part of savedParts(model)) {
    const stored = storedFor(store, part);
    if (part.object instanceof Optimizer_) {
      assignments.push(...optimizerState(part.object, stored));
      continue;
    }
    const fits =
      part.kind === 'layer' ? checked(part, stored, store.file, options.skipMismatch) : similar(part, stored);
    if (part.kind === 'layer') wanted += part.variables.length;
    if (stored.named.length > 0) arrays.push({ object: part.object, named: stored.named });
    if (!fits) continue;
    fits.forEach((variable, i) => void assignments.push({ variable, stored: stored.arrays[i]! }));
    if (part.kind === 'layer') found += part.variables.length;
    if (part.object instanceof LayerBase) loaded.push(part.object);
  }
  if (wanted > 0 && found === 0 && !options.skipMismatch)
    throw new FormatError('missing_weights', store.file, `the file has no weights for model '${model.name}'.`);
  const own = await Promise.all(
    arrays.map(async ({ object, named }) => ({
      object,
      read: new Map(await Promise.all(named.map(async (array) => [array.name, await array.read()] as const))),
    })),
  );
  await assignAll(assignments, store.file);
  buildAfterSteps(model);
  for (const layer of loaded) layer.weightsLoaded();
  for (const { object, read } of own) loadOwnArrays(object, read);
}

type Stored = ReturnType<WeightsStore['get']>;

/** Keras 2 reaches some parts by private names: `_key_dense` for `key_dense`. */
function storedAt(store: WeightsStore, path: string): Stored {
  const cut = path.lastIndexOf('/') + 1;
  const hidden = `${path.slice(0, cut)}_${path.slice(cut)}`;
  return store.get(!store.has(path) && store.has(hidden) ? hidden : path);
}
/** What is stored for a part; what is wrong with the place in the file is said of the part. */
function storedFor(store: WeightsStore, part: SavedPart): Stored {
  try {
    return storedAt(store, part.path);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const message = error.message.slice(error.file ? error.file.length + 2 : 0);
    throw new FormatError(error.kind, error.file, `${ownerOf(part)}: ${message}`, { cause: error });
  }
}
const ownerOf = (part: SavedPart): string =>
  part.path === '' ? `model '${part.name}'` : `layer '${part.name ?? part.path}'`;

type Fitting = SavedPart['variables'] | null;

function checked(part: SavedPart, stored: Stored, file: string, skip: boolean): Fitting {
  if (part.variables.length === 0 && stored.arrays.length === 0) return [];
  try {
    if (part.variables.length === 0) {
      throw new FormatError(
        'missing_weights',
        file,
        `${ownerOf(part)} has no variables, but the file holds ${stored.arrays.length} for it: the layer is not built. Call the model on data first, or build(inputShape).`,
      );
    }
    stored.check(
      ownerOf(part),
      part.variables.map((variable) => ({ name: variable.path, shape: variable.dims })),
    );
    return part.variables;
  } catch (error) {
    if (!skip || !(error instanceof FormatError)) throw error;
    console.warn(`loadWeights: skipped: ${error.message}`);
    return null;
  }
}
/** Metrics and seeds: what does not fit stays as it is. */
function similar({ variables }: SavedPart, { arrays }: Stored): Fitting {
  const fits =
    arrays.length === variables.length &&
    variables.every((variable, i) => arrays[i]!.shape.join() === variable.dims.join());
  return fits ? variables : null;
}
/** An optimizer whose state does not fit begins anew. */
function optimizerState(optimizer: Optimizer_, { arrays }: Stored): Assignment[] {
  const assignments = optimizerAssignments(optimizer, arrays);
  if (!assignments && arrays.length > 2)
    console.warn(
      `the optimizer's state in the file has ${arrays.length} variables, the optimizer ${optimizer.variables.length}: it starts anew.`,
    );
  return assignments ?? [];
}
