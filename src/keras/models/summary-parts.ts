// What summaries in either style are made of: options, counts and sizes, the range of layers, whether layers are a chain.

import { dtypes } from '../../base/dtype.ts';
import { show, ValueError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { roundHalfEven } from '../../primitives/elementwise/rules.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import type { Operation } from '../symbolic/keras-tensor.ts';
import type { Options } from '../types.ts';
import type { ModelBase } from './model.ts';

export interface SummaryOptions
  extends Options<{
    lineLength: number;
    positions: readonly number[];
    expandNested: boolean;
    showTrainable: boolean;
    layerRange: readonly [string, string];
    style: 'keras3' | 'keras2';
    printFn: (line: string) => void;
  }> {}

export const countParams = (weights: readonly VariableTensor[]): number =>
  weights.reduce((sum, weight) => sum + sizeOf(weight.dims), 0);
export const bytesOf = (weights: readonly VariableTensor[]): number =>
  [...new Set(weights)].reduce((sum, weight) => sum + (sizeOf(weight.dims) * dtypes[weight.dtype].bits) / 8, 0);
/** `332.00 B` */
export function readableSize(bytes: number, unit = 'B'): string {
  const units = unit === 'B' ? ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] : ['Byte', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let size = bytes;
  let i = 0;
  for (; size / 1024 >= 1 && i < units.length - 1; i++) size /= 1024;
  // Python rounds halves to even, and only eighths are halves of a hundredth exactly.
  const rounded = (size * 8) % 1 === 0 ? roundHalfEven(size * 100) / 100 : size;
  return `${rounded.toFixed(2)} ${units[i]}`;
}
/** Whether layers follow each other one by one, each used once; `counts`: which operations are seen. */
export function isSequential(model: ModelBase, counts: (operation: object) => boolean = () => true): boolean {
  const { graph } = model;
  if (!graph || model.constructor.name === 'Sequential') return true;
  for (const all of graph.map.nodesByDepth.values()) {
    const nodes = all.filter((node) => counts(node.operation));
    const inputs = nodes[0]?.inputs.filter(({ history }) => !history || counts(history.operation)) ?? [];
    if (nodes.length > 1 || inputs.length > 1) return false;
  }
  const nodes = new Set(graph.map.nodes);
  return model.layers.every((layer) => layer.inboundNodes.filter((node) => nodes.has(node)).length <= 1);
}

export function layersInRange(
  operations: readonly Operation[],
  range: readonly [string, string] | undefined,
): readonly Operation[] {
  if (!range) return operations;
  const find = (pattern: string): number[] =>
    operations.flatMap((operation, i) => (new RegExp(`^(?:${pattern})`).test(operation.name) ? [i] : []));
  const [from, to] = [find(range[0]), find(range[1])];
  if (from.length === 0 || to.length === 0)
    throw new ValueError(`summary: layerRange: no layers are named ${show(range[0])} and ${show(range[1])}.`);
  return operations.slice(Math.min(...from, ...to), Math.max(...from, ...to) + 1);
}
