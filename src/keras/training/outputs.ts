// Outputs of a model in a list with their names, and what compile says for each of them.
import { show, ValueError } from '../../base/errors.ts';
import { flattenTree } from '../../base/tree.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { isPlainObject } from '../schema.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';

/** The names of a functional model's output layers, in order; null when they are not known. */
export type OutputNames = () => readonly string[] | null;

export function outputsOf(yPred: Structure, names: OutputNames): { list: Tensor[]; names: readonly (string | null)[] } {
  const list = flattenTree(yPred, isTensor) as Tensor[];
  const known = names();
  if (isPlainObject(yPred)) {
    const keys = Object.keys(yPred);
    // The names of the record, in the model's order where they are the same.
    const ordered =
      known && known.length === keys.length && known.every((name) => keys.includes(name)) ? known : [...keys].sort();
    return { list: ordered.map((key) => (yPred as Record<string, Tensor>)[key]!), names: ordered };
  }
  return { list, names: known && known.length === list.length ? known : list.map(() => null) };
}

/** One entry for each output from a single one, a list, or a record by name. */
export function perOutput(
  given: unknown,
  count: number,
  names: readonly (string | null)[],
  argument: string,
  spread: boolean,
): unknown[] {
  if (isPlainObject(given)) {
    const unknown = Object.keys(given).filter((key) => !names.includes(key));
    if (unknown.length > 0 && !(count === 1 && Object.keys(given).length === 1))
      throw new ValueError(
        `compile: ${argument} names ${unknown.map(show).join(', ')}, which is no output; the outputs are ${names.map((name) => name ?? '(unnamed)').join(', ')}.`,
      );
    return count === 1
      ? [Object.values(given)[0]]
      : names.map((name) => (name === null ? null : (given[name] ?? null)));
  }
  if (Array.isArray(given)) {
    if (given.length === count) return given;
    throw new ValueError(
      `compile: ${argument} has ${given.length} entries for ${count} output${count === 1 ? '' : 's'}; wanted one for each.`,
    );
  }
  return Array.from({ length: count }, () => (spread ? given : null));
}
