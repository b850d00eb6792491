// Configs of functional models as Keras 3 writes them, and models from them (also as Keras 2 wrote them).
// Owns: layers with their inbound nodes, input_layers and output_layers, in both directions.

import { show, ValueError } from '../../base/errors.ts';
import { isRecord } from '../../base/record.ts';
import { mapTree } from '../../base/tree.ts';
import type { LayerBase } from '../layers/layer.ts';
import { recordMigration } from '../migrations.ts';
import { avoidingNames } from '../names.ts';
import { type Config, camelCase, type Json, snakeCase } from '../schema.ts';
import { deserializeKerasObject, serializeKerasObject } from '../serialization.ts';
import { KerasTensor, type Node, type Operation } from '../symbolic/keras-tensor.ts';
import { kerasClassNamed, kerasClassOf } from '../symbolic/op-config.ts';
import { OpOperation, symbolicOp } from '../symbolic/op-operation.ts';
import type { FunctionalGraph } from './functional-graph.ts';
import { type CallNumber, isLegacyGraph, isNestedModel, legacyNodes, restoreFrozen } from './legacy-config.ts';
import type { ModelBase } from './model.ts';

/** Keras counts the nodes of a model within itself from its own first call. */
const hasGraph = (operation: Operation): boolean =>
  'graph' in operation && operation.graph !== null && operation.constructor.name === 'Functional';

export function graphConfig(model: ModelBase, graph: FunctionalGraph): Config {
  const positions = new Map<Node, number>();
  const inGraph = new Set(graph.map.nodes);
  for (const operation of graph.operations) {
    let kept = hasGraph(operation) ? 1 : 0;
    for (const node of operation.inboundNodes) if (inGraph.has(node)) positions.set(node, kept++);
  }
  // Within files a nested model's calls are numbered from 0, outside of it from 1: Keras 3 reads both.
  const position = (tensor: KerasTensor): [Operation, number, number] => {
    const { operation, nodeIndex, tensorIndex } = tensor.history!;
    return [operation, positions.get(operation.inboundNodes[nodeIndex]!)!, tensorIndex];
  };
  const tensorConfig = (tensor: KerasTensor): Json => {
    const { operation, nodeIndex, tensorIndex } = tensor.history!;
    const kept = operation.inboundNodes.filter((node) => inGraph.has(node));
    return {
      class_name: '__keras_tensor__',
      config: {
        shape: [...tensor.shape],
        dtype: tensor.dtype,
        keras_history: [operation.name, kept.indexOf(operation.inboundNodes[nodeIndex]!), tensorIndex],
      },
    };
  };
  const serialize = (value: unknown): Json => {
    if (value instanceof KerasTensor) return tensorConfig(value);
    if (Array.isArray(value)) return value.map(serialize);
    if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, serialize(item)]));
    return serializeKerasObject(value);
  };
  const layers = graph.operations.map((operation): Json => {
    const nodes = operation.inboundNodes.filter((node) => inGraph.has(node) && !node.isInput);
    const isOp = operation instanceof OpOperation;
    const config = isOp ? opConfig(operation) : (serializeKerasObject(operation) as Config);
    const kerasClass = isOp ? kerasClassOf(operation.opName) : undefined;
    const inbound = nodes.map((node): Json => {
      const split = kerasClass?.split(node.args);
      const args = split ? split.args : node.args;
      const kwargs = Object.fromEntries(
        Object.entries({ ...node.kwargs, ...split?.kwargs }).flatMap(([key, value]) =>
          value === undefined ? [] : [[snakeCase(key), value]],
        ),
      );
      return {
        args: args.map(serialize),
        kwargs: serialize(
          operation.constructor.name === 'Functional' && !('mask' in kwargs) ? { ...kwargs, mask: null } : kwargs,
        ),
      };
    });
    return { ...config, name: operation.name, inbound_nodes: inbound };
  });
  const place = (tensor: unknown): Json => {
    const [operation, node, index] = position(tensor as KerasTensor);
    return [operation.name, node, index];
  };
  const isTensor = (value: unknown): boolean => value instanceof KerasTensor;
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    input_layers: mapTree(graph.inputStructure, place, isTensor) as Json,
    output_layers: mapTree(graph.outputStructure, place, isTensor) as Json,
  };
}

function opConfig(operation: OpOperation): Config {
  const kerasClass = kerasClassOf(operation.opName);
  const node = operation.inboundNodes[0]!;
  if (!kerasClass)
    return {
      module: 'cornu.ops',
      class_name: operation.opName,
      config: { name: operation.name },
      registered_name: `cornu>${operation.opName}`,
    };
  return {
    module: kerasClass.module,
    class_name: kerasClass.className,
    config: { name: operation.name, ...kerasClass.split(node.args).config },
    registered_name: kerasClass.className,
  };
}

// ── From a config ──────────────────────────────────────────────────────────────────────────────────────────────────

interface Pending {
  readonly operation: Operation;
  readonly config: Config;
  readonly nodes: Json[];
  done: number;
}

/** The tensors that a node takes, as the config names them: `['dense', 0, 0]`. */
function placesIn(node: Json): Json[] {
  if (Array.isArray(node))
    return typeof node[0] === 'string' && typeof node[1] === 'number' ? [node.slice(0, 3)] : node.flatMap(placesIn);
  return node !== null && typeof node === 'object' ? Object.values(node).flatMap(placesIn) : [];
}

export interface GraphParts {
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly name: string | undefined;
  readonly trainable: boolean | undefined;
}

/** Layers, called on each other as the config says. */
export function graphFromConfig(config: Config): GraphParts {
  const layers = Array.isArray(config.layers) ? (config.layers as Config[]) : [];
  if (!isLegacyGraph(layers.filter(isRecord))) return graphOf(config, false);
  // Masks are computed by operations of the graph here; in Keras 2's files they have no names.
  const names = new Set(layers.map((layer) => String(isRecord(layer) ? layer.name : '')));
  return avoidingNames(names, () => graphOf(config, true));
}
function graphOf(config: Config, legacy: boolean): GraphParts {
  if (!Array.isArray(config.layers))
    throw new ValueError(
      `bad config of model ${show(config.name)}: found layers ${show(config.layers)}, wanted a list.`,
    );
  const made = new Map<string, Pending>();
  const layers = config.layers as Config[];
  const nested = new Set(legacy ? layers.filter(isNestedModel).map((layer) => layer.name) : []);
  const number: CallNumber = (name, node) => {
    if (!nested.has(name) || node < 1) return node;
    recordMigration('calls-of-nested-models', name);
    return node - 1;
  };
  for (const entry of layers) {
    if (!isRecord(entry))
      throw new ValueError(
        `bad config of model ${show(config.name)}: found ${show(entry)} among the layers, wanted a record.`,
      );
    const pending = makeOperation(entry, number);
    if (legacy && 'keepsMasks' in pending.operation) {
      pending.operation.keepsMasks = true;
      recordMigration('masks-of-keras-2', pending.operation.name);
    }
    made.set(String(entry.name ?? pending.operation.name), pending);
  }
  // A call waits for the calls whose results it takes: rounds until nothing moves.
  let waiting = [...made.values()].filter((pending) => pending.nodes.length > 0);
  while (waiting.length > 0) {
    let moved = false;
    for (const pending of waiting) {
      while (pending.done < pending.nodes.length && callNode(pending, made)) {
        pending.done++;
        moved = true;
      }
    }
    waiting = waiting.filter((pending) => pending.done < pending.nodes.length);
    if (!moved && waiting.length > 0)
      throw new ValueError(
        `bad config of model ${show(config.name)}: ${waiting.map((pending) => `layer ${show(pending.operation.name)} takes ${placesIn(pending.nodes[pending.done]!).map(show).join(', ') || 'tensors'}`).join('; ')}: such tensors no layer gives, or the layers wait for each other. A tensor is [layer, call, index].`,
      );
  }
  const tensorAt = (place: Json): KerasTensor => {
    const [name, node, index] = place as [string, number, number];
    const found = findTensor(made, name, number(name, node), index, !legacy);
    if (!found)
      throw new ValueError(
        `bad config of model ${show(config.name)}: no tensor ${show(place)} for an input or output.`,
      );
    return found;
  };
  const structure = (places: Json): unknown => {
    const isPlace = (value: unknown): boolean =>
      Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
    // Keras 2 writes a list of places also where there is one; Keras 3 a list only where the model has one.
    return mapTree(places, (leaf) => tensorAt(leaf as Json), isPlace);
  };
  if (config.output_layers === undefined)
    throw new ValueError(`bad config of model ${show(config.name)}: output_layers is missing.`);
  return {
    inputs: structure(config.input_layers ?? []),
    outputs: structure(config.output_layers ?? []),
    name: typeof config.name === 'string' ? config.name : undefined,
    trainable: typeof config.trainable === 'boolean' ? config.trainable : undefined,
  };
}

function makeOperation(entry: Config, number: CallNumber): Pending {
  const className = String(entry.class_name);
  const module = typeof entry.module === 'string' ? entry.module : '';
  const inner = (entry.config ?? {}) as Config;
  const nodes = Array.isArray(entry.inbound_nodes) ? entry.inbound_nodes : [];
  const kerasClass = kerasClassNamed(className, module);
  const opName = kerasClass?.opName ?? (module === 'cornu.ops' ? className : undefined);
  if (opName !== undefined)
    return { operation: symbolicOp(opName, String(inner.name ?? entry.name)), config: entry, nodes, done: 0 };
  const layer = deserializeKerasObject(entry);
  if (typeof layer !== 'function' || !('inboundNodes' in layer))
    throw new ValueError(`bad config: ${show(entry.name)} of class ${className} is no layer.`);
  restoreFrozen(entry, layer as object as LayerBase);
  return {
    operation: layer as object as Operation,
    config: entry,
    nodes: legacyNodes(String(entry.name), nodes, number),
    done: 0,
  };
}

function findTensor(
  made: ReadonlyMap<string, Pending>,
  name: string,
  node: number,
  index: number,
  counted = false,
): KerasTensor | null {
  const pending = made.get(name);
  if (!pending)
    throw new ValueError(`bad config: a layer takes the output of '${name}', which the model does not have.`);
  const list = pending.operation.inboundNodes;
  // Outputs of nested models are counted from 1 in output_layers.
  const shift = counted && hasGraph(pending.operation) && node >= 1 && list.length <= node ? 1 : 0;
  return list[node - shift]?.outputs[index] ?? null;
}

/** Calls the operation for its next node; false when an input is not there yet. */
function callNode(pending: Pending, made: ReadonlyMap<string, Pending>): boolean {
  const node = pending.nodes[pending.done] as Config;
  const { operation } = pending;
  let missing = false;
  const resolve = (value: unknown): unknown =>
    mapTree(
      value,
      (leaf) => {
        if (!(leaf instanceof KerasTensor)) return leaf;
        const [name, nodeIndex, tensorIndex] = leaf.pending as [string, number, number];
        const found = findTensor(made, name, nodeIndex, tensorIndex);
        if (!found) missing = true;
        return found;
      },
      (item) => item instanceof KerasTensor,
    );
  const kerasClass = operation instanceof OpOperation ? kerasClassOf(operation.opName) : undefined;
  const tensorsOnly = (value: Json): unknown => (kerasClass ? revived(value) : deserializeKerasObject(value));
  const args = resolve((node.args as Json[]).map(tensorsOnly)) as unknown[];
  const kwargs = resolve(
    Object.fromEntries(
      Object.entries((node.kwargs ?? {}) as Config).map(([key, value]) => [key, deserializeKerasObject(value)]),
    ),
  ) as Record<string, unknown>;
  if (missing) return false;
  if (operation instanceof OpOperation) {
    const inner = (pending.config.config ?? {}) as Config;
    operation.apply(kerasClass ? kerasClass.join(inner, args, kwargs) : args);
  } else {
    const given = Object.fromEntries(
      Object.entries(kwargs).flatMap(([key, value]) =>
        value === null && key !== 'mask' ? [] : [[camelCase(key), value]],
      ),
    );
    operation.run(args, given);
  }
  return true;
}

/** Symbolic tensors made, everything else (slices) left as data. */
function revived(value: Json): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (value !== null && typeof value === 'object' && /^__(keras_tensor|tensor|numpy)__$/.test(String(value.class_name)))
    return deserializeKerasObject(value);
  return value;
}
