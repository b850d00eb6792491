// summary({ style: 'keras2' }): as the tutorials of Keras 2 show it.
import { showShape } from '../../base/shape.ts';
import { isLayer, type LayerBase } from '../layers/layer.ts';
import type { ModelBase } from './model.ts';
import {
  bytesOf,
  countParams,
  isSequential,
  layersInRange,
  readableSize,
  type SummaryOptions,
} from './summary-parts.ts';

const BREAKS = ['),', '},', '],', "',"];

export function keras2Lines(model: ModelBase, options: SummaryOptions): string[] {
  // Masks are no inputs there, and what computes them is no layer.
  const sequential = isSequential(model, isLayer);
  let lineLength = options.lineLength ?? (sequential ? 65 : 98);
  let positions = [...(options.positions ?? (sequential ? [0.45, 0.85, 1] : [0.3, 0.6, 0.7, 1]))];
  if (positions.at(-1)! <= 1) positions = positions.map((position) => Math.trunc(lineLength * position));
  const header = ['Layer (type)', 'Output Shape', 'Param #', ...(sequential ? [] : ['Connected to'])];
  if (options.showTrainable) {
    lineLength += 11;
    positions.push(lineLength);
    header.push('Trainable');
  }
  const lines: string[] = [];
  const row = (fields: readonly string[], level = 0): void => {
    const left = [...fields];
    while (left.some((field) => field !== '')) {
      let line = '';
      left.forEach((field, column) => {
        const last = column === positions.length - 1;
        let cutoff =
          positions[column]! - (column > 0 ? positions[column - 1]! : 0) - (last ? 0 : 3) - (column === 0 ? level : 0);
        let part = field.slice(0, cutoff);
        const cuts = BREAKS.filter((mark) => part.includes(mark)).map((mark) => part.indexOf(mark) + mark.length);
        if (cuts.length > 0) {
          cutoff = Math.min(...cuts);
          part = part.slice(0, cutoff);
        }
        if (column === 0) line += `${'|'.repeat(level)} `;
        line += part + (last ? '' : '  ');
        left[column] = field.slice(cutoff);
        line = line.padEnd(positions[column]! - (level > 0 && last ? level : 0));
      });
      lines.push(line + '|'.repeat(level));
    }
  };
  const relevant = new Set(model.graph?.map.nodes ?? []);
  const connections = (layer: LayerBase): string => {
    const found = layer.inboundNodes
      .filter((node) => relevant.size === 0 || relevant.has(node))
      .flatMap((node) =>
        node.inputs
          .filter(({ history }) => history && isLayer(history.operation as object))
          .map(({ history }) => `'${history?.operation.name}[${history?.nodeIndex}][${history?.tensorIndex}]'`),
      );
    return `[${found.join(', ')}]`;
  };
  const print = (layer: LayerBase, level: number, nestedLast: boolean): void => {
    const fields = [
      `${layer.name} (${layer.constructor.name})`,
      outputShape(layer),
      layer.built ? String(layer.countParams()) : '0 (unused)',
    ];
    if (!sequential) fields.push(connections(layer));
    if (options.showTrainable) fields.push(layer.trainable ? 'Y' : 'N');
    row(fields, level);
    let last = nestedLast;
    const inner = 'layers' in layer ? (layer.layers as LayerBase[]) : [];
    const bar = (n: number): string => '|'.repeat(n);
    if (options.expandNested && inner.length > 0) {
      lines.push(bar(level + 1) + '¯'.repeat(lineLength - 2 * level - 2) + bar(level + 1));
      inner.forEach((item, i) => {
        last = i === inner.length - 1;
        print(item, level + 1, last);
      });
      lines.push(bar(level) + '¯'.repeat(lineLength - 2 * level) + bar(level));
    }
    if (!last) lines.push(bar(level) + ' '.repeat(lineLength - 2 * level) + bar(level));
  };
  lines.push(`Model: "${model.name}"`, '_'.repeat(lineLength));
  row(header);
  lines.push('='.repeat(lineLength));
  for (const layer of layersInRange(model.layers, options.layerRange)) print(layer as LayerBase, 0, false);
  lines.push('='.repeat(lineLength));
  const { trainableWeights, nonTrainableWeights } = model;
  const line = (what: string, count: number, bytes: number): string =>
    `${what}: ${count} (${readableSize(bytes, 'Byte')})`;
  lines.push(
    line(
      'Total params',
      countParams(trainableWeights) + countParams(nonTrainableWeights),
      bytesOf(trainableWeights) + bytesOf(nonTrainableWeights),
    ),
    line('Trainable params', countParams(trainableWeights), bytesOf(trainableWeights)),
    line('Non-trainable params', countParams(nonTrainableWeights), bytesOf(nonTrainableWeights)),
    '_'.repeat(lineLength),
  );
  return lines;
}

function outputShape(layer: LayerBase): string {
  const nodes = layer.inboundNodes;
  if (nodes.length === 0) return 'multiple';
  const shapes = nodes.map((node) => node.outputs.map((output) => showShape(output.shape)));
  if (shapes.some((list) => list.join() !== shapes[0]!.join())) return 'multiple';
  const [list] = shapes;
  return list!.length === 1
    ? layer.constructor.name === 'InputLayer'
      ? `[${list![0]}]`
      : list![0]!
    : `[${list!.join(', ')}]`;
}
