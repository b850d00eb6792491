// keras.utils.modelToDot: a model as a graph in the DOT language, as Keras and pydot write it.
// Owns: boxes, clusters and edges, and their text. Leaves pictures of them to plot-model.ts.
// Source: https://keras.io/api/utils/model_plotting_utils/
import { StateError, show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { showShape } from '../../base/shape.ts';
import { serialize as serializeActivation } from '../activations/index.ts';
import { isLayer, type LayerBase } from '../layers/layer.ts';
import { ModelBase } from '../models/model.ts';
import { Sequential } from '../models/sequential.ts';
import { classNameOf, layerOf } from '../models/summary.ts';
import { KerasTensor, type Operation } from '../symbolic/keras-tensor.ts';
import type { Options } from '../types.ts';

export interface ModelToDotOptions
  extends Options<{
    showShapes: boolean;
    showDtype: boolean;
    showLayerNames: boolean;
    /** From top to bottom, or from left to right. */
    rankdir: 'TB' | 'LR' | 'BT' | 'RL';
    /** Whether models within the model are drawn layer by layer, in a frame. */
    expandNested: boolean;
    dpi: number;
    /** Whether the text is that of a cluster, to stand within another graph. */
    subgraph: boolean;
    showLayerActivations: boolean;
    showTrainable: boolean;
    /** How edges run: `ortho`, `curved`, `polyline`, `spline`, `line`. */
    splines: string;
  }> {}

/** One line of a box: what it says beside each other. */
export interface BoxLine {
  readonly cells: readonly { readonly label: string; readonly value: string; readonly color: CellColor }[];
}
export type CellColor = 'white' | 'forestgreen' | 'firebrick';
export interface Box {
  readonly id: number;
  /** `dense`, or empty where names are not shown. */
  readonly name: string;
  readonly className: string;
  readonly columns: number;
  readonly lines: readonly BoxLine[];
}
export interface Cluster {
  /** Null for the model itself. */
  readonly name: string | null;
  readonly parts: (Box | Cluster)[];
  readonly edges: (readonly [from: number, to: number])[];
}

/** Boxes, clusters and edges of a model. */
export function drawingOf(where: string, model: unknown, options: ModelToDotOptions): Cluster {
  if (!(model instanceof ModelBase))
    throw new ValueError(`${where}: model: found ${show(model)}, wanted a Keras model.`);
  if (!model.built)
    throw new StateError(
      `${where}: the model '${model.name}' is not built, so its layers are not known. Call build(inputShape), or call it on data.`,
    );
  const ids = new Map<Operation, number>();
  const idOf = (operation: Operation): number => {
    const id = ids.get(operation) ?? ids.size + 1;
    ids.set(operation, id);
    return id;
  };
  return clusterOf(model, options.subgraph ? model.name : null, options, idOf);
}

const isSequential = (operation: unknown): boolean => operation instanceof Sequential;
const isExpandable = (operation: unknown): operation is ModelBase =>
  operation instanceof ModelBase && (isSequential(operation) || operation.graph !== null);

function clusterOf(
  model: ModelBase,
  name: string | null,
  options: ModelToDotOptions,
  idOf: (operation: Operation) => number,
): Cluster {
  const cluster: Cluster = { name, parts: [], edges: [] };
  const stack = isSequential(model);
  if (!stack && model.graph === null) {
    // A class of one's own is one box.
    cluster.parts.push(boxOf(model, idOf(model), options));
    return cluster;
  }
  const operations: readonly Operation[] = stack ? model.layers : model.graph!.operations;
  for (const operation of operations)
    cluster.parts.push(
      options.expandNested && isExpandable(operation)
        ? clusterOf(operation, operation.name, options, idOf)
        : boxOf(operation, idOf(operation), options),
    );
  const connect = (from: Operation, to: Operation): void => {
    const edge = [idOf(from), idOf(to)] as const;
    if (!cluster.edges.some(([a, b]) => a === edge[0] && b === edge[1])) cluster.edges.push(edge);
  };
  if (stack && !options.expandNested) {
    operations.slice(1).forEach((operation, i) => connect(operations[i]!, operation));
    return cluster;
  }
  const own = stack ? null : new Set(model.graph!.map.nodes);
  // What leads to the first layer of a stack is drawn where the stack itself is called.
  for (const operation of stack ? operations.slice(1) : operations)
    for (const node of operation.inboundNodes) {
      if (own && !own.has(node)) continue;
      node.inputs.forEach((input, i) => {
        if (!input.history) return;
        if (options.expandNested) connect(lastWithin(input), firstWithin(operation, i));
        else connect(input.history.operation, operation);
      });
    }
  return cluster;
}
/** The layer that gives a tensor, inside of the models that pass it on. */
function lastWithin(tensor: KerasTensor): Operation {
  let { operation, tensorIndex } = tensor.history!;
  while (isExpandable(operation))
    ({ operation, tensorIndex } = (operation.outputs[tensorIndex] as KerasTensor).history!);
  return operation;
}
/** The layer that takes a model's input: its InputLayer, or the first of a stack. */
function firstWithin(operation: Operation, input: number): Operation {
  let first = operation;
  while (isExpandable(first))
    first = isSequential(first) ? first.layers[0]! : (first.inputs[input] as KerasTensor).history!.operation;
  return first;
}

// ── Boxes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function boxOf(operation: Operation, id: number, options: ModelToDotOptions): Box {
  const { showShapes = false, showDtype = false, showTrainable = false, showLayerNames = true } = options;
  const className = classNameOf(operation);
  const layer = layerOf(operation);
  const lines: BoxLine[] = [];
  const activation = options.showLayerActivations ? activationOf(operation) : null;
  if (activation !== null) lines.push({ cells: [{ label: 'Activation: ', value: activation, color: 'white' }] });
  const cells: BoxLine['cells'][number][] = [];
  if (showShapes) {
    const shape = (tensor: KerasTensor): string => showShape(tensor.shape);
    if (className !== 'InputLayer')
      cells.push({ label: 'Input shape: ', value: described(operation, 'input', shape), color: 'white' });
    cells.push({ label: 'Output shape: ', value: described(operation, 'output', shape), color: 'white' });
  }
  if (showDtype) {
    const dtype = described(operation, 'output', (tensor) => `'${tensor.dtype}'`);
    cells.push({ label: 'Output dtype: ', value: dtype.replace(/^'(.*)'$/, '$1'), color: 'white' });
  }
  if (showTrainable && layer && layer.weights.length > 0)
    cells.push(
      layer.trainable
        ? { label: '', value: 'Trainable', color: 'forestgreen' }
        : { label: '', value: 'Non-trainable', color: 'firebrick' },
    );
  if (cells.length > 0) lines.push({ cells });
  const columns = Math.max(1, Number(showDtype) + Number(showTrainable) + (showShapes ? 2 : 0));
  return { id, name: showLayerNames ? operation.name : '', className, columns, lines };
}
function activationOf(operation: Operation): string | null {
  const activation: unknown = Reflect.get(operation, 'activation');
  if (activation === null) return 'linear';
  if (isLayer(activation as object)) return (activation as LayerBase).name;
  if (typeof activation !== 'function') return null;
  const name = serializeActivation(activation as never);
  return typeof name === 'string' ? name : activation.name;
}
/** What goes into the first call of an operation, or comes out, as Python prints it: one, a list, or `name: one` of a record. */
function described(operation: Operation, end: 'input' | 'output', one: (tensor: KerasTensor) => string): string {
  const structure = isExpandable(operation) && operation.graph ? operation[end] : tensorsOf(operation, end);
  const text = (value: unknown): string => {
    if (value instanceof KerasTensor) return one(value);
    if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
    return `{${Object.entries(value as object)
      .map(([key, item]) => `'${key}': ${text(item)}`)
      .join(', ')}}`;
  };
  if (structure === null) return '?';
  if (!isRecord(structure)) return text(structure);
  const named = Object.entries(structure).map(([key, item]) => `${key}: ${text(item)}`);
  return named.join(', ').replaceAll(/[{}]/g, '');
}
function tensorsOf(operation: Operation, end: 'input' | 'output'): unknown {
  const node = operation.inboundNodes[0];
  if (!node) return null;
  // What an InputLayer takes in is what it gives out.
  const tensors = end === 'input' && !node.isInput ? node.inputs : node.outputs;
  return tensors.length === 1 ? tensors[0] : tensors;
}

// ── Text ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const KEYWORDS = new Set(['graph', 'subgraph', 'digraph', 'node', 'edge', 'strict']);
/** A name as DOT takes it, in quotes where it must. */
const quoted = (text: string): string =>
  /^([A-Za-z_]\w*|-?(\.\d+|\d+(\.\d*)?))$/.test(text) && !KEYWORDS.has(text.toLowerCase())
    ? text
    : `"${text.replaceAll('"', '\\"')}"`;
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function boxText({ id, name, className, columns, lines }: Box): string {
  const title = name === '' ? `<b>${escaped(className)}</b>` : `<b>${escaped(name)}</b> (${escaped(className)})`;
  const rows = lines.map(({ cells }) => {
    const span = cells[0]!.label === 'Activation: ' ? ` colspan="${columns}"` : '';
    const parts = cells.map(({ label, value, color }) => {
      const font = color === 'white' ? '' : ' color="white"';
      return `<td bgcolor="${color}"${span}><font point-size="14"${font}>${label}<b>${escaped(value)}</b></font></td>`;
    });
    return `<tr>${parts.join('')}</tr>`;
  });
  const table = `<<table border="0" cellborder="1" bgcolor="black" cellpadding="10"><tr><td colspan="${columns}" bgcolor="black"><font point-size="16" color="white">${title}</font></td></tr>${rows.join('')}</table>>`;
  return `${id} [label=${table}, fontname=Helvetica, border=0, margin=0];\n`;
}
function partsText({ parts, edges }: Cluster): string {
  const inner = parts.map((part) => ('id' in part ? boxText(part) : clusterText(part)));
  return [...inner, ...edges.map(([from, to]) => `${from} -> ${to} [penwidth=2];\n`)].join('');
}
const clusterText = (cluster: Cluster): string =>
  `subgraph ${quoted(`cluster_${cluster.name}`)} {\nstyle=dashed;\nlabel=${quoted(cluster.name!)};\nlabeljust=l;\n${partsText(cluster)}}\n`;

/**
 * The model as a graph in the DOT language of Graphviz: a box for each layer, an arrow for each tensor between two. The text
 * is what Keras's `model_to_dot(…).to_string()` gives, with the boxes numbered from 1.
 */
export function modelToDot(model: ModelBase<never> | object, options: ModelToDotOptions = {}): string {
  const drawing = drawingOf('modelToDot', model, options);
  if (drawing.name !== null) return clusterText(drawing);
  const { rankdir = 'TB', dpi = 200, splines = 'ortho' } = options;
  return `digraph G {\nrankdir=${rankdir};\nconcentrate=true;\ndpi=${dpi};\nsplines=${quoted(splines)};\nnode [shape=record];\n${partsText(drawing)}}\n`;
}
