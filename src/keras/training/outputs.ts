// Outputs of a model in a list with their names, and what compile says for each of them.
import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { flattenTree } from '../../base/tree.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { isTensor } from '../symbolic/keras-tensor.ts';
import type { Structure } from '../types.ts';

/** The names of a functional model's output layers, in order; null when they are not known. */
export type OutputNames = () => readonly string[] | null;

/** The outputs of a step in a list. */
export interface Outputs {
  readonly list: readonly Tensor[];
  /** What losses call them. Of outputs in nested records or lists, their paths: 'second/left'. */
  readonly names: readonly (string | null)[];
  /** What metrics call them. */
  readonly metricNames: readonly (string | null)[];
  /** A structure nested as the outputs are, as one record by `names`; null where they are not nested. */
  readonly flat: ((value: unknown) => unknown) | null;
}

export function outputsOf(yPred: Structure, modelNames: OutputNames): Outputs {
  const list = flattenTree(yPred, isTensor) as Tensor[];
  const known = modelNames();
  const parts = isTensor(yPred) || typeof yPred !== 'object' || yPred === null ? [] : Object.values(yPred);
  if (!parts.every(isTensor)) return nestedOutputs(yPred, list, known?.length === list.length ? known : null);
  if (isRecord(yPred)) {
    const keys = Object.keys(yPred);
    // The names of the record, in the model's order where they are the same.
    const ordered =
      known && known.length === keys.length && known.every((name) => keys.includes(name)) ? known : [...keys].sort();
    return {
      list: ordered.map((key) => (yPred as Record<string, Tensor>)[key]!),
      names: ordered,
      metricNames: ordered,
      flat: null,
    };
  }
  const names = known && known.length === list.length ? known : list.map(() => null);
  return { list, names, metricNames: names, flat: null };
}

/** Records and lists within each other. Their last names are the model's where they stand in a list. */
function nestedOutputs(yPred: Structure, list: readonly Tensor[], known: readonly string[] | null): Outputs {
  const names: string[] = [];
  const named = new Map<unknown, string>();
  const name = (node: unknown, path: readonly (string | number)[]): void => {
    if (isTensor(node)) {
      const last = path.at(-1);
      const own = typeof last === 'number' ? (known?.[names.length] ?? last) : last;
      const found = [...path.slice(0, -1), own].join('/');
      names.push(found);
      named.set(path.join('/'), found);
    } else if (Array.isArray(node)) for (const [i, item] of node.entries()) name(item, [...path, i]);
    else if (isRecord(node)) for (const key of Object.keys(node).sort()) name(node[key], [...path, key]);
  };
  name(yPred, []);

  const flat = (value: unknown): unknown => {
    const isList = Array.isArray(value);
    if (isTensor(value) || !(isList || isRecord(value))) return value;
    // As Keras: a plain list has one for each output, in their order.
    if (isList && value.length === list.length && value.every((item) => isTensor(item) || !isNest(item))) return value;
    const record: Record<string, unknown> = {};
    const walk = (node: unknown, item: unknown, path: string): void => {
      const within = !isTensor(node) && isNest(item) && Array.isArray(node) === Array.isArray(item);
      if (item === null || item === undefined) return;
      if (!within) record[named.get(path) ?? path] = item;
      else
        for (const [key, part] of Object.entries(item))
          walk((node as Record<string, unknown> | undefined)?.[key], part, path === '' ? key : `${path}/${key}`);
    };
    walk(yPred, value, '');
    return record;
  };
  return { list, names, metricNames: known ?? names.map(() => null), flat };
}
const isNest = (value: unknown): value is object => !isTensor(value) && (Array.isArray(value) || isRecord(value));

/** One entry for each output from a single one, a list, or a record by name. */
export function perOutput(
  given: unknown,
  count: number,
  names: readonly (string | null)[],
  argument: string,
  spread: boolean,
): unknown[] {
  if (isRecord(given)) {
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
