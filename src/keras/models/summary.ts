// model.summary(): as Keras 3 prints it, or as Keras 2 did.
// Owns: what stands in the rows and the counts below. Leaves Keras 3's table to rich-table.ts, Keras 2's to summary-keras2.ts.
import { refuseUnknown, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import type { Shape } from '../../base/shape.ts';
import { platform } from '../../platform/platform.ts';
import type { VariableTensor } from '../../runtime/variable.ts';
import { isLayer, isOverridden, type LayerBase } from '../layers/layer.ts';
import { placeOf } from '../serialization.ts';
import type { Operation } from '../symbolic/keras-tensor.ts';
import { OpOperation } from '../symbolic/op-operation.ts';
import type { ModelBase } from './model.ts';
import { drawTable } from './rich-table.ts';
import { keras2Lines } from './summary-keras2.ts';
import {
  bytesOf,
  countParams,
  isSequential,
  layersInRange,
  readableSize,
  type SummaryOptions,
} from './summary-parts.ts';

const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

export const classNameOf = (operation: Operation): string =>
  operation instanceof OpOperation ? operation.className : operation.constructor.name;
export const layerOf = (operation: Operation): LayerBase | null =>
  isLayer(operation as object) ? (operation as object as LayerBase) : null;

function outputShape(operation: Operation): string {
  const node = operation.inboundNodes.at(-1);
  if (node) {
    const shapes = node.outputs.map((output) => showAll(output.shape));
    return shapes.length === 1 ? shapes[0]! : `[${shapes.join(', ')}]`;
  }
  const layer = layerOf(operation);
  const built = layer?.getBuildConfig()?.input_shape;
  if (!layer || built === undefined || built === null) return '?';
  // Keras asks the layer's own method, which classes of one's own seldom have.
  if (!placeOf(layer.constructor) && !isOverridden(layer, 'computeOutputShape')) return '?';
  try {
    const shape = layer.computeOutputShape(built as Shape);
    return showNested(shape);
  } catch {
    return '?';
  }
}
const showAll = (shape: Shape): string => `(${shape.map((n) => n ?? 'None').join(', ')})`;
function showNested(shape: unknown): string {
  if (!Array.isArray(shape))
    return isRecord(shape)
      ? `{${Object.entries(shape)
          .map(([key, value]) => `${key}: ${showNested(value)}`)
          .join(', ')}}`
      : '?';
  return shape.length > 0 && Array.isArray(shape[0])
    ? `(${shape.map(showNested).join(', ')})`
    : showAll(shape as Shape);
}

const SUMMARY = ['lineLength', 'positions', 'expandNested', 'showTrainable', 'layerRange', 'style', 'printFn'];

export function printSummary(model: ModelBase, options: SummaryOptions): void {
  refuseUnknown('summary', options, SUMMARY);
  const print = options.printFn ?? ((line: string) => platform().print(line.endsWith('\n') ? line : `${line}\n`));
  const lines = options.style === 'keras2' ? keras2Lines(model, options) : keras3Lines(model, options);
  for (const line of lines) print(line);
}

function keras3Lines(model: ModelBase, options: SummaryOptions): string[] {
  const sequential = isSequential(model);
  const all = (
    model.graph && model.constructor.name !== 'Sequential' ? model.graph.operations : model.layers
  ) as readonly Operation[];
  const operations = layersInRange(all, options.layerRange);
  const header = ['Layer (type)', 'Output Shape', 'Param #', ...(sequential ? [] : ['Connected to'])];
  const align: ('left' | 'right' | 'center')[] = ['left', 'left', 'right', ...(sequential ? [] : (['left'] as const))];
  let positions = [...(options.positions ?? (sequential ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]))];
  let width = sequential ? 88 : 108;
  if (options.showTrainable) {
    width += 12;
    positions = [...positions.map((position) => position * 0.9), 1];
    header.push('Trainable');
    align.push('center');
  }
  const lineLength = options.lineLength ?? Math.min(width, platform().columns - 4);
  let current = 0;
  const columns = positions.map((position, i) => {
    const size = Math.trunc(position * lineLength) - current;
    if (size < 4) throw new ValueError(`summary: lineLength ${lineLength} is too short for ${header.length} columns.`);
    current += size;
    return { name: header[i]!, align: align[i]!, width: size };
  });
  const relevant = new Set(model.graph?.map.nodes ?? []);
  const connections = (operation: Operation): string =>
    operation.inboundNodes
      .filter((node) => relevant.size === 0 || relevant.has(node))
      .flatMap((node) =>
        node.inputs.map(({ history }) =>
          history ? `${history.operation.name}[${history.nodeIndex}][${history.tensorIndex}]` : '-',
        ),
      )
      .join(', ') || '-';
  const rows: string[][] = [];
  const addRow = (operation: Operation, level: number): void => {
    const prefix = level > 0 ? `${'   '.repeat(level)}└ ` : '';
    const layer = layerOf(operation);
    const params = layer ? (layer.built ? thousands(layer.countParams()) : '0 (unbuilt)') : '0';
    const row = [`${prefix}${operation.name} (${classNameOf(operation)})`, outputShape(operation), params];
    if (!sequential) row.push(connections(operation));
    if (options.showTrainable) row.push(layer && layer.weights.length > 0 ? (layer.trainable ? 'Y' : 'N') : '-');
    rows.push(row);
    if (options.expandNested && layer && 'layers' in layer)
      for (const inner of layer.layers as LayerBase[]) addRow(inner, level + 1);
  };
  for (const operation of operations) addRow(operation, 0);
  return [`Model: "${model.name}"`, ...drawTable(columns, rows, lineLength), ...counts(model)];
}

function counts(model: ModelBase): string[] {
  const { trainableWeights, nonTrainableWeights } = model;
  const optimizer = model.compiled
    ? (model.optimizer as { built?: boolean; variables: VariableTensor[] } | null)
    : null;
  const slots = optimizer?.built ? optimizer.variables : null;
  const line = (what: string, weights: readonly VariableTensor[]): string =>
    ` ${what} params: ${thousands(countParams(weights))} (${readableSize(bytesOf(weights))})`;
  const total = countParams(trainableWeights) + countParams(nonTrainableWeights) + countParams(slots ?? []);
  const bytes = bytesOf(trainableWeights) + bytesOf(nonTrainableWeights) + bytesOf(slots ?? []);
  return [
    ` Total params: ${thousands(total)} (${readableSize(bytes)})`,
    line('Trainable', trainableWeights),
    line('Non-trainable', nonTrainableWeights),
    ...(slots ? [line('Optimizer', slots)] : []),
    '',
  ];
}
